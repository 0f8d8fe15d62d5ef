"""Annotations: what is said at which place, and that nobody else's text becomes a command."""

import re
from dataclasses import dataclass, replace

import pytest
from hostile import COMMANDS, FOREIGN, full_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reported import change, edit, plan_of, report_of

from agentsync.errors import ExitCode
from agentsync.model import (
    Action,
    Diagnostic,
    Effect,
    Finding,
    Origin,
    Policy,
    Problem,
    Risk,
    Severity,
    Span,
)
from agentsync.render import RenderOptions, render
from agentsync.render.visible import visible

_CODES = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}
_KNOWN = {"error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "stop-commands"}


@dataclass(frozen=True)
class Command:
    """What a runner makes of one line of a log."""

    name: str
    properties: dict[str, str]
    message: str


def obeyed(log: str) -> list[Command]:
    """The commands that a runner finds in a log, by the format's documentation.

    It reads lines that end at a line feed, a carriage return or both; `::name a=b,c=d::message`
    after white space is a command, and so is `##[name a=b;c=d]message` anywhere in a line.
    """
    return [found for row in re.split("\r\n|\r|\n", log) if (found := _command(row))]


def _command(row: str) -> Command | None:
    double = re.match(r"\s*::(?P<name>[^\s:]+) ?(?P<given>.*?)::(?P<said>.*)", row, re.S)
    if double and double["name"] in _KNOWN:
        pairs = (pair.partition("=") for pair in double["given"].strip().split(","))
        return Command(
            double["name"],
            {key: _decoded(value, "%25|%0D|%0A|%3A|%2C") for key, _, value in pairs if value},
            _decoded(double["said"], "%25|%0D|%0A"),
        )
    bracket = re.search(r"##\[(?P<name>[^\s\]]*)[^\]]*\](?P<said>.*)", row, re.S)
    return Command(f"##[{bracket['name']}", {}, bracket["said"]) if bracket else None


def _decoded(text: str, codes: str) -> str:
    return re.sub(codes, lambda found: _CODES[found[0]], text)


def annotated(report) -> list[Command]:
    return obeyed(render(report, "github", RenderOptions()))


def places(commands) -> list[tuple[str, str | None, str | None, str | None]]:
    keys = "file", "line", "col"
    return [(it.name, *map(it.properties.get, keys)) for it in commands]


def diagnostic(message="no such field", path="agents/a/agent.yaml", line=3, **given) -> Diagnostic:
    span = Span(path=path, line=line, column=given.pop("column", 5 if line else 0))
    return Diagnostic(code="unknown-key", message=message, span=span, **given)


def finding(address, severity, rule="tool-added", message="it may pay", **given) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        address=address,
        pointer="/tools",
        message=message,
        span=Span(path=f"agents/{address}/agent.yaml", line=7, column=2),
        **given,
    )


def test_a_diagnostic_stands_at_its_place():
    found = annotated(report_of("validate", diagnostics=(diagnostic(hint="did you mean x?"),)))
    properties = {"file": "agents/a/agent.yaml", "line": "3", "col": "5", "title": "unknown-key"}
    assert found == [Command("error", properties, "no such field\ndid you mean x?")]


def test_a_warning_about_a_whole_file_has_no_line():
    item = diagnostic(line=0, severity=Severity.WARNING)
    found = annotated(report_of("validate", diagnostics=(item,)))
    assert places(found) == [("warning", "agents/a/agent.yaml", None, None)]


def test_paths_are_as_seen_from_where_the_command_ran():
    report = report_of("validate", diagnostics=(diagnostic(),))
    found = annotated(replace(report, root="config/agents"))
    assert found[0].properties["file"] == "config/agents/agents/a/agent.yaml"


@pytest.mark.parametrize(
    ("severity", "fail_on", "level"),
    [
        (Risk.HIGH, "high", "error"),
        (Risk.HIGH, "none", "warning"),
        (Risk.HIGH, "", "warning"),
        (Risk.MEDIUM, "high", "warning"),
        (Risk.MEDIUM, "medium", "error"),
        (Risk.LOW, "high", "notice"),
    ],
)
def test_a_finding_is_an_error_when_it_is_why_the_plan_is_refused(severity, fail_on, level):
    plan = plan_of((change("a", Action.UPDATE),), (finding("a", severity),))
    found = annotated(report_of(plan=replace(plan, policy=Policy(fail_on=fail_on))))
    assert places(found) == [(level, "agents/a/agent.yaml", "7", "2")]
    assert found[0].properties["title"] == f"{severity.value}: tool-added"
    assert found[0].message.startswith("a: it may pay (/tools)\nEach tool is something")


def test_what_validate_refuses_is_an_error(reports):
    found = annotated(reports["validate-findings"])
    assert [it.name for it in found] == ["error", "error", "notice"]


def test_a_field_that_differs_is_no_annotation(reports):
    assert render(reports["adopt"], "github", RenderOptions()) == ""
    assert render(reports["plan-in-sync"], "github", RenderOptions()) == ""


def test_drift_says_who_edited_what(reports):
    messages = [it.message for it in annotated(reports["drift"])]
    assert messages[0] == (
        "onboarding: /description was edited outside git (git → live: First week → First steps)"
    )
    assert messages[-1] == (
        "sql-analyst: /system_prompt was edited outside git; git changed it as well"
    )
    assert len(messages) == 6


