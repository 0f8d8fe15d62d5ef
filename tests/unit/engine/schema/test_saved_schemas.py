"""Plans and reports are exactly of the shape that their schemas promise to scripts."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from agentsync.errors import ExitCode, NotFoundError, ProjectError
from agentsync.model import (
    ABSENT,
    Action,
    AgentPatch,
    Change,
    Choices,
    Diagnostic,
    Effect,
    FieldChange,
    FileOp,
    FilePatch,
    Finding,
    Guarantee,
    History,
    LastApply,
    Limits,
    OnConflict,
    OnDrift,
    Origin,
    Orphan,
    Outcome,
    PatchStatus,
    Plan,
    Precondition,
    Problem,
    Report,
    Revision,
    Risk,
    Severity,
    Span,
    Status,
)

Judge = Callable[[str, Any], list[str]]

SPAN = Span(path="agents/a/agent.yaml", line=3, column=1)
FIELDS = (
    FieldChange(pointer="/description", before=ABSENT, after="new", span=SPAN),
    FieldChange(pointer="/extras/a", before=None, after=ABSENT, origin=Origin.LIVE, base="9f2c"),
    FieldChange(pointer="/name", before="A", after={"odd": [1, None]}, origin=Origin.BOTH),
    *(FieldChange(pointer="/x", before=1, after=2, effect=effect) for effect in Effect),
)
CHANGES = tuple(
    Change(
        address=f"agent-{action}",
        name="A",
        action=action,
        reason="it differs",
        agent_id=None if action is Action.CREATE else "id",
        fields=FIELDS,
        unmanaged=FIELDS[1:2],
        precondition=None
        if action is Action.CREATE
        else Precondition(revision="", digest="0a" * 32),
        desired=None if action in (Action.NO_OP, Action.DELETE) else {"name": "A"},
        notes=("runtime is left as it is",),
        refusals=("somebody edited it",),
        last=None
        if action is Action.CREATE
        else LastApply(commit="9f2c", at="2026-01-31T14:02:11Z", revision=""),
        updated_at="2026-01-31T14:02:11Z",
    )
    for action in Action
)
PLAN = Plan(
    project="acme",
    target="",
    provider="managed",
    endpoint="https://api.example.com",
    tool_version="0.1.0",
    changes=CHANGES,
    findings=tuple(
        Finding(rule="r", severity=severity, address="a", pointer="/name", message="m")
        for severity in Risk
    ),
    choices=Choices(adopt=True, delete=("old",)),
    ignore=("/extras/ui_*",),
    limits=Limits(max_deletes=1, max_changes=None),
    protect=True,
    refusals=("too many",),
    orphans=(Orphan(agent_id="id", name="Old", address="old", reason="no definition"),),
)
OUTCOMES = tuple(
    Outcome(
        address=f"{status}-{how}",
        name="A",
        action=action,
        status=status,
        agent_id=None if how else "id",
        files=how,
        metadata=how,
        written=how is not None,
    )
    for action in Action
    for status in Status
    for how in (None, *Guarantee)
)
PATCHES = tuple(
    AgentPatch(
        address=f"{status}",
        name="A",
        status=status,
        agent_id=None if status is PatchStatus.PLANNED else "id",
        revision="1a2b",
        fields=FIELDS,
        merged=("/name",),
        undecided=FIELDS[:1],
        clashes=(SPAN,),
        files=tuple(FilePatch(path=f"agents/a/{op}", op=op, added=1, patch="@@") for op in FileOp),
        notes=("a file was left out",),
        findings=PLAN.findings[:1],
    )
    for status in PatchStatus
)
HISTORY = History(
    address="a",
    name="A",
    agent_id="id",
    revisions=(
        Revision(token="1a2b", current=True, fields=FIELDS, applied=CHANGES[0].last, commit="9f2c"),
        Revision(token="0a0b", at="2026-01-31T14:02:11Z", author="Ada", readable=False),
    ),
    complete=False,
    notes=("the API lists no more",),
)
REPORT = Report(
    command="plan",
    exit_code=ExitCode.DIFFERENCES,
    tool_version="0.1.0",
    plan=PLAN,
    diagnostics=tuple(
        Diagnostic(code="c", message="m", span=span, severity=severity)
        for severity in Severity
        for span in (SPAN, Span(path="agentsync.yaml"))
    ),
    problems=(
        Problem.of(NotFoundError("gone", request="GET /agents/x"), "a"),
        Problem.of(ProjectError("none here", hint="make one")),
    ),
    checked=3,
    outcomes=OUTCOMES[:4],
    patches=PATCHES,
    history=HISTORY,
    listing=("a line",),
)


def _json(value: Plan | Report) -> Any:
    return json.loads(json.dumps(value.to_json()))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("plan", PLAN),
        ("plan", Plan(project="", target="", provider="", endpoint="", tool_version="")),
        ("report", REPORT),
        ("report", replace(REPORT, outcomes=OUTCOMES)),
        *(
            ("plan", replace(PLAN, choices=Choices(on_drift=drift, on_conflict=conflict)))
            for drift in OnDrift
            for conflict in OnConflict
        ),
        *(("report", Report(command="x", exit_code=code, tool_version="")) for code in ExitCode),
    ],
)
def test_what_the_model_writes_fits(name: str, value: Plan | Report, errors: Judge) -> None:
    assert errors(name, _json(value)) == []


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every object in the document that the schemas describe, outside free content."""
    if isinstance(value, dict):
        yield path
        for key, item in value.items():
            if key not in ("desired", "before", "after"):
                yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*path, index))


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


