"""What two sides made of the texts that were applied last."""
