"""What the HTML report says, command by command."""

from dataclasses import replace

import pytest
from reported import change, edit, plan_of, report_of

from agentsync.canonical import ABSENT
from agentsync.engine.policy.catalogue import RULES
from agentsync.errors import ExitCode
from agentsync.model import Action, Effect, Finding, Origin, Risk, Span
from agentsync.render import RenderOptions, render

from .htmltree import (
    cells,
    every_report,
    every_tree,
    found,
    page,
    parsed,
    prompt_plan,
    rows,
    said,
    section,
    with_id,
)


def test_the_summary_has_the_words_of_the_text():
    met = 0
    for name, report in every_report().items():
        words = " ".join(render(report, "text", RenderOptions()).split())
        for block in found(every_tree()[name, False], "section", "sum"):
            for paragraph in block.findall("p"):
                met += 1
                assert said(paragraph) in words, name
    assert met > 30


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("plan", "1 to create, 2 to update, 1 to adopt, 6 in sync, 1 failed"),
        ("diff", "1 to create, 2 to update, 1 to adopt, 6 in sync, 1 failed"),
        ("apply", "1 created, 1 updated, 1 marked, 1 adopted, 1 deleted, 1 refused, 1 stale"),
        ("apply-asking", "1 to create, 1 drifted (kept)"),
        ("drift", "3 agents drifted, 6 fields edited outside git, 3 agents without drift"),
        ("drift-none", "No drift in 2 agents."),
        ("status", "1 conflict, 1 foreign, 1 unknown, 2 drifted"),
        ("pull", "2 agents pulled, 1 failed"),
        ("rollback", "1 updated"),
        ("rollback-again", "Nothing to do: no field differs from that revision."),
        ("rollback-asking", "3 fields to roll back"),
        ("validate", "2 errors, 1 warning in 14 agents"),
        ("validate-ok", "14 agents are valid"),
    ],
)
def test_the_summary_says_what_it_comes_to(name, words):
    (block,) = found(every_tree()[name, False], "section", "sum")
    assert said(block).removeprefix("Summary ").startswith(words)


def test_the_next_steps_have_the_words_of_the_text():
    for name in ("edits", "drift", "status", "apply", "pull", "pull-dry-run", "plan"):
        words = " ".join(
            render(every_report()[name], "text", RenderOptions()).replace("`", "").split()
        )
        steps = [
            it
            for it in every_tree()[name, False].iter("section")
            if it.get("aria-labelledby") == "next"
        ]
        for item in steps[0].iter("li"):
            assert said(item) in words, name


@pytest.mark.parametrize("name", ["log", "import", "import-refused", "log-short"])
def test_other_commands_show_the_text_as_it_is(name):
    tree = parsed(page(every_report()[name]))
    (block,) = found(tree, "pre")
    assert "".join(block.itertext()) == render(every_report()[name], "text", RenderOptions())


def test_the_head_says_what_it_is_about():
    tree = every_tree()["plan", False]
    assert said(next(tree.iter("h1"))) == "Plan: acme-agents, target production"
    facts = dict(zip(map(said, tree.iter("dt")), map(said, tree.iter("dd")), strict=True))
    assert facts == {
        "provider": "managed",
        "endpoint": "https://api.smith.langchain.com/v1/deepagents",
        "commit": "4f2a9c1d0e7b",
        "agents": "11",
    }
    assert "exit code 1" in said(next(tree.iter("footer")))


