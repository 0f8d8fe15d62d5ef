"""A company and its agents, for the tests of renderers: changes, edits, plans, reports."""

from collections.abc import Callable

from agentsync.canonical import Json
from agentsync.errors import ExitCode
from agentsync.model import (
    ABSENT,
    Action,
    Change,
    FieldChange,
    Finding,
    Origin,
    Plan,
    Precondition,
    Problem,
    Report,
    Span,
)

# Prompts have lines of real length.
BEFORE = """\
# Support triage

You are the first reader of every message that reaches Acme's support desk. Read \
the whole thread before you decide anything, and look the order up when a number is given.

## What to do

1. Decide how urgent it is: `low`, `normal` or `urgent`.
2. Decide who should answer: billing, shipping or product.
3. Write a short summary for the colleague who takes over.

## Tone

Answer in the customer's language. Be brief, and never promise a refund.

## When unsure

Leave the ticket with the duty manager.
"""
AFTER = """\
# Support triage

You are the first reader of every message that reaches Acme's support desk. Read \
the whole thread before you decide anything, and look the order up even when no number is given.

## What to do

1. Decide how urgent it is: `low`, `normal` or `urgent`.
2. Decide who should answer: billing, shipping or product.
3. Write a short summary for the colleague who takes over.

## Tone

Answer in the customer's language. Be brief, and offer a refund only below 50 EUR.

## When unsure

Leave the ticket with the duty manager.
Say so in the summary.
"""
TOOL = "https://tools.acme.example/mcp::"
NOTES = """\
# Release notes

You turn merged pull requests into release notes that customers like to read.

- Group by what changes for the reader, not by component.
- One sentence each; no internal names.
- Say plainly when something stops working.
"""


def change(address: str, action: Action, fields: tuple[FieldChange, ...] = (), **given) -> Change:
    """One agent's change with an id and a revision, unless it is to be created."""
    seed = sum(map(ord, address)) % 89 + 10
    live = action is not Action.CREATE
    defaults = {
        "name": address.replace("-", " ").capitalize(),
        "reason": "in sync"
        if action is Action.NO_OP
        else f"{len(fields)} field{'s differ' if len(fields) != 1 else ' differs'}",
        "agent_id": f"{seed}d8c2f4-6a0b-4c55-9e0a-1f2b3c4d5e{seed}" if live else None,
        "precondition": Precondition(revision=f"{seed}" * 20, digest="0" * 64) if live else None,
    }
    return Change(address=address, action=action, fields=fields, **{**defaults, **given})


def edit(pointer: str, before: Json, after: Json, **given) -> FieldChange:
    return FieldChange(pointer=pointer, before=before, after=after, **given)


def in_file(path: str, line: int, column: int = 1) -> Span:
    return Span(path=f"agents/support-triage/{path}", line=line, column=column)


def support(origin: Callable[[str], Origin]) -> Change:
    fields = [
        ("/permissions/visibility", "user", "tenant", in_file("agent.yaml", 9, 15)),
        (
            "/runtime/model/model_id",
            "openai:gpt-5.4",
            "openai:gpt-5.5",
            in_file("agent.yaml", 4, 8),
        ),
        ("/system_prompt", BEFORE, AFTER, in_file("AGENTS.md", 1)),
        (
            f"/tools/interrupt_config/{_escaped('create_refund')}",
            True,
            False,
            in_file("agent.yaml", 31, 9),
        ),
        (f"/tools/tools/{_escaped('create_refund')}", ABSENT, {}, in_file("agent.yaml", 22, 7)),
        (
            f"/tools/tools/{_escaped('search_orders')}",
            {"display_name": "Find orders", "mcp_server_name": "acme"},
            ABSENT,
            None,
        ),
        (
            "/backend/sandbox_config/policy_ids",
            ["egress-default"],
            ["egress-default", "egress-shop"],
            in_file("agent.yaml", 12, 5),
        ),
    ]
    return change(
        "support-triage",
        Action.UPDATE,
        tuple(
            edit(pointer, before, after, span=span, origin=origin(pointer))
            for pointer, before, after, span in sorted(fields, key=lambda item: item[0])
        ),
    )


