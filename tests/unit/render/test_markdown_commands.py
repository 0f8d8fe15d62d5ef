"""What the Markdown page of every other command says."""

import re
from dataclasses import replace

import pytest
from edited import IN_SYNC, outcome, report_on, team_plan
from reported import edit, report_of, support

from agentsync.model import (
    AgentPatch,
    Diagnostic,
    Effect,
    Finding,
    Guarantee,
    Origin,
    PatchStatus,
    Risk,
    Severity,
    Span,
    Status,
)
from agentsync.render import RenderOptions, render


def page(report, **options):
    return render(report, "markdown", RenderOptions(**options))


def headings(text):
    return re.findall(r"^#### (.*)$", text, re.MULTILINE)


def rows(text, heading):
    """The rows of the table under this heading."""
    part = text.partition(f"#### {heading}\n\n")[2].partition("\n\n")[0]
    return [line for line in part.split("\n")[2:] if line.startswith("| ")]


def folded(text, address):
    """The details of one agent."""
    start = f"<details><summary><strong><code>{address}</code></strong>"
    found = text.split(start)
    assert len(found) == 2, text
    return found[1].partition("\n\n</details>")[0]


def finding(**given):
    told = {
        "rule": "visibility-widened",
        "severity": Risk.HIGH,
        "address": "support-triage",
        "pointer": "/permissions/visibility",
        "message": "the whole workspace can use it",
    }
    return Finding(**{**told, **given})


def test_diff_tells_each_origin_and_the_whole_revision(reports):
    text = page(reports["edits-diff"])
    assert text.startswith("### agentsync diff: ")
    assert f"live revision `{'87' * 20}`" in folded(text, "sql-analyst")
    assert "· origin: live, kept" in folded(text, "onboarding")


def test_drift_tells_what_somebody_did_and_when(reports):
    text = page(reports["drift"])
    assert "⚠️ **3 agents drifted, 6 fields edited outside git, 3 agents without drift**." in text
    assert rows(text, "Edited outside git")[1] == (
        "| `research-assistant` | `/permissions/visibility`, `/skills/pdf/instructions` "
        "| 2026-11-20 14:02 from `4f2a9c1d0e7b` | 2026-11-21 03:12 |"
    )
    one = folded(text, "onboarding")
    assert "- `~` `/description`: `First week` → `First steps`" in one
    assert "`---` git: applied 2026-11-20 14:02 UTC (commit `4f2a9c1d0e7b`)<br>`+++` live:" in one
    assert "· git changed it as well" in folded(text, "sql-analyst")
    assert "- No live agent: `translator`" in text
    assert "✅ No drift in 2 agents." in page(reports["drift-none"])


def test_status_is_a_table(reports):
    text = page(reports["status"])
    assert "| `!`\u00a0conflict | `sql-analyst` | 1 git, 1 both | 2026-11-20 14:02 |" in text
    assert "| `-`\u00a0orphan | `old-helper` |  |  | `0c9a7b11` |  |" in text
    assert text.count("\n| ") == 2 + 12
    assert "**1 conflict, 1 foreign, 1 unknown, 2 drifted, 1 marker" in text


def test_validate_is_a_table_of_places_errors_first():
    late = Diagnostic(code="b-error", message="not so", span=Span(path="z.yaml", line=3, column=7))
    early = Diagnostic(
        code="a-warning", message="odd", span=Span(path="a.yaml"), severity=Severity.WARNING
    )
    late = replace(late, hint="did you mean `x`?")
    text = page(report_of("validate", diagnostics=(early, late), checked=2))
    assert "❌ **1 error, 1 warning in 2 agents**." in text
    assert rows(text, "In the files") == [
        "| ❌\u00a0error | `z.yaml:3:7` | not so `b-error` | did you mean `x`? |",
        "| ⚠️\u00a0warning | `a.yaml` | odd `a-warning` |  |",
    ]
    assert "✅ **3 agents are valid**." in page(report_of("validate", checked=3))


def test_places_are_seen_from_where_the_command_ran():
    span = Span(path="agents/a/agent.yaml", line=1, column=1)
    report = report_of(
        "validate", diagnostics=(Diagnostic(code="c", message="m", span=span),), root="here"
    )
    assert "`here/agents/a/agent.yaml:1:1`" in page(report)


def test_findings_of_files_stand_in_validate():
    assert headings(page(report_of("validate", findings=(finding(),), checked=1))) == ["Findings"]


