"""Drift of an assistant that is read-only here, and what its server says against a definition."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from assisted import canonical, marked, planned, shown
from recorded import Recorded, repository

from agentsync.errors import ExitCode
from agentsync.model import Action, Change, LiveAgent, Plan
from agentsync.ops import drift as drift_module
from agentsync.ops.comparing import Comparing
from agentsync.ops.draft import Draft
from agentsync.ops.drift import DriftOptions, drift
from agentsync.ops.judging import Judging
from agentsync.ops.watch import Watch
from agentsync.providers.base import Objection

CONTEXT = {"context": {"a": 1}}


def report_on(monkeypatch: pytest.MonkeyPatch, change: Change) -> Any:
    plan = Plan(
        project="p",
        target="t",
        provider="agent-server",
        endpoint="e",
        tool_version="1",
        changes=(change,),
    )
    made = Draft(project=SimpleNamespace(root=SimpleNamespace()), plan=plan)  # type: ignore[arg-type]
    monkeypatch.setattr(drift_module, "draft", lambda *_: made)
    monkeypatch.setattr(Draft, "report", _reported)
    return drift(DriftOptions(directory=Path()), {}, Watch())


def _reported(made: Draft, command: str, code: ExitCode = ExitCode.OK) -> Any:
    return SimpleNamespace(plan=made.plan, exit_code=code, problems=made.problems)


def test_of_an_agent_that_is_read_only_here_every_difference_is_drift(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    git = canonical(context={"a": 1}, description="git")
    live = LiveAgent(agent_id="a", revision="1", value=shown(**CONTEXT), read_only="it is ann's")
    report = report_on(monkeypatch, planned(git, live))
    (change,) = report.plan.changes
    assert [item.pointer for item in change.fields] == ["/description"]
    assert (change.action, change.refusals) == (Action.NO_OP, ())
    assert "read-only here" in change.reason
    assert report.exit_code is ExitCode.DIFFERENCES
    assert report.problems == ()
    # One that may be written and was not applied yet has no drift.
    report = report_on(monkeypatch, planned(git, replace(live, read_only="")))
    assert report.plan.changes[0].fields == ()
    assert report.exit_code is ExitCode.OK
    # One that is in sync is just that.
    report = report_on(monkeypatch, planned(canonical(**CONTEXT), live))
    assert report.exit_code is ExitCode.OK


def test_of_a_read_only_agent_with_a_marker_only_edits_are_drift(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = canonical(context={"a": 1}, description="then")
    git = canonical(context={"a": 1}, description="git")
    live = marked(base, {**base, "context": {"a": 2}})
    report = report_on(monkeypatch, planned(git, replace(live, read_only="it is ann's")))
    assert [item.pointer for item in report.plan.changes[0].fields] == ["/context/a"]


def test_what_the_server_says_against_a_definition_is_told_where_it_is_said(tmp_path: Path) -> None:
    stage = repository(tmp_path)
    stage.commit("One.", context={"temperature": "hot"})
    pair = stage.pair(LiveAgent(agent_id="id", revision="1", value=shown()))
    provider = pair.provider
    assert isinstance(provider, Recorded)
    provider.complaints = (
        Objection(pointer="/context/temperature", message="it is no number", hint="1.0"),
        Objection(pointer="/system_prompt", message="the graph has no place for it"),
    )
    policy = pair.project.config.policy_for(pair.target)
    comparing = Comparing(
        project=pair.project,
        target="t",
        provider=provider,
        roster=SimpleNamespace(),  # type: ignore[arg-type]
        judging=Judging(policy=policy, provider=provider),
    )
    first, second = comparing._objections(pair.definition)
    assert (first.code, first.message, first.hint) == ("server-schema", "it is no number", "1.0")
    assert str(first.span) == "agents/a/agent.yaml:1:63"
    assert str(second.span) == "agents/a/AGENTS.md:1:1"
    assert replace(comparing, judging=None)._objections(pair.definition) == ()
    # Whoever asks for drift asks for what was edited, and not for what is to be written.
    edits = Judging(policy=policy, provider=provider, edits=True)
    assert replace(comparing, judging=edits)._objections(pair.definition) == ()
