"""What lies in the folders of a project, by name; nothing is opened here.

Symbolic links, devices and names that cannot travel are refused; what editors, systems and git
leave behind is passed over.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from agentsync.engine.advice import closest, shown
from agentsync.engine.forms import Form
from agentsync.files.textfile import not_regular, symlink, whole_file
from agentsync.model.diagnostics import Diagnostic, Severity, Span

MAX_DEPTH: Final = 32
"""Folders inside each other."""

_LEFT_BEHIND: Final = frozenset(
    {".DS_Store", ".git", ".gitattributes", ".gitignore", ".gitkeep", ".keep", "Thumbs.db"}
    | {"desktop.ini", "__pycache__"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """An agent's folder at a glance.

    Shape: `folder` is relative to the root; `overlays` are names of targets; `skills` and
    `subagents` names of folders; `files` says whether there is a files/.
    """

    folder: str
    definition: bool = False
    prompt: bool = False
    overlays: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    subagents: tuple[str, ...] = ()
    files: bool = False


def agent_layout(root: str, folder: str, notes: list[Diagnostic]) -> Layout:
    """What the agent folder `folder` holds; what does not belong there becomes a note."""
    names, folders = listing(root, folder, notes)
    overlays: list[str] = []
    for name in names:
        if name.startswith("agent.") and name.endswith(".yaml") and name != "agent.yaml":
            overlays.append(name[len("agent.") : -len(".yaml")])
        elif name not in ("agent.yaml", "AGENTS.md"):
            notes.append(_unknown(folder, name, _FILES))
    for name in folders:
        if name not in ("skills", "subagents", "files"):
            notes.append(_unknown(folder, name, _FOLDERS))
    return Layout(
        folder=folder,
        definition="agent.yaml" in names,
        prompt="AGENTS.md" in names,
        overlays=tuple(overlays),
        skills=_inner(root, f"{folder}/skills", folders, notes),
        subagents=_inner(root, f"{folder}/subagents", folders, notes),
        files="files" in folders,
    )


def foreign_folders(layout: Layout, form: Form) -> Iterator[Diagnostic]:
    """The refusal of every folder that this kind of definition does not have."""
    there = {"skills": layout.skills, "subagents": layout.subagents, "files": layout.files}
    for name, found in there.items():
        if found and name not in form.folders:
            message = f"an {form.schema} has no {name}/"
            path = f"{layout.folder}/{name}"
            yield whole_file(path, "wrong-kind", message, form.instead.get(name, "delete it"))


def subagent_layout(root: str, folder: str, notes: list[Diagnostic]) -> Layout:
    """What the subagent folder `folder` holds; what does not belong there becomes a note."""
    names, folders = listing(root, folder, notes)
    for name in names:
        if name not in ("agent.yaml", "AGENTS.md"):
            notes.append(_unknown(folder, name, _FILES))
    for name in folders:
        if name not in ("skills", "files"):
            notes.append(_unknown(folder, name, _SUBAGENT_FOLDERS))
    return Layout(
        folder=folder,
        definition="agent.yaml" in names,
        prompt="AGENTS.md" in names,
        skills=_inner(root, f"{folder}/skills", folders, notes),
        files="files" in folders,
    )


def _inner(root: str, path: str, folders: list[str], notes: list[Diagnostic]) -> tuple[str, ...]:
    """The folders inside skills/ or subagents/; files there belong to nothing."""
    kind = path.rsplit("/", 1)[1]
    if kind not in folders:
        return ()
    names, inner = listing(root, path, notes)
    what = "SKILL.md" if kind == "skills" else "agent.yaml and AGENTS.md"
    notes += (
        whole_file(
            f"{path}/{name}",
            "misplaced-file",
            f"{kind}/ holds a folder for each of them, not files",
            f"make a folder {kind}/<name>/ with {what}",
        )
        for name in names
    )
    return tuple(inner)


def tree(root: str, path: str, notes: list[Diagnostic], depth: int = 0) -> list[str]:
    """Every file below `path`, relative to it, sorted; hidden files are left out with a note."""
    names, folders = listing(root, path, notes, tell_hidden=True)
    found = list(names)
    if folders and depth >= MAX_DEPTH:
        notes.append(
            whole_file(path, "too-deep", f"more than {MAX_DEPTH} folders deep", "flatten it")
        )
        return found
    for name in folders:
        found += (f"{name}/{below}" for below in tree(root, f"{path}/{name}", notes, depth + 1))
    return sorted(found)


def _is_backup(entry: os.DirEntry[str]) -> bool:
    """Whether an editor left it behind: `x~`, `#x#`; a folder of such a name is somebody's own."""
    name = entry.name
    left = name[-1] == "~" or (name[0] == name[-1] == "#" and len(name) > 2)
    return left and not entry.is_dir(follow_symlinks=False)


