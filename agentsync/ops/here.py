"""Where a project lies as seen from where the command runs."""

import os
from pathlib import Path


def seen_from_here(root: Path) -> str:
    """The project's folder as a path from the current one, "" when it is the same."""
    relative = os.path.relpath(root)
    return "" if relative == os.curdir else Path(relative).as_posix()
