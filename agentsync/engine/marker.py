"""The ownership marker as JSON: what apply writes into an agent, and reads back next time.

    {"v": 1, "project": …, "target": …, "agent": …, "commit": …, "applied_at": …, "revision": …,
     "fields": {"system_prompt": "9f2c…", "tools": {"tools": {"https://…::search": "{}"}}, …}}

`fields` is the base (engine/origins.py). A map without entries is written as the text "{}": some
stores drop empty maps. Whoever can edit the agent can edit its marker, so nothing in it is
trusted further than to say who changed what.
"""

import re
from collections.abc import Mapping
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.rules import Rules
from agentsync.model import Marker, Owner

VERSION: Final = 1
"""Of the marker; it changes when an older agentsync would read a base wrongly."""

_EMPTY: Final = "{}"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{12}")
_DEEPEST: Final = 128
_LONGEST_NAME: Final = 200


def parse(extras: Mapping[str, Json], rules: Rules) -> tuple[Marker | None, str]:
    """The marker in an agent's extras, and why there is none though something stands there.

    A marker that says whose the agent is, but not readably what was applied, is one without base.
    """
    found = extras.get(rules.marker)
    if found is None:
        return None, ""
    owner = owner_of(extras, rules)
    if owner is None or not isinstance(found, Mapping):
        return None, "its marker does not say which project, target and agent it belongs to"
    base, damage = _base(found)
    return (
        Marker(
            owner=owner,
            commit=_text(found.get("commit")),
            applied_at=_text(found.get("applied_at")),
            revision=_text(found.get("revision")),
            base=base,
            damage=damage,
        ),
        "",
    )


def owner_of(extras: Mapping[str, Json], rules: Rules) -> Owner | None:
    """The definition that the marker in these extras names, None when it names none."""
    found = extras.get(rules.marker)
    if not isinstance(found, Mapping):
        return None
    named = [found.get(key) for key in ("project", "target", "agent")]
    if not all(isinstance(name, str) and len(name) <= _LONGEST_NAME for name in named):
        return None
    project, target, address = map(str, named)
    return Owner(project=project, target=target, address=address) if project and address else None


def to_json(marker: Marker) -> dict[str, Json]:
    """The marker as it is written."""
    return {
        "v": VERSION,
        "project": marker.owner.project,
        "target": marker.owner.target,
        "agent": marker.owner.address,
        "commit": marker.commit,
        "applied_at": marker.applied_at,
        "revision": marker.revision,
        "fields": _packed(dict(marker.base or {})),
    }


def _base(found: Mapping[str, Json]) -> tuple[dict[str, Json] | None, str]:
    version = found.get("v")
    if version != VERSION or isinstance(version, bool):
        return None, f"its marker has version {str(version)[:20]}; this agentsync reads {VERSION}"
    fields = _unpacked(found.get("fields"), 0)
    if not isinstance(fields, dict):
        return None, "the part of its marker that says what was applied is damaged"
    return fields, ""


def _packed(tree: Json) -> Json:
    if isinstance(tree, Mapping):
        return {key: _packed(item) for key, item in tree.items()} or _EMPTY
    return tree


def _unpacked(tree: Json, depth: int) -> Json:
    """The base in a marker, None when any part of it cannot be one."""
    if isinstance(tree, str):
        return {} if tree == _EMPTY else tree if _TOKEN.fullmatch(tree) else None
    if not isinstance(tree, dict) or depth > _DEEPEST:
        return None
    found = {key: _unpacked(item, depth + 1) for key, item in tree.items()}
    return None if None in found.values() else found


def _text(value: Json) -> str:
    return value[:_LONGEST_NAME] if isinstance(value, str) else ""
