"""What no schema can say: fields that must fit each other, and names that must fit their folder."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from agentsync.canonical import Json, covers
from agentsync.engine.advice import closest, found, shown
from agentsync.engine.hidden import hidden_in, without_hidden
from agentsync.engine.validate import Issue, Path
from agentsync.model.diagnostics import Severity

SKILL_NAME_LIMIT: Final = 64
SKILL_DESCRIPTION_LIMIT: Final = 1024
# Source: the Agent Skills format, front matter fields `name` and `description`.
_SKILL_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Source: OpenAPI, SubagentSpec.name and SkillSpec.name.
_FOLDER_NAME: Final = re.compile(r" *[A-Za-z0-9_-][A-Za-z0-9 _-]*")
_CUT_COMMIT: Final = re.compile(r"[0-9a-fA-F]{5,7}|[0-9a-fA-F]{65,}")
_FIELDS: Final = (
    *("name", "description", "runtime", "backend", "permissions", "extras"),
    *("system_prompt", "tools", "subagents", "skills", "files"),
    *("graph_id", "config", "context", "metadata"),
)
"""The top-level fields of the canonical form."""
_OTHER_FIELDS: Final = {"instructions": "/system_prompt", "model": "/runtime/model"}


def name_issues(name: Json) -> Iterator[Issue]:
    """Characters in an agent's name that nobody sees, so that two names look the same."""
    if not isinstance(name, str) or name.isascii():
        return
    seen = without_hidden(name).strip()
    # Of a name that shows nothing at all the schema complains.
    if seen and (hidden := next(hidden_in(name), None)):
        yield _warning(
            "hidden-characters",
            f"`name` contains the invisible character {hidden.code}",
            f'write "{shown(seen)}"',
            ("name",),
        )


def commit_issues(commit: Json, path: Path) -> Iterator[Issue]:
    """A linked skill's commit that was probably cut."""
    if isinstance(commit, str) and _CUT_COMMIT.fullmatch(commit):
        yield _warning(
            "commit-id",
            f"`{shown(commit)}` is a tag, or a commit of {len(commit)} digits, and commits have 8 "
            "to 64",
            "give the whole commit hash",
            (*path, "commit_id"),
        )


def ignore_issues(pointers: Json) -> Iterator[Issue]:
    """Pointers of `ignore` that start at no field of an agent, so that they match nothing."""
    for number, pointer in enumerate(pointers if isinstance(pointers, list) else ()):
        first = str(pointer).split("/")[1:2]
        if not first or any(covers(f"/{first[0]}", f"/{field}") for field in _FIELDS):
            continue
        other = _OTHER_FIELDS.get(first[0], "")
        near = closest(first[0], _FIELDS)
        meant = other or (near and f"/{near}")
        yield _warning(
            "unknown-field",
            f"`{shown(pointer)}` matches nothing: agents have no field `{shown(first[0])}`",
            f"did you mean `{meant}`?" if meant else f"fields: {', '.join(_FIELDS)}",
            ("ignore", number),
        )


def tool_issues(toolset: Json, path: Path = ("tools",)) -> list[Issue]:
    """Tools listed twice, and interrupt keys that contradict each other or name no tool."""
    issues: list[Issue] = []
    if not isinstance(toolset, dict):
        return issues
    declared: dict[str, int] = {}
    names: set[str] = set()
    tools, interrupts = toolset.get("tools"), toolset.get("interrupt_config")
    for number, tool in enumerate(tools if isinstance(tools, list) else ()):
        url, name = _identity(tool)
        key = f"{url.rstrip('/')}::{name}"
        if not name:
            continue
        if "::" in name:
            issues.append(_ambiguous(name, (*path, "tools", number, "name")))
        if key in declared:
            issues.append(_listed_twice(name, declared[key], (*path, "tools", number)))
        declared.setdefault(key, number)
        names.add(name)
    said: dict[str, tuple[str, Json]] = {}
    for raw, flag in interrupts.items() if isinstance(interrupts, dict) else ():
        at = (*path, "interrupt_config", raw)
        key = raw if raw in declared else _canonical(raw)
        if key not in declared and key not in names:
            issues.append(_no_such_tool(raw, declared, names, at))
        other, answer = said.setdefault(key, (raw, flag))
        if answer is not flag:
            issues.append(_contradicts(raw, other, at))
    return issues


def _canonical(key: str) -> str:
    # Most keys are canonical as written, and then the normaliser need not be loaded.
    from agentsync.engine.normalise import tool_key

    return tool_key(key)


def _identity(tool: Json) -> tuple[str, str]:
    if not isinstance(tool, dict):
        return "", ""
    url, name = tool.get("mcp_server_url"), tool.get("name")
    return (url, name) if isinstance(url, str) and isinstance(name, str) else ("", "")


def _ambiguous(name: str, at: Path) -> Issue:
    return Issue(
        code="ambiguous-tool",
        message=f"the tool name `{shown(name)}` contains `::`, which ends a name in "
        "`interrupt_config`: the API ignores what follows",
        hint="rename the tool on its server",
        path=at,
    )


