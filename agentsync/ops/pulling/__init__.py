"""The parts of `pull`: decide, find bases, merge, word the change, write, commit."""
