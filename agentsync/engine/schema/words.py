"""What agentsync adds to the facts of Managed Deep Agents: words, examples, and prose rules.

A table maps a field to schema keywords that are laid over the derived ones. `tools[]` is an item
of a list. The order of a table is the order of the fields in the schema.
"""

from collections.abc import Mapping
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.schema.dialect import ref, refused

Words = Mapping[str, Mapping[str, Json]]

UNKNOWN_FIELD: Final = "The API takes this field; agentsync does not know it yet."

_AGENT_SERVER: Final = "it is for agents of an Agent Server, on targets of `provider: agent-server`"

ELSEWHERE: Final[Mapping[str, str]] = {
    "config": _AGENT_SERVER,
    "context": _AGENT_SERVER,
    "deleted_paths": "remove the file itself; the plan then removes it from the agent",
    "graph_id": _AGENT_SERVER,
    "files": "put the files into the folder files/ beside agent.yaml",
    "instructions": "write the system prompt into AGENTS.md beside agent.yaml",
    "subagents": "give each subagent a folder subagents/<name>/ with agent.yaml and AGENTS.md",
    "system_prompt": "write the system prompt into AGENTS.md beside agent.yaml",
}
"""Fields of the API, and of another one, that are no keys of agent.yaml, and what to do instead."""

INLINE_SKILLS: Final = "give each inline skill a folder skills/<name>/ with SKILL.md"

TOOLS: Final[Words] = {
    "tools": {
        "description": "The MCP tools it may call, and which of them wait for a person first. "
        "Owned in full: a tool that is live and not listed here is removed.",
    },
    "tools.tools": {
        "description": "The MCP tools, each with the server it comes from. Their order does not "
        "matter.",
    },
    "tools.tools[]": {
        "description": "One tool of one MCP server.",
        "required": ["name", "mcp_server_url"],
    },
    "tools.tools[].name": {
        "$ref": ref("nonBlankLine"),
        "description": "The tool's name, exactly as its MCP server lists it.",
        "examples": ["tavily_web_search"],
    },
    "tools.tools[].mcp_server_url": {
        "$ref": ref("serverUrl"),
        "description": "Where the MCP server is. A slash at the end makes no difference.",
        "examples": ["https://tools.example.com"],
    },
    "tools.tools[].mcp_server_name": {
        "description": "The server's name for people. Leave it out to show the URL.",
        "examples": ["Search"],
    },
    "tools.tools[].display_name": {
        "description": "The tool's name for people. Leave it out to show `name`.",
        "examples": ["Search the web"],
    },
    "tools.interrupt_config": {
        "description": "Which calls need a person's consent. Keys are `<mcp_server_url>::<tool "
        "name>`, for a tool that is listed above; true asks first, false does not.",
        "examples": [{"https://tools.example.com::send_mail": True}],
    },
    "tools.interrupt_config{}": {
        "description": "true: ask a person before the tool runs. false: run it at once.",
    },
}

