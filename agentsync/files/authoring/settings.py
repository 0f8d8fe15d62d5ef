"""The YAML files of a definition: agent.yaml with a target's overlay, and those of subagents."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentsync.canonical import ABSENT, Json, same
from agentsync.engine.crosscheck import folder_name_fits, name_issues, tool_issues
from agentsync.engine.declared import declared
from agentsync.engine.normalise import ShapeError, normalise
from agentsync.engine.restating.layers import layered, overlaid
from agentsync.engine.restating.settings import restated, restated_subagent
from agentsync.engine.rules import Rules
from agentsync.engine.validate import Issue, without_write_only
from agentsync.engine.yaml.strict import parse
from agentsync.engine.yaml.writing.emit import emitted
from agentsync.engine.yaml.writing.rewrite import NotEditableError, rewritten
from agentsync.files.authoring.folder import Folder
from agentsync.files.definition import checker
from agentsync.model.diagnostics import Severity

_KEPT = ("prompt", "subagents", "files")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """How the definition is bound, and how an editor finds the schema of a new agent.yaml."""

    target: str = ""
    agent_id: str = ""
    in_overlay: bool = False
    schema: str = ""

    @property
    def overlay(self) -> str:
        """The name of the target's overlay, "" without a target."""
        return f"agent.{self.target}.yaml" if self.target else ""


def write_settings(
    folder: Folder,
    before: Mapping[str, Json],
    wanted: Mapping[str, Json],
    rules: Rules,
    binding: Binding,
) -> None:
    """Have agent.yaml, and the overlay where it says something now, say what is wanted."""
    base, patch = (_value(folder, path) for path in ("agent.yaml", binding.overlay))
    old, new = (_settings(side, rules) for side in (before, wanted))
    low, high = base, patch
    if not same(old, new):
        keys = rules.form.fields
        both = layered(base, patch, restated(overlaid(base, patch, keys), old, new, rules), keys)
        if both is None:
            folder.refuse(binding.overlay, "it spells the model otherwise than agent.yaml does")
            return
        low, high = both
        for reason in _troubles(overlaid(low, high, keys), new, rules):
            folder.refuse("agent.yaml", reason)
    low, high = _bound(low, high, binding)
    write_yaml(folder, "agent.yaml", base, low, binding.schema)
    if binding.overlay and not same(patch, high):
        write_yaml(folder, binding.overlay, patch, high)


def write_subagent(
    folder: Folder,
    path: str,
    before: Mapping[str, Json],
    wanted: Mapping[str, Json],
    rules: Rules,
    schema: str,
) -> None:
    """Have a subagent's agent.yaml at `path` say what is wanted."""
    given = _value(folder, path)
    said = restated_subagent(given, before, wanted, rules)
    for reason in _schema_troubles("subagent", said):
        folder.refuse(path, reason)
    if path not in folder.old and not said:
        # An empty mapping would be all there is; the one thing to fill in says more.
        said = {"description": ""}
    write_yaml(folder, path, given, said, schema)


def write_yaml(
    folder: Folder,
    path: str,
    before: Mapping[str, Json],
    wanted: Mapping[str, Json],
    schema: str = "",
) -> None:
    """Have the YAML file at `path`, which says `before`, say `wanted`; a new one is written anew.

    Shape: `schema` is where an editor finds the schema of a new file, "" for nowhere.
    """
    old = folder.old.get(path)
    if old is not None and same(dict(before), dict(wanted)):
        return
    modeline = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    try:
        text = modeline + emitted(dict(wanted)) if old is None else rewritten(old, dict(wanted))
    except NotEditableError as error:
        folder.not_editable(path, error, _sketch(before, wanted))
        return
    if not same(_parsed(text), dict(wanted)):
        folder.refuse(path, "YAML cannot say all of it")
    folder.write(path, text)


def _sketch(before: Mapping[str, Json], wanted: Mapping[str, Json]) -> tuple[str, str] | None:
    """What a file says and is to say, anew: aliases are written out, comments are gone."""
    try:
        said = emitted(dict(before))
        return said, rewritten(said, dict(wanted))
    except NotEditableError:
        return None


def _value(folder: Folder, path: str) -> dict[str, Json]:
    """What the YAML file says now, {} when there is none."""
    return _parsed(folder.old.get(path, ""))


def _parsed(text: str) -> dict[str, Json]:
    value = parse(text.removeprefix("\ufeff")).value
    return value if isinstance(value, dict) else {}


def _settings(value: Mapping[str, Json], rules: Rules) -> dict[str, Json]:
    """What of a canonical form stands in agent.yaml: skills only if they are links."""
    kinds = rules.sections
    found = {key: item for key, item in value.items() if kinds.get(key) not in _KEPT}
    for key, item in found.items():
        if kinds.get(key) == "skills":
            found[key] = {name: spec for name, spec in item.items() if spec.get("repo_handle")}
    return found


def _bound(
    base: dict[str, Json], patch: dict[str, Json], binding: Binding
) -> tuple[dict[str, Json], dict[str, Json]]:
    if not binding.agent_id:
        return base, patch
    bound = {"id": binding.agent_id}
    if binding.in_overlay and binding.overlay:
        return base, {**bound, **patch, **bound}
    return {**bound, **base, **bound}, patch


def _troubles(said: Mapping[str, Json], wanted: Mapping[str, Json], rules: Rules) -> Iterable[str]:
    """Why no definition may say this."""
    schema = rules.form.schema
    value, _ = without_write_only(dict(said), checker(schema))
    reasons = [*_schema_troubles(schema, value), *_errors(name_issues(value.get("name")))]
    return [*reasons, *_link_troubles(wanted, rules)] or _unsaid(value, wanted, rules)


def _schema_troubles(schema: str, value: dict[str, Json]) -> list[str]:
    """What is wrong with the mapping of an agent.yaml, or of a subagent's."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # Whoever writes the YAML can say where the half character is.
        return []
    return _errors([*checker(schema).issues(value), *tool_issues(value.get("tools"))])


def _errors(issues: Iterable[Issue]) -> list[str]:
    return [issue.message for issue in issues if issue.severity is Severity.ERROR]


def _link_troubles(wanted: Mapping[str, Json], rules: Rules) -> Iterable[str]:
    for field, kind in rules.sections.items():
        if kind == "skills":
            bad = [name for name in wanted.get(field, {}) if not folder_name_fits(name)]
            yield from ("a linked skill has a name that no folder may have" for _ in bad[:1])


def _unsaid(said: Mapping[str, Json], wanted: Mapping[str, Json], rules: Rules) -> Iterable[str]:
    """What reading it back would not find: a last look, so that no wrong definition is written."""
    try:
        found = _settings(normalise(declared(said), rules), rules)
    except ShapeError as error:
        yield str(error)
        return
    for field in sorted(found.keys() | wanted.keys()):
        if not same(found.get(field, ABSENT), wanted.get(field, ABSENT)):
            yield f"agent.yaml has no words for its `{field}`"
