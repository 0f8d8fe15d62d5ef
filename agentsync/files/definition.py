"""One agent's folder, read once, and what it says for each target."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from agentsync.canonical import Json
from agentsync.engine.advice import did_you_mean, field_name
from agentsync.engine.apis import form_of
from agentsync.engine.contexts import context_issues
from agentsync.engine.crosscheck import (
    commit_issues,
    folder_name_fits,
    linked_skill_name,
    name_issues,
    tool_issues,
    typed_path_advice,
)
from agentsync.engine.declared import declared
from agentsync.engine.forms import Form
from agentsync.engine.overlay import merge, uncovered, useless_removals
from agentsync.engine.prompts import PROMPT, without_place
from agentsync.engine.validate import Checker, Issue, without_write_only
from agentsync.files import shipped
from agentsync.files.contents import Budget, read_files, read_prompt, read_skills
from agentsync.files.layout import Layout, agent_layout, folded, foreign_folders
from agentsync.files.sources import Source, has_errors, read_source, report
from agentsync.files.subagents import read_subagents
from agentsync.files.textfile import tell_missing, whole_file
from agentsync.model.diagnostics import Diagnostic, Severity
from agentsync.model.project import Target

if TYPE_CHECKING:
    from agentsync.files.project import OpenProject


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What git says one agent should be for one target.

    Shape: `document` has the API's field names (engine/normalise.py brings it to the canonical
    form); None when there are errors. `agent_id` is the bound live agent, in lower case.
    """

    address: str
    folder: str
    document: Mapping[str, Json] | None = None
    name: str = ""
    agent_id: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class AgentFiles:
    """An agent's folder, read once.

    Shape: `targets` are those it was read for, by name; `contents` are the parts of the document
    that are files of their own, by the name of the form they are read for; `notes` the problems
    that every target has.
    """

    address: str
    layout: Layout
    targets: dict[str, Target] = field(default_factory=dict)
    base: Source | None = None
    overlays: dict[str, Source | None] = field(default_factory=dict)
    contents: dict[str, dict[str, Json]] = field(default_factory=dict)
    notes: list[Diagnostic] = field(default_factory=list)


@cache
def checker(name: str) -> Checker:
    """The shipped schema `name`, ready to judge values."""
    return Checker(shipped.schema(name))


def load(project: "OpenProject", slug: str, target: str) -> Loaded:
    """What git says the agent `slug` should be for `target` ("" in a project without targets).

    The diagnostics are sorted.
    """
    loaded = for_target(read_agent(project, slug, (target,)), target)
    if not loaded.diagnostics:
        return loaded
    from dataclasses import replace

    return replace(
        loaded, diagnostics=tuple(sorted(loaded.diagnostics, key=lambda note: note.order))
    )


def read_agent(project: "OpenProject", slug: str, targets: Iterable[str]) -> AgentFiles:
    """The agent's folder with its overlays for `targets`."""
    root, notes = str(project.root), list[Diagnostic]()
    layout = agent_layout(root, project.folder(slug), notes)
    files = AgentFiles(slug, layout, notes=notes)
    files.base = _read_base(root, layout, notes)
    declared = {target.name: target for target in project.config.targets}
    files.targets = {name: declared.get(name, Target()) for name in targets}
    for name in layout.overlays:
        path = f"{layout.folder}/agent.{name}.yaml"
        if name not in declared:
            notes.append(_unknown_target(path, name, list(declared)))
        elif name in files.targets:
            files.overlays[name] = read_source(root, path, notes)
    for form in {form_of(target.provider): None for target in files.targets.values()}:
        files.contents[form.schema] = _read_contents(root, layout, form, notes)
    return files


def for_target(files: AgentFiles, target: str) -> Loaded:
    """What the folder says for `target`, with the problems it has for every target."""
    notes, base = list(files.notes), files.base
    overlay = files.overlays.get(target)
    if base is None or (target in files.overlays and overlay is None):
        return Loaded(address=files.address, folder=files.layout.folder, diagnostics=tuple(notes))
    wanted = files.targets[target]
    form, merged = form_of(wanted.provider), base.value
    judge = checker(form.schema)
    if overlay is not None:
        merged = merge(uncovered(base.value, overlay.value), overlay.value)
        report(_removal_issues(base.value, overlay.value), overlay, None, notes)
    value, warnings = without_write_only(merged, judge)
    issues = [*warnings, *judge.issues(value), *tool_issues(value.get("tools"))]
    issues += name_issues(value.get("name"))
    if form.prompt_at:
        issues += context_issues(value, wanted.prompt or form.prompt_at)
    if value.get("skills"):
        issues += _linked_skill_issues(value["skills"], files.layout.skills)
    if issues:
        report(issues, base, overlay, notes)
    bound = value.get("id")
    return Loaded(
        address=files.address,
        folder=files.layout.folder,
        document=None
        if has_errors(notes)
        else _document(value, files.contents[form.schema], wanted.prompt or form.prompt_at),
        name=str(value.get("name", "")),
        agent_id=bound.lower() if isinstance(bound, str) else None,
        diagnostics=tuple(notes),
    )


