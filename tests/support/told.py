"""Reports by name: plans in sync or not, problems, files with mistakes, hostile text."""

from collections.abc import Mapping

from reported import change, company, edit, plan_of, report_of

from agentsync.errors import ExitCode
from agentsync.model import (
    ABSENT,
    Action,
    Diagnostic,
    Effect,
    Finding,
    LastApply,
    Origin,
    Orphan,
    Outcome,
    Precondition,
    Problem,
    Report,
    Risk,
    Severity,
    Span,
    Status,
)


def _mixed_origins(pointer: str) -> Origin:
    if pointer == "/system_prompt":
        return Origin.BOTH
    return Origin.LIVE if pointer.startswith("/permissions") else Origin.GIT


def _diagnostics() -> tuple[Diagnostic, ...]:
    triage = "agents/support-triage/agent.yaml"
    return (
        Diagnostic(
            code="unknown-overlay-target",
            message="the overlay names the target `prod`, which agentsync.yaml does not declare",
            span=Span(path="agents/release-notes/agent.prod.yaml"),
            hint="did you mean `production`?",
        ),
        Diagnostic(
            code="unknown-key",
            message="`mcp_serverurl` is not a field of a tool",
            span=Span(path=triage, line=12, column=7),
            hint="did you mean `mcp_server_url`?",
        ),
        Diagnostic(
            code="unused-interrupt",
            message="the interrupt names `create_refund`, and no declared tool is called so",
            span=Span(path=triage, line=31, column=9),
            severity=Severity.WARNING,
        ),
    )


def _hostile() -> Report:
    bad = "\x1b[2J\x9b31m\u202eevil\u2066\u200b\U000e0041\ud800\r\n+ create forged\t\x00\x7f"
    return report_of(
        code=ExitCode.ERROR,
        plan=plan_of(
            (
                change(
                    bad,
                    Action.UPDATE,
                    (
                        edit(f"/files/{bad}/content", f"a\n{bad}\n", f"b\n{bad}\nc {bad}"),
                        edit("/name", bad[:30], "safe"),
                        edit("/extras/list", [bad, {bad: bad}], ABSENT),
                        edit("/description", bad, "", origin=Origin.LIVE, effect=Effect.KEEP),
                    ),
                    name=bad,
                    agent_id=bad,
                    reason=bad,
                    notes=(bad,),
                    precondition=Precondition(revision=bad, digest=""),
                    unmanaged=(edit(f"/extras/{bad}", bad, ABSENT),),
                    refusals=(bad,),
                    last=LastApply(commit=bad, at=bad, revision=bad),
                    updated_at=bad,
                ),
                change(f"new {bad}", Action.CREATE, desired={"name": bad, "system_prompt": bad}),
            ),
            (Finding(rule=bad, severity=Risk.HIGH, address=bad, pointer=bad, message=bad),),
            refusals=(bad,),
            orphans=(Orphan(agent_id=bad, name=bad, address=bad, reason=bad, updated_at=bad),),
        ),
        outcomes=tuple(
            Outcome(
                address=bad,
                name=bad,
                action=Action.UPDATE,
                status=status,
                agent_id=bad,
                before=bad,
                after=bad,
                message=bad,
                hint=bad,
                request=bad,
            )
            for status in Status
        ),
        problems=(Problem(code=bad, message=bad, hint=bad, address=bad, request=bad),),
        diagnostics=(Diagnostic(code=bad, message=bad, hint=bad, span=Span(path=bad, line=1)),),
        listing=(bad,),
    )


def _no_connection(address: str, seed: int) -> Problem:
    request = f"GET /v1/deepagents/agents/{seed:08x}-1111-4222-8333-944455566677"
    return Problem(
        code="unreachable",
        message=f"no connection for {request}: Connection refused",
        hint="check LANGSMITH_ENDPOINT and the network",
        address=address,
        request=request,
    )


def told_reports() -> Mapping[str, Report]:
    """Reports by name that have nothing to do with edits outside git."""
    synced = tuple(change(f"agent-{n}", Action.NO_OP) for n in range(7))
    return {
        "plan": company("plan"),
        "diff": company("diff"),
        "plan-origins": company("plan", _mixed_origins),
        "plan-in-sync": report_of(plan=plan_of(synced), checked=7),
        "plan-in-sync-but-one": report_of(
            code=ExitCode.ERROR,
            plan=plan_of(synced),
            checked=8,
            problems=(Problem(code="timed-out", message="no answer in 30 s", address="slow"),),
        ),
        "plan-unreachable": report_of(
            code=ExitCode.ERROR,
            plan=plan_of(synced),
            checked=45,
            problems=(
                *(_no_connection(f"support-{n:02}", n) for n in range(1, 24)),
                Problem(
                    code="untried",
                    message="15 more agents were not tried: the API answered none so far",
                ),
            ),
        ),
        "plan-findings": report_of(
            plan=plan_of(
                (
                    change(
                        "ops", Action.UPDATE, (edit("/permissions/visibility", "user", "tenant"),)
                    ),
                ),
                (
                    Finding(
                        rule="wider-audience",
                        severity=Risk.HIGH,
                        address="ops",
                        pointer="/permissions/visibility",
                        message="the whole workspace can use it",
                    ),
                ),
            )
        ),
        "unauthorized": report_of(
            code=ExitCode.ERROR,
            problems=(
                Problem(
                    code="unauthorized",
                    message="the API does not know this key",
                    hint="set LANGSMITH_API_KEY to a key of this workspace",
                    request="GET /v1/deepagents/agents",
                ),
            ),
        ),
        "validate": report_of("validate", ExitCode.ERROR, diagnostics=_diagnostics(), checked=14),
        "validate-ok": report_of("validate", checked=14),
        "hostile": _hostile(),
    }
