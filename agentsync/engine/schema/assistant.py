"""The assistants of an Agent Server, such as Agent Builder's agents: assistant.schema.json."""

from collections.abc import Mapping
from typing import Final

from agentsync.engine.schema.dialect import LARGEST, ref, refused
from agentsync.engine.schema.kind import Kind
from agentsync.engine.schema.words import Words

_PROMPT: Final = "write the system prompt into AGENTS.md beside agent.yaml"
_CONTEXT: Final = "say what the graph takes for it under `context`"

_ELSEWHERE: Final[Mapping[str, str]] = {
    "assistant_id": "call it `id`",
    "backend": _CONTEXT,
    "configurable": "write it under `context`, which the server mirrors into it",
    "extras": "write it under `metadata`",
    "files": _CONTEXT,
    "if_exists": "delete it: agentsync itself decides what to do about an assistant that exists",
    "instructions": _PROMPT,
    "model": _CONTEXT,
    "model_id": _CONTEXT,
    "permissions": "delete it: who may see and change an assistant is for the server to decide",
    "prompt": _PROMPT,
    "recursion_limit": "write it under `config`",
    "runtime": _CONTEXT,
    "skills": _CONTEXT,
    "subagents": _CONTEXT,
    "system_prompt": _PROMPT,
    "tags": "write it under `config`",
    "tools": _CONTEXT,
}
"""Fields of this API, and keys of a managed agent, that are no keys here, and what to do."""

ASSISTANT_WORDS: Final[Words] = {
    "id": {
        "$ref": ref("uuid"),
        "description": "Binds this definition to an assistant that exists already. Seldom needed: "
        "agentsync finds its agents by their marker. In an overlay, each target has its own.",
        "examples": ["7c0e5e0a-41f5-4c0c-9f0e-3f6c2b1d8a55"],
    },
    "graph_id": {
        "$ref": ref("nonBlankLine"),
        "description": "The graph that the assistant runs, by the name that the server knows it "
        "under.",
        "examples": ["agent"],
    },
    "name": {
        "$ref": ref("nonBlankLine"),
        "description": "The assistant's name for people. It may be changed later: the folder's "
        "name, not this one, is what identifies the agent.",
        "examples": ["Support triage"],
    },
    "description": {
        "description": "What the assistant is for, in a sentence or two. Left out: not managed.",
        "examples": ["Sorts what customers write, and answers what is simple."],
    },
    "config": {
        "description": "How the graph is run. Keys that are not listed here stay as they are. "
        "What the graph itself takes belongs under `context`.",
        "properties": {
            "configurable": refused(
                "`configurable` belongs under `context`: the server mirrors the context into it"
            )
        },
        "examples": [{"recursion_limit": 50, "tags": ["support"]}],
    },
    "config.tags": {
        "description": "Tags of every run of the assistant, to find its traces by.",
        "examples": [["support"]],
    },
    "config.tags[]": {"description": "One tag."},
    "config.recursion_limit": {
        "description": "How many steps of the graph a run may take before it is stopped.",
        "minimum": 1,
        "maximum": LARGEST,
        "examples": [50],
    },
    "context": {
        "description": "What the graph takes: its model, its tools, whatever its context schema "
        "names. Owned in full: a key that is live and not listed here is removed. The system "
        "prompt stands in AGENTS.md and not here.",
        "examples": [{"model": "openai:gpt-5.5", "tools": ["search"]}],
    },
    "metadata": {
        "description": "Your own keys and values, kept with the assistant. Keys that are not "
        "listed here stay as they are. The key `agentsync` is reserved for the ownership marker.",
        "properties": {
            "agentsync": refused("`agentsync` is reserved: the ownership marker is kept there")
        },
        "examples": [{"team": "support", "ticket": "OPS-12"}],
    },
    # An `if`, and not a list of the other types, because only so the reason can be told.
    "metadata{}": {
        "description": "Any value but null.",
        "if": {"type": "null"},
        "then": refused(
            "a key of `metadata` cannot be null: that is how a removed key looks on this server"
        ),
    },
}

ASSISTANT: Final = Kind(
    api="agent-server",
    title="Agent Server",
    create="AssistantCreate",
    update="AssistantPatch",
    answer="Assistant",
    path="/assistants",
    schema="assistant",
    heading={
        "title": "agent.yaml of an assistant",
        "description": "agents/<folder>/agent.yaml where the target is an Agent Server: an "
        "assistant's settings, in the API's own words. Its system prompt is AGENTS.md beside it.",
    },
    words=ASSISTANT_WORDS,
    elsewhere=_ELSEWHERE,
    patterns=("nonBlankLine", "uuid"),
    # A server writes the names of its own graphs into its document as the choices of `graph_id`.
    # The next server has others, so they are neither a rule nor news.
    per_server=frozenset({"graph_id"}),
    open=frozenset({"config", "context", "metadata"}),
    # The API calls an assistant without a name "Untitled", and then nobody can tell two apart.
    required=("name",),
    block={"api": "agent-server"},
)
