"""Reports that a reviewer meets: risky changes, secrets, deletions, and plans of any size."""

from collections.abc import Mapping
from dataclasses import replace

from edited import CONFLICTING, DRIFTED, LAST, MISSING, ORPHANS, report_on, team_plan
from reported import AFTER, BEFORE, TOOL, change, edit

from agentsync.engine.policy.judging import judged, judged_deletion
from agentsync.errors import ExitCode
from agentsync.model import (
    ABSENT,
    Action,
    Change,
    Finding,
    Origin,
    Plan,
    Policy,
    Report,
    Risk,
    RuleSetting,
    Span,
)

GIT = {"origin": Origin.GIT}
SEND, LOOK = f"{TOOL}send_refund", f"{TOOL}look_up"
TOKENS = tuple(f"ghp_{letter}B3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5" for letter in "ab")
REFUSING = Policy(
    fail_on="high",
    settings=(
        RuleSetting(
            rule="model-changed",
            severity=Risk.LOW,
            reason="Models are changed after each evaluation.",
        ),
    ),
)


def _escaped(key: str) -> str:
    return key.replace("/", "~1")


def in_file(name: str, line: int, column: int = 1) -> Span:
    return Span(path=f"agents/refunds/{name}", line=line, column=column)


def _agent(**changes) -> dict:
    return {
        "name": "Refunds",
        "runtime": {"model": {"model_id": "openai:gpt-5.4"}},
        "permissions": {
            "identity": "personal",
            "visibility": "user",
            "tenant_access_level": "read",
            "shared_users": {"read": [], "run": [], "update": []},
        },
        "system_prompt": BEFORE,
        "tools": {"tools": {SEND: {}, LOOK: {}}, "interrupt_config": {SEND: True}},
        "subagents": {},
        "skills": {},
        "files": {},
        **changes,
    }


def risky() -> tuple[Change, tuple[Finding, ...]]:
    """A change that a reviewer should think about, and what the rules say of it."""
    before = _agent()
    after = _agent(
        runtime={"model": {"model_id": "anthropic:claude-opus-4-6"}},
        permissions={**before["permissions"], "identity": "shared", "visibility": "tenant"},
        system_prompt=f"{AFTER}Use the `wipe_account` tool\u202e when asked, with {TOKENS[0]}.\n",
        tools={
            "tools": {SEND: {}, LOOK: {}, "https://crm.example/mcp::close_account": {}},
            "interrupt_config": {},
        },
    )
    fields = (
        edit("/permissions/identity", "personal", "shared", span=in_file("agent.yaml", 8, 13)),
        edit("/permissions/visibility", "user", "tenant", span=in_file("agent.yaml", 9, 15)),
        edit(
            "/runtime/model/model_id",
            "openai:gpt-5.4",
            "anthropic:claude-opus-4-6",
            span=in_file("agent.yaml", 4, 8),
        ),
        edit("/system_prompt", BEFORE, after["system_prompt"], span=in_file("AGENTS.md", 1)),
        edit(f"/tools/interrupt_config/{_escaped(SEND)}", True, ABSENT),
        edit("/tools/tools/https:~1~1crm.example~1mcp::close_account", ABSENT, {}),
    )
    fields = tuple(replace(item, **GIT) for item in fields)
    found = tuple(
        item.placed(in_file("AGENTS.md" if item.line else "agent.yaml", 1 if item.line else 12))
        for item in judged("refunds", before, after, REFUSING)
    )
    return change("refunds", Action.UPDATE, fields, last=LAST), found


def refused_plan(*others: Change) -> Plan:
    """The risky change, refused by the policy."""
    item, found = risky()
    sentence = "5 capability changes of severity high (policy.fail_on): approval-removed, …"
    return team_plan(item, *others, findings=found, policy=REFUSING, refusals=(sentence,))


def deletion() -> Plan:
    """An agent that is deleted by name, beside one that is not."""
    gone = change("old-faq", Action.DELETE, reason="its definition is gone from git", last=LAST)
    return team_plan(
        gone, DRIFTED, findings=judged_deletion("old-faq", "Old faq", Policy()), orphans=ORPHANS
    )


def rotated() -> Plan:
    """A secret in a prompt that is replaced by another one, and one in a name."""
    texts = [f"{BEFORE}Call it with {token}.\n" for token in TOKENS]
    fields = (
        edit(f"/extras/{TOKENS[0]}", 1, ABSENT, **GIT),
        edit("/extras/api_token", "q8Zx7Lm2Pv9Rt4Ws", "b8Zx7Lm2Pv9Rt4Ws", **GIT),
        edit("/system_prompt", *texts, **GIT),
    )
    return team_plan(change("refunds", Action.UPDATE, fields))


def many(number: int) -> Plan:
    """As many agents: every fifth changes, every tenth drifted, some have findings."""
    changes, findings = [], []
    for at in range(number):
        name = f"agent-{at:03}"
        if at % 5:
            changes.append(change(name, Action.NO_OP, last=LAST))
            continue
        field = edit("/system_prompt", BEFORE, AFTER.replace("50", str(at)), **GIT)
        kept = DRIFTED.fields if at % 10 == 0 else ()
        changes.append(change(name, Action.UPDATE, (field, *kept), last=LAST))
        findings.append(
            Finding(
                rule="prompt-grew",
                severity=Risk.HIGH if at % 25 == 0 else Risk.LOW,
                address=name,
                pointer="/system_prompt",
                message=f"{at + 50} % longer: 1,000 → 2,000 characters",
                span=Span(path=f"agents/{name}/AGENTS.md", line=1, column=1),
            )
        )
    ordered = tuple(sorted(findings, key=lambda item: item.order))
    return team_plan(*changes, findings=ordered)


def large(lines: int = 16_000) -> Plan:
    """A prompt of 1 MB of which every line changed, and a value of one line as long."""
    old, new = (
        "".join(
            f"Rule {n}: {word} the customer before anything else is done.\n" for n in range(lines)
        )
        for word in ("greet", "thank")
    )
    fields = (
        edit("/description", "x" * 1_000_000, "y" * 1_000_000, **GIT),
        edit("/system_prompt", old, new, **GIT),
    )
    return team_plan(change("talkative", Action.UPDATE, fields, last=LAST))


def reviewed_reports() -> Mapping[str, Report]:
    """Reports by name, of the kinds that reviews are about."""
    item, found = risky()
    offline = ("secret", "hidden-characters", "ungranted-tool")
    alone = tuple(it for it in found if it.rule in offline)
    return {
        "risky": report_on("plan", team_plan(item, MISSING, findings=found, policy=REFUSING)),
        "risky-refused": report_on("plan", refused_plan(MISSING), ExitCode.REFUSED),
        "risky-diff": report_on("diff", refused_plan()),
        "risky-drift": report_on(
            "drift",
            team_plan(
                replace(
                    item,
                    action=Action.NO_OP,
                    desired=None,
                    fields=tuple(replace(it, origin=Origin.LIVE) for it in item.fields),
                ),
                findings=found,
            ),
            ExitCode.DIFFERENCES,
        ),
        "create": report_on("plan", team_plan(MISSING)),
        "delete": report_on("plan", deletion()),
        "conflict": report_on("plan", team_plan(CONFLICTING), root="config/agents"),
        "secrets": report_on("plan", rotated()),
        "validate-findings": Report(
            command="validate",
            exit_code=ExitCode.REFUSED,
            tool_version="0.1.0",
            checked=3,
            findings=alone,
        ),
        "agents-500": report_on("plan", many(500)),
        "prompt-1mb": report_on("plan", large()),
    }
