"""What `drift` leaves of a plan, and what its exit code then says."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from agentsync.engine.identity import UNTOLD
from agentsync.errors import ExitCode
from agentsync.model import (
    Action,
    Change,
    Effect,
    FieldChange,
    LastApply,
    Origin,
    Plan,
    Precondition,
    Problem,
    State,
)
from agentsync.ops import drift as drift_module
from agentsync.ops.draft import Draft
from agentsync.ops.drift import DriftOptions, drift
from agentsync.ops.watch import Watch

PROJECT = SimpleNamespace(root=SimpleNamespace())
DAMAGED = f"it is damaged: {UNTOLD}"


def fields(*origins):
    return tuple(
        FieldChange(pointer=f"/{number}", before=1, after=2, origin=origin, effect=Effect.REFUSE)
        for number, origin in enumerate(origins)
    )


CHANGE = Change(
    address="a",
    name="A",
    action=Action.UPDATE,
    reason="4 fields differ",
    agent_id="id",
    fields=fields(*Origin),
    precondition=Precondition(revision="r2", digest="d"),
    desired={"name": "A"},
    unmanaged=fields(Origin.UNKNOWN),
    notes=("/runtime is no longer declared", DAMAGED),
    refusals=("refused",),
    last=LastApply(commit="c", at="t", revision="r1"),
    updated_at="now",
)


@pytest.fixture
def told(monkeypatch):
    """The report on these changes."""

    def run(*changes, **more):
        made = Plan(
            project="p",
            target="",
            provider="managed",
            endpoint="e",
            tool_version="1",
            changes=changes,
            refusals=("too many changes",),
        )
        draft = Draft(project=PROJECT, plan=made, **more)
        monkeypatch.setattr(drift_module, "draft", lambda *_: draft)
        monkeypatch.setattr("agentsync.ops.draft.seen_from_here", lambda root: "")
        return drift(DriftOptions(directory=None), {}, Watch())

    return run


def test_only_what_was_edited_outside_git_is_left(told):
    report = told(replace(CHANGE, notes=CHANGE.notes[:1]))
    assert report.exit_code is ExitCode.DIFFERENCES
    assert report.plan.refusals == ()
    (change,) = report.plan.changes
    assert [item.origin for item in change.fields] == [Origin.LIVE, Origin.BOTH]
    assert change == replace(
        CHANGE,
        action=Action.NO_OP,
        reason="2 fields were edited outside git",
        fields=change.fields,
        precondition=Precondition(revision="r2", digest=None),
        desired=None,
        unmanaged=(),
        notes=(),
        refusals=(),
    )
    assert change.state is State.CONFLICT


@pytest.mark.parametrize("origin", [Origin.GIT, Origin.UNKNOWN])
def test_what_git_or_nobody_knows_who_made_is_no_drift(told, origin):
    report = told(replace(CHANGE, fields=fields(origin), notes=()))
    assert report.exit_code is ExitCode.OK
    (change,) = report.plan.changes
    assert (change.action, change.fields, change.state) == (Action.NO_OP, (), State.IN_SYNC)
    assert change.reason == "nothing was edited outside git that git does not have"


@pytest.mark.parametrize(
    ("action", "last", "notes", "state"),
    [
        (Action.CREATE, None, (), State.MISSING),
        (Action.ADOPT, None, (), State.ADOPTABLE),
        (Action.ADOPT, CHANGE.last, (), State.FOREIGN),
        (Action.UPDATE, CHANGE.last, (DAMAGED,), State.MARKER),
        (Action.UPDATE, None, (DAMAGED,), State.IN_SYNC),
        (Action.UPDATE, None, (), State.IN_SYNC),
        (Action.NO_OP, CHANGE.last, (), State.IN_SYNC),
    ],
)
def test_agents_without_drift_are_told_apart(told, action, last, notes, state):
    """Which of them was never applied, is missing, or cannot be told."""
    gave = replace(CHANGE, action=action, last=last, notes=notes, fields=fields(Origin.UNKNOWN))
    report = told(gave if action is not Action.CREATE else replace(gave, precondition=None))
    (change,) = report.plan.changes
    assert (change.state, change.last, change.notes, change.fields) == (state, last, notes, ())
    assert report.exit_code is (ExitCode.ERROR if notes else ExitCode.OK)
    assert (change.desired, change.refusals) == (None, ())


def test_a_problem_is_an_error_beside_drift_and_without(told):
    problem = Problem(code="server", message="down", address="b")
    readable = replace(CHANGE, notes=())
    for change in (readable, replace(readable, fields=())):
        report = told(change, problems=(problem,))
        assert report.exit_code is ExitCode.ERROR
        assert report.problems == (problem,)
        assert len(report.plan.changes) == 1
