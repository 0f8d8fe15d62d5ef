"""What an Agent Server is sent and says of an assistant, and what a canonical form makes of it.

Context and `config.configurable` are one thing twice: the server copies each to the other. So only
the context is part of the canonical form; `configurable` is in it where it says something else, as
it can after /latest, or once a context was emptied alone: a run sees it all the same. A copy that
is missing is no difference, since a server need not make one. A write says both at once, since
either alone may leave what the other was:

    sent                                        what is live then
    context C, config {…, configurable: {}}     context C, config {…, configurable: C}

Source: seen on a real server, version 0.16.7 (tests/interop/test_agent_server_facts.py).
"""

from collections.abc import Mapping
from typing import Any, Final

from agentsync.canonical import ABSENT, Absent, Json, resolve, same, split
from agentsync.engine.diff import differences
from agentsync.engine.filetree import mapping
from agentsync.engine.prompts import PROMPT, lifted, lowered
from agentsync.engine.rules import Rules
from agentsync.errors import RefusedError
from agentsync.providers.base import Held

_PLAIN: Final = ("graph_id", "name", "description")
_TOGETHER: Final = (PROMPT, "context", "config")
"""Fields of the canonical form that one write says together."""
_COPY: Final = "configurable"


def document(answer: Mapping[str, Json], prompt_at: str) -> dict[str, Json]:
    """The document that an answer stands for; see engine/normalise.py.

    Errors: ShapeError when a field has another type than the API promises.
    """
    context, config = mapping(answer.get("context"), "context"), _settings(answer)
    copy = mapping(answer.get("config"), "config").get(_COPY)
    if copy and not same(copy, dict(context)):
        config[_COPY] = copy
    return lifted({**answer, "context": dict(context), "config": config}, prompt_at)


def _settings(answer: Mapping[str, Json]) -> dict[str, Json]:
    """The config without what mirrors the context."""
    config = mapping(answer.get("config"), "config")
    return {key: item for key, item in config.items() if key != _COPY}


def creation(value: Mapping[str, Json], prompt_at: str) -> dict[str, Json]:
    """The body that makes an assistant of this canonical form."""
    said = lowered(value, prompt_at)
    return {key: item for key, item in said.items() if item not in ({}, "")}


def patch(
    held: Held, intended: Mapping[str, Json], marker: Json, rules: Rules, prompt_at: str
) -> dict[str, Json]:
    """The body of the one PATCH that brings an assistant to what is intended, and marks it.

    Shape: what does not change is left out, or sent as it is live to the letter.
    Errors: RefusedError when `configurable` is to stay another thing than a context that changes.
    """
    before, answer = held.live.value, held.answer
    body = {key: intended[key] for key in _PLAIN if _moved(before, intended, key)}
    if any(_moved(before, intended, key) for key in _TOGETHER):
        if _COPY in intended["config"]:
            raise RefusedError(
                "config.configurable says something else than the context; a write of one sets "
                "the other too, so it cannot stay as it is",
                hint="let apply remove it, with --on-drift revert and without ignoring it",
            )
        old, new = lowered(before, prompt_at), lowered(intended, prompt_at)
        raw = {"context": answer.get("context") or {}, "config": _settings(answer)}
        context, config = (_literal(new[key], old[key], raw[key]) for key in raw)
        body |= {"context": context, "config": {_COPY: {}, **config}}
    then, now = before.get("metadata", {}), intended.get("metadata", {})
    raw_metadata = answer.get("metadata") or {}
    changed = {
        key: _literal(now.get(key), then.get(key, ABSENT), raw_metadata.get(key, ABSENT))
        for key in then | now
        if _moved(then, now, key)
    }
    return {**body, "metadata": {**changed, rules.marker: marker}}


def _moved(before: Mapping[str, Json], after: Mapping[str, Json], key: str) -> bool:
    return not same(before.get(key, ABSENT), after.get(key, ABSENT))


def _literal(new: Json, old: Json | Absent, raw: Json | Absent) -> Json:
    """`new`, with whatever is as it was before as it came."""
    if same(new, old):
        return new if isinstance(raw, Absent) else raw
    if not (isinstance(new, dict) and isinstance(old, dict) and isinstance(raw, dict)):
        return new
    return {
        key: _literal(item, old.get(key, ABSENT), raw.get(key, ABSENT)) for key, item in new.items()
    }


def overwritten(
    body: Mapping[str, Any],
    before: Mapping[str, Json],
    theirs: Mapping[str, Json],
    ours: Mapping[str, Json],
    rules: Rules,
) -> list[str]:
    """Pointers of what somebody else changed, and what a write of `body` after that undid.

    Shape: canonical forms: what was there before both, as they left it, and as it shall be.
    """
    return [
        item.pointer
        for item in differences(before, theirs, rules)
        if _is_written(item.pointer, body)
        and not same(*(resolve(side, item.pointer, ABSENT) for side in (theirs, ours)))
    ]


def _is_written(pointer: str, body: Mapping[str, Any]) -> bool:
    field, *rest = split(pointer)
    if field == "metadata":
        return bool(rest) and rest[0] in body["metadata"]
    return field in body or (field in _TOGETHER and "context" in body)


def restoring(body: Mapping[str, Any], theirs: Mapping[str, Json]) -> dict[str, Json]:
    """The body that puts back, as an answer or a version has it, whatever `body` wrote over it."""
    back = {key: theirs.get(key) or "" for key in _PLAIN if key in body}
    if "context" in body:
        back["context"] = theirs.get("context") or {}
        back["config"] = {_COPY: {}, **_settings(theirs)}
    metadata = theirs.get("metadata") or {}
    return {**back, "metadata": {key: metadata.get(key) for key in body["metadata"]}}