AGENT: Final[Words] = {
    "id": {
        "$ref": ref("uuid"),
        "description": "Binds this definition to an agent that exists already. Seldom needed: "
        "agentsync finds its agents by their marker. In an overlay, each target has its own.",
        "examples": ["dfa71115-c971-4197-8f02-20826fbc6f40"],
    },
    "name": {
        "$ref": ref("nonBlankLine"),
        "description": "The agent's name for people. It may be changed later: the folder's name, "
        "not this one, is what identifies the agent.",
        "examples": ["Research assistant"],
    },
    "description": {
        "description": "What the agent is for, in a sentence or two. Left out: not managed.",
        "examples": ["Searches the web and sums up what it found, with sources."],
    },
    "model": {
        "$ref": ref("nonBlankLine"),
        "description": "Short for `runtime: {model: {model_id: …}}`; give one of the two. "
        "`provider:model`, or the name of a saved Playground configuration (no colon).",
        "examples": ["openai:gpt-5.5"],
    },
    "runtime": {
        "description": "What runs the agent. Settings that are not declared stay as they are live."
    },
    "runtime.model": {"description": "The language model."},
    "runtime.model.model_id": {
        "description": "`provider:model`. Without a colon it is the name of a saved Playground "
        "configuration.",
        "examples": ["openai:gpt-5.5", "openai:gpt-5.4-mini"],
    },
    "backend": {
        "description": "Where the agent works. Settings that are not declared stay as they are "
        "live.",
        "if": {"required": ["sandbox_config"]},
        "then": {"required": ["type"], "properties": {"type": {"const": "sandbox"}}},
    },
    "backend.type": {
        "description": "`state`: the agent has only its own state. `sandbox`: it also has a "
        "computer, set up by `sandbox_config`.",
        "examples": ["state"],
    },
    "backend.sandbox_config": {"description": "The sandbox. Only with `type: sandbox`."},
    "backend.sandbox_config.scope": {
        "description": "`thread`: a fresh sandbox for every thread. `agent`: one that all threads "
        "of the agent use.",
        "examples": ["thread"],
    },
    "backend.sandbox_config.snapshot_id": {
        "description": "The snapshot that new sandboxes start from.",
        "examples": ["550e8400-e29b-41d4-a716-446655440000"],
    },
    "backend.sandbox_config.policy_ids": {
        "description": "The sandbox policies that limit what tools may do. Their order does not "
        "matter.",
    },
    "backend.sandbox_config.policy_ids[]": {"description": "The id of one sandbox policy."},
    "backend.sandbox_config.idle_ttl_seconds": {
        "$ref": ref("count"),
        "description": "Seconds without use after which a sandbox is paused.",
        "examples": [600],
    },
    "backend.sandbox_config.delete_after_stop_seconds": {
        "$ref": ref("count"),
        "description": "Seconds after its stop until a sandbox is deleted.",
        "examples": [1200],
    },
    "permissions": {
        "description": "Who may see, run and change the agent. What is left out inside has its "
        "default; the whole block left out: not managed.",
        "examples": [{"identity": "shared", "visibility": "tenant", "tenant_access_level": "run"}],
    },
    "permissions.identity": {
        "description": "As whom the agent acts: `personal` or `shared`.",
    },
    "permissions.visibility": {
        "description": "Who sees the agent: `tenant`, the whole workspace, or `user`, its owner "
        "and the `shared_users`.",
    },
    "permissions.tenant_access_level": {
        "description": "What the workspace may do with it: `read`, `run` or `write`.",
    },
    "permissions.shared_users": {
        "description": "Single users with rights of their own, by user id.",
    },
    "permissions.shared_users.read": {"description": "Users who may look at the agent."},
    "permissions.shared_users.read[]": {"description": "A user id."},
    "permissions.shared_users.run": {"description": "Users who may run the agent."},
    "permissions.shared_users.run[]": {"description": "A user id."},
    "permissions.shared_users.update": {"description": "Users who may change the agent."},
    "permissions.shared_users.update[]": {"description": "A user id."},
    **TOOLS,
    "skills": {
        "description": "Skills linked from the workspace. Skills of the agent's own are folders: "
        "skills/<name>/SKILL.md.",
    },
    "skills[]": {
        "description": "One linked skill.",
        "required": ["repo_handle"],
    },
    "skills[].repo_handle": {
        "$ref": ref("skillHandle"),
        "description": "The skill's handle in the workspace.",
        "examples": ["summarizer"],
    },
    "skills[].commit_id": {
        "$ref": ref("commit"),
        "description": "Names one commit of the skill, or a tag. Left out: the newest. The API "
        "does not promise that a named commit stays pinned.",
    },
    "skills[].name": {
        "$ref": ref("skillName"),
        "description": "The folder under skills/ that the link appears as. Left out: the last "
        "part of `repo_handle`.",
        "examples": ["summarizer"],
    },
    "extras": {
        "description": "Your own keys and values, kept with the agent. Keys that are not listed "
        "here stay as they are. The key `agentsync` is reserved for the ownership marker.",
        "properties": {
            "agentsync": refused("`agentsync` is reserved: the ownership marker is kept there")
        },
        "examples": [{"team": "support", "ticket": "OPS-12"}],
    },
}

SUBAGENT: Final[Words] = {
    "description": {
        "description": "When to hand work to this subagent: the agent reads it to choose one.",
        "examples": ["Checks a draft for claims without a source."],
    },
    "model_id": {
        "description": "The subagent's own model, written as in the agent's `model`. Left out or "
        "empty: the agent's.",
        "examples": ["openai:gpt-5.4-mini"],
    },
    **TOOLS,
}

# `model` and `runtime.model` say the same thing, and may not disagree.
ONE_MODEL: Final[Mapping[str, Json]] = {
    "if": {"required": ["model"]},
    "then": {
        "properties": {
            "runtime": {"properties": {"model": refused("give either `model` or `runtime.model`")}}
        }
    },
}
