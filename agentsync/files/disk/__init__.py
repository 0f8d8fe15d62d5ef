"""Files changed on disk, so that whoever looks sees the old ones or the new ones whole."""
