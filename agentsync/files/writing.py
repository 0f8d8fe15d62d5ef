"""Files of the project written so that whoever looks sees the old text or the new one whole.

A file is written beside everything, in `.agentsync/tmp/`, and then takes the other's place in one
step; a folder is made there and moved as a whole.
"""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from agentsync.errors import ProjectError, StaleError

_PARTS: Final = ".agentsync/tmp"

Bytes = Mapping[str, bytes | None]
"""Files by their path relative to the project's root; None where there is none."""


def write_files(root: Path, files: Bytes, before: Bytes) -> None:
    """Bring each file to its new bytes, in one step each; None deletes it.

    Shape: `before` is what the files were when it was decided what to write.
    Errors: StaleError when one of them is not so any more, ProjectError when the disk refuses;
    in the first case nothing was written, in the second a later run does the rest.
    """
    for path in files:
        if _content(root / path) != before.get(path):
            raise StaleError(
                f"{path} has changed while it was worked on",
                hint="nothing was written; run the command again",
            )
    with _told(root), _parts(root) as parts:
        for path, data in files.items():
            if data is None:
                _remove(root, path)
            else:
                _replace(root / path, data, parts)


def create_folder(root: Path, path: str, files: Mapping[str, bytes]) -> None:
    """Make the folder root/path with these files below it, all of it or nothing.

    Errors: StaleError when there is such a folder by now, ProjectError when the disk refuses.
    """
    with _told(root), _parts(root) as parts:
        made = parts / "folder"
        for name, data in files.items():
            there = made / name
            there.parent.mkdir(parents=True, exist_ok=True)
            _write(there, data)
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target):
            raise StaleError(f"{path} is there by now", hint="run the command again")
        made.rename(target)
        _sync(target.parent)


@contextlib.contextmanager
def _told(root: Path) -> Iterator[None]:
    """Turns what the disk refuses into an error that says so."""
    try:
        yield
    except OSError as error:
        named = error.filename2 or error.filename or root
        reason = (error.strerror or str(error)).lower()
        raise ProjectError(
            f"cannot write {named}: {reason}", hint="every file is whole, old or new; run it again"
        ) from error


@contextlib.contextmanager
def _parts(root: Path) -> Iterator[Path]:
    """A folder on the project's own file system for what is not finished; it is gone after."""
    shelf = root / _PARTS
    for folder in (shelf.parent, shelf):
        if folder.is_symlink():
            raise ProjectError(f"{folder} is a symbolic link", hint="put a folder there")
    shelf.mkdir(parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(dir=shelf))
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)
        for folder in (shelf, shelf.parent):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProjectError(f"cannot read {path}: {(error.strerror or '').lower()}") from error


def _replace(path: Path, data: bytes, parts: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = parts / "file"
    _write(new, data)
    with contextlib.suppress(FileNotFoundError):
        new.chmod(stat.S_IMODE(path.stat(follow_symlinks=False).st_mode))
    new.replace(path)
    _sync(path.parent)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(root: Path, path: str) -> None:
    """Delete the file, and the folders that it leaves empty."""
    (root / path).unlink(missing_ok=True)
    for folder in (root / path).parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except OSError:
            return