def test_findings_come_first_and_say_why():
    rule = RULES["approval-removed"]
    finding = Finding(
        rule=rule.id,
        severity=Risk.HIGH,
        address="ops",
        pointer="/tools/interrupt_config/x",
        message="x no longer waits",
        span=Span(path="agents/ops/agent.yaml", line=3, column=1),
        note="we said so",
    )
    low = replace(finding, rule="nobody-knows", severity=Risk.LOW, pointer="", span=None, note="")
    item = edit("/tools/interrupt_config/x", True, False, origin=Origin.LIVE)
    plan = plan_of((change("ops", Action.UPDATE, (item,)),), (finding, low))
    tree = parsed(page(report_of(plan=plan, checked=1)))
    assert [said(it) for it in tree.iter("h2")][:2] == ["Summary", "Capability changes"]
    head, high, other = rows(tree, "findings")
    assert head == ["risk", "agent", "what it means", "rule"]
    assert high[0::3] == ["high", "approval-removed"]
    assert high[1] == "ops"
    for words in (
        "x no longer waits",
        "/tools/interrupt_config/x",
        "agents/ops/agent.yaml:3:1",
        "note: we said so",
        rule.reason,
    ):
        assert words in high[2]
    assert other == ["low", "ops", "x no longer waits", "nobody-knows"]
    marked = [it for it in tree.iter("tr") if it.get("data-finding")]
    assert [it.get("data-finding") for it in marked] == ["high", "low"]
    assert [it.get("data-origin") for it in marked] == ["live", None]
    assert section(tree, "ops").get("data-risk") == "high low"


def test_many_findings_are_folded_but_all_there():
    findings = tuple(
        Finding(rule="r", severity=Risk.LOW, address=f"a{n}", pointer="", message="m")
        for n in range(60)
    )
    tree = parsed(page(report_of("validate", findings=findings, checked=60)))
    assert said(found(tree, "summary")[0]) == "35 more findings"
    assert len([it for it in tree.iter("tr") if it.get("data-finding")]) == 60


def test_an_agent_has_its_refusals_facts_notes_and_fields():
    tree = section(every_tree()["edits", False], "standup")
    assert said(found(tree, "span", "chip")[0]) == "!refused"
    assert "--adopt lets git win" in said(found(tree, "p", "refusal")[0])
    assert "live revision" in said(found(tree, "p", "facts")[0])
    assert "note: the part of its marker" in said(tree)
    assert rows(tree, "values") == [
        ["field", "live", "git", "origin"],
        ["~replace /description", "Stand-up", "Collects the stand-up", "unknown, refused"],
    ]


def test_kept_edits_read_from_git_to_live():
    tree = section(every_tree()["edits", False], "research-assistant")
    assert [said(it) for it in tree.iter("h4")] == ["kept as edited outside git (git → live)"]
    moved, kept = found(tree, "table", "values")
    assert [cells(row) for row in moved.iter("tr")] == [
        ["field", "live", "git", "origin"],
        ["~replace /runtime/model/model_id", "openai:gpt-5.4", "openai:gpt-5.5", "git"],
    ]
    assert [cells(row) for row in kept.iter("tr")] == [
        ["field", "git", "live"],
        ["~replace /permissions/visibility", "user", "tenant"],
    ]


def test_drift_reads_from_git_to_live_and_tells_of_everybody():
    tree = every_tree()["drift", False]
    table = rows(tree, "agents")
    words = {row[1].split(" (")[0]: row[0] for row in table[1:]}
    assert words["onboarding"] == "*drifted"
    assert words["acronyms"] == "no drift"
    assert words["translator"] == "+no live agent"
    assert words["standup"] == "?cannot be told"
    assert len(words) == len(every_report()["drift"].plan.changes)
    assert rows(section(tree, "onboarding"), "values")[0][:3] == ["field", "git", "live"]
    assert "old-helper" in said(found(tree, "section", "orphans")[0])


def test_status_has_a_row_for_every_agent():
    table = rows(every_tree()["status", False], "agents")
    plan = every_report()["status"].plan
    assert table[0] == ["state", "agent", "differs", "applied (UTC)", "id", "revision"]
    assert len(table) - 1 == len(plan.changes) + len(plan.orphans)
    states = {row[1].split(" (")[0]: row[0] for row in table[1:]}
    assert states["sql-analyst"] == "!conflict"
    assert states["old-helper"] == "-orphan"
    assert states["Playground of Ada"] == "no definition"
    assert not found(every_tree()["status", False], "section", "agent")


