"""The schemas of agent.yaml: an API's facts in the shape of our files."""

from collections.abc import Mapping
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.schema.dialect import DRAFT, patterns
from agentsync.engine.schema.fields import properties
from agentsync.engine.schema.kind import Fact, Kind, Schema
from agentsync.engine.schema.kinds import kind_of_block, kind_of_document
from agentsync.engine.schema.openapi import read_facts
from agentsync.engine.schema.references import Document
from agentsync.errors import UsageError

BLOCK: Final = "x-agentsync"


def derive(openapi: Mapping[str, Json]) -> dict[str, Schema]:
    """The schemas of agent.yaml for the API that this document is of, by name.

    Shape: "agent" and "subagent" for Managed Deep Agents, "assistant" for an Agent Server.
    Errors: UsageError when the document is not an OpenAPI 3 document of either; it names what is
    missing.
    """
    document = Document(openapi)
    kind = kind_of_document(document)
    return assemble(kind, read_facts(document, kind))


def rebuild(schema: Mapping[str, Json]) -> dict[str, Schema]:
    """What `derive` gives for the API that this schema, of an agent or assistant, came from.

    Errors: UsageError when the schema carries no facts.
    """
    block = schema.get(BLOCK)
    kind = kind_of_block(block if isinstance(block, Mapping) else {})
    return assemble(kind, carried_facts(schema, kind))


def carried_facts(schema: Mapping[str, Json], kind: Kind) -> Fact:
    """The facts inside a schema of this kind.

    Errors: UsageError when it carries none.
    """
    block = schema.get(BLOCK)
    names = ("request", "server_owned", "operations")
    if not isinstance(block, Mapping) or any(name not in block for name in names):
        raise UsageError(
            f"this is not an {kind.schema} schema of agentsync: it has no `{BLOCK}` block",
            hint="derive it with `agentsync schema derive OPENAPI.json`",
        )
    return {name: block[name] for name in names}


def assemble(kind: Kind, facts: Fact) -> dict[str, Schema]:
    """All schemas of this kind, from facts alone."""
    return {kind.schema: _agent(kind, facts), **kind.parts(facts["request"]["fields"])}


def _agent(kind: Kind, facts: Fact) -> Schema:
    fields = facts["request"]["fields"]
    write_only = sorted(
        name for name, fact in fields.items() if is_write_only(fact) and name not in kind.elsewhere
    )
    out = {*write_only, *kind.elsewhere, *facts["server_owned"]}
    own = {
        name: _opened(fact) if name in kind.open else fact
        for name, fact in fields.items()
        if name not in out and not fact.get("readOnly") and not fact.get("deprecated")
    }
    ours: dict[str, Fact] = {"id": {"type": "string"}, **kind.also(fields)}
    return {
        "$schema": DRAFT,
        **kind.heading,
        "type": "object",
        "properties": properties({**own, **ours}, "", kind.words),
        "required": list(dict.fromkeys([*facts["request"]["required"], *kind.required])),
        "additionalProperties": False,
        **kind.rules,
        BLOCK: {
            "elsewhere": dict(kind.elsewhere),
            **kind.block,
            "write_only": write_only,
            **facts,
        },
        "$defs": patterns(*kind.patterns),
    }


def _opened(fact: Fact) -> Fact:
    """A field that takes any key unless the API says otherwise, with those its answers list."""
    if fact.get("closed"):
        return fact
    listed = fact.get("in_answers", {}).get("fields", {})
    inside = {"fields": {**listed, **fact.get("fields", {})}} if listed else {}
    return {"values": True, **fact, **inside}


def is_write_only(fact: Fact) -> bool:
    """Whether the API takes this field and never shows it again."""
    return fact.get("returned") is False or bool(fact.get("writeOnly"))