def _read_base(root: str, layout: Layout, notes: list[Diagnostic]) -> Source | None:
    path, hint = f"{layout.folder}/agent.yaml", "it needs at least `name: …`"
    if not layout.definition:
        tell_missing(path, hint, notes)
        return None
    known = len(notes)
    base = read_source(root, path, notes)
    if base is not None and not base.value:
        if len(notes) == known:
            notes.append(whole_file(path, "empty-file", "this file says nothing", hint))
        return None
    return base


def _read_contents(
    root: str, layout: Layout, form: Form, notes: list[Diagnostic]
) -> dict[str, Json]:
    if not form.folders:
        notes += foreign_folders(layout, form)
        has_prompt = layout.prompt or form.needs_prompt
        return {PROMPT: read_prompt(root, layout, "system prompt", notes)} if has_prompt else {}
    budget = Budget(layout.folder, notes)
    contents: dict[str, Json] = {
        "system_prompt": read_prompt(root, layout, "system prompt", notes),
        "subagents": [],
        "skills": read_skills(root, layout, budget, notes) if layout.skills else [],
        "files": {},
    }
    if layout.subagents:
        contents["subagents"] = read_subagents(root, layout, budget, checker("subagent"), notes)
    if layout.files:
        folder = f"{layout.folder}/files"
        texts = read_files(root, folder, budget, notes, advice=typed_path_advice)
        contents["files"] = {
            path: {"type": "file", "content": text} for path, text in texts.items()
        }
    return contents


def _removal_issues(base: Mapping[str, Json], patch: Mapping[str, Json]) -> Iterator[Issue]:
    for path in useless_removals(base, patch):
        if path == ("model",) and "runtime" in base:
            continue
        yield Issue(
            code="useless-removal",
            message=f"`{field_name(path)}: null` removes nothing: agent.yaml has no such key",
            hint=did_you_mean(path[-1], base) if len(path) == 1 else "delete it",
            path=path,
            at_key=True,
            severity=Severity.WARNING,
        )


def _linked_skill_issues(links: Json, folders: tuple[str, ...]) -> Iterator[Issue]:
    inline = {folded(name): name for name in folders}
    seen: set[str] = set()
    for number, link in enumerate(links if isinstance(links, list) else ()):
        if not isinstance(link, dict) or not isinstance(link.get("repo_handle"), str):
            continue
        name, path = linked_skill_name(link), ("skills", number)
        yield from commit_issues(link.get("commit_id"), path)
        if not folder_name_fits(name):
            yield Issue(
                code="bad-value",
                message=f"`{name}` cannot be the name of a skill",
                hint="give the link a `name` of letters, digits, spaces, `_` and `-`",
                path=path,
            )
        if folded(name) in inline or folded(name) in seen:
            other = "the folder skills/" + inline[folded(name)] if folded(name) in inline else ""
            yield Issue(
                code="duplicate-skill",
                message=f"the linked skill `{name}` has the name of "
                + (other or "another linked skill"),
                hint="give the link another `name`, or delete one of the two",
                path=path,
            )
        seen.add(folded(name))


def _document(
    value: Mapping[str, Json], contents: Mapping[str, Json], prompt_at: str
) -> dict[str, Json]:
    said = declared(value)
    document = {**said, **contents}
    if "skills" in contents:
        document["skills"] = [*said.get("skills", ()), *contents["skills"]]
    return without_place(document, prompt_at) if prompt_at else document


def _unknown_target(path: str, name: str, declared: list[str]) -> Diagnostic:
    return whole_file(
        path,
        "unknown-target",
        f"there is no target `{name}` to lay this over",
        did_you_mean(name, declared)
        or f"declare it in agentsync.yaml: `targets: {{{name}: {{}}}}`",
    )
