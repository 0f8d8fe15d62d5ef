"""What the Markdown page says, and in which order."""

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
    MISSING,
    MIXED,
    ORPHANS,
    report_on,
    team_plan,
)
from reported import change, edit, report_of, support

from agentsync.engine.policy.catalogue import RULES
from agentsync.model import (
    ABSENT,
    Action,
    Finding,
    Origin,
    Problem,
    Risk,
    Span,
)
from agentsync.render import RenderOptions, render

_RULE = "visibility-widened"


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


def finding(severity=Risk.HIGH, **given):
    told = {
        "rule": _RULE,
        "address": "support-triage",
        "pointer": "/permissions/visibility",
        "message": "the whole workspace can use it",
    }
    return Finding(severity=severity, **{**told, **given})


def planned(*findings, changes=(), **given):
    plan = team_plan(*(changes or (*IN_SYNC, support(lambda _: Origin.GIT), CONFLICTING)), **given)
    return report_on("plan", replace(plan, findings=findings))


def test_a_reviewer_reads_what_changes_and_how_risky_it_is_first():
    text = page(planned(finding(), finding(Risk.LOW, rule="model-changed")))
    assert text.startswith(
        "### agentsync plan: `acme-agents` → `production`\n\n"
        "Git compared with what is live: **1 to update, 1 refused, 2 in sync**.\n\n"
        "Risk: **🔴\u00a01\u00a0high**, **🟡\u00a01\u00a0low**.\n\n"
        "#### Capability changes\n"
    )
    assert headings(text) == ["Capability changes", "Agents"]
    assert text.index("#### Agents") < text.index("<strong>") < text.index("**Next**")
    assert text.endswith(
        "<sub>`managed` · `https://api.smith.langchain.com/v1/deepagents` · commit "
        "`9b1d44c20e7b` · agentsync `0.1.0`</sub>\n"
    )


def test_findings_say_risk_agent_message_note_field_and_rule():
    text = page(planned(finding(note="they asked for it")))
    assert rows(text, "Capability changes") == [
        "| 🔴\u00a0high | `support-triage` | the whole workspace can use it "
        "(note: they asked for it) | `/permissions/visibility` | `visibility-widened` |"
    ]
    assert f"- `{_RULE}`: {RULES[_RULE].title}. {RULES[_RULE].reason}" in text


def test_a_rule_that_nobody_knows_has_no_reason():
    assert "Why it matters" not in page(planned(finding(rule="of-tomorrow")))


def test_a_place_in_a_file_stands_for_a_long_pointer():
    span = Span(path="agents/a/agent.yaml", line=9, column=3)
    text = page(planned(finding(pointer=f"/tools/{'x' * 50}", span=span)))
    assert "| `agents/a/agent.yaml:9:3` |" in text


@pytest.mark.parametrize(("number", "opened"), [(25, 25), (26, 26), (27, 25), (60, 25)])
def test_more_than_a_screenful_of_findings_is_folded(number, opened):
    text = page(planned(*(finding(message=f"number {n} of them") for n in range(number))))
    assert len(rows(text, "Capability changes")) == opened
    assert text.count("of them |") == number
    more = f"<details><summary>{number - 25} more findings</summary>"
    assert (more in text) is (number > 26)


def test_the_absence_of_findings_is_told_only_of_a_whole_plan():
    said = "Risk: no capability change was found."
    assert said in page(planned())
    assert "Risk" not in page(replace(planned(), problems=(Problem(code="x", message="y"),)))
    assert "Risk" not in page(planned(changes=IN_SYNC))


def test_agents_in_sync_are_only_counted():
    text = page(planned(changes=IN_SYNC))
    assert "✅ No changes. 2 agents are in sync." in text
    assert headings(text) == []
    assert "acronyms" not in text


def test_verbose_names_agents_in_sync_as_well():
    text = page(planned(changes=IN_SYNC), verbose=True)
    assert rows(text, "Agents") == [
        "| in\u00a0sync | `acronyms` | in sync | `858585858585` |",
        "| in\u00a0sync | `minutes` | in sync | `717171717171` |",
    ]
    assert "<details>" not in text


def test_a_marker_has_details_only_when_there_is_more_to_tell():
    text = page(planned(changes=(MARKER, replace(MARKER, address="noted", notes=("look",)))))
    assert "only the marker is written: its folder was changelog" in rows(text, "Agents")[1]
    assert re.findall("<strong><code>(.*?)</code>", text) == ["noted"]
    assert folded(text, "noted").endswith("**Note:** look")


def test_the_riskiest_agent_comes_first_then_who_is_refused():
    text = page(
        planned(
            finding(),
            changes=(
                DRIFTED,
                MISSING,
                CONFLICTING,
                ADOPTABLE,
                MIXED,
                support(lambda _: Origin.GIT),
            ),
        )
    )
    order = [re.findall("`([^`]*)`", row)[1] for row in rows(text, "Agents")]
    assert order == [
        *("support-triage", "billing-helper", "sql-analyst"),
        *("onboarding", "research-assistant", "translator"),
    ]
    assert re.findall("<strong><code>(.*?)</code>", text) == order