def test_a_receipt_says_what_became_of_each_agent_and_how_it_was_guarded(reports):
    text = page(reports["apply"])
    assert text.startswith("### agentsync apply: `acme-agents` → `production`\n\n❌ **1 created, ")
    found = rows(text, "Agents")
    assert (
        "| `=`\u00a0adopted | `billing-helper` |  | files atomic, metadata checked "
        "| 41 fields verified | `979797979797` → `3c4d3c4d3c4d` |"
    ) in found
    assert (
        "| `-`\u00a0deleted | `old-helper` id `35d8c2f4` |  |  "
        "| verified as gone | `353535353535` |"
    ) in found
    assert (
        "| `~`\u00a0updated | `research-assistant` | 1 field | files and metadata checked "
        "| 41 fields verified | `171717171717` → `3c4d3c4d3c4d` |"
    ) in found
    assert not [row for row in found if "in sync" in row]
    assert "- ❌ **stale** `sql-analyst`<br> changed since the plan:" in text
    assert "- ❌ **not tried** `weekly, yearly`<br> interrupted" in text
    assert "accepted)<br> PATCH `/agents/71d8c2f4`" in text


def test_a_receipt_keeps_what_was_changed_and_what_was_found():
    one = support(lambda _: Origin.GIT)
    plan = replace(team_plan(one, *IN_SYNC), findings=(finding(),))
    done = outcome(one, Status.APPLIED, files=Guarantee.ATOMIC)
    text = page(report_on("apply", plan, outcomes=(done,)))
    assert "✅ **1 updated**." in text
    assert headings(text) == ["Capability changes", "Agents"]
    assert "`user` → `tenant`" in folded(text, "support-triage")
    assert " · updated · " in folded(text, "support-triage").partition("\n")[0]


def test_nothing_written_is_said(reports):
    assert "❌ Nothing was written." in page(reports["apply-unconfirmed"])
    assert "❌ Nothing was written." in page(reports["apply-limits"])
    assert "✅ **1 drifted (kept), 2 in sync**. Nothing was written." in page(
        reports["apply-again"]
    )
    assert "✅ Nothing to do: no field differs" in page(reports["rollback-again"])


def test_an_apply_that_is_not_decided_shows_the_plan(reports):
    assert "Git compared with what is live: **1 to create" in page(reports["apply-asking"])


def test_rollback_says_whose_work_it_replaces(reports):
    text = page(reports["rollback-asking"])
    assert "**3 fields to roll back**. ⚠️ It writes over 1 edit outside git and 1 conflict" in text
    assert "| `~`\u00a0roll\u00a0back | `onboarding` |" in text
    assert "**Left as it is** (git → live):" in text
    assert "back to revision `5e5e5e5e5e5e`" in page(reports["rollback"])


def test_pull_says_what_came_home_and_what_is_to_be_decided(reports):
    text = page(reports["pull-conflict"])
    assert text.startswith(
        "### agentsync pull: `acme-agents` → `production`\n\n**1 agent pulled, 2 in conflict**.\n"
    )
    one = folded(text, "onboarding")
    assert "- `../agents/onboarding/AGENTS.md:14`" in one
    assert "- `~` `../agents/onboarding/agent.yaml` +1 -1" in one
    assert "2 removed · clashes with git's change" in one
    assert "**To be decided** (git → live):" in folded(text, "sql-analyst")
    assert "```diff\ndiff --git a/agents/" in page(reports["pull-dry-run"])
    assert "✅ Nothing to pull: no edit outside git" in page(reports["pull-nothing"])


def test_a_secret_that_came_home_is_not_shown():
    secret = edit("/extras/token", "new", "hidden", origin=Origin.LIVE, effect=Effect.KEEP)
    told = AgentPatch(
        address="a",
        name="a",
        status=PatchStatus.WRITTEN,
        fields=(secret,),
        undecided=(secret,),
        findings=(finding(address="a", rule="secret", pointer="/extras/token"),),
    )
    text = page(report_of("pull", patches=(told,)))
    assert "hidden" not in text
    assert headings(text) == ["Findings", "Agents"]


@pytest.mark.parametrize("name", ["import", "log"])
def test_other_commands_show_the_text_in_a_fence(reports, name):
    text = page(reports[name])
    shown = render(reports[name], "text", RenderOptions())
    assert text.startswith(f"### agentsync {name}\n\n```text\n{shown[:200]}")
    assert text.count("```") == 2
    assert "There is nothing to tell." in page(report_of("schema"))
