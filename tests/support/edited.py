"""Reports of a team whose agents are edited in git, outside it, and on both sides."""

from collections.abc import Mapping
from dataclasses import replace

from reported import AFTER, BEFORE, NOTES, change, edit

from agentsync.errors import ExitCode
from agentsync.model import (
    ABSENT,
    Action,
    Change,
    Choices,
    Effect,
    Guarantee,
    LastApply,
    Limits,
    Origin,
    Orphan,
    Outcome,
    Plan,
    Problem,
    Report,
    Status,
)

LAST = LastApply(
    commit="4f2a9c1d0e7b6a5f4e3d2c1b0a9f8e7d6c5b4a39",
    at="2026-11-20T15:02:11+01:00",
    revision="5e" * 20,
)
NIGHT = "2026-11-21T03:12:40Z"
KEPT = {"origin": Origin.LIVE, "effect": Effect.KEEP}
CONFLICT = {"origin": Origin.BOTH, "effect": Effect.REFUSE}
TO_APPLY = {"origin": Origin.GIT}
SEARCH = "/tools/tools/https:~1~1tools.acme.example~1mcp::search_orders"
MODEL = ("/runtime/model/model_id", "openai:gpt-5.4", "openai:gpt-5.5")

IN_SYNC = tuple(change(name, Action.NO_OP, last=LAST) for name in ("acronyms", "minutes"))
ADOPTABLE = change(
    "billing-helper",
    Action.ADOPT,
    (
        edit(
            "/description",
            "Helps with bills",
            "Answers questions about invoices",
            effect=Effect.REFUSE,
        ),
    ),
    reason="the one live agent of this name, which agentsync never applied",
    refusals=(
        "it has only the name in common with this definition; --adopt takes it over, or bind it "
        "with `id: 97d8c2f4-6a0b-4c55-9e0a-1f2b3c4d5e97`",
    ),
)
FOREIGN = change(
    "legacy-faq",
    Action.ADOPT,
    (edit("/name", "FAQ", "Legacy FAQ", effect=Effect.REFUSE),),
    reason="it belongs to project support (as faq)",
    refusals=("it belongs to project support (as faq); --take-over makes it this definition's",),
    last=replace(LAST, commit=""),
)
DRIFTED = change(
    "onboarding",
    Action.NO_OP,
    (
        edit("/description", "First steps", "First week", **KEPT),
        edit("/system_prompt", AFTER, BEFORE, **KEPT),
        edit(SEARCH, {"display_name": "Find orders"}, ABSENT, **KEPT),
    ),
    reason="nothing is changed in git since the last apply",
    last=LAST,
    updated_at=NIGHT,
)
MARKER = change(
    "release-notes",
    Action.UPDATE,
    name="Release notes",
    reason="its folder was changelog",
    last=LAST,
)
MIXED = change(
    "research-assistant",
    Action.UPDATE,
    (
        edit(*MODEL, **TO_APPLY),
        edit("/permissions/visibility", "tenant", "user", **KEPT),
        edit("/skills/pdf/instructions", ABSENT, NOTES, **KEPT),
    ),
    reason="1 field differs",
    last=LAST,
    updated_at=NIGHT,
)
CONFLICTING = change(
    "sql-analyst",
    Action.UPDATE,
    (edit(*MODEL, **TO_APPLY), edit("/system_prompt", BEFORE, AFTER, **CONFLICT)),
    name="SQL analyst",
    reason="2 fields differ",
    refusals=(
        "1 field changed in git and outside it; --on-conflict git or live says which one wins",
    ),
    last=LAST,
    updated_at=NIGHT,
)
UNKNOWN = change(
    "standup",
    Action.UPDATE,
    (edit("/description", "Stand-up", "Collects the stand-up", effect=Effect.REFUSE),),
    reason="1 field differs",
    notes=(
        "the part of its marker that says what was applied is damaged: who changed what is unknown",
    ),
    refusals=(
        "1 field never applied by agentsync, so nobody knows who made them differ; --adopt lets "
        "git win",
    ),
    last=LAST,
)
MISSING = change(
    "translator",
    Action.CREATE,
    (edit("/name", ABSENT, "Translator", **TO_APPLY),),
    reason="no agent that this key lists has this name; bind one that exists with `id:`",
    desired={"name": "Translator", "system_prompt": NOTES},
)
ORPHANS = (
    Orphan(
        agent_id="0c9a7b11-6a0b-4c55-9e0a-1f2b3c4d5e01",
        name="Old helper",
        address="old-helper",
        reason="its definition is gone from git",
    ),
    Orphan(
        agent_id="1d9a7b11-6a0b-4c55-9e0a-1f2b3c4d5e02",
        name="Playground of Ada",
        address="",
        reason="it has no definition",
    ),
)
TEAM = (
    *IN_SYNC,
    ADOPTABLE,
    FOREIGN,
    DRIFTED,
    MARKER,
    MIXED,
    CONFLICTING,
    UNKNOWN,
    MISSING,
)


def team_plan(*changes: Change, **given) -> Plan:
    """A plan for these agents of the team, for all of them when none is named."""
    return Plan(
        project="acme-agents",
        target="production",
        provider="managed",
        endpoint="https://api.smith.langchain.com/v1/deepagents",
        tool_version="0.1.0",
        commit="9b1d44c20e7b6a5f4e3d2c1b0a9f8e7d6c5b4a39",
        changes=tuple(sorted(changes or TEAM, key=lambda item: item.address)),
        **given,
    )


