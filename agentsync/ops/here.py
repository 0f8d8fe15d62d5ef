"""Where a project lies as seen from where the command runs."""

import os
from pathlib import Path


def seen_from_here(root: Path) -> str:
    """The project's folder as a path from the current one, "" when it is the same.

    Absolute when it lies neither below nor just above: `../../..` helps nobody.
    """
    relative = os.path.relpath(root)
    if relative == os.curdir:
        return ""
    near = not relative.startswith(os.path.join(os.pardir, os.pardir, os.pardir))  # noqa: PTH118
    return Path(relative if near else root.absolute()).as_posix()
