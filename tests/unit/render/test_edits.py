"""Who made a field differ, and what apply does about it: in plan, diff, drift, status, apply."""

import re
from dataclasses import replace

import pytest
from edited import (
    ADOPTABLE,
    CONFLICTING,
    DRIFTED,
    IN_SYNC,
    LAST,
    MARKER,
    MIXED,
    ORPHANS,
    TEAM,
    UNKNOWN,
    only_edits,
    outcome,
    report_on,
    team_plan,
)
from hypothesis import given
from hypothesis import strategies as st

from agentsync.model import (
    ABSENT,
    Action,
    Effect,
    Guarantee,
    Limits,
    Origin,
    Problem,
    Status,
)
from agentsync.render import RenderOptions, render, wording


def text(report, **options):
    return render(report, "text", RenderOptions(**options))


def plan_text(*changes, command="plan", **given):
    return text(report_on(command, team_plan(*changes, **given)))


def block(page, address):
    """The section of the page that is about one agent."""
    found = [part for part in page.split("\n\n") if re.match(rf"\S+ \S+ {address}\b", part)]
    assert len(found) == 1, page
    return found[0].split("\n")


@given(chosen=st.lists(st.sampled_from(TEAM), unique_by=lambda it: it.address))
def test_every_agent_is_counted_once(chosen):
    report = report_on("plan", team_plan(*chosen))
    counted = [int(words.split()[0]) for words, _ in wording.summary(report, report.plan)]
    assert sum(counted) == len(report.plan.changes)


def test_a_refusal_stands_under_the_head_and_is_counted():
    page = plan_text(CONFLICTING, *IN_SYNC)
    assert "\n1 refused, 2 in sync\n" in page
    lines = block(page, "sql-analyst")
    assert lines[:2] == ["! refused sql-analyst", f"  {CONFLICTING.refusals[0]}"]
    assert "  origin: both, refused" in page
    assert "--on-conflict git or --on-conflict live decides 1 conflict; `agentsync pull" in page
    assert "`agentsync apply`" not in page


@pytest.mark.parametrize("change", [ADOPTABLE, CONFLICTING, UNKNOWN])
def test_a_refusal_has_the_colour_of_an_error(change):
    page = text(report_on("plan", team_plan(change)), color=True)
    assert f"\x1b[1;31m{change.refusals[0]}\x1b[0m" in page
    assert "\x1b[1;31m1 refused\x1b[0m" in page


def test_kept_edits_are_short_in_a_plan_and_whole_when_verbose():
    page = plan_text(DRIFTED)
    assert block(page, "onboarding")[2:] == [
        "  kept as edited outside git (git → live):",
        "  ~ /description  First week → First steps",
        '  + /tools/tools/"https://tools.acme.example/mcp::search_orders"  '
        "display_name: Find orders",
        "  ~ /system_prompt  3 lines added, 2 removed",
    ]
    assert "\n1 drifted (kept)\n" in page
    whole = text(report_on("plan", team_plan(DRIFTED)), verbose=True)
    assert "\n    + Say so in the summary.\n" in whole


def test_an_edit_that_is_kept_beside_a_change_is_no_part_of_it():
    lines = block(plan_text(MIXED), "research-assistant")
    kept = lines.index("  kept as edited outside git (git → live):")
    assert lines[1].endswith("1 field differs · origin: git")
    assert lines[kept - 1] == "  ~ /runtime/model/model_id  openai:gpt-5.4 → openai:gpt-5.5"
    assert lines[kept + 1 :] == [
        "  ~ /permissions/visibility  user → tenant",
        "  - /skills/pdf/instructions  7 lines",
    ]


def test_a_conflict_that_is_left_as_live_is_not_called_drift():
    fields = tuple(replace(it, effect=Effect.KEEP) for it in CONFLICTING.fields[1:])
    left = replace(CONFLICTING, action=Action.NO_OP, fields=fields, refusals=())
    page = plan_text(left)
    assert "\n1 in conflict (live is kept)\n" in page
    assert block(page, "sql-analyst")[0] == "! conflict sql-analyst"
    assert "2 lines added, 3 removed  git changed it as well\n" in page
    assert "1 conflict is left as live" in page


