"""An agent's folder at one moment: every file that the definition is read from, as bytes."""

import os
import stat
from pathlib import Path
from typing import Final

from agentsync.files.layout import listing, tree
from agentsync.files.textfile import MAX_TEXT
from agentsync.model.diagnostics import Diagnostic

_PARTS: Final = ("files", "skills", "subagents")
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def snapshot(root: Path, folder: str) -> dict[str, bytes]:
    """The files below root/folder by path relative to it; what the loader refuses is left out."""
    notes: list[Diagnostic] = []
    names, folders = listing(str(root), folder, notes)
    paths = [name for name in names if name == "AGENTS.md" or _is_definition(name)]
    for part in sorted(set(folders).intersection(_PARTS)):
        paths += (f"{part}/{path}" for path in tree(str(root), f"{folder}/{part}", notes))
    found = ((path, _read(root / folder / path)) for path in paths)
    return {path: data for path, data in found if data is not None}


def texts(files: dict[str, bytes]) -> dict[str, str]:
    """Those of the files that are UTF-8, their line ends and a byte order mark included."""
    found = {}
    for path, data in files.items():
        try:
            found[path] = data.decode()
        except UnicodeDecodeError:
            continue
    return found


def _is_definition(name: str) -> bool:
    return name == "agent.yaml" or (name.startswith("agent.") and name.endswith(".yaml"))


def _read(path: Path) -> bytes | None:
    try:
        with open(os.open(path, _FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_TEXT:
                return None
            return file.read()
    except OSError:
        return None
