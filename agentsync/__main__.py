"""`python -m agentsync`."""

import sys

from agentsync.cli import main

if __name__ == "__main__":
    sys.exit(main())
