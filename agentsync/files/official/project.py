"""A folder that another tool keeps an agent in, as a document in the API's own words."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.validate import Checker
from agentsync.errors import ProjectError
from agentsync.files.layout import listing
from agentsync.files.official.reading import Reading
from agentsync.files.official.settings import metadata, tools
from agentsync.files.official.skills import skills
from agentsync.files.official.subagents import front_matter, subagents
from agentsync.files.sources import Source, has_errors
from agentsync.files.textfile import symlink, tell_missing, whole_file
from agentsync.model.diagnostics import Diagnostic

_PROMPT: Final = "AGENTS.md"
_SETTINGS: Final = "agent.json"
_EXPORTED: Final = "config.json"
_PARTS: Final = (_PROMPT, "tools.json", "skills", "subagents")
# What is neither part of an agent nor missed by anybody.
_QUIET: Final = frozenset(
    {".DS_Store", ".git", ".gitattributes", ".gitignore", ".gitkeep", "__pycache__", "Thumbs.db"}
    | {".venv", "node_modules", ".idea", ".vscode", "README.md", "LICENSE"}
)
_LEFT_OUT: Final = "was left out: no definition has such a part"
_WHY: Final = {
    ".env": "was left out: keys belong into the environment",
    "mcp.json": "was left out: MCP servers belong to the workspace, and tools name them by URL",
    "deepagents.toml": "was left out: settings of an older command line",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """An agent as it was found.

    Shape: `folder` is relative to the root that it was read from; `document` has the API's field
    names, None when there are errors in `diagnostics`; `remarks` are sentences that begin with
    the file they are about.
    """

    folder: str
    name: str
    document: Mapping[str, Json] | None = None
    agent_id: str | None = None
    official: bool = True
    remarks: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def projects_in(source: Path) -> tuple[Path, tuple[str, ...]]:
    """The folder to read from, and in it those that hold an agent: `source`, or some inside it.

    Errors: ProjectError when it holds none, or cannot be listed.
    """
    whole = source.absolute()
    if not whole.is_dir():
        raise ProjectError(f"{source} is not a folder", hint="--from takes a folder")
    try:
        if _is_project(whole):
            return whole.parent, (whole.name,)
        inside = sorted(
            entry.name
            for entry in os.scandir(whole)
            if entry.is_dir(follow_symlinks=False) and entry.name[0] != "."
        )
        found = tuple(name for name in inside if _is_project(whole / name))
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise ProjectError(f"cannot list {source}: {reason}", hint="check its mode") from None
    if not found:
        raise ProjectError(
            f"no agent in {source}, nor in a folder directly inside it",
            hint=f"an agent has {_SETTINGS} and {_PROMPT}, or as an export {_PROMPT} and "
            f"{_EXPORTED}",
        )
    return whole, found


def _is_project(folder: Path) -> bool:
    if os.path.lexists(folder / _SETTINGS):
        return True
    return os.path.lexists(folder / _PROMPT) and any(
        os.path.lexists(folder / name) for name in (_EXPORTED, *_PARTS[1:])
    )


def read_project(root: Path, folder: str, agent: Checker, subagent: Checker) -> Carried:
    """The agent in root/folder, with all that is wrong with it, or does not come along.

    Shape: `agent` and `subagent` are the schemas of our own files.
    """
    notes: list[Diagnostic] = []
    names, folders = _entries(root / folder, folder, notes)
    reading = Reading(
        root=str(root),
        folder=folder,
        official=_SETTINGS in names,
        agent=agent,
        subagent=subagent,
        notes=notes,
    )
    document = _document(reading, names, folders)
    agent_id = document.pop("id", None)
    wrong = has_errors(notes)
    return Carried(
        folder=folder,
        name=str(document.get("name", "")),
        document=None if wrong else document,
        agent_id=agent_id.lower() if isinstance(agent_id, str) else None,
        official=reading.official,
        remarks=tuple(dict.fromkeys(reading.remarks)),
        diagnostics=tuple(sorted(notes, key=lambda note: note.order)),
    )


def _entries(folder: Path, shown: str, notes: list[Diagnostic]) -> tuple[set[str], set[str]]:
    """The names of the files and of the folders in there; links among the known ones are errors."""
    names: set[str] = set()
    folders: set[str] = set()
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        notes.append(
            whole_file(shown, "unreadable", f"cannot list this folder: {reason}", "check its mode")
        )
        return names, folders
    for entry in entries:
        if entry.is_symlink() and entry.name in (*_PARTS, _SETTINGS, _EXPORTED):
            notes.append(symlink(f"{shown}/{entry.name}"))
        elif entry.is_dir(follow_symlinks=False):
            folders.add(entry.name)
        else:
            names.add(entry.name)
    return names, folders


def _document(reading: Reading, names: set[str], folders: set[str]) -> dict[str, Json]:
    settings = _SETTINGS if reading.official else _EXPORTED
    if _PROMPT not in names:
        tell_missing(reading.at(_PROMPT), "write the system prompt there", reading.notes)
    prompt = reading.text(_PROMPT) if _PROMPT in names else ""
    said, prompt = front_matter(reading, _PROMPT, prompt)
    found = _settings(reading, settings if settings in names else "", said)
    found["system_prompt"] = prompt
    found["tools"] = tools(reading, "tools.json") if "tools.json" in names else {}
    found["skills"] = skills(reading, _inner(reading, "skills", folders))
    found["subagents"] = subagents(reading, *_subagents(reading, folders))
    found["files"] = {}
    _tell_others(reading, "", (names | folders) - {*_PARTS, settings})
    return found


def _settings(reading: Reading, path: str, said: dict[str, Json]) -> dict[str, Json]:
    """The agent's settings; those of an export may stand in front matter as well."""
    source = reading.json(path) if path else Source(reading.at(_PROMPT), "", {})
    if source is None:
        return {}
    if not reading.official:
        named = {"name": reading.folder.rsplit("/", 1)[-1]}
        model = {"model": said["model_id"]} if "model_id" in said and "model" not in said else {}
        said = {key: item for key, item in said.items() if key != "model_id"}
        source = Source(source.path, source.text, {**named, **said, **model, **source.value})
    value = metadata(reading, source)
    if "model" in value:
        runtime = value.get("runtime")
        others = runtime if isinstance(runtime, dict) else {}
        value["runtime"] = {**others, "model": {"model_id": value.pop("model")}}
    return value