def test_writing_over_an_edit_is_said_on_top():
    field = replace(DRIFTED.fields[0], effect=Effect.APPLY)
    over = replace(DRIFTED, action=Action.UPDATE, fields=(field,))
    page = plan_text(over)
    assert "\nGit wins over 1 edit outside git: what is live there is lost.\n" in page
    assert " · origin: live, written over\n" in page
    assert "Git wins" not in plan_text(DRIFTED, MIXED, CONFLICTING)
    assert "Git wins" not in plan_text(replace(over, refusals=("it is so",)))


def test_a_marker_alone_is_one_line():
    page = plan_text(MARKER)
    assert block(page, "release-notes") == [
        "~ update release-notes · only the marker is written: its folder was changelog"
    ]
    assert "\n1 marker only\n" in page


def test_what_refuses_the_whole_plan_stands_before_its_numbers():
    page = plan_text(MIXED, refusals=("2 agents to change, and 1 is allowed",), limits=Limits())
    assert page.index("! refused: apply does nothing of this plan\n  2 agents") < page.index("1 to")
    assert "`agentsync apply`" not in page


def test_orphans_are_listed_unless_they_go():
    page = plan_text(*IN_SYNC, orphans=ORPHANS)
    assert "No changes. 2 agents are in sync." in page
    assert "\n  old-helper  id 0c9a7b11 · its definition is gone from git\n" in page
    assert "Playground" not in page
    going = replace(
        IN_SYNC[0], address="old-helper", action=Action.DELETE, agent_id=ORPHANS[0].agent_id
    )
    page = plan_text(*IN_SYNC, going, orphans=ORPHANS)
    assert "- delete old-helper (Acronyms)\n" in page
    assert "Not in git any more" not in page
    twice = (ORPHANS[0], replace(ORPHANS[0], agent_id="0c9a7b11-other"))
    assert "id 0c9a7b11-other · " in plan_text(*IN_SYNC, orphans=twice)


def test_a_deletion_is_no_definition_that_was_compared():
    going = replace(IN_SYNC[0], address="old", action=Action.DELETE)
    untried = Problem(code="untried", message="1 more agent was not tried")
    report = report_on("plan", team_plan(IN_SYNC[0], going), problems=(untried,))
    assert "Not complete: 1 agent was not compared.\n" in text(replace(report, checked=2))


def test_a_diff_shows_every_edit_in_full_with_its_origin():
    page = plan_text(DRIFTED, CONFLICTING, command="diff")
    assert "First steps → First week  origin: live, kept\n" in page
    assert "origin: both, refused\n" in page
    assert "\n    - Say so in the summary.\n" in page
    assert "\n    + Say so in the summary.\n" in page
    assert "kept as edited" not in page


def test_drift_tells_what_somebody_did_and_when():
    lines = block(plan_text(only_edits(MIXED), command="drift"), "research-assistant")
    assert lines[:4] == [
        "* drifted research-assistant · id 17d8c2f4 · revision 5e5e5e5e5e5e → 171717171717",
        "  --- git   applied 2026-11-20 14:02 UTC (commit 4f2a9c1d0e7b)",
        "  +++ live  last changed 2026-11-21 03:12 UTC",
        "  ~ /permissions/visibility  user → tenant",
    ]


def test_drift_says_where_git_has_changed_too():
    page = plan_text(only_edits(CONFLICTING), *IN_SYNC, command="drift")
    assert "2 lines added, 3 removed  git changed it as well\n" in page
    assert "\n1 agent drifted, 1 field edited outside git, 2 agents without drift\n" in page
    assert "\n    - Say so in the summary.\n" in page


