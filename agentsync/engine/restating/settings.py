"""The mapping of an agent.yaml, changed as little as possible so that it says something else.

The way back from engine/normalise.py: what the canonical form drops or spells out (defaults,
aliases, the order of sets, the short `model:`) stays as it is written wherever it need not change.

    canonical form            agent.yaml
    runtime                   `model:` or `runtime:`, as it stands there; the short one for a new
    backend                   outdated types and `sandbox` as long as they say it
    permissions               defaults only where they stand already
    tools                     engine/restating/tools.py
    skills that are links     `skills:`, with a `name` where the handle gives another
    any other field           itself
"""

from collections.abc import Callable, Mapping
from typing import Final

from agentsync.canonical import ABSENT, Absent, Json, same
from agentsync.engine.crosscheck import linked_skill_name
from agentsync.engine.declared import runtime_of
from agentsync.engine.restating.spelling import blended, inserted, ordered_set
from agentsync.engine.restating.tools import restated_tools
from agentsync.engine.rules import Rules

SUBAGENT_FIELDS: Final = ("description", "model_id", "tools")
"""The keys of a subagent's agent.yaml in the order in which people write them."""

_ELSEWHERE: Final = frozenset({"prompt", "subagents", "files"})
"""Kinds of fields that are files of their own."""


def restated(
    document: Mapping[str, Json],
    before: Mapping[str, Json],
    wanted: Mapping[str, Json],
    rules: Rules,
) -> dict[str, Json]:
    """`document`, which says the canonical form `before`, changed so that it says `wanted`.

    Shape: `document` is what agent.yaml and its overlay say together; prompts, inline skills,
    subagents and files are no part of it, and not looked at.
    """
    said = dict(document)
    keys = rules.form.fields
    for field in sorted(before.keys() | wanted.keys(), key=lambda name: _rank(name, keys)):
        kind = rules.sections.get(field, "plain")
        old, new = before.get(field, ABSENT), wanted.get(field, ABSENT)
        if kind in _ELSEWHERE or same(old, new):
            continue
        if field == "runtime":
            said = _with_runtime(said, old, new, keys)
        elif isinstance(new, Absent):
            said.pop(field, None)
        else:
            found = _KINDS.get(kind, _plain)(said.get(field, ABSENT), old, new, rules)
            if kind in _SILENT and not found:
                said.pop(field, None)
            else:
                said = inserted(said, field, found, keys)
    return said


def restated_subagent(
    document: Mapping[str, Json],
    before: Mapping[str, Json],
    wanted: Mapping[str, Json],
    rules: Rules,
) -> dict[str, Json]:
    """The same for a subagent's agent.yaml: its description, model_id and tools."""
    said = {k: v for k, v in document.items() if k in wanted or k not in before}
    for key in sorted(wanted.keys() - _BESIDE, key=_subagent_rank):
        old = before.get(key, ABSENT)
        if not same(old, wanted[key]):
            new = blended(said.get(key, ABSENT), old, wanted[key])
            said = inserted(said, key, new, SUBAGENT_FIELDS)
    old, new = before.get("tools") or {}, wanted.get("tools") or {}
    if same(old, new):
        return said
    if tools := restated_tools(said.get("tools"), old, new, rules):
        return inserted(said, "tools", tools, SUBAGENT_FIELDS)
    return {key: item for key, item in said.items() if key != "tools"}


_BESIDE: Final = frozenset({"tools", "instructions", "files", "front_matter"})
"""Fields of a subagent that are told apart, or no part of its agent.yaml."""


def _rank(field: str, keys: tuple[str, ...]) -> tuple[int, str]:
    return (keys.index(field) if field in keys else len(keys), field)


def _subagent_rank(field: str) -> tuple[bool, str]:
    return (field not in SUBAGENT_FIELDS, field)


def _plain(raw: Json | Absent, before: Json | Absent, wanted: Json, rules: Rules) -> Json:
    return blended(raw, before, wanted)


def _with_runtime(
    said: dict[str, Json],
    before: Json | Absent,
    wanted: Json | Absent,
    keys: tuple[str, ...],
) -> dict[str, Json]:
    """The mapping with this runtime, in the spelling that it has; in the short one if it has none.

    A runtime that is more than a model's id cannot be said by `model:` alone.
    """
    if isinstance(wanted, Absent):
        return {key: item for key, item in said.items() if key not in ("model", "runtime")}
    rest = {key: item for key, item in wanted.items() if key != "model"}
    short = "model" in said or ("runtime" not in said and not rest)
    if not short or not _is_short(wanted.get("model")):
        long = {key: item for key, item in said.items() if key != "runtime" or "model" not in said}
        named = {"runtime" if key == "model" else key: item for key, item in long.items()}
        return inserted(named, "runtime", blended(runtime_of(said), before, wanted), keys)
    said = inserted(said, "model", wanted["model"]["model_id"], keys)
    if not rest and "runtime" not in said:
        return said
    return inserted(said, "runtime", blended(said.get("runtime", {}), before, rest), keys)


