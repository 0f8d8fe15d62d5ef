"""What files say, said anew with as little changed as possible: the way back from normalise.py."""