def test_no_drift_is_said_only_of_agents_of_which_it_is_known():
    unmarked = replace(ADOPTABLE, action=Action.NO_OP, fields=(), refusals=())
    damaged = only_edits(UNKNOWN)
    page = plan_text(*IN_SYNC, unmarked, damaged, command="drift")
    assert "\nNo drift in 2 agents.\n" in page
    assert "\nNot applied yet, so drift cannot be told: billing-helper\n" in page
    assert "\n  standup\n  note: the part of its marker" in page
    assert "No drift" not in plan_text(unmarked, command="drift")
    report = report_on("drift", team_plan(*IN_SYNC), problems=(Problem(code="c", message="m"),))
    assert "No drift" not in text(report)
    nothing = report_on("drift", replace(team_plan(*IN_SYNC), changes=()))
    assert "There is no agent in this part of the project" in text(nothing)


def test_status_is_a_line_for_each_agent_in_columns():
    report = report_on("status", team_plan())
    rows = text(report).split("\n\n")[2].split("\n")
    assert len(rows) == 1 + len(TEAM)
    column = rows[0].index("agent")
    assert [row[column:].split(" ")[0] for row in rows[1:]] == sorted(it.address for it in TEAM)
    assert rows[5].split() == [
        *("*", "drifted", "onboarding", "3", "live", "2026-11-20", "14:02"),
        *("90d8c2f4", "909090909090"),
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_status_fits_the_terminal(reports, width):
    rows = text(reports["status"], width=width).split("\n")
    assert max(map(len, rows)) <= width
    assert ("909090909090" in "\n".join(rows)) is (width == 120)
    assert any(row.startswith("  no definition  Playground of Ada") for row in rows)


def test_status_has_the_whole_tokens_when_verbose(reports):
    page = text(reports["status"], width=80, verbose=True)
    assert DRIFTED.agent_id in page
    assert DRIFTED.revision in page


def test_a_receipt_tells_what_was_written_and_verified():
    done = outcome(MIXED, Status.APPLIED, files=Guarantee.ATOMIC)
    page = text(report_on("apply", team_plan(MIXED), outcomes=(done,)))
    assert (
        "~ updated research-assistant  1 field · files atomic, metadata checked · "
        "41 fields verified · revision 171717171717 → 3c4d3c4d3c4d\n"
    ) in page
    assert "\n1 updated\n" in page
    assert "Nothing was written" not in page


def test_a_deleted_copy_is_not_taken_for_the_agent_whose_folder_it_names():
    copy = replace(MIXED, action=Action.DELETE, fields=(), agent_id="0c9a7b11-6a0b")
    done = Status.APPLIED
    pair = (outcome(MIXED, done), outcome(copy, done, verified=0, after="", metadata=None))
    page = text(report_on("apply", team_plan(MIXED, copy), outcomes=pair))
    assert "\n1 updated, 1 deleted\n" in page
    assert "~ updated research-assistant  1 field · metadata checked · " in page
    assert "- deleted research-assistant  verified as gone · id 0c9a7b11 · revision 1" in page
    assert page.count("* drifted research-assistant\n") == 1


@pytest.mark.parametrize("status", [Status.REFUSED, Status.STALE, Status.FAILED, Status.UNTRIED])
def test_what_was_not_done_has_its_reason(status):
    undone = outcome(MIXED, status, message="it is so", hint="do that", request="GET /a")
    page = text(report_on("apply", team_plan(MIXED), outcomes=(undone,)))
    word = "not tried" if status is Status.UNTRIED else status.value
    assert f"! {word} research-assistant\n  it is so\n  GET /a\n  do that\n" in page
    assert f"\n1 {word}\nNothing was written.\n" in page
    assert "kept as edited" not in page


def test_a_refused_agent_says_which_fields_somebody_has_to_decide_about():
    message = CONFLICTING.refusals[0]
    undone = outcome(CONFLICTING, Status.REFUSED, message=message)
    page = text(report_on("apply", team_plan(CONFLICTING), outcomes=(undone,)))
    assert f"  {message} (/system_prompt)\n" in page
    many = tuple(replace(CONFLICTING.fields[1], pointer=f"/files/{n}") for n in range(5))
    crowd = replace(CONFLICTING, fields=many)
    page = text(report_on("apply", team_plan(crowd), outcomes=(undone,)))
    assert "(/files/0, /files/1, /files/2, 2 more)" in page


def test_a_write_that_may_have_been_accepted_is_said():
    undone = outcome(MIXED, Status.FAILED, message="no answer", written=True)
    page = text(report_on("apply", team_plan(MIXED), outcomes=(undone,)))
    assert "  no answer (a write was, or may have been, accepted)\n" in page
    assert "Nothing was written" not in page


def test_the_same_failure_of_many_agents_is_told_once():
    agents = [replace(MIXED, address=f"agent-{n}") for n in range(8)]
    lost = tuple(outcome(it, Status.FAILED, message="no connection") for it in agents)
    page = text(report_on("apply", team_plan(*agents), outcomes=lost))
    assert page.count("no connection") == 1
    assert "! failed agent-0, agent-1, agent-2, agent-3, agent-4 … and 3 more\n" in page


def test_agents_in_sync_are_only_counted_by_apply(reports):
    page = text(reports["apply-again"])
    assert "\n1 drifted (kept), 2 in sync\nNothing was written.\n" in page
    assert "acronyms" not in page
    assert "* drifted onboarding\n  kept as edited" in page


@pytest.mark.parametrize(("name", "code"), [("apply-again", "32"), ("apply-limits", "1;31")])
def test_nothing_written_is_good_only_when_nothing_had_to_be(reports, name, code):
    assert f"\x1b[{code}mNothing was written.\x1b[0m\n" in text(reports[name], color=True)


@pytest.mark.parametrize("name", ["apply-limits", "apply-unconfirmed", "apply-stale"])
def test_an_apply_that_never_began_says_so(reports, name):
    assert "\nNothing was written.\n" in text(reports[name])


def test_a_stale_plan_is_told_as_such(reports):
    page = text(reports["apply-stale"])
    assert "! stale research-assistant\n  it changed since the plan: /description\n" in page
    assert page.endswith("\nPlan again: somebody changed what was planned for.\n")


def test_a_refusal_that_is_also_a_problem_is_told_once(reports):
    limited = reports["apply-limits"]
    problems = tuple(Problem(code="refused", message=it) for it in limited.plan.refusals)
    page = text(replace(limited, problems=problems))
    assert page.count(limited.plan.refusals[0]) == 1
    assert "! refused: apply" not in page
    assert "! refused: apply" in text(replace(limited, problems=problems[:1]))


def test_before_it_is_confirmed_an_apply_shows_the_plan(reports):
    asking = reports["apply-asking"]
    page = text(asking)
    assert page.startswith("Plan: ")
    assert "Nothing was written" not in page
    assert "`agentsync apply`" not in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("2026-11-20T15:02:11+01:00", "2026-11-20 14:02"),
        ("2026-11-20T14:02:11.123456Z", "2026-11-20 14:02"),
        ("2026-11-20T14:02:11", "2026-11-20 14:02"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("yesterday\x1b", "yesterday␛"),
        ("", ""),
    ],
)
def test_a_moment_is_told_in_utc(given, said):
    assert wording.moment(given) == said


def test_an_apply_without_commit_or_time_is_told_as_such():
    assert wording.applied(replace(LAST, commit="", at="")) == "applied at an unknown time"


def test_a_field_that_is_only_live_is_an_addition_in_drift_and_a_removal_in_a_plan():
    added = replace(MIXED.fields[1], before="x", after=ABSENT, effect=Effect.APPLY)
    change = replace(MIXED, fields=(added,))
    assert "\n  - /permissions/visibility  x\n" in plan_text(change)
    assert "\n  + /permissions/visibility  x\n" in plan_text(change, command="drift")
    assert change.fields[0].origin is Origin.LIVE
