"""An agent whose change the rules judge."""

from typing import Any

from agentsync.engine.origins import put
from agentsync.engine.policy.judging import judged
from agentsync.model import ABSENT, Finding, Policy

MAIL = "https://mcp.acme.example/mail"
PROMPT = "You answer letters. Be brief, and say when you do not know.\n" * 10


def an_agent(**changes: Any) -> dict[str, Any]:
    """The canonical form of an agent, with these top-level fields instead of its own."""
    return {
        "name": "Letters",
        "runtime": {"model": {"model_id": "openai:gpt-5.5"}},
        "backend": {"type": "state"},
        "permissions": {
            "identity": "personal",
            "visibility": "user",
            "tenant_access_level": "read",
            "shared_users": {"read": [], "run": [], "update": []},
        },
        "system_prompt": PROMPT,
        "tools": {
            "tools": {f"{MAIL}::read": {}, f"{MAIL}::send": {}},
            "interrupt_config": {f"{MAIL}::send": True},
        },
        "subagents": {},
        "skills": {},
        "files": {},
        **changes,
    }


def findings(
    changes: dict[str, Any], policy: Policy | None = None, **before: Any
) -> tuple[Finding, ...]:
    was = an_agent(**before)
    now = was
    for pointer, value in changes.items():
        now = put(now, pointer, ABSENT if value is None else value)
    return judged("letters", was, now, policy or Policy())