def test_a_row_says_what_differs_the_risky_place_first():
    row = rows(page(planned(finding(pointer="/system_prompt"))), "Agents")[0]
    assert row == (
        "| 🔴\u00a0high | `~`\u00a0update | `support-triage` | `/system_prompt`, "
        "`/backend/sandbox_config/policy_ids`, `/permissions/visibility` and 4 more · origin: git "
        "| `646464646464` |"
    )


def test_fields_are_short_in_a_line_and_long_in_a_fence():
    text = folded(page(planned()), "support-triage")
    assert "- `~` `/permissions/visibility`: `user` → `tenant`\n" in text
    assert '- `+` `/tools/tools/"https://tools.acme.example/mcp::create_refund"`\n' in text
    assert (
        "\n\n`~` `/system_prompt`: 3 lines added, 2 removed\n\n```diff\n@@ -1,6 +1,6 @@\n"
        "  # Support triage\n\n- You are"
    ) in text
    assert " before you decide anything, and look the order up when [-a-] number is" in text
    assert "\n+ Answer in the customer's language. Be brief, and {+offer+} a refund" in text
    assert text.endswith("```diff\n- display_name: Find orders\n- mcp_server_name: acme\n```")


def test_a_long_line_goes_on_below_with_the_same_sign():
    long = "word " * 40
    changed = change("a", Action.UPDATE, (edit("/system_prompt", ABSENT, f"{long}\nend"),))
    text = folded(page(planned(changes=(changed,))), "a")
    shown = text.partition("```diff\n")[2].split("\n")
    assert max(map(len, shown)) <= 92
    assert [row[:4] for row in shown[:5]] == ["+ wo", "+ ↪ ", "+ ↪ ", "+ en", "```"]
    assert "".join(row[2:].removeprefix("↪ ") + " " for row in shown[:3]).count("word") == 40


def test_origins_are_told_of_fields_only_when_they_differ():
    assert "origin: git\n" not in folded(page(planned()), "support-triage").partition("- `~`")[2]
    text = folded(page(planned()), "sql-analyst")
    assert "`openai:gpt-5.5` · origin: git" in text
    assert "2 removed · origin: both, refused" in text
    assert text.index("⛔ 1 field changed in git and outside it; `--on-conflict git`") < 250


def test_kept_edits_are_told_as_edits():
    text = folded(page(planned(changes=(MIXED,))), "research-assistant")
    assert "- `~` `/runtime/model/model_id`" in text
    kept = text.partition("**Kept as edited outside git** (git → live):\n\n")[2]
    assert kept.split("\n") == [
        "- `~` `/permissions/visibility`: `user` → `tenant`",
        "- `-` `/skills/pdf/instructions`: 7 lines",
    ]


def test_what_git_does_not_own_is_told_to_whom_asks(reports):
    assert "ui_color" not in page(reports["plan"])
    text = folded(page(reports["plan"], show_all=True), "research-assistant")
    assert text.endswith('Only live, not managed by git:\n\n- `/extras/ui_color`: `"#336699"`')


def test_verbose_shows_texts_in_full(reports):
    assert "Rule 20" not in page(reports["plan"])
    assert "+   Rule 20: check it twice." in page(reports["plan"], verbose=True)


def test_a_whole_plan_that_is_refused_says_so_before_all_else(reports):
    text = page(reports["limits"])
    assert headings(text) == ["⛔ Refused: apply does nothing of this plan", "Agents"]
    assert "- 12 agents to change, and `agentsync.yaml` allows 10" in text


def test_git_wins_over_edits_is_a_warning(reports):
    text = page(reports["overwrite"])
    assert "⚠️ **Git wins over 3 edits outside git and 1 conflict" in text


def test_problems_come_before_agents(reports):
    text = page(reports["plan"])
    assert headings(text) == ["Problems", "Agents"]
    assert (
        "- ❌ **failed** `sales-helper`<br> this key may not read the agent `[forbidden]`<br> "
        "GET `/v1/deepagents/agents/5f0c7a1e-1111-4222-8333-944455566677`<br> ask its owner"
    ) in text
    assert "- Not complete: 1 agent was not compared." in text


def test_a_command_that_got_to_no_plan_tells_why(reports):
    text = page(reports["unauthorized"])
    assert text.startswith("### agentsync plan\n\n#### Problems\n\n- ❌ **error:** the API")
    assert page(report_of("plan")).startswith("### agentsync plan\n\nThere is nothing to tell.\n")


def test_orphans_are_told_of(reports):
    text = page(report_on("plan", team_plan(*IN_SYNC, orphans=ORPHANS)))
    assert rows(text, "Not in git any more") == [
        "| `old-helper` | `0c9a7b11` | its definition is gone from git |"
    ]


def test_an_origin_is_told_where_it_is_known_only(reports):
    assert "origin: unknown (never applied by agentsync)" in page(reports["plan"])
    assert LAST.commit[:12] in page(reports["edits"])
