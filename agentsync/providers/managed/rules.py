"""What the fields of a managed agent mean."""

from typing import Final

from agentsync.engine.rules import Rules

_TOOLSETS: Final = ("/tools", "/subagents/*/tools")

RULES: Final = Rules(
    sections={
        "name": "plain",
        "description": "plain",
        "runtime": "plain",
        "backend": "backend",
        "permissions": "permissions",
        "extras": "extras",
        "system_prompt": "prompt",
        "tools": "toolset",
        "subagents": "subagents",
        "skills": "skills",
        "files": "files",
    },
    aliases={"instructions": "system_prompt"},
    defaults={
        "description": "",
        "runtime": {},
        "backend": {},
        "extras": {},
        "permissions": {
            "identity": "personal",
            "visibility": "tenant",
            "tenant_access_level": "read",
            "shared_users": {"read": [], "run": [], "update": []},
        },
    },
    server_owned=frozenset(
        {"id", "owner_id", "created_at", "updated_at", "revision", "access_level", "is_owner"}
    ),
    write_only=frozenset({"configurable"}),
    owned=(
        "/system_prompt",
        *(f"{at}/tools/*" for at in _TOOLSETS),
        *(f"{at}/tools/*/mcp_server_name" for at in _TOOLSETS),
        *(f"{at}/tools/*/display_name" for at in _TOOLSETS),
        *(f"{at}/interrupt_config/*" for at in _TOOLSETS),
        "/subagents/*",
        "/subagents/*/description",
        "/subagents/*/model_id",
        "/subagents/*/files/skills~1*",
        "/skills/*",
        "/skills/*/description",
        "/skills/*/front_matter/*",
        "/skills/*/instructions",
        "/skills/*/files",
        "/skills/*/files/*",
        "/skills/*/repo_handle",
    ),
    whole=("/extras/*",),
    tree=frozenset({"system_prompt", "tools", "subagents", "skills", "files"}),
    only_with={"/backend/sandbox_config": ("/backend/type", "sandbox")},
    unset=("/description", "/permissions", "/extras/*", "/files/*"),
    # A linked skill's pin is kept, forgotten or resolved to the newest commit: not documented.
    said=("/skills/*/commit_id",),
    backends={
        "default": ("state", ""),
        "thread_scoped_sandbox": ("sandbox", "thread"),
        "agent_scoped_sandbox": ("sandbox", "agent"),
    },
)
