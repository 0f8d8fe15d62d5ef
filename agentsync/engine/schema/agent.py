"""agent.schema.json and subagent.schema.json: the API's facts in the shape of our files."""

from collections.abc import Mapping
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.schema.dialect import DRAFT, patterns
from agentsync.engine.schema.openapi import KEYWORDS, Fact, read_facts
from agentsync.engine.schema.references import unusable
from agentsync.engine.schema.words import (
    AGENT,
    ELSEWHERE,
    INLINE_SKILLS,
    ONE_MODEL,
    SUBAGENT,
    UNKNOWN_FIELD,
    Words,
)
from agentsync.errors import UsageError

BLOCK: Final = "x-agentsync"

# Facts that are remarks about a field, not rules for its value.
_REMARKS: Final = frozenset({"deprecated", "readOnly", "writeOnly"})


def derive(openapi: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """The schemas of agent.yaml ("agent") and of a subagent's agent.yaml ("subagent").

    Errors: UsageError when the document is not an OpenAPI 3 document of this API; it names what
    is missing.
    """
    return assemble(read_facts(openapi))


def rebuild(agent: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """What `derive` gives for the API that this agent schema was derived from.

    Errors: UsageError when the schema carries no facts.
    """
    return assemble(carried_facts(agent))


def carried_facts(agent: Mapping[str, Json]) -> Fact:
    """The facts inside an agent schema."""
    block = agent.get(BLOCK)
    names = ("request", "server_owned", "operations")
    if not isinstance(block, Mapping) or any(name not in block for name in names):
        raise UsageError(
            f"this is not an agent schema of agentsync: it has no `{BLOCK}` block",
            hint="derive it with `agentsync schema derive OPENAPI.json`",
        )
    return {name: block[name] for name in names}


def assemble(facts: Fact) -> dict[str, dict[str, Json]]:
    """Both schemas, from facts alone."""
    fields = facts["request"]["fields"]
    subagent = _inside(fields, "subagents", "items")
    own = {name: fact for name, fact in subagent.items() if name not in ("name", "instructions")}
    return {
        "agent": _agent(facts),
        "subagent": {
            "$schema": DRAFT,
            "title": "agent.yaml of a subagent",
            "description": "subagents/<name>/agent.yaml: everything about a subagent but its "
            "name, which is the folder's, and its instructions, which are AGENTS.md beside it.",
            "type": "object",
            "properties": _properties(own, "", SUBAGENT),
            "additionalProperties": False,
            BLOCK: {
                "elsewhere": {
                    "instructions": "write the instructions into AGENTS.md beside agent.yaml",
                    "name": "rename the folder: its name is the subagent's name",
                }
            },
            "$defs": patterns("nonBlankLine", "serverUrl"),
        },
    }


def _agent(facts: Fact) -> dict[str, Json]:
    fields = facts["request"]["fields"]
    write_only = sorted(
        name for name, fact in fields.items() if is_write_only(fact) and name not in ELSEWHERE
    )
    out = {*write_only, *ELSEWHERE, *facts["server_owned"], "skills"}
    own = {
        name: fact
        for name, fact in fields.items()
        if name not in out and not fact.get("readOnly") and not fact.get("deprecated")
    }
    entry = _inside(fields, "files", "values")
    link = {name: entry[name] for name in ("repo_handle", "commit_id") if name in entry}
    if "repo_handle" not in link:
        raise unusable("an entry of `files` has no `repo_handle`, so linked skills are unknown")
    text: Fact = {"type": "string"}
    skills = {"type": "array", "items": {"type": "object", "fields": {**link, "name": text}}}
    return {
        "$schema": DRAFT,
        "title": "agent.yaml",
        "description": "agents/<folder>/agent.yaml: an agent's settings, in the API's own words. "
        "Its system prompt is AGENTS.md beside it; skills, subagents and other files have folders.",
        "type": "object",
        "properties": _properties({**own, "id": text, "model": text, "skills": skills}, "", AGENT),
        "required": list(facts["request"]["required"]),
        "additionalProperties": False,
        **ONE_MODEL,
        BLOCK: {
            "elsewhere": dict(ELSEWHERE),
            "inline_skills": INLINE_SKILLS,
            "write_only": write_only,
            **facts,
        },
        "$defs": patterns(
            *("nonBlankLine", "skillHandle", "commit", "uuid", "serverUrl", "subagentName"),
            *("skillName", "relativePath", "count"),
        ),
    }


def is_write_only(fact: Fact) -> bool:
    """Whether the API takes this field and never shows it again."""
    return fact.get("returned") is False or bool(fact.get("writeOnly"))


def _inside(fields: Mapping[str, Fact], name: str, part: str) -> Mapping[str, Fact]:
    """The fields of what a list (`items`) or map (`values`) of the request holds."""
    found = fields.get(name, {}).get(part)
    if not isinstance(found, Mapping) or not found.get("fields"):
        raise unusable(f"the requests do not say what `{name}` holds")
    inner: Mapping[str, Fact] = found["fields"]
    return inner


def _properties(fields: Mapping[str, Fact], path: str, words: Words) -> dict[str, Json]:
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
        schema["properties"] = _properties(fact["fields"], path, words)
        if fact.get("required"):
            schema["required"] = list(fact["required"])
        schema["additionalProperties"] = False
    if fact.get("values") is True:
        schema["additionalProperties"] = True
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