def test_a_plan_tells_of_conflicts_and_not_of_other_edits():
    span = Span(path="agents/a/AGENTS.md", line=4, column=1)
    fields = (
        edit("/name", "a", "b", origin=Origin.BOTH, effect=Effect.REFUSE, span=span),
        edit("/description", "a", "b", origin=Origin.LIVE, effect=Effect.KEEP, span=span),
    )
    plan = plan_of((change("a", Action.UPDATE, fields, refusals=("somebody has to decide",)),))
    found = annotated(report_of(plan=plan))
    assert places(found) == [("warning", "agents/a/AGENTS.md", "4", "1")] * 2
    assert [it.message for it in found] == [
        "a: /name was changed in git and outside it (origin: both, refused)",
        "a: somebody has to decide",
    ]


def test_every_agent_that_was_not_written_is_an_error(reports):
    found = annotated(reports["apply"])
    assert {it.name for it in found} == {"error"}
    titles = [it.properties["title"] for it in found]
    assert titles == [
        "Not applied: refused",
        "Not applied: stale",
        "Not applied: failed",
        "Not tried",
    ]
    assert found[-1].message == "weekly: interrupted\nThe same of 1 more: yearly"


def test_conflict_markers_are_errors_at_their_lines(reports):
    found = annotated(reports["pull-conflict"])
    assert places(found)[:2] == [
        ("error", "../agents/onboarding/AGENTS.md", "14", "1"),
        ("error", "../agents/onboarding/AGENTS.md", "31", "1"),
    ]


def test_a_refused_plan_is_one_error_for_each_reason(reports):
    assert [it.name for it in annotated(reports["limits"])] == ["error", "error"]


@pytest.mark.parametrize("name", ["edits-diff", "status"])
def test_refusals_are_told_by_what_applies(reports, name):
    assert [it.properties["title"] for it in annotated(reports[name])] == ["Conflict"]
    told = annotated(replace(reports[name], command="plan"))
    assert {it.properties["title"] for it in told} == {"Conflict", "Refused"}


def test_a_pull_tells_what_rules_say_of_what_comes_home(reports):
    judged = replace(reports["plan-findings"].plan, changes=())
    found = annotated(replace(reports["pull-dry-run"], plan=judged))
    assert [it.properties["title"] for it in found if it.name != "error"] == ["high: secret"]


def test_agents_with_the_same_problem_are_told_of_together(reports):
    first, rest = annotated(reports["plan-unreachable"])
    assert "agents/<id>: Connection refused" in first.message
    assert "The same of 22 more: support-02, " in first.message
    assert rest.message.startswith("15 more agents")


def test_what_is_said_twice_in_one_file_stays_at_both_places():
    items = tuple(
        diagnostic(path=f"agents/{name}/agent.yaml", line=line) for name in "ab" for line in (3, 9)
    )
    found = annotated(report_of("validate", diagnostics=items))
    assert [it.properties["line"] for it in found] == ["3", "9"]
    assert found[1].message == "no such field\nThe same of 1 more: agents/b/agent.yaml:9:5"


def test_ten_of_each_level_are_shown_and_the_last_counts_the_rest():
    levels = (Severity.WARNING, Severity.ERROR)
    items = tuple(
        diagnostic(f"field {n}", line=n + 1, severity=level) for level in levels for n in range(14)
    )
    found = annotated(report_of("validate", diagnostics=items))
    assert [it.name for it in found] == ["error"] * 10 + ["warning"] * 10
    told = [number for number, it in enumerate(found) if "GitHub does not show" in it.message]
    assert told == [9, 19]
    assert found[9].message == "field 9\n… and 4 more errors that GitHub does not show"
    items = items[:10]
    assert "does not show" not in render(
        report_of("validate", diagnostics=items), "github", RenderOptions()
    )


def test_a_message_is_shorter_than_the_runner_cuts():
    items = tuple(diagnostic("🦊" * 5_000, path=f"{'🦊' * 400}{n}") for n in range(12))
    for found in annotated(report_of("validate", diagnostics=items)):
        assert len(found.message.encode("utf-16-le")) // 2 <= 4_096
        assert "The same of 11 more" in found.message


@pytest.mark.parametrize(
    "text", ["%0A::error::x", "a:b,c=d", "::stop-commands::x", "##[group]", "%25", "50 %", "%3A"]
)
def test_what_looks_like_a_command_or_a_code_is_read_back_as_it_is(text):
    problem = Problem(code=text, message=text)
    found = annotated(report_of(code=ExitCode.ERROR, problems=(problem,)))
    assert found == [Command("error", {"title": visible(text)}, visible(text))]


def _harmless(text: str, other: str) -> tuple[str, str]:
    """Texts that are alike, or empty, where those are."""
    plain = "word" if text else ""
    return plain, plain if visible(text) == visible(other) else "other" if other else ""


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(command=st.sampled_from(COMMANDS), text=FOREIGN, other=FOREIGN)
def test_no_text_makes_unmakes_or_changes_a_command(command, text, other):
    log = render(full_of(command, text, other), "github", RenderOptions())
    found = obeyed(log)
    expected = annotated(full_of(command, *_harmless(text, other)))
    assert [it.name for it in found] == [it.name for it in expected]
    assert len(found) == log.count("\n")
    assert all(row.startswith("::") and "##[" not in row for row in log.split("\n")[:-1])
    assert {key for it in found for key in it.properties} <= {"file", "line", "col", "title"}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(text=FOREIGN, path=FOREIGN.filter(bool))
def test_the_foreign_text_can_be_read_back(text, path):
    item = diagnostic(text, path=path)
    (found,) = annotated(report_of("validate", diagnostics=(item,)))
    assert found.message == visible(text)[:1_800] + "…" * (len(visible(text)) > 1_800)
    assert found.properties["file"].strip() == visible(path).strip()
    assert (found.properties["line"], found.properties["col"]) == ("3", "5")
