"""Files of the project written so that whoever looks sees the old text or the new one whole.

A file is written beside everything, in `.agentsync/tmp/`, and then takes the other's place in one
step; a folder is made there and moved as a whole. Nothing is ever written through a link.
"""

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from agentsync.errors import ProjectError, StaleError
from agentsync.files.disk.confined import (
    content_at,
    folder_at,
    folder_in,
    linked,
    mode_of,
    names_in,
)
from agentsync.files.disk.shelf import shelf
from agentsync.files.layout import folded

Bytes = Mapping[str, bytes | None]
"""Files by their path relative to the project's root; None where there is none."""

_NEW: Final = "new"

Write = Callable[[int, str], None]
"""Makes something new of this name in an open folder."""


def write_files(root: Path, files: Bytes, before: Bytes) -> None:
    """Bring each file to its new bytes, in one step each; None deletes it, before all others.

    Shape: `before` is what the files were when it was decided what to write.
    Errors: StaleError when one of them is not so any more, and RefusedError when a link is in the
    way: nothing was written. ProjectError when the disk refuses, or when somebody else writes at
    the same time: a later run does the rest.
    """
    _refuse_stale(root, files, before)
    # First what goes: a file may take the place of a folder, or of itself in another case.
    for path in (path for path, data in files.items() if data is None):
        with _told(path):
            _check(root, path, before)
            _remove(root, path)
    new = {path: data for path, data in files.items() if data is not None}
    with _told(str(root)), shelf(root) if new else contextlib.nullcontext(root) as own:
        for path, data in new.items():
            with _told(path):
                _check(root, path, before)
                _replace(root, path, data, own)


def create_folder(root: Path, path: str, files: Mapping[str, bytes]) -> None:
    """Make the folder root/path with these files below it, all of it or nothing.

    Errors: StaleError when there is such a folder by now, RefusedError when a link is in the way,
    ProjectError when the disk refuses.
    """
    *above, name = names_in(path)
    with _told(path), shelf(root) as own, folder_at(root, "/".join(above), make=True) as folder:
        if mode_of(folder, name) is not None:
            raise StaleError(f"{path} is there by now", hint="run the command again")
        _place(own, folder, name, partial(_fill, files=files))


def _refuse_stale(root: Path, files: Bytes, before: Bytes) -> None:
    gone = {folded(path) for path, data in files.items() if data is None}
    for path, data in files.items():
        # A file that only gets another case is there already, for some file systems.
        respelled = data is not None and folded(path) in gone
        if content_at(root, path) != before.get(path) and not respelled:
            raise StaleError(
                f"{path} has changed while it was worked on",
                hint="nothing was written; run the command again",
            )


def _check(root: Path, path: str, before: Bytes) -> None:
    """Make sure at the last moment that nobody has just written what would be lost."""
    if content_at(root, path) != before.get(path):
        raise ProjectError(
            f"{path} has changed while it was worked on",
            hint="it was left as it is, and what was written before it is whole; run it again",
        )


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    """Turns what the disk refuses into an error that says so."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ProjectError(
            f"cannot write {path}: {reason}", hint="every file is whole, old or new; run it again"
        ) from error


def _replace(root: Path, path: str, data: bytes, own: Path) -> None:
    """Put the bytes in the file's place; it keeps its mode."""
    *above, name = names_in(path)
    with folder_at(root, "/".join(above), make=True) as folder:
        mode = mode_of(folder, name)
        if mode is not None and stat.S_ISLNK(mode):
            raise linked(path)
        _place(own, folder, name, partial(_write, data=data, mode=mode))


def _place(own: Path, folder: int, name: str, write: Write) -> None:
    """Have `name` in the open folder be what `write` makes, in one step.

    Where the shelf is on another file system, it is made under a hidden name in the folder itself.
    """
    with folder_at(own) as aside:
        try:
            write(aside, _NEW)
            os.replace(_NEW, name, src_dir_fd=aside, dst_dir_fd=folder)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _place_beside(f".agentsync-{own.name}", folder, name, write)
        finally:
            _discard(aside, _NEW)
    os.fsync(folder)


def _place_beside(hidden: str, folder: int, name: str, write: Write) -> None:
    try:
        write(folder, hidden)
        os.replace(hidden, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        _discard(folder, hidden)


def _write(folder: int, name: str, data: bytes, mode: int | None = None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(name, flags, 0o666, dir_fd=folder), "wb") as file:
        if mode is not None:
            os.fchmod(file.fileno(), stat.S_IMODE(mode))
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _fill(folder: int, name: str, files: Mapping[str, bytes]) -> None:
    os.mkdir(name, dir_fd=folder)
    for path, data in files.items():
        *above, last = names_in(path)
        with folder_in(folder, "/".join((name, *above)), make=True) as inner:
            _write(inner, last, data)
            os.fsync(inner)


def _discard(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
    except OSError:
        shutil.rmtree(name, ignore_errors=True, dir_fd=folder)


def _remove(root: Path, path: str) -> None:
    """Delete the file, and the folders that it leaves empty."""
    names = names_in(path)
    with contextlib.suppress(FileNotFoundError), folder_at(root, "/".join(names[:-1])) as folder:
        os.unlink(names[-1], dir_fd=folder)
        os.fsync(folder)
    while names := names[:-1]:
        try:
            with folder_at(root, "/".join(names[:-1])) as folder:
                os.rmdir(names[-1], dir_fd=folder)
        except OSError:
            return