def _escaped(tool: str) -> str:
    return f"{TOOL}{tool}".replace("/", "~1")


def company(command: str, origin: Callable[[str], Origin] = lambda _: Origin.UNKNOWN) -> Report:
    """A company's plan: an update, a create, an adopt, six agents in sync, and one that failed."""
    subagent = {
        "description": "Checks every claim against the sources",
        "instructions": "# Critic\n\n"
        + "".join(f"Rule {n}: check it twice.\n" for n in range(1, 21)),
        "tools": {"tools": {}, "interrupt_config": {}},
        "files": {},
    }
    notes = {
        "name": "Release notes for customers",
        "description": "Writes what customers read on release day",
        "runtime": {"model": {"model_id": "anthropic:claude-sonnet-5"}},
        "permissions": {"visibility": "tenant"},
        "system_prompt": NOTES,
        "tools": {
            "tools": {f"{TOOL}{name}": {} for name in ("list_merged", "get_pull", "publish")},
            "interrupt_config": {f"{TOOL}publish": True, f"{TOOL}get_pull": False},
        },
        "subagents": {"critic": subagent, "translator": subagent},
        "skills": {"changelog": {"repo_handle": "acme/changelog"}},
        "files": {"files/style.md": {"content": "Plain words.\n"}},
    }
    changes = [
        change(
            "billing-helper",
            Action.ADOPT,
            (edit("/description", "Helps with bills", "Answers questions about invoices"),),
            reason="the one live agent of this name; it is not bound to this definition yet",
        ),
        change(
            "release-notes",
            Action.CREATE,
            (
                edit("/name", ABSENT, "Release notes for customers"),
                edit("/system_prompt", ABSENT, NOTES),
            ),
            name="Release notes for customers",
            reason="no live agent has this name",
            desired=notes,
        ),
        change(
            "research-assistant",
            Action.UPDATE,
            (edit("/subagents/critic", ABSENT, subagent, origin=origin("/subagents/critic")),),
            reason="1 field differs",
            notes=("runtime cannot be unset through the API; it stays as it is",),
            unmanaged=(edit("/extras/ui_color", "#336699", ABSENT),),
        ),
        support(origin),
        *(
            change(name, Action.NO_OP)
            for name in (
                "acronyms",
                "minutes",
                "onboarding",
                "sql-analyst",
                "standup",
                "translator",
            )
        ),
    ]
    return Report(
        command=command,
        exit_code=ExitCode.ERROR,
        tool_version="0.1.0",
        checked=len(changes) + 1,
        plan=Plan(
            project="acme-agents",
            target="production",
            provider="managed",
            endpoint="https://api.smith.langchain.com/v1/deepagents",
            tool_version="0.1.0",
            commit="4f2a9c1d0e7b6a5f4e3d2c1b0a9f8e7d6c5b4a39",
            changes=tuple(sorted(changes, key=lambda item: item.address)),
        ),
        problems=(
            Problem(
                code="forbidden",
                message="this key may not read the agent",
                hint="ask its owner to share it with the workspace, or use the owner's key",
                address="sales-helper",
                request="GET /v1/deepagents/agents/5f0c7a1e-1111-4222-8333-944455566677",
            ),
        ),
    )


def plan_of(changes: tuple[Change, ...] = (), findings: tuple[Finding, ...] = (), **given) -> Plan:
    return Plan(
        project="acme-agents",
        target="",
        provider="managed",
        endpoint="http://127.0.0.1:8123/v1/deepagents",
        tool_version="0.1.0",
        changes=changes,
        findings=findings,
        **given,
    )


def report_of(command: str = "plan", code: ExitCode = ExitCode.OK, **given) -> Report:
    return Report(command=command, exit_code=code, tool_version="0.1.0", **given)
