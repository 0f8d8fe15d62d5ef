"""A fact as JSON Schema, with our words and rules laid over it."""

from collections.abc import Mapping
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.schema.kind import Fact
from agentsync.engine.schema.openapi import KEYWORDS
from agentsync.engine.schema.words import UNKNOWN_FIELD, Words

# Facts that are remarks about a field, not rules for its value.
_REMARKS: Final = frozenset({"deprecated", "readOnly", "writeOnly"})


def properties(fields: Mapping[str, Fact], path: str, words: Words) -> dict[str, Json]:
    """The schemas of these fields: those we have words for first, in the order of the words."""
    order = {name: number for number, name in enumerate(words)}
    keys = {name: f"{path}.{name}" if path else name for name in fields}
    ranked = sorted(fields, key=lambda name: (order.get(keys[name], len(order)), name))
    return {name: _schema(fields[name], keys[name], words) for name in ranked}


def _schema(fact: Fact, path: str, words: Words) -> dict[str, Json]:
    said = words.get(path, {"description": UNKNOWN_FIELD})
    schema: dict[str, Json] = {"description": said["description"], **_type(fact)}
    for key in KEYWORDS:
        if key in fact and key not in _REMARKS:
            schema[key] = fact[key]
    if "items" in fact:
        schema["items"] = _schema(fact["items"], f"{path}[]", words)
    if "fields" in fact:
        schema["properties"] = properties(fact["fields"], path, words)
        if fact.get("required"):
            schema["required"] = list(fact["required"])
        schema["additionalProperties"] = False
    if fact.get("values") is True:
        schema["additionalProperties"] = words.get(f"{path}{{}}", True)
    elif "values" in fact:
        schema["additionalProperties"] = _schema(fact["values"], f"{path}{{}}", words)
    return _laid_over(schema, said)


def _laid_over(schema: dict[str, Json], said: Mapping[str, Json]) -> dict[str, Json]:
    """`schema` with our rules; what both require or describe inside goes together."""
    both = {**schema, **said}
    if "required" in schema and "required" in said:
        both["required"] = list(dict.fromkeys([*said["required"], *schema["required"]]))
    if "properties" in schema and "properties" in said:
        both["properties"] = {**schema["properties"], **said["properties"]}
    return both


def _type(fact: Fact) -> dict[str, Json]:
    """The type without null: a field is left out or has a value; the API makes no use of null."""
    given = fact.get("type", [])
    names = [given] if isinstance(given, str) else [name for name in given if name != "null"]
    if not names:
        return {}
    return {"type": names[0] if len(names) == 1 else names}
