"""The schema of agentsync.yaml."""

from collections.abc import Mapping
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.apis import APIS
from agentsync.engine.schema.dialect import DRAFT, patterns, ref, refused
from agentsync.engine.schema.policy import policy, rule_settings
from agentsync.model.choices import OnConflict, OnDrift

_PROMPT_POINTER: Final[Mapping[str, Json]] = {
    "$ref": ref("line"),
    "pattern": "^/context(?:/(?:[^~/]|~[01])+)+$",
    "patternErrorMessage": "must be a JSON Pointer into the context, such as /context/instructions",
}

_OF_ASSISTANTS: Final[Mapping[str, Json]] = {
    "if": {"properties": {"provider": {"const": "agent-server"}}, "required": ["provider"]},
    "then": {
        "properties": {"workspace_id": refused("a target on an Agent Server has no workspace")}
    },
    # Of a provider that is misspelt, nobody knows what its targets have.
    "else": {
        "if": {"properties": {"provider": {"const": "managed"}}},
        "then": {
            "properties": {
                name: refused(f"`{name}` is for targets with `provider: agent-server`")
                for name in ("prompt", "owner")
            }
        },
    },
}
"""Which settings make sense on which kind of API."""


def project() -> dict[str, Json]:
    """The schema of agentsync.yaml."""
    return {
        "$schema": DRAFT,
        "title": "agentsync.yaml",
        "description": "agentsync.yaml, at the root of the repository: where the agents are, where "
        "they go, and what agentsync may do there.",
        "type": "object",
        "properties": {
            "version": {
                "description": "The version of this file's format.",
                "const": 1,
                "default": 1,
            },
            "project": {
                "type": "string",
                "$ref": ref("slug"),
                "description": "The project's name. Part of the marker that says which project an "
                "agent belongs to, so choose one that no other project in the workspace has, and "
                "do not change it.",
                "examples": ["acme-agents"],
            },
            "agents": {
                "type": "string",
                "$ref": ref("relativePath"),
                "description": "The folder that holds a folder for each agent.",
                "default": "agents",
            },
            "targets": _targets(),
            "ignore": {
                "description": "Fields that agentsync leaves alone, in the plan and in the apply: "
                "JSON Pointers into an agent, `*` and `?` as wildcards inside one segment.",
                "type": "array",
                "items": {
                    "description": "One JSON Pointer with wildcards.",
                    "type": "string",
                    "$ref": ref("pointerGlob"),
                },
                "examples": [["/extras/ui_*"]],
            },
            "on_drift": {
                "description": "What an apply does with a field that somebody edited outside git "
                "since the last one. `keep`: leave it, and report it every time. `revert`: put "
                "back what git says. `fail`: refuse the agent. `--on-drift` decides for one run.",
                "enum": [choice.value for choice in OnDrift],
                "default": OnDrift.KEEP.value,
            },
            "on_conflict": {
                "description": "What an apply does with a field that was changed in git and "
                "outside it since the last one. `fail`: refuse the agent. `git`: write what git "
                "says. `live`: leave it. `--on-conflict` decides for one run.",
                "enum": [choice.value for choice in OnConflict],
                "default": OnConflict.FAIL.value,
            },
            "limits": _limits(),
            "policy": policy(
                "What reviewers want to know of a change before anything else, and from which risk "
                "on it is refused."
            ),
        },
        "required": ["project"],
        "additionalProperties": False,
        "$defs": {
            **patterns(
                *("slug", "nonBlankLine", "relativePath", "uuid", "endpointUrl", "pointerGlob"),
                *("count",),
            ),
            "promptPointer": dict(_PROMPT_POINTER),
            **rule_settings(),
        },
    }


def _targets() -> dict[str, Json]:
    return {
        "description": "The environments agents are applied to, by name. The name chooses one with "
        "`-t`, and names its overlays: agent.<target>.yaml.",
        "type": "object",
        "propertyNames": {"$ref": ref("slug")},
        "additionalProperties": {
            "description": "One environment.",
            "type": "object",
            "properties": {
                "provider": {
                    "description": "The kind of API: "
                    + "; ".join(f"`{name}`, {api.title}" for name, api in APIS.items())
                    + ".",
                    "enum": list(APIS),
                    "default": "managed",
                },
                "url": {
                    "type": "string",
                    "$ref": ref("endpointUrl"),
                    "description": "The API's address. Left out: LANGSMITH_ENDPOINT, or the "
                    "official host; of an Agent Server, LANGGRAPH_ENDPOINT. The key goes to any "
                    "other host only when the environment vouches for it.",
                    "examples": ["https://api.smith.langchain.com"],
                },
                "workspace_id": {
                    "type": "string",
                    "$ref": ref("uuid"),
                    "description": "The workspace, for a key that is valid in several.",
                    "examples": ["33499cf9-4c02-49af-909d-b8f42e051eab"],
                },
                "prompt": {
                    "type": "string",
                    "$ref": ref("promptPointer"),
                    "description": "Agent Server: where in an assistant AGENTS.md goes. Left out: "
                    "/context/system_prompt, if the context of the agent's graph has that.",
                    "examples": ["/context/instructions"],
                },
                "owner": {
                    "type": "string",
                    "$ref": ref("nonBlankLine"),
                    "description": "Agent Server: the user whose agents are applied here, as the "
                    "server names owners in `metadata.owner`. Those of others are read-only then: "
                    "plans say so, and apply refuses them.",
                    "examples": ["5c1c4b0e-9d0d-4a53-8b4e-6f7a2f0d9c11"],
                },
                "protect": {
                    "description": "true: on this target no agent is deleted, and none of another "
                    "project is taken over, whatever the command line says.",
                    "type": "boolean",
                    "default": False,
                },
                "policy": policy("What is otherwise on this target than in the project's policy."),
            },
            "additionalProperties": False,
            **_OF_ASSISTANTS,
        },
        "examples": [{"staging": {}, "production": {"protect": True}}],
    }


def _limits() -> dict[str, Json]:
    return {
        "description": "How much one apply may do. Beyond it nothing at all is written, and the "
        "plan says so already.",
        "type": "object",
        "properties": {
            "max_deletes": {
                "type": "integer",
                "$ref": ref("count"),
                "description": "The most agents one apply may delete. Each one has to be named on "
                "the command line as well.",
                "default": 0,
            },
            "max_changes": {
                "type": "integer",
                "$ref": ref("count"),
                "description": "The most agents one apply may create, update or delete. Left out: "
                "no limit.",
                "examples": [10],
            },
        },
        "additionalProperties": False,
    }
