"""`.agentsync/tmp/`: where files lie that are not finished, on the project's own file system.

Who is killed leaves a folder there. It is in nobody's way, git does not see it, and a later run
puts it away once it is old and its owner is gone: the owner of a folder holds a lock on it.
"""

import contextlib
import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from agentsync.errors import ProjectError
from agentsync.files.disk.confined import folder_at

_SHELF: Final = ".agentsync/tmp"
_LOCK: Final = ".gitignore"
_OLD: Final = 3600.0
"""Seconds after which a folder without an owner is left over."""
_TRIES: Final = 100


@contextlib.contextmanager
def shelf(root: Path) -> Iterator[Path]:
    """A new folder for what is not finished; it is gone after.

    Errors: RefusedError when a link is in its place, OSError.
    """
    with contextlib.ExitStack() as after:
        after.callback(_tidy, root)
        own = _made(root)
        after.callback(shutil.rmtree, own, ignore_errors=True)
        lock = after.enter_context((own / _LOCK).open("xb"))
        _lock(lock.fileno())
        # Git looks past a folder that ignores all that is in it.
        lock.write(b"*\n")
        lock.flush()
        _put_away(own)
        yield own


def _made(root: Path) -> Path:
    """A new folder; another process may take the one around it away at any moment."""
    for _ in range(_TRIES):
        with contextlib.suppress(FileNotFoundError), folder_at(root, _SHELF, make=True):
            return Path(tempfile.mkdtemp(dir=root / _SHELF))
    raise ProjectError(f"cannot make a folder in {root / _SHELF}", hint="run the command again")


def _tidy(root: Path) -> None:
    """Take the shelf away, unless something is on it or beside it."""
    for folder in ((root / _SHELF), (root / _SHELF).parent):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _lock(handle: int) -> bool:
    """Whether the file is locked now, by nobody else."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        # Somebody else holds it, or the file system has no locks.
        return False
    return True


def _put_away(own: Path) -> None:
    """Delete what earlier runs have left over."""
    with contextlib.suppress(OSError):
        for folder in own.parent.iterdir():
            if folder != own and time.time() - folder.lstat().st_mtime > _OLD and _left(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _left(folder: Path) -> bool:
    """Whether nobody owns the folder."""
    try:
        with (folder / _LOCK).open("rb") as lock:
            return _lock(lock.fileno())
    except FileNotFoundError:
        return True
    except OSError:
        return False