def report_on(command: str, plan: Plan, code: ExitCode = ExitCode.OK, **given) -> Report:
    return Report(
        command=command,
        exit_code=code,
        tool_version="0.1.0",
        plan=plan,
        checked=sum(item.action is not Action.DELETE for item in plan.changes),
        **given,
    )


def only_edits(change: Change) -> Change:
    """What `drift` makes of a change: only what was edited outside git."""
    if change.action in (Action.CREATE, Action.ADOPT):
        return replace(change, fields=(), refusals=())
    fields = tuple(it for it in change.fields if it.origin in (Origin.LIVE, Origin.BOTH))
    return replace(change, action=Action.NO_OP, fields=fields, refusals=(), reason="in sync")


def outcome(change: Change, status: Status, **given) -> Outcome:
    """What became of that change."""
    wrote = status is Status.APPLIED
    return Outcome(
        address=change.address,
        name=change.name,
        action=change.action,
        status=status,
        agent_id=change.agent_id or ("3f" * 4 if wrote else None),
        **{
            "before": change.revision,
            "after": "3c4d" * 10 if wrote else "",
            "metadata": Guarantee.CHECKED if wrote else None,
            "verified": 41 if wrote else 0,
            "kept": len(change.kept),
            "written": wrote,
            **given,
        },
    )


def _outcomes() -> tuple[Outcome, ...]:
    done, same = Status.APPLIED, Status.UNCHANGED
    stale = "changed since the plan: /system_prompt, /tools/tools"
    lost = "no answer in 30 s"
    failing = {"message": lost, "hint": "the API may be slow: run apply again"}
    found = (
        *(outcome(it, same) for it in IN_SYNC),
        outcome(ADOPTABLE, done, files=Guarantee.ATOMIC),
        outcome(FOREIGN, Status.REFUSED, message=FOREIGN.refusals[0]),
        outcome(DRIFTED, same),
        outcome(MARKER, done),
        outcome(MIXED, done, files=Guarantee.CHECKED),
        outcome(CONFLICTING, Status.STALE, message=stale, hint="plan again, and look at it"),
        outcome(UNKNOWN, Status.FAILED, written=True, request="PATCH /agents/71d8c2f4", **failing),
        outcome(MISSING, done, files=Guarantee.CHECKED),
        outcome(change("old-helper", Action.DELETE), done, verified=0, after="", metadata=None),
        outcome(change("weekly", Action.UPDATE), Status.UNTRIED, message="interrupted"),
        outcome(change("yearly", Action.UPDATE), Status.UNTRIED, message="interrupted"),
    )
    return tuple(sorted(found, key=lambda item: item.address))


def edited_reports() -> Mapping[str, Report]:
    """Reports by name, for every command that tells who made a field differ."""
    orphans = {"orphans": ORPHANS}
    team = team_plan(**orphans)
    adopting = Choices(adopt=True)
    limited = {
        "refusals": (
            "12 agents to change, and agentsync.yaml allows 10 (limits.max_changes)",
            "the target is protected (protect: true): nothing is deleted there",
        ),
        "limits": Limits(max_changes=10),
        "protect": True,
    }
    adopted = replace(
        ADOPTABLE, refusals=(), fields=(replace(ADOPTABLE.fields[0], effect=Effect.APPLY),)
    )
    overwriting = tuple(
        replace(
            it,
            action=Action.UPDATE,
            refusals=(),
            reason=f"{len(it.fields)} fields differ",
            fields=tuple(replace(each, effect=Effect.APPLY) for each in it.fields),
        )
        for it in (DRIFTED, CONFLICTING)
    )
    drifting = team_plan(*map(only_edits, TEAM), **orphans)
    calm = team_plan(*IN_SYNC, replace(ADOPTABLE, fields=(), action=Action.NO_OP))
    unasked = Problem(code="not-confirmed", message="it was not confirmed", hint="say --yes in CI")
    stale = Problem(
        code="stale",
        message="it changed since the plan: /description",
        hint="plan again to see what they changed; nothing of theirs was overwritten",
        address=MIXED.address,
    )
    return {
        "edits": report_on("plan", team),
        "edits-of-one": report_on("plan", team_plan(*IN_SYNC, DRIFTED)),
        "edits-diff": report_on("diff", team_plan(*IN_SYNC, DRIFTED, CONFLICTING)),
        "adopt": report_on("plan", team_plan(adopted, *IN_SYNC, choices=adopting)),
        "overwrite": report_on("plan", team_plan(*overwriting)),
        "limits": report_on("plan", team_plan(MISSING, **limited), ExitCode.REFUSED),
        "drift": report_on("drift", drifting, ExitCode.DIFFERENCES),
        "drift-none": report_on("drift", calm),
        "status": report_on("status", team),
        "apply": report_on("apply", team, ExitCode.PARTIAL, outcomes=_outcomes()),
        "apply-again": report_on(
            "apply",
            team_plan(*IN_SYNC, DRIFTED),
            outcomes=tuple(outcome(it, Status.UNCHANGED) for it in (*IN_SYNC, DRIFTED)),
        ),
        "apply-limits": report_on("apply", team_plan(MISSING, **limited), ExitCode.REFUSED),
        "apply-unconfirmed": report_on(
            "apply", team_plan(MISSING), ExitCode.REFUSED, problems=(unasked,)
        ),
        "apply-stale": report_on(
            "apply", team_plan(MIXED, MISSING), ExitCode.REFUSED, problems=(stale,)
        ),
        "apply-asking": report_on("apply", team_plan(MISSING, DRIFTED)),
    }
