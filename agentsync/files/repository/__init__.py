"""What git knows of a project, and the commits that are made in it."""
