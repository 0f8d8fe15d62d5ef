"""The subagents of an agent: a folder each, with agent.yaml, AGENTS.md, skills/ and files/."""

from agentsync.canonical import Json
from agentsync.engine.crosscheck import folder_name_fits, tool_issues
from agentsync.engine.validate import Checker, Issue
from agentsync.files.contents import (
    Budget,
    bad_name,
    check_skill,
    read_files,
    read_prompt,
)
from agentsync.files.layout import Layout, subagent_layout
from agentsync.files.sources import Source, read_source, report
from agentsync.files.textfile import tell_missing
from agentsync.model.diagnostics import Diagnostic, Severity


def read_subagents(
    root: str, layout: Layout, budget: Budget, judge: Checker, notes: list[Diagnostic]
) -> list[dict[str, Json]]:
    """The subagents of an agent's folder, as the API has them."""
    return [
        _read_subagent(root, f"{layout.folder}/subagents/{name}", name, budget, judge, notes)
        for name in layout.subagents
    ]


def _read_subagent(
    root: str, folder: str, name: str, budget: Budget, judge: Checker, notes: list[Diagnostic]
) -> dict[str, Json]:
    if not folder_name_fits(name):
        notes.append(bad_name(folder, "subagent", name))
    layout = subagent_layout(root, folder, notes)
    subagent: dict[str, Json] = {"name": name}
    path = f"{folder}/agent.yaml"
    if not layout.definition:
        tell_missing(path, "it needs at least `description: …`", notes)
    elif (source := read_source(root, path, notes)) is not None:
        report(_issues(source, judge), source, None, notes)
        subagent.update(source.value)
    subagent["instructions"] = read_prompt(root, layout, "subagent's instructions", notes)
    files = _files(root, layout, budget, notes)
    return {**subagent, "files": files} if files else subagent


def _issues(source: Source, judge: Checker) -> list[Issue]:
    issues = [*judge.issues(source.value), *tool_issues(source.value.get("tools"))]
    if source.value.get("description", "") == "":
        issues.append(
            Issue(
                code="subagent-description",
                message="the subagent has no `description`, so the agent cannot tell when to use "
                "it",
                hint="add `description: …`: what to hand to it",
                severity=Severity.WARNING,
            )
        )
    return issues


def _files(root: str, layout: Layout, budget: Budget, notes: list[Diagnostic]) -> dict[str, str]:
    """The subagent's further files, by path below its folder: its skills, and files/."""
    texts: dict[str, str] = {}
    for name in layout.skills:
        folder = f"{layout.folder}/skills/{name}"
        inside = read_files(root, folder, budget, notes)
        check_skill(folder, name, inside.get("SKILL.md"), notes, inside)
        texts.update((f"skills/{name}/{path}", text) for path, text in inside.items())
    if layout.files:
        texts.update(read_files(root, f"{layout.folder}/files", budget, notes, advice=_advice))
    return texts


def _advice(path: str) -> str:
    first = path.split("/", 1)[0].casefold()
    return {
        "agents.md": "move it beside agent.yaml: it is the subagent's instructions",
        "tools.json": "declare the tools in agent.yaml, under `tools`",
        "skills": "move it to skills/ beside agent.yaml",
    }.get(first, "")
