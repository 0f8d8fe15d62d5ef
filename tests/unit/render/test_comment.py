"""The comment on a pull request: found again by its marker, and short enough for GitHub."""

import re
import string
from dataclasses import replace

import pytest
from edited import IN_SYNC, report_on, team_plan
from hostile import COMMANDS, FOREIGN, full_of
from hypothesis import HealthCheck, given, settings
from reported import change, edit, report_of, support

from agentsync.model import Action, Finding, Origin, Risk
from agentsync.render import RenderOptions, render
from agentsync.render.markdown import marker

_LIMIT = 65_000
_MARKER = re.compile(r"<!-- agentsync [a-z-]+(?: [a-z0-9._/%-]+)? -->")


def comment(report, **options):
    return render(report, "comment", RenderOptions(**options))


def named(project, target="", command="plan"):
    return report_on(command, replace(team_plan(*IN_SYNC), project=project, target=target))


def test_the_first_line_is_the_marker():
    report = named("acme-agents", "production")
    assert marker(report) == "<!-- agentsync plan acme-agents/production -->"
    assert comment(report).startswith(f"{marker(report)}\n\n### agentsync plan: ")


@pytest.mark.parametrize(
    ("project", "target", "where"),
    [
        ("acme", "", "acme"),
        ("acme", "eu.west_1", "acme/eu.west_1"),
        ("acme/a", "b", "acme%2fa/b"),
        ("acme", "a/b", "acme/a%2fb"),
        ("Acme", "", "%41cme"),
        ("a--b", "c---d", "a-%2db/c-%2d%2dd"),
        ("a-->b", "", "a-%2d%3eb"),
        ("a b\nc", "é", "a%20b%0ac/%c3%a9"),
        ("50%", "", "50%25"),
        ("\ud800", "", "%ed%a0%80"),
    ],
)
def test_a_marker_is_safe_whatever_a_project_is_called(project, target, where):
    assert marker(named(project, target)) == f"<!-- agentsync plan {where} -->"


def test_a_marker_without_a_plan_names_the_command():
    assert marker(report_of("validate")) == "<!-- agentsync validate -->"


@given(project=FOREIGN, target=FOREIGN)
def test_a_marker_is_one_line_that_nothing_ends(project, target):
    found = marker(named(f"x{project}", target))
    assert _MARKER.fullmatch(found)
    assert "--" not in found[4:-3]
    assert found.count(">") == 1


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(one=FOREIGN, two=FOREIGN, three=FOREIGN, four=FOREIGN)
def test_other_names_have_another_marker(one, two, three, four):
    same = (one, two) == (three, four)
    assert (marker(named(one, two)) == marker(named(three, four))) is same


def test_long_names_have_another_marker_too():
    found = {marker(named("x" * 400 + letter)) for letter in string.ascii_lowercase}
    assert len(found) == 26
    assert max(map(len, found)) < 250


@pytest.mark.parametrize("command", COMMANDS)
def test_it_says_the_same_as_the_summary(command):
    report = full_of(command, "harmless", "quiet")
    summary = render(report, "markdown", RenderOptions())
    assert comment(report) == f"{marker(report)}\n\n{summary}"


@pytest.mark.parametrize("verbose", [False, True])
def test_many_agents_fit_with_findings_and_table_first(verbose):
    one = support(lambda _: Origin.GIT)
    changes = tuple(replace(one, address=f"agent-{n:03}") for n in range(500))
    risky = Finding(
        rule="tool-added",
        severity=Risk.HIGH,
        address="agent-321",
        pointer="/system_prompt",
        message="it gets a tool",
    )
    report = report_on("plan", replace(team_plan(*changes), findings=(risky,)))
    text = comment(report, verbose=verbose)
    assert len(text) <= _LIMIT
    assert "| 🔴\u00a0high | `agent-321` | it gets a tool |" in text
    table = text.partition("#### Agents")[2].partition("\n\n<details>")[0]
    shown = re.findall(r"^\|.*`(agent-\d+)`", table, re.MULTILINE)
    assert shown[0] == "agent-321"
    assert shown[1:] == [f"agent-{n:03}" for n in range(len(shown) - 1)]
    assert f"… {500 - len(shown)} more agents left out here" in table
    told = re.findall("<summary><strong><code>(.*?)</code>", text)
    assert told[:2] == ["agent-321", "agent-000"]
    left = f"Details of {500 - len(told)} agents are left out here: the job summary has them."
    assert left in text
    assert text.endswith("</sub>\n")


@pytest.mark.parametrize("command", ["plan", "diff"])
def test_a_prompt_of_1_mb_fits(command):
    before = "\n".join(f"line {n} {'old ' * 10}" for n in range(20_000))
    changed = change("a", Action.UPDATE, (edit("/system_prompt", before, before.upper()),))
    text = comment(report_on(command, team_plan(changed)))
    assert len(text) <= _LIMIT
    assert "`/system_prompt`: 20000 lines added, 20000 removed\n\n```diff\n" in text
    assert re.search(r"^  … \d+ more lines$", text, re.MULTILINE)


def test_code_points_are_counted_not_bytes():
    changes = tuple(change(f"{'😀' * 100}{n}", Action.UPDATE, reason="x") for n in range(900))
    text = comment(report_on("plan", team_plan(*changes)))
    assert _LIMIT * 0.9 < len(text) <= _LIMIT
    assert len(text.encode()) > 65_536
    assert len(text.encode()) <= 4 * 65_536


def test_the_marker_is_part_of_the_length():
    changes = tuple(change(f"a{n}", Action.UPDATE, reason="x") for n in range(2_000))
    plan = replace(team_plan(*changes), project="é" * 900, target="ü" * 900)
    text = comment(report_on("plan", plan))
    assert len(text.partition("\n")[0]) > 350
    assert _LIMIT - 350 < len(text) <= _LIMIT


def test_a_long_text_of_another_command_is_cut_between_lines():
    text = comment(report_of("schema", listing=tuple(f"{n} {'x' * 300}" for n in range(900))))
    assert len(text) <= _LIMIT
    body = text.partition("```text\n")[2].partition("\n```")[0].split("\n")
    assert re.fullmatch(r"  … \d+ more lines", body[-1])
    assert {len(row.partition(" ")[2]) for row in body[:-1]} == {300}
