"""What a definition is made of: the files and keys of one kind of agent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One kind of definition.

    Shape: `schema` names the schema of its agent.yaml, and `fields` the keys of that in the order
    in which people write them; `needs_prompt` says whether there is no definition without an
    AGENTS.md; `folders` are the folders it may have, and `instead` says what to do with another
    one; `prompt_at` is where in a live agent the prompt stands unless the target says otherwise, a
    JSON Pointer, "" where the API has a place of its own for it.
    """

    schema: str
    fields: tuple[str, ...]
    needs_prompt: bool = True
    folders: frozenset[str] = frozenset()
    instead: Mapping[str, str] = field(default_factory=dict, hash=False)
    prompt_at: str = ""


AGENT: Final = Form(
    schema="agent",
    fields=(
        *("id", "name", "description", "model", "runtime", "backend", "permissions", "tools"),
        *("skills", "extras"),
    ),
    folders=frozenset({"skills", "subagents", "files"}),
)
"""An agent with a file tree: tools, skills, subagents."""

ASSISTANT: Final = Form(
    schema="assistant",
    fields=("id", "graph_id", "name", "description", "config", "context", "metadata"),
    needs_prompt=False,
    instead={
        "skills": "say what the graph takes for it under `context`",
        "subagents": "say what the graph takes for it under `context`",
        "files": "say what the graph takes for it under `context`",
    },
    prompt_at="/context/system_prompt",
)
"""A graph with a context of its own: all there is to it is in agent.yaml and AGENTS.md."""