def _listed_twice(name: str, first: int, at: Path) -> Issue:
    return Issue(
        code="duplicate-tool",
        message=f"the tool `{shown(name)}` of this server is already listed as item {first + 1}",
        hint="keep one of the two; a slash at the end of the URL makes no difference",
        path=at,
    )


def _no_such_tool(raw: str, declared: Iterable[str], names: set[str], at: Path) -> Issue:
    near = _meant(raw, declared) if "::" in raw else closest(raw, names)
    return Issue(
        code="unknown-tool",
        message=f"`{shown(raw, 100)}` names no tool of the list, so this rule does nothing",
        hint=f"did you mean `{shown(near, 100)}`?"
        if near
        else "list the tool under `tools`, or delete this",
        path=at,
        at_key=True,
        severity=Severity.WARNING,
    )


def _meant(raw: str, declared: Iterable[str]) -> str:
    """The declared key that differs from `raw` in the server or in the tool's spelling only."""
    url, _, name = _canonical(raw).rpartition("::")
    others = [tuple(key.rsplit("::", 1)) for key in declared]
    near = closest(name, [tool for server, tool in others if server == url])
    if near:
        return f"{url}::{near}"
    elsewhere = [server for server, tool in others if tool == name]
    return f"{elsewhere[0]}::{name}" if len(elsewhere) == 1 else ""


def _contradicts(raw: str, other: str, at: Path) -> Issue:
    return Issue(
        code="duplicate-interrupt",
        message=f"`{shown(raw, 100)}` and `{shown(other, 100)}` are the same tool with different "
        "answers",
        hint="keep one of the two; what follows a second `::` makes no difference",
        path=at,
        at_key=True,
    )


def skill_issues(folder: str, header: Mapping[str, Json] | None) -> Iterator[Issue]:
    """What the Agent Skills format asks of the front matter of skills/<folder>/SKILL.md."""
    if not _SKILL_NAME.fullmatch(folder) or len(folder) > SKILL_NAME_LIMIT:
        yield _warning(
            "skill-name",
            f"the skill name `{shown(folder)}` is outside the Agent Skills format",
            f"lower-case letters, digits and single hyphens between them, at most "
            f"{SKILL_NAME_LIMIT} characters",
        )
    if header is None:
        yield _warning(
            "no-front-matter",
            "SKILL.md has no front matter, so agents cannot tell when to use the skill",
            f"start it with the lines `---`, `name: {folder}`, `description: …`, `---`",
        )
        return
    name = header.get("name")
    if name is None:
        yield _warning("skill-name", "the front matter has no `name`", f"add `name: {folder}`")
    elif name != folder:
        yield Issue(
            code="skill-name",
            message=f"`name` is {found(name)}, but the folder is `{shown(folder)}`",
            hint=f"write `name: {folder}`, or rename the folder",
            path=("name",),
        )
    yield from _description_issues(header)


def _description_issues(header: Mapping[str, Json]) -> Iterator[Issue]:
    description = header.get("description")
    if description is None or description == "":
        yield _warning(
            "skill-description",
            "the front matter has no `description`, so agents cannot tell when to use the skill",
            "add `description: …`: what the skill does, and when to use it",
        )
    elif not isinstance(description, str):
        yield Issue(
            code="wrong-type",
            message=f"`description` must be text, not {found(description)}",
            hint="put the value in quotes",
            path=("description",),
        )
    elif len(description) > SKILL_DESCRIPTION_LIMIT:
        yield _warning(
            "skill-description",
            f"the description has {len(description):,} characters; the Agent Skills format "
            f"allows {SKILL_DESCRIPTION_LIMIT:,}",
            "shorten it, and move details into the body",
            ("description",),
        )


def _warning(code: str, message: str, hint: str, path: Path = ()) -> Issue:
    return Issue(code=code, message=message, hint=hint, path=path, severity=Severity.WARNING)


def folder_name_fits(name: str) -> bool:
    """Whether the API takes this folder's name as the name of a subagent or skill."""
    return _FOLDER_NAME.fullmatch(name) is not None


def typed_path_advice(path: str) -> str:
    """Where a path under files/ belongs when a typed field covers it, or ""."""
    first = path.split("/", 1)[0].casefold()
    return {
        "agents.md": "move it beside agent.yaml: it is the system prompt",
        "tools.json": "declare the tools in agent.yaml, under `tools`",
        "skills": "move it to skills/ beside agent.yaml",
        "subagents": "move it to subagents/ beside agent.yaml",
    }.get(first, "")


def linked_skill_name(link: Mapping[str, Json]) -> str:
    """The folder under skills/ that a linked skill appears as."""
    name = link.get("name")
    if isinstance(name, str) and name:
        return name
    return str(link.get("repo_handle", "")).rstrip("/").rsplit("/", 1)[-1]