def _is_short(model: Json) -> bool:
    """Whether `model:` can say it."""
    text = model.get("model_id") if isinstance(model, dict) and len(model) == 1 else None
    return isinstance(text, str) and bool(text.strip())


_SANDBOX: Final = ("sandbox", "sandbox_config")
"""The key for a sandbox's settings: an alias, and its name today, which wins."""


def _backend(raw: Json, before: Json, wanted: Json, rules: Rules) -> dict[str, Json]:
    """The backend; its type and its sandbox as they are spelled."""
    today = _up_to_date(dict(raw or {}), wanted, rules)
    rest = [
        {key: item for key, item in (side or {}).items() if key != "sandbox_config"}
        for side in (before, wanted)
    ]
    said: dict[str, Json] = blended(today, *rest)
    old, new = ((side or {}).get("sandbox_config", ABSENT) for side in (before, wanted))
    if same(old, new):
        return said
    return _with_config(said, _restated_config(_config(said), old, new or {}))


def _up_to_date(said: dict[str, Json], wanted: Mapping[str, Json], rules: Rules) -> dict[str, Json]:
    """The same backend, its type in today's words if the outdated ones cannot say what is wanted.

    A scope that went with the outdated type is no part of it any more.
    """
    kind = said.get("type")
    if not isinstance(kind, str) or kind not in rules.backends:
        return said
    means, scope = rules.backends[kind]
    implied = scope and "scope" not in _config(said)
    kept = not implied or (wanted.get("sandbox_config") or {}).get("scope") == scope
    return said if kept and wanted.get("type") == means else {**said, "type": means}


def _config(said: Mapping[str, Json]) -> dict[str, Json]:
    parts = (said.get(key) or {} for key in _SANDBOX)
    return {key: item for part in parts for key, item in part.items()}


def _with_config(said: dict[str, Json], config: dict[str, Json]) -> dict[str, Json]:
    """The backend with these settings of its sandbox, under the one key that it has for them."""
    key = "sandbox" if "sandbox" in said and "sandbox_config" not in said else "sandbox_config"
    other = {name: item for name, item in said.items() if name not in _SANDBOX or name == key}
    if config:
        return {**other, key: config}
    return {name: item for name, item in other.items() if name != key}


def _restated_config(
    given: dict[str, Json], before: Json | Absent, wanted: Mapping[str, Json]
) -> dict[str, Json]:
    known = {} if isinstance(before, Absent) else before
    old, new = known.get("policy_ids", ABSENT), wanted.get("policy_ids", ABSENT)
    target = dict(wanted)
    if not isinstance(new, Absent) and not same(old, new):
        target["policy_ids"] = ordered_set(given.get("policy_ids"), new)
    found: dict[str, Json] = blended(given, before, target)
    return found


def _permissions(raw: Json, before: Json, wanted: Json, rules: Rules) -> dict[str, Json]:
    """The permissions; a documented default is written where something else stood."""
    return _sparse(raw or {}, before or {}, wanted, rules.defaults.get("permissions") or {})


def _sparse(
    raw: Mapping[str, Json],
    before: Mapping[str, Json],
    wanted: Mapping[str, Json],
    defaults: Mapping[str, Json],
) -> dict[str, Json]:
    said: dict[str, Json] = {}
    for key in [*raw, *(key for key in wanted if key not in raw)]:
        given, new = raw.get(key, ABSENT), wanted.get(key, ABSENT)
        default = defaults.get(key, ABSENT)
        if same(before.get(key, ABSENT), new) or (key not in raw and same(new, default)):
            if key in raw:
                said[key] = given
        elif isinstance(new, Mapping):
            inside = (
                part if isinstance(part, Mapping) else {}
                for part in (given, before.get(key), new, default)
            )
            said[key] = _sparse(*inside)
        elif not isinstance(new, Absent):
            said[key] = ordered_set(given, new) if isinstance(new, list) else new
    return said


def _tools(raw: Json, before: Json, wanted: Json, rules: Rules) -> dict[str, Json]:
    return restated_tools(raw, before or {}, wanted, rules)


def _links(raw: Json, before: Json, wanted: Json, rules: Rules) -> list[Json]:
    """The linked skills, each with a name where its handle gives another one."""
    linked = {name: spec for name, spec in wanted.items() if spec.get("repo_handle")}
    said: dict[str, Json] = {}
    for link in raw or ():
        name = linked_skill_name(link)
        if name in linked and name not in said:
            said[name] = blended(link, (before or {}).get(name, ABSENT), linked[name])
    for name in sorted(linked.keys() - said.keys()):
        said[name] = dict(linked[name])
    return [_called(link, name) for name, link in said.items()]


def _called(link: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    return link if linked_skill_name(link) == name else {**link, "name": name}


_KINDS: Final[Mapping[str, Callable[[Json, Json, Json, Rules], Json]]] = {
    "backend": _backend,
    "permissions": _permissions,
    "toolset": _tools,
    "skills": _links,
}
_SILENT: Final = frozenset({"toolset", "skills", "context"})
"""Kinds of fields of which none at all and an empty one are the same."""
