"""Folders and files below the project's root, reached step by step and never through a link.

A link could lead out of the project, and one that is put there just after a look at it could too;
so every step starts from the folder that is open, not from a path.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from agentsync.errors import ProjectError, RefusedError

_ROOT: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FOLDER: Final = _ROOT | os.O_NOFOLLOW
_PIECE: Final = 1024 * 1024
# O_NONBLOCK: opening a FIFO must not wait for a writer.
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextlib.contextmanager
def folder_at(root: Path, path: str = "", *, make: bool = False) -> Iterator[int]:
    """A handle of the folder root/path, which is made if it is not there and that is asked for.

    Errors: RefusedError for a link on the way, or a path that leads elsewhere; OSError.
    """
    handle = os.open(root, _ROOT)
    try:
        with folder_in(handle, path, make=make) as folder:
            yield folder
    finally:
        os.close(handle)


@contextlib.contextmanager
def folder_in(handle: int, path: str, *, make: bool = False) -> Iterator[int]:
    """The same, from an open folder on."""
    folder = os.dup(handle)
    try:
        names = names_in(path)
        for number, name in enumerate(names, 1):
            inner = _step(folder, name, "/".join(names[:number]), make=make)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def content_at(root: Path, path: str) -> bytes | None:
    """The bytes of the file root/path, None when there is no such file.

    Errors: RefusedError for a link, ProjectError for what is no file or cannot be read.
    """
    *above, name = names_in(path)
    try:
        with folder_at(root, "/".join(above)) as folder:
            return _read(folder, name, path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ProjectError(f"cannot read {path}: {reason}", hint="check its mode") from error


def mode_of(folder: int, name: str) -> int | None:
    """The whole mode of an entry of an open folder, its kind included; None when it has none."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None


def linked(path: str) -> RefusedError:
    """The refusal to go through a link."""
    return RefusedError(
        f"{path} is a symbolic link: links are not followed, they could lead out of the project",
        hint="put the file or folder itself there",
    )


def names_in(path: str) -> list[str]:
    """The names that a path below the root is made of, [] for the root itself.

    Errors: RefusedError when it would lead elsewhere.
    """
    names = path.split("/") if path else []
    if any(name in ("", ".", "..") or "\0" in name for name in names):
        raise RefusedError(f"{path!r} is not a path inside the project")
    return names


def _step(folder: int, name: str, path: str, *, make: bool) -> int:
    """A handle of the folder `name` inside an open one; `path` is its path from the start."""
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise
    except OSError:
        # Of a link, some systems say that it is one, and some that it is no folder.
        if stat.S_ISLNK(mode_of(folder, name) or 0):
            raise linked(path) from None
        raise
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=folder)
    return os.open(name, _FOLDER, dir_fd=folder)


def _read(folder: int, name: str, path: str) -> bytes:
    try:
        handle = os.open(name, _FILE, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise linked(path) from None
        raise
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError
        if not stat.S_ISREG(mode):
            raise ProjectError(f"{path} is not a file", hint="move it away")
        return b"".join(iter(lambda: os.read(handle, _PIECE), b""))
    finally:
        os.close(handle)
