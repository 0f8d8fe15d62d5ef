"""`init`: a new project that validates, written whole or not at all, never over anything."""

import contextlib
import json
import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import agentsync
from agentsync.engine.slugs import slug_of
from agentsync.errors import ExitCode, ProjectError, RefusedError, UsageError
from agentsync.model.report import Report

_SCAFFOLD: Final = Path(__file__).parent / "scaffold"
_AGENT: Final = "agents/first-agent"
_SCHEMAS: Final = ".agentsync/schemas"
_PURPOSE: Final = {
    "agentsync.yaml": "the project: targets and rules",
    f"{_AGENT}/agent.yaml": "one agent: model, tools, permissions",
    f"{_AGENT}/AGENTS.md": "its system prompt",
    f"{_SCHEMAS}/agent.schema.json": "for your editor, offline",
    f"{_SCHEMAS}/subagent.schema.json": "the same for subagents",
    f"{_SCHEMAS}/assistant.schema.json": "the same for agents of an Agent Server",
    f"{_SCHEMAS}/project.schema.json": "the same for agentsync.yaml",
    ".gitignore": "keeps saved plans, keys and unfinished files out of git",
}
_SLUG: Final = "[A-Za-z0-9][A-Za-z0-9_-]*"


def init(directory: Path, *, project: str | None = None, bare: bool = False) -> Report:
    """The report of a project scaffolded in `directory`, which is made if it is not there.

    Shape: `project` None means a slug of the folder's name; `bare` leaves out the first agent,
    for a project that agents are imported into; `listing` is what was written and what to do next.
    Errors: UsageError for a project name that is no slug or a directory that is none;
    RefusedError naming every file that is in the way; ProjectError when the disk refuses. In
    all of these cases nothing is left behind.
    """
    name = _checked(project) if project is not None else _slug(directory.resolve().name)
    if os.path.lexists(directory) and not directory.is_dir():
        raise UsageError(f"{directory} is not a folder")
    texts = _texts(name, bare=bare)
    if os.path.lexists(directory / ".gitignore"):
        del texts[".gitignore"]
    _refuse_obstacles(directory, texts)
    _write_all(directory, texts)
    return Report(
        command="init",
        exit_code=ExitCode.OK,
        tool_version=agentsync.__version__,
        listing=tuple(_listing(directory, name, texts, bare=bare)),
    )


def _checked(project: str) -> str:
    if not re.fullmatch(_SLUG, project):
        raise UsageError(
            f"{project!r} is not a project name",
            hint="letters, digits, hyphens and underscores, first a letter or a digit, "
            f"such as {_slug(project)!r}",
        )
    return project


def _slug(text: str) -> str:
    return slug_of(text) or "my-agents"


def _texts(project: str, *, bare: bool) -> dict[str, str]:
    """Every file of a new project: its path below the root, and its text."""
    from agentsync.files.shipped import schema_text

    agent = () if bare else (f"{_AGENT}/agent.yaml", f"{_AGENT}/AGENTS.md")
    texts = {
        path: (_SCAFFOLD / path.lstrip(".")).read_text(encoding="utf-8")
        for path in ("agentsync.yaml", *agent, ".gitignore")
    }
    # Quoted in the file, because a slug may be 2026 or "no", which YAML does not read as text.
    texts["agentsync.yaml"] = texts["agentsync.yaml"].replace('"my-project"', json.dumps(project))
    for kind in ("agent", "subagent", "assistant", "project"):
        texts[f"{_SCHEMAS}/{kind}.schema.json"] = schema_text(kind)
    return texts


def _refuse_obstacles(directory: Path, texts: Mapping[str, str]) -> None:
    taken = sorted(path for path in texts if os.path.lexists(directory / path))
    folders = {parent.as_posix() for path in texts for parent in Path(path).parents} - {"."}
    blocked = sorted(folder for folder in folders if _is_no_folder(directory / folder))
    if not taken and not blocked:
        return
    reasons = [f"{path} exists" for path in taken]
    reasons += [f"{folder} is not a folder" for folder in blocked]
    raise RefusedError(
        f"nothing was written to {directory}: {', '.join(reasons)}",
        hint="init only starts a new project; choose another folder, or move these away",
    )


def _is_no_folder(path: Path) -> bool:
    # A link is in the way too: what it points to is not part of the project.
    return os.path.lexists(path) and (path.is_symlink() or not path.is_dir())


def _write_all(directory: Path, texts: Mapping[str, str]) -> None:
    """Writes all of `texts`, or takes back what it wrote."""
    made: list[Path] = []
    try:
        for path, text in texts.items():
            _make_folders((directory / path).parent, made)
            _create(directory / path, text, made)
    except BaseException as error:
        _take_back(made)
        if not isinstance(error, OSError):
            raise
        reason = error.strerror or str(error)
        raise ProjectError(
            f"cannot write {error.filename or directory}: {reason}",
            hint="nothing was left behind; choose a folder that you may write to",
        ) from error


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir()
        made.append(part)


def _create(path: Path, text: str, made: list[Path]) -> None:
    # "x" fails on a file that appeared since the check, so that nothing is ever overwritten.
    with path.open("x", encoding="utf-8", newline="\n") as file:
        made.append(path)
        file.write(text)


def _take_back(made: list[Path]) -> None:
    for path in reversed(made):
        # A folder that somebody else uses by now stays; the first error is the one to tell.
        with contextlib.suppress(OSError):
            (path.rmdir if path.is_dir() else path.unlink)()


def _listing(directory: Path, project: str, texts: Mapping[str, str], *, bare: bool) -> list[str]:
    width = max(map(len, texts))
    here = directory.resolve() == Path.cwd()
    lines = [f"Created the project {project} in {'this folder' if here else directory}:", ""]
    lines += [f"  {path:<{width}}  {_PURPOSE[path]}" for path in texts]
    lines += ["", "Next:", ""]
    if not here:
        lines.append(f"  cd {shlex.quote(str(directory))}")
    return [*lines, *(_TO_IMPORT if bare else _TO_WRITE)]


_KEY: Final = (
    "  export LANGSMITH_API_KEY=...    # a key of the workspace; reading is enough for a plan"
)
_TO_WRITE: Final = (
    "  agentsync validate              # checks every file, offline",
    _KEY,
    "  agentsync plan -t staging       # what would be created; nothing is written",
    "",
    f"Then write {_AGENT}/AGENTS.md, rename the folder, and commit all of it;",
    "`agentsync apply -t staging` makes it live.",
)
_TO_IMPORT: Final = (
    _KEY,
    "  agentsync import --all          # a folder for each agent of the workspace",
    "  agentsync plan -t staging       # nothing to do: git says what is live",
    "",
    "Then commit all of it. `agentsync import --from DIR` takes over a folder of definitions",
    "instead, from the `deepagents` command line or from an export.",
)
