"""SARIF: what a report's findings are for code scanning."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from edited import DRIFTED, LAST, team_plan
from reported import change, edit, plan_of, report_of

from agentsync.engine.policy.catalogue import RULES
from agentsync.errors import ExitCode
from agentsync.model import (
    ABSENT,
    Action,
    Diagnostic,
    Effect,
    Finding,
    Origin,
    Problem,
    Risk,
    Severity,
    Span,
)
from agentsync.render import RenderOptions, render


def run_of(report) -> dict:
    (run,) = json.loads(render(report, "sarif", RenderOptions()))["runs"]
    return run


def results_of(report) -> list[dict]:
    return run_of(report)["results"]


def place_of(result) -> tuple[str, int, int]:
    (location,) = result["locations"]
    where = location["physicalLocation"]
    assert where["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    region = where["region"]
    assert region["endLine"] == region["startLine"]
    return where["artifactLocation"]["uri"], region["startLine"], region["startColumn"]


def finding(address="a", severity=Risk.HIGH, **given) -> Finding:
    values = {"rule": "tool-added", "pointer": "/tools/tools/x", "message": "it may pay", **given}
    return Finding(severity=severity, address=address, **values)


def judged(*findings, changes=(), **given):
    return report_of(plan=plan_of(changes or (change("a", Action.UPDATE),), findings), **given)


def diagnosed(*spans, **given):
    items = (
        Diagnostic(code="unknown-key", message="no such field", span=span, **given)
        for span in spans
    )
    return report_of("validate", ExitCode.ERROR, diagnostics=tuple(items))


def test_the_run_names_the_tool_and_its_command():
    run = run_of(replace(report_of(), plan=team_plan(), tool_version="1.2.3"))
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("agentsync", "1.2.3")
    assert run["automationDetails"]["id"] == "agentsync/plan/production/"
    assert run["columnKind"] == "unicodeCodePoints"
    assert set(run["originalUriBaseIds"]) == {"%SRCROOT%"}


def test_every_rule_of_the_policy_is_described_whatever_was_found():
    rules = {rule["id"]: rule for rule in run_of(report_of())["tool"]["driver"]["rules"]}
    assert list(rules) == list(RULES)
    rule = rules["approval-removed"]
    assert rule["name"] == "ApprovalRemoved"
    assert rule["shortDescription"]["text"] == "A tool no longer waits for a person"
    assert rule["fullDescription"]["text"] == RULES["approval-removed"].reason
    assert set(rule["help"]) == {"text", "markdown"}


@pytest.mark.parametrize(
    ("risk", "level", "severity", "score"),
    [
        (Risk.HIGH, "error", "error", "8.0"),
        (Risk.MEDIUM, "warning", "warning", "5.5"),
        (Risk.LOW, "note", "recommendation", "3.0"),
    ],
)
def test_a_risk_is_what_github_calls_it(risk, level, severity, score):
    found = [rule for rule in RULES.values() if rule.severity is risk]
    rules = {rule["id"]: rule for rule in run_of(report_of())["tool"]["driver"]["rules"]}
    for rule in (rules[it.id] for it in found):
        assert rule["defaultConfiguration"] == {"level": level}
        assert rule["properties"]["problem.severity"] == severity
        assert rule["properties"]["security-severity"] == score
        assert "security" in rule["properties"]["tags"]
    assert [it["level"] for it in results_of(judged(finding(severity=risk)))] == [level]


def test_a_finding_is_a_result_at_its_place():
    span = Span(path="agents/a/agent.yaml", line=7, column=3)
    (result,) = results_of(judged(finding(span=span, note="allowed until May")))
    assert result["message"] == {"text": "a: it may pay\nallowed until May"}
    assert place_of(result) == ("agents/a/agent.yaml", 7, 3)
    (logical,) = result["locations"][0]["logicalLocations"]
    assert logical == {
        "name": "/tools/tools/x",
        "fullyQualifiedName": "a/tools/tools/x",
        "kind": "property",
    }


def test_rule_and_index_agree(reports):
    report = replace(reports["drift"], diagnostics=reports["validate"].diagnostics)
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[it["ruleIndex"]]["id"] for it in run["results"]] == [
        it["ruleId"] for it in run["results"]
    ]
    extra = [rule["id"] for rule in rules[len(RULES) :]]
    assert extra == sorted({it["ruleId"] for it in run["results"]})
    assert {"drift", "conflict", "unknown-key"} <= set(extra)


@pytest.mark.parametrize(
    ("rule", "name"),
    [("wider-audience", "WiderAudience"), ("a\u202eb-c", "a\\u{202e}b-c"), ("ß" * 300, "ß" * 255)],
)
def test_a_rule_of_another_version_is_described_too(rule, name):
    items = finding(rule=rule), finding()
    rules = run_of(judged(*items))["tool"]["driver"]["rules"]
    assert len(rules) == len(RULES) + 1
    rule = rules[-1]
    assert (rule["name"], rule["properties"]["tags"]) == (name, ["policy"])
    assert rule["shortDescription"]["text"]
    assert rule["fullDescription"]["text"]


def test_diagnostics_keep_their_severity_and_their_hint():
    span = Span(path="agentsync.yaml", line=2, column=4)
    (result,) = results_of(diagnosed(span, severity=Severity.WARNING, hint="did you mean x?"))
    assert (result["level"], result["ruleId"]) == ("warning", "unknown-key")
    assert result["message"]["text"] == "no such field\ndid you mean x?"
    assert place_of(result) == ("agentsync.yaml", 2, 4)


def test_a_file_as_a_whole_is_its_first_line():
    (result,) = results_of(diagnosed(Span(path="agents/a/agent.yaml")))
    assert place_of(result) == ("agents/a/agent.yaml", 1, 1)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("agents/my agent/ü.md", "agents/my%20agent/%C3%BC.md"),
        ("a:b/%41?x#y", "a%3Ab/%2541%3Fx%23y"),
        ("//evil.example/x", "/evil.example/x"),
        ("a\u202eb", "a%5Cu%7B202e%7Db"),
    ],
)
def test_a_path_is_a_relative_reference(path, uri):
    assert place_of(results_of(diagnosed(Span(path=path, line=1)))[0])[0] == uri


def test_paths_are_as_seen_from_where_the_command_ran():
    report = replace(judged(finding()), root="config")
    assert place_of(results_of(report)[0])[0] == "config/agentsync.yaml"
    report = replace(diagnosed(Span(path="a", line=1)), root="config")
    assert place_of(results_of(report)[0])[0] == "config/a"


def test_a_finding_without_place_is_at_its_field_or_in_its_definition():
    span = Span(path="agents/a/AGENTS.md", line=5, column=1)
    fields = (edit("/system_prompt", "a", "b", span=span),)
    changes = (change("a", Action.UPDATE, fields), change("gone", Action.DELETE))
    items = (finding(pointer="/system_prompt"), finding(pointer="/name"), finding("gone"))
    found = results_of(judged(*items, changes=changes))
    assert [place_of(it) for it in found] == [
        ("agents/a/AGENTS.md", 5, 1),
        ("agents/a/agent.yaml", 1, 1),
        ("agentsync.yaml", 1, 1),
    ]


def test_drift_and_conflicts_are_results(reports):
    levels = Counter((it["ruleId"], it["level"]) for it in results_of(reports["drift"]))
    assert levels == {("conflict", "error"): 1, ("drift", "warning"): 5}
    assert [it["ruleId"] for it in results_of(reports["edits"])] == ["conflict"]
    assert results_of(reports["edits-of-one"]) == []
    assert [it["ruleId"] for it in results_of(reports["pull-conflict"])][:2] == ["conflict"] * 2


def test_the_greatest_come_first(reports):
    found = [it["level"] for it in results_of(reports["risky-drift"])]
    assert found == sorted(found, key=["error", "warning", "note"].index)
    assert len(set(found)) == 3


def prints(report) -> list[str]:
    return [it["partialFingerprints"]["agentsync/v1"] for it in results_of(report)]


def test_fingerprints_stay_when_lines_move_and_differ_when_anything_else_does():
    places = [Span(path="agents/a/agent.yaml", line=line, column=1) for line in (3, 30)]
    once, moved = (prints(judged(finding(span=span))) for span in places)
    assert once == moved
    others = (finding("b"), finding(rule="server-added"), finding(pointer="/name"))
    assert len({*once, *prints(judged(*others))}) == 4
    assert prints(diagnosed(places[0])) == prints(diagnosed(places[1]))
    twice = prints(judged(finding(span=places[0]), finding(span=places[1], message="and more")))
    assert twice == [once[0], f"{once[0].removesuffix(':1')}:2"]


def test_no_fingerprint_comes_from_a_secret():
    tokens = [f"ghp_{letter}B3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5" for letter in "ab"]

    def report(token):
        span = Span(path="agents/a/agent.yaml", line=2)
        item = Diagnostic(code="bad-value", message=f"`{token}` is no model", span=span)
        found = judged(finding(message=token, pointer=f"/extras/{token}"), diagnostics=(item,))
        return replace(found, command="plan")

    first, second = (render(report(token), "sarif", RenderOptions()) for token in tokens)
    assert first == second
    assert tokens[0] not in first


def test_what_is_about_no_place_is_told_of_the_run(reports):
    (ending,) = run_of(reports["plan-in-sync-but-one"])["invocations"]
    assert ending["executionSuccessful"] is False
    assert (ending["exitCode"], ending["exitCodeDescription"]) == (1, ExitCode.ERROR.meaning)
    (told,) = ending["toolExecutionNotifications"]
    assert told["descriptor"] == {"id": "timed-out"}
    assert told["message"]["text"] == "slow: no answer in 30 s"
    assert told["locations"][0]["logicalLocations"][0]["name"] == "slow"


@pytest.mark.parametrize(
    ("name", "successful", "told"),
    [
        ("validate", True, 0),
        ("drift", True, 0),
        ("limits", True, 2),
        ("apply", False, 5),
        ("pull-conflict", False, 2),
        ("unauthorized", False, 1),
    ],
)
def test_a_run_is_successful_when_it_did_its_work(reports, name, successful, told):
    (ending,) = run_of(reports[name])["invocations"]
    assert ending["executionSuccessful"] is successful
    assert len(ending["toolExecutionNotifications"]) == told


def test_a_refusal_that_is_the_problem_is_told_once():
    plan = replace(plan_of(()), refusals=("too many agents",))
    problem = Problem(code="refused", message="too many agents")
    (ending,) = run_of(report_of("apply", plan=plan, problems=(problem,)))["invocations"]
    assert len(ending["toolExecutionNotifications"]) == 1


def test_no_more_results_than_github_shows_and_the_greatest_of_them():
    low = [finding(severity=Risk.LOW, pointer=f"/{n}") for n in range(5_000)]
    run = run_of(judged(*low, finding()))
    assert len(run["results"]) == 5_000
    assert run["results"][0]["level"] == "error"
    (ending,) = run["invocations"]
    (told,) = ending["toolExecutionNotifications"]
    assert (told["level"], told["message"]["text"][:13]) == ("warning", "1 more result")
    assert ending["executionSuccessful"] is True


def test_short_values_are_told_and_long_ones_are_not():
    fields = (edit("/system_prompt", "x\n" * 9, "y\n"), edit("/description", ABSENT, "Helps"))
    fields = tuple(replace(it, origin=Origin.LIVE, effect=Effect.KEEP) for it in fields)
    item = replace(DRIFTED, fields=fields, last=LAST)
    found = results_of(replace(report_of("drift"), plan=team_plan(item)))
    assert [it["message"]["text"] for it in found] == [
        "onboarding: /system_prompt was edited outside git",
        "onboarding: /description was edited outside git (git → live: Helps → no value)",
    ]