@pytest.mark.parametrize(("name", "value"), [("plan", PLAN), ("report", REPORT)])
def test_one_key_more_or_less_anywhere_does_not_fit(
    name: str, value: Plan | Report, errors: Judge
) -> None:
    whole = _json(value)
    for path in _places(whole):
        document = _json(value)
        _at(document, path)["surprise"] = None
        assert errors(name, document), path
        for key in _at(whole, path):
            document = _json(value)
            del _at(document, path)[key]
            assert errors(name, document), (path, key)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format_version",), 2),
        (("kind",), "report"),
        (("digest",), "0A" * 32),
        (("digest",), "0a" * 32 + "\n"),
        (("changes", 0, "action"), "replace"),
        (("changes", 0, "desired"), []),
        (("changes", 0, "fields", 0, "origin"), "someone"),
        (("changes", 0, "fields", 0, "before"), None),
        (("changes", 0, "fields", 1, "after"), None),
        (("changes", 0, "fields", 0, "op"), "replace"),
        (("changes", 0, "fields", 0, "span", "line"), -1),
        (("findings", 0, "severity"), "critical"),
        (("changes", 0, "state"), "fine"),
        (("changes", 0, "fields", 0, "effect"), "ignore"),
        (("changes", 0, "refusals"), [1]),
        (("changes", 1, "last"), {}),
        (("choices", "on_drift"), "git"),
        (("choices", "on_conflict"), "keep"),
        (("choices", "adopt"), None),
        (("limits", "max_deletes"), -1),
        (("limits", "max_changes"), "10"),
        (("orphans", 0, "address"), None),
    ],
)
def test_a_plan_that_does_not_fit(path: tuple[Any, ...], value: Any, errors: Judge) -> None:
    document = _json(PLAN)
    _at(document, path[:-1])[path[-1]] = value
    assert errors("plan", document)
    report = _json(REPORT)
    report["plan"] = document
    assert errors("report", report)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("patches",), None),
        (("patches", 0, "status"), "done"),
        (("patches", 0, "clashes", 0, "line"), -1),
        (("patches", 0, "files", 0, "op"), "rename"),
        (("patches", 0, "files", 0, "added"), "1"),
        (("patches", 0, "findings", 0, "severity"), "critical"),
        (("patches", 0, "undecided", 0, "op"), "replace"),
        (("history", "complete"), "no"),
        (("history", "revisions"), {}),
        (("history", "revisions", 0, "applied"), {}),
        (("history", "revisions", 0, "fields", 0, "origin"), "someone"),
    ],
)
def test_a_report_that_does_not_fit(path: tuple[Any, ...], value: Any, errors: Judge) -> None:
    document = _json(REPORT)
    _at(document, path[:-1])[path[-1]] = value
    assert errors("report", document)
