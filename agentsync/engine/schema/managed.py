"""The agents of Managed Deep Agents: agent.schema.json and subagent.schema.json."""

from collections.abc import Mapping
from typing import Final

from agentsync.engine.schema.dialect import DRAFT, patterns
from agentsync.engine.schema.fields import properties
from agentsync.engine.schema.kind import Fact, Kind, Schema
from agentsync.engine.schema.references import unusable
from agentsync.engine.schema.words import (
    AGENT,
    ELSEWHERE,
    INLINE_SKILLS,
    ONE_MODEL,
    SUBAGENT,
)


def _also(fields: Mapping[str, Fact]) -> dict[str, Fact]:
    """Our short `model`, and `skills`, which are links: inline ones are folders."""
    entry = _inside(fields, "files", "values")
    link = {name: entry[name] for name in ("repo_handle", "commit_id") if name in entry}
    if "repo_handle" not in link:
        raise unusable("an entry of `files` has no `repo_handle`, so linked skills are unknown")
    text: Fact = {"type": "string"}
    skills = {"type": "array", "items": {"type": "object", "fields": {**link, "name": text}}}
    return {"model": text, "skills": skills}


def _subagent(fields: Mapping[str, Fact]) -> dict[str, Schema]:
    subagent = _inside(fields, "subagents", "items")
    own = {name: fact for name, fact in subagent.items() if name not in ("name", "instructions")}
    return {
        "subagent": {
            "$schema": DRAFT,
            "title": "agent.yaml of a subagent",
            "description": "subagents/<name>/agent.yaml: everything about a subagent but its "
            "name, which is the folder's, and its instructions, which are AGENTS.md beside it.",
            "type": "object",
            "properties": properties(own, "", SUBAGENT),
            "additionalProperties": False,
            "x-agentsync": {
                "elsewhere": {
                    "instructions": "write the instructions into AGENTS.md beside agent.yaml",
                    "name": "rename the folder: its name is the subagent's name",
                }
            },
            "$defs": patterns("nonBlankLine", "serverUrl"),
        },
    }


def _inside(fields: Mapping[str, Fact], name: str, part: str) -> Mapping[str, Fact]:
    """The fields of what a list (`items`) or map (`values`) of the request holds."""
    found = fields.get(name, {}).get(part)
    if not isinstance(found, Mapping) or not found.get("fields"):
        raise unusable(f"the requests do not say what `{name}` holds")
    inner: Mapping[str, Fact] = found["fields"]
    return inner


MANAGED: Final = Kind(
    api="managed",
    title="Managed Deep Agents",
    create="CreateAgentRequest",
    update="UpdateAgentRequest",
    answer="Agent",
    path="/agents",
    schema="agent",
    heading={
        "title": "agent.yaml",
        "description": "agents/<folder>/agent.yaml: an agent's settings, in the API's own words. "
        "Its system prompt is AGENTS.md beside it; skills, subagents and other files have folders.",
    },
    words=AGENT,
    elsewhere=ELSEWHERE,
    patterns=(
        *("nonBlankLine", "skillHandle", "commit", "uuid", "serverUrl", "subagentName"),
        *("skillName", "relativePath", "count"),
    ),
    rules=ONE_MODEL,
    block={"inline_skills": INLINE_SKILLS},
    also=_also,
    parts=_subagent,
    part_names=("subagent",),
    subjects={"subagents[].": "subagent", "skills[].": "skill", "files{}.": "file"},
)
