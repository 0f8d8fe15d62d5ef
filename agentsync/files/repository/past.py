"""What git knows of definitions as they were: read from its objects, nothing is checked out.

Only plumbing is run, and only on objects that are there: neither the repository's configuration
nor a commit can make git start another program, ask, or fetch. Whatever git does not know or will
not say is None, or nothing: history is a help, never a condition.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentsync.files.contents import MAX_BYTES, MAX_FILES
from agentsync.files.definition import Loaded
from agentsync.files.project import OpenProject
from agentsync.files.staging import said

_SECONDS: Final = 20
_HASH: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PROMPT: Final = "AGENTS.md"
_FILE_MODES: Final = (b"100644", b"100755")
_FORCED: Final = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_SETTINGS: Final = ("--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    """Something that git keeps: `kind` is blob or tree."""

    name: str
    kind: str
    size: int


def commits(project: OpenProject, slug: str, limit: int = 200) -> tuple[str, ...]:
    """The newest commits, at and before HEAD, that touched the agent's folder, newest first."""
    bound = f"--max-count={limit}"
    found = _git(project.root, "rev-list", bound, "HEAD", "--", project.folder(slug))
    return tuple(found.decode("ascii", "replace").split()) if found else ()


def definition_at(project: OpenProject, slug: str, target: str, commit: str) -> Loaded | None:
    """What the agent's folder said at that commit, by agentsync.yaml as it is today.

    Shape: `commit` is a whole hash; None when git does not have it, or no such folder in it.
    """
    files = files_at(project, slug, commit)
    if not files:
        return None
    try:
        return said(project, slug, target, files)
    except OSError:
        # Paths that no disk can hold side by side, or no room for them.
        return None


def versions(
    project: OpenProject,
    slug: str,
    target: str,
    limit: int = 200,
    *,
    wanted: Callable[[str], bool] = lambda text: True,
) -> Iterator[tuple[str, Loaded]]:
    """The sound definitions of the agent with the newest commit that has each, newest first.

    Only those whose prompt, as it stands in the file, is `wanted`: a look at one file of each
    spares reading all the others.
    """
    made, folder = commits(project, slug, limit), project.folder(slug)
    paths = [f"{commit}:./{path}" for commit in made for path in (folder, f"{folder}/{_PROMPT}")]
    found = _objects(project.root, paths)
    texts = _contents(project.root, [item for item in found[1::2] if item])
    seen: set[str] = set()
    for commit, version, prompt in zip(made, found[::2], found[1::2], strict=False):
        if version is None or version.name in seen:
            continue
        seen.add(version.name)
        text = texts.get(prompt.name, b"").decode("utf-8-sig", "replace") if prompt else ""
        loaded = definition_at(project, slug, target, commit) if wanted(text) else None
        if loaded and loaded.document is not None:
            yield commit, loaded


def files_at(project: OpenProject, slug: str, commit: str) -> dict[str, bytes]:
    """The ordinary files of the agent's folder at that commit, by path; symlinks are left out.

    Shape: {} when git does not have them all, or they are more than an agent may have.
    """
    if not _HASH.fullmatch(commit):
        return {}
    # `./` is the project's folder, wherever it lies in the repository.
    (folder,) = _objects(project.root, [f"{commit}:./{project.folder(slug)}"]) or (None,)
    if folder is None or folder.kind != "tree":
        return {}
    entries = dict(_entries(project.root, folder.name))
    size = sum(entry.size for entry in entries.values())
    if len(entries) > 2 * MAX_FILES or size > 2 * MAX_BYTES:
        return {}
    texts = _contents(project.root, entries.values())
    whole = all(entry.name in texts for entry in entries.values())
    return {path: texts[entry.name] for path, entry in entries.items()} if whole else {}


def _objects(root: Path, names: Iterable[str]) -> list[_Object | None]:
    """What each of these names stands for, None where there is nothing; [] without git."""
    lines = list(names)
    if any("\n" in line for line in lines):
        return []
    asked = "".join(f"{line}\n" for line in lines)
    found = _git(root, "cat-file", "--batch-check", input=os.fsencode(asked)) if lines else None
    return [_object(line) for line in (found or b"").splitlines()]


def _object(line: bytes) -> _Object | None:
    """The object in "name kind size"; git says "… missing" of what is not there."""
    parts = line.decode("ascii", "replace").split(" ")
    if len(parts) != 3 or not _HASH.fullmatch(parts[0]) or not parts[2].isdigit():
        return None
    return _Object(name=parts[0], kind=parts[1], size=int(parts[2]))


def _entries(root: Path, folder: str) -> Iterator[tuple[str, _Object]]:
    """The ordinary files below a folder, by their path in it."""
    found = _git(root, "ls-tree", "-r", "-l", "-z", "--full-tree", folder)
    for line in (found or b"").split(b"\0"):
        about, _, name = line.partition(b"\t")
        words = about.split()
        if len(words) != 4 or words[0] not in _FILE_MODES:
            continue
        entry, path = _object(b" ".join((words[2], words[1], words[3]))), os.fsdecode(name)
        if entry and _stays_inside(path):
            yield path, entry


def _stays_inside(path: str) -> bool:
    """Whether a path that a commit names leads nowhere but into the folder it is written to."""
    return all(part not in ("", ".", "..") for part in path.split("/"))


def _contents(root: Path, objects: Iterable[_Object]) -> dict[str, bytes]:
    """The bytes of these blobs by name, as many as git has, and no more than an agent's worth."""
    wanted, room = dict[str, int](), 2 * MAX_BYTES
    for item in objects:
        if item.name not in wanted and item.kind == "blob" and item.size <= room:
            wanted[item.name] = item.size
            room -= item.size
    asked = "".join(f"{name}\n" for name in wanted).encode("ascii")
    found = (_git(root, "cat-file", "--batch", input=asked) if asked else None) or b""
    texts: dict[str, bytes] = {}
    at = 0
    for name, size in wanted.items():
        head = f"{name} blob {size}\n".encode("ascii")
        start = at + len(head)
        at = start + size + 1
        if found[start - len(head) : start] != head or len(found) < at:
            break
        texts[name] = found[start : at - 1]
    return texts


def _git(root: Path, *words: str, input: bytes = b"") -> bytes | None:
    """What git says, None when it fails, is not there, or takes too long."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *_SETTINGS, *words],
            input=input,
            capture_output=True,
            env={**os.environ, **_FORCED},
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