def listing(
    root: str, path: str, notes: list[Diagnostic], *, tell_hidden: bool = False
) -> tuple[list[str], list[str]]:
    """The names of the files and of the folders directly inside `path`, both sorted."""
    names: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(f"{root}/{path}") as entries:
            for entry in entries:
                name = entry.name
                if name[0] == "." or name in _LEFT_BEHIND or _is_backup(entry):
                    if tell_hidden and name[0] == "." and name not in _LEFT_BEHIND:
                        notes.append(_hidden(f"{path}/{shown(name)}"))
                elif entry.is_symlink():
                    notes.append(symlink(f"{path}/{shown(name)}"))
                elif not name.isprintable() or "\\" in name:
                    notes.append(_bad_name(path, name))
                elif entry.is_file(follow_symlinks=False):
                    names.append(name)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                else:
                    notes.append(not_regular(f"{path}/{name}"))
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        notes.append(
            whole_file(path, "unreadable", f"cannot list this folder: {reason}", "check its mode")
        )
    names.sort()
    folders.sort()
    if len(names) + len(folders) > 1:
        _tell_twins(path, names + folders, notes)
    return names, folders


def _tell_twins(path: str, names: list[str], notes: list[Diagnostic]) -> None:
    first: dict[str, str] = {}
    for name in names:
        twin = first.setdefault(folded(name), name)
        if twin != name:
            notes.append(
                whole_file(
                    f"{path}/{name}",
                    "duplicate-name",
                    f"`{twin}` and `{name}` differ only in case or in how accents are encoded: on "
                    "many file systems they are one",
                    "rename one of the two",
                )
            )


def folded(name: str) -> str:
    """`name` as file systems compare it that ignore case and the encoding of accents."""
    if name.isascii():
        return name.lower()
    import unicodedata

    return unicodedata.normalize("NFC", name).casefold()


_FILES: Final = ("agent.yaml", "AGENTS.md")
_FOLDERS: Final = ("skills", "subagents", "files")
_SUBAGENT_FOLDERS: Final = ("skills", "files")
_MEANT: Final = {
    "agent.yaml": "agent.yaml",
    "agent.yml": "agent.yaml",
    "agents.yaml": "agent.yaml",
    "agents.yml": "agent.yaml",
    "agent.json": "agent.yaml",
    "agent.md": "AGENTS.md",
    "agents.md": "AGENTS.md",
    "prompt.md": "AGENTS.md",
    "system_prompt.md": "AGENTS.md",
    "instructions.md": "AGENTS.md",
    "claude.md": "AGENTS.md",
}


def _unknown(folder: str, name: str, known: tuple[str, ...]) -> Diagnostic:
    """The note about an entry that is none of the known ones: an error if it is nearly one."""
    path, low = f"{folder}/{name}", name.lower()
    hint = ""
    if name in (_FOLDERS if known is _FILES else _FILES):
        right, wrong = ("folder", "file") if known is _FILES else ("file", "folder")
        message = f"this must be a {right}, not a {wrong}"
        return whole_file(path, "wrong-kind", message, "rename it, or move it below files/")
    if known is _FILES:
        if meant := _MEANT.get(low):
            hint = f"rename it to {meant}"
        elif low.startswith("agent.") and low.endswith((".yml", ".json")):
            hint = f"rename it to {name.rsplit('.', 1)[0]}.yaml"
        elif low == "tools.json":
            hint = "declare the tools in agent.yaml, under `tools`"
        elif low == "skill.md":
            hint = "move it to skills/<name>/SKILL.md"
    elif meant := closest(name, known):
        hint = f"rename it to {meant}/"
    if hint:
        message = f"`{name}` is not a name that agentsync knows here"
        return whole_file(path, "unknown-file", message, hint)
    return Diagnostic(
        code="unknown-file",
        message=f"`{name}` is not part of the agent",
        hint="move it below files/ to make it part, or out of the folder",
        span=Span(path=path),
        severity=Severity.WARNING,
    )


def _hidden(path: str) -> Diagnostic:
    return Diagnostic(
        code="hidden-file",
        message="hidden files are not part of the agent",
        hint="rename it without the dot to make it part",
        span=Span(path=path),
        severity=Severity.WARNING,
    )


def _bad_name(path: str, name: str) -> Diagnostic:
    what = "a backslash" if "\\" in name else "a character that is not printable"
    return whole_file(
        f"{path}/{shown(name)}",
        "bad-file-name",
        f"this name contains {what}",
        "rename it: letters, digits, spaces and punctuation other than a backslash",
    )