def _inner(reading: Reading, kind: str, folders: set[str]) -> list[str]:
    """The folders in skills/ or subagents/."""
    if kind not in folders:
        return []
    names, inner = listing(reading.root, reading.at(kind), reading.notes)
    for name in names:
        reading.remark(f"{kind}/{name}", "was left out: it belongs to none of them")
    return inner


def _subagents(reading: Reading, folders: set[str]) -> tuple[list[str], dict[str, set[str]]]:
    """The folders of the subagents, and the names of what each has."""
    found: dict[str, set[str]] = {}
    for name in _inner(reading, "subagents", folders):
        at = f"subagents/{name}"
        files, inner = _entries(Path(reading.root, reading.at(at)), reading.at(at), reading.notes)
        known = {_PROMPT, "tools.json", *_settings_of(reading, files)}
        found[name] = (files & known) | (inner & {"skills"})
        _tell_others(reading, f"{at}/", (files | inner) - found[name])
    return list(found), found


def _settings_of(reading: Reading, files: set[str]) -> Iterator[str]:
    if _SETTINGS in files:
        yield _SETTINGS
    elif not reading.official and _EXPORTED in files:
        yield _EXPORTED


def _tell_others(reading: Reading, at: str, names: set[str]) -> None:
    for name in sorted(names - _QUIET):
        shown = name if name.isprintable() else ascii(name)
        reading.remark(at + shown, _WHY.get(name, _LEFT_OUT))
