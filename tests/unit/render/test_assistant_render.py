"""Reports on assistants: what is created in a few lines, what was written in one part."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reported import change, edit, report_of

from agentsync.errors import ExitCode
from agentsync.model import (
    ABSENT,
    Action,
    Change,
    Effect,
    Guarantee,
    LastApply,
    Origin,
    Outcome,
    Plan,
    Report,
    Status,
)
from agentsync.render import RenderOptions, render
from agentsync.render.receipt import receipts_of
from agentsync.render.text.creation import creation_lines
from agentsync.render.text.page import Line

GOLDEN = Path(__file__).parents[2] / "golden" / "render"
TOKEN = "ghp" + "_" + "Zq81LmT4xYc93VbN7RkWe52UjHs60GfDaPo7"
DESIRED = {
    "graph_id": "agent",
    "name": "Support triage",
    "description": "Sorts what customers write.",
    "system_prompt": "# Triage\n\nYou read every message first.\nYou answer what is simple.\n",
    "context": {
        "model": "openai:gpt-5.5",
        "temperature": 0,
        "tools": ["search", "refund"],
        "voice": {"tone": "kind", "words": {"most": 80}},
        "nobody": None,
        "quiet": "",
        "zone": "eu",
    },
    "config": {"recursion_limit": 50, "tags": ["support"]},
    "metadata": {"team": "support"},
}
WHY = "no agent that this key lists has this name"
LAST = LastApply(commit="4f2a9c1d0e7b", at="2026-11-20T15:02:11+01:00", revision="3")
MADE = change("support-triage", Action.CREATE, name="Support triage", reason=WHY, desired=DESIRED)
CHANGED = change(
    "orders",
    Action.UPDATE,
    (
        edit("/context/model", "openai:gpt-5.4", "openai:gpt-5.5", origin=Origin.GIT),
        edit("/metadata/old", "x", ABSENT, origin=Origin.GIT),
        edit("/system_prompt", "Be kind.", "Be brief.", origin=Origin.LIVE, effect=Effect.KEEP),
    ),
    last=LAST,
    notes=("/metadata/old cannot be removed: null is written, which counts as gone",),
)
READ_ONLY = change(
    "theirs",
    Action.UPDATE,
    (edit("/description", "a", "b", origin=Origin.GIT),),
    refusals=("it is read-only here: its owner is ann, not bob",),
    read_only=True,
)


def reported(*changes: Change, command: str = "plan", **more: Any) -> Report:
    plan = Plan(
        project="acme",
        target="builder",
        provider="agent-server",
        endpoint="https://agents.acme.example",
        tool_version="0.1.0",
        prompt="/context/instructions",
        changes=changes,
    )
    return report_of(command, plan=plan, checked=len(changes), **more)


def outcome(of: Change, status: Status = Status.APPLIED, **more: Any) -> Outcome:
    return Outcome(address=of.address, name=of.name, action=of.action, status=status, **more)


WRITTEN = {"metadata": Guarantee.CHECKED, "written": True}
OUTCOMES = (
    outcome(MADE, agent_id="7c0e5e0a", after="1", verified=12, **WRITTEN),
    outcome(CHANGED, agent_id="42d8c2f4", before="3", after="4", verified=9, kept=1, **WRITTEN),
    outcome(READ_ONLY, Status.REFUSED, message="it is read-only here: its owner is ann, not bob"),
)


@pytest.mark.parametrize(
    ("name", "format_name"),
    [
        ("assistants-plan", "text"),
        ("assistants-plan", "markdown"),
        ("assistants-apply", "text"),
        ("assistants-apply", "markdown"),
    ],
)
def test_golden(name: str, format_name: str, golden: Any) -> None:
    report = reported(CHANGED, MADE, READ_ONLY)
    if name == "assistants-apply":
        code = ExitCode.PARTIAL
        report = replace(report, command="apply", exit_code=code, outcomes=OUTCOMES)
    ending = {"text": "txt", "markdown": "md"}[format_name]
    golden(GOLDEN / f"{name}.{ending}", render(report, format_name, RenderOptions(width=80)))


def summary(**desired: Any) -> list[str]:
    return [plain(item) for item in creation_lines({"graph_id": "g", **desired})]


def plain(item: Line) -> str:
    return "".join(piece if isinstance(piece, str) else piece[0] for piece in item.pieces)


def test_values_are_told_as_what_they_are() -> None:
    values = {"a": None, "b": "", "c": {}, "d": [], "e": "null", "f": False}
    assert [item.split(": ", 1)[1] for item in summary(context=values)[1:]] == [
        *("null", '""', "{}", "[]", '"null"', "false"),
    ]
    deep = {"x": {"a": {"b": [1, {"c": None}]}}, "y": [{"k": 1}, {"k": 2}], "z": "two\nlines"}
    assert [item.split(": ", 1)[1] for item in summary(config=deep)[1:]] == [
        '{"a": {"b": [1, {"c": null}]}}',
        '[{"k": 1}, {"k": 2}]',
        "two lines",
    ]


def test_of_many_entries_the_first_are_told_and_the_rest_counted() -> None:
    seven = {f"k{number}": number for number in range(7)}
    assert [item.split()[-1] for item in summary(metadata=seven)[1:]] == [*"012345", "more"]
    assert summary(metadata=seven)[-1].split() == ["and", "1", "more"]
    six = {f"k{number}": number for number in range(6)}
    assert [item.split()[-1] for item in summary(metadata=six)[1:]] == [*"012345"]


@pytest.mark.parametrize("field", ["context", "config", "metadata"])
def test_no_entry_fills_the_page(field: str) -> None:
    entries = {"k" * 10_000: 1, "text": "x" * 10_000, "list": ["x" * 9, *range(9_999)]}
    found = summary(**{field: entries})
    assert len(found) == 4
    assert all(len(item) < 130 for item in found)
    assert all(item.endswith("…") for item in found[1:])
    assert summary(**{field: {"k": "x" * 97}})[1].endswith("x")
    assert summary(**{field: {"k": "x" * 98}})[1].endswith("…")


HOSTILE = {
    "::error file=x::boo": "::set-output name=x::y",
    "\x1b[31mred": "\x1b]0;title\x07\x9b2J",
    "line\nbreak\r": "a\n::error::b\r\n# heading",
    "<script>alert(1)</script>": '"><img src=x onerror=alert(1)>',
    "`code`|table|": "```\n</details>\n| a | b |",
    "\u202egnp.exe": "\u200bzero\u2066",
}


@pytest.mark.parametrize("field", ["context", "config", "metadata"])
@pytest.mark.parametrize("format_name", ["text", "markdown", "github", "html"])
def test_hostile_keys_and_values_do_nothing(field: str, format_name: str) -> None:
    nested = {key: {key: {key: [item]}} for key, item in HOSTILE.items()}
    for entries in (HOSTILE, nested):
        made = replace(MADE, desired={"graph_id": "g", "name": "A", field: entries})
        shown = render(reported(made), format_name, RenderOptions(width=80))
        for char in ("\x1b", "\x07", "\x9b", "\r", "\u202e", "\u2066", "\u200b"):
            assert char not in shown
        assert not [line for line in shown.splitlines() if line.startswith("::error file=x")]
        assert not [line for line in shown.splitlines() if line.lstrip().startswith("::error::b")]
        if format_name == "html":
            assert "<script>alert" not in shown
            assert "<img src=x" not in shown
        if format_name == "markdown":
            # What is quoted stands between fences longer than any inside.
            assert shown.count("\n</details>") == shown.count("<details>")


@pytest.mark.parametrize("format_name", ["text", "markdown", "html", "json"])
@pytest.mark.parametrize("field", ["context", "config", "metadata"])
def test_secrets_are_masked(field: str, format_name: str) -> None:
    desired = {**DESIRED, field: {"key": TOKEN, "deep": {"key": [f"Bearer {TOKEN}"]}}}
    report = reported(replace(MADE, desired=desired))
    for verbose in (False, True):
        assert TOKEN not in render(report, format_name, RenderOptions(width=80, verbose=verbose))


@pytest.mark.parametrize("format_name", ["text", "markdown", "html"])
def test_a_creation_is_told_in_every_format(format_name: str) -> None:
    shown = render(reported(MADE), format_name, RenderOptions(width=80))
    assert "recursion_limit: 50" in shown
    assert "and 1 more" in shown
    assert "zone" not in shown


def test_an_assistant_is_written_in_one_part() -> None:
    report = reported(CHANGED, MADE, READ_ONLY, command="apply", outcomes=OUTCOMES)
    assert report.plan is not None
    made, changed, refused = receipts_of(report, report.plan)
    assert (made.guarantees, changed.guarantees, refused.guarantees) == ("", "checked", "")
    other = replace(report.plan, provider="managed")
    assert receipts_of(report, other)[1].guarantees == "metadata checked"


@pytest.mark.parametrize("format_name", ["text", "markdown", "html", "json"])
def test_a_plan_says_that_an_agent_is_read_only(format_name: str) -> None:
    shown = render(reported(READ_ONLY), format_name, RenderOptions(width=200))
    assert "its owner is ann, not bob" in shown
