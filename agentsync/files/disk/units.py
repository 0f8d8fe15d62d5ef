"""An agent's files brought from one state to another, so that they are a definition all the time.

A skill or subagent that is new, or that goes, comes or goes as a whole folder, in one step: of a
part of one nobody could make sense, the next run neither. Everything else is one step per file.
"""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentsync.errors import ProjectError, RefusedError, StaleError
from agentsync.files.disk.confined import content_at, folder_at
from agentsync.files.disk.shelf import shelf
from agentsync.files.disk.writing import create_folder, write_files
from agentsync.files.layout import folded

# What systems and git's users leave in a folder; it goes with the folder. Python's does, too.
_JUNK: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep", ".keep"})
_CACHE: Final = "__pycache__"


@dataclass(frozen=True, slots=True)
class Steps:
    """What is to be done, in this order; paths are relative to the agent's folder.

    Shape: `gone` and `made` are whole folders, `deleted` and `files` single files.
    """

    gone: tuple[str, ...]
    deleted: tuple[str, ...]
    files: Mapping[str, bytes]
    made: Mapping[str, Mapping[str, bytes]]


def steps(files: Mapping[str, bytes | None], before: Mapping[str, bytes]) -> Steps:
    """How to get from `before` to the same with `files`, None where one is to go."""
    after = {path for path in {**before, **files} if files.get(path, before.get(path)) is not None}
    found = sorted({unit for path in files for unit in _units(path)}, key=lambda unit: len(unit))
    gone = _outermost(u for u in found if _any(u, before) and not _any(u, after))
    made = _outermost(u for u in found if _any(u, after) and not _any(u, before))
    rest = {path: data for path, data in files.items() if not _inside(path, (*gone, *made))}
    return Steps(
        gone=gone,
        deleted=tuple(path for path, data in rest.items() if data is None),
        files={path: data for path, data in rest.items() if data is not None},
        made={
            unit: {
                path.removeprefix(f"{unit}/"): data
                for path, data in files.items()
                if data is not None and _inside(path, (unit,))
            }
            for unit in made
        },
    )


def carry_out(
    root: Path, folder: str, files: Mapping[str, bytes | None], before: Mapping[str, bytes]
) -> None:
    """Bring root/folder from `before` to the same with `files`; what goes, goes first.

    Errors: StaleError when the files are not `before` any more, RefusedError when a folder that
    is to go holds something else: nothing was written. ProjectError when the disk refuses; a
    later run does the rest.
    """
    to_do = steps(files, before)
    # Each step asks for itself as well; here it is so that nothing is done when one would fail.
    gone = {folded(path) for path, data in files.items() if data is None}
    for path, data in files.items():
        respelled = data is not None and folded(path) in gone
        if content_at(root, f"{folder}/{path}") != before.get(path) and not respelled:
            raise StaleError(
                f"{folder}/{path} has changed while it was worked on",
                hint="nothing was written; run the command again",
            )
    for unit in to_do.gone:
        _refuse_others(root, f"{folder}/{unit}", {f"{folder}/{path}" for path in before})
    try:
        _do(root, folder, to_do, before)
    except RefusedError as error:
        # Some steps may have been done: nobody is to read that nothing was.
        hint = "what was done before it stays; run the command again"
        raise ProjectError(error.message, hint=hint) from error


def _do(root: Path, folder: str, to_do: Steps, before: Mapping[str, bytes]) -> None:
    known = {f"{folder}/{path}": data for path, data in before.items()}
    for unit in to_do.gone:
        _take_away(root, f"{folder}/{unit}", known)
    single = {**dict.fromkeys(to_do.deleted), **to_do.files}
    if single:
        write_files(root, {f"{folder}/{path}": data for path, data in single.items()}, known)
    for unit, inside in to_do.made.items():
        create_folder(root, f"{folder}/{unit}", inside)


def _units(path: str) -> Iterator[str]:
    """The skills and subagents that a file lies in."""
    parts = path.split("/")
    if len(parts) > 2 and parts[0] in ("skills", "subagents"):
        yield "/".join(parts[:2])
    if len(parts) > 4 and (parts[0], parts[2]) == ("subagents", "skills"):
        yield "/".join(parts[:4])


def _inside(path: str, units: Iterable[str]) -> bool:
    return any(path.startswith(f"{unit}/") for unit in units)


def _any(unit: str, paths: Iterable[str]) -> bool:
    return any(path.startswith(f"{unit}/") for path in paths)


def _outermost(units: Iterable[str]) -> tuple[str, ...]:
    """Those that lie in no other one; they come shortest first."""
    found: list[str] = []
    for unit in units:
        if not _inside(unit, found):
            found.append(unit)
    return tuple(found)


def _refuse_others(root: Path, unit: str, known: set[str]) -> None:
    """Refuse to take a folder away with files in it that are no part of the agent."""
    for at, folders, names in os.walk(root / unit):
        links = [name for name in folders if (Path(at) / name).is_symlink()]
        folders[:] = [name for name in folders if name not in (_CACHE, *links)]
        for name in (*names, *links):
            path = (Path(at) / name).relative_to(root).as_posix()
            if name not in _JUNK and path not in known:
                raise RefusedError(
                    f"{unit} is to go, and {path} in it is no part of the agent",
                    hint="move it elsewhere, or delete it, and run the command again",
                )


def _differs(folder: Path, path: str, known: Mapping[str, bytes]) -> bool:
    """Whether a folder that was at `path` holds anything that is not as it is known."""
    for at, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != _CACHE]
        for name in names:
            file = Path(at) / name
            there = f"{path}/{file.relative_to(folder).as_posix()}"
            if name not in _JUNK and (file.is_symlink() or file.read_bytes() != known.get(there)):
                return True
    return False


def _take_away(root: Path, path: str, known: Mapping[str, bytes]) -> None:
    """Delete the folder, and one that this leaves empty: for everybody else in one step.

    What somebody wrote into it until this very step brings it back.
    Errors: StaleError then; ProjectError when the disk refuses.
    """
    above, _, name = path.rpartition("/")
    try:
        with shelf(root) as own, folder_at(root, above) as folder, folder_at(own) as aside:
            try:
                os.rename(name, name, src_dir_fd=folder, dst_dir_fd=aside)
                if _differs(own / name, path, known):
                    os.rename(name, name, src_dir_fd=aside, dst_dir_fd=folder)
                    raise StaleError(f"{path} has changed while it was taken away")
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                # The shelf is on another file system; nobody looks at hidden folders.
                hidden = f".agentsync-{own.name}"
                os.rename(name, hidden, src_dir_fd=folder, dst_dir_fd=folder)
                shutil.rmtree(hidden, ignore_errors=True, dir_fd=folder)
        with contextlib.suppress(OSError):
            (root / above).rmdir()
    except OSError as error:
        raise ProjectError(
            f"cannot delete {path}: {(error.strerror or str(error)).lower()}",
            hint="every file is whole, old or new; run it again",
        ) from error