def test_receipts_say_what_was_written_and_why_not():
    table = {row[1].split(" (")[0]: row for row in rows(every_tree()["apply", False], "agents")[1:]}
    assert table["translator"][0] == "+created"
    assert table["research-assistant"][2] == "1 field, files and metadata checked"
    assert table["research-assistant"][3] == "41 fields"
    assert "→" in table["research-assistant"][4]
    assert table["old-helper"][3] == "as gone"
    assert table["weekly"][0] == "!not tried"
    reason = table["standup"][5]
    assert "no answer in 30 s (a write was, or may have been, accepted)" in reason
    assert "PATCH /agents/71d8c2f4" in reason
    assert "run apply again" in reason


def test_diagnostics_have_place_code_and_hint():
    items = [said(it) for it in every_tree()["validate", False].iter("li")]
    assert (
        "error: agents/support-triage/agent.yaml:12:7 [unknown-key] "
        "`mcp_serverurl` is not a field of a tool did you mean `mcp_server_url`?"
    ) in items


def test_pull_shows_what_came_home_and_what_is_to_be_decided():
    tree = section(every_tree()["pull-conflict", False], "sql-analyst")
    assert "to be decided (git → live)" in [said(it) for it in tree.iter("h4")]
    tree = section(every_tree()["pull-conflict", False], "onboarding")
    assert "agents/onboarding/AGENTS.md:14" in said(tree)
    assert "clashes with git's change" in said(tree)
    tree = section(every_tree()["pull-dry-run", False], "onboarding")
    patch = "".join(found(tree, "pre")[0].itertext())
    assert "\n-description: First week # shown in the directory\n" in patch


@pytest.mark.parametrize("verbose", [False, True])
def test_pull_never_shows_a_secret(verbose):
    text = "".join(every_tree()["pull-dry-run", verbose].itertext())
    assert "sk-live-do-not-print" not in text
    assert "docs" in text


def test_what_git_does_not_own_is_shown_to_those_who_ask():
    words = "only live, not managed by git"
    assert words not in page(every_report()["plan"])
    assert words in page(every_report()["plan"], show_all=True)


def test_filters_know_origins_risks_and_who_is_in_sync():
    tree = every_tree()["plan-origins", False]
    who = {it.get("data-origin") for it in section(tree, "support-triage").iter()} - {None}
    assert who == {"git", "live", "both"}
    calm = [said(it) for it in tree.iter("tr") if it.get("data-calm") is not None]
    assert len(calm) == 6
    numbers = [it.get("data-agent") for it in found(tree, "section", "agent")]
    assert len(set(numbers)) == len(numbers) == 4
    (bar,) = with_id(tree, "filters")
    assert bar.get("hidden") is not None
    (live,) = with_id(tree, "shown")
    assert (live.get("role"), live.get("aria-live")) == ("status", "polite")


def test_without_agents_there_is_nothing_to_filter():
    for name in ("unauthorized", "validate", "log", "import"):
        assert not with_id(every_tree()[name, False], "filters")


def test_agents_in_sync_are_shown_where_there_are_no_others():
    def ticked(name):
        (box,) = with_id(every_tree()[name, False], "calm")
        return box.get("checked") is not None

    assert ticked("plan-in-sync")
    assert ticked("status")
    assert not ticked("plan")


def test_a_deleted_agent_and_its_namesake_are_two():
    going = change("ops", Action.DELETE, reason="asked for")
    coming = change("ops", Action.CREATE, (edit("/name", ABSENT, "Ops"),))
    tree = parsed(page(report_of(plan=plan_of((going, coming)), checked=1)))
    numbers = [it.get("data-agent") for it in found(tree, "section", "agent")]
    assert len(set(numbers)) == 2


def test_refusals_of_the_whole_plan_are_said_first():
    block = found(every_tree()["limits", False], "div", "refusal")[0]
    assert said(block).startswith("refused: apply does nothing of this plan 12 agents to change")


def test_without_a_plan_there_are_the_problems():
    tree = parsed(page(report_of(code=ExitCode.ERROR)))
    assert said(next(tree.iter("h1"))) == "Plan"


def test_a_refused_field_says_so():
    tree = parsed(page(prompt_plan("a", "b", "/name", origin=Origin.BOTH, effect=Effect.REFUSE)))
    assert rows(tree, "values")[1][3] == "both, refused"
