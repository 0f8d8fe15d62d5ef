"""No line of any report is a workflow command: whoever edits an agent must not steer CI."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulled import everything, past

from agentsync.errors import ExitCode
from agentsync.model import (
    ABSENT,
    Action,
    Diagnostic,
    Effect,
    Finding,
    LastApply,
    Origin,
    Orphan,
    Outcome,
    PatchStatus,
    Plan,
    Precondition,
    Problem,
    Report,
    Span,
    Status,
)
from agentsync.render import RenderOptions, render

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_PARTS = [
    "::",
    "::error::x",
    "##[",
    "##",
    "#",
    "[",
    "word",
    " ",
    "  ",
    "\n",
    "\r",
    "\u00a0",
    "x" * 90,
]
_FOREIGN = st.lists(st.sampled_from(_PARTS), max_size=12).map("".join)


@pytest.fixture(scope="session")
def foreign(make_change, make_edit):
    """A report with a text wherever a report can hold one."""

    def build(command, text, other):
        fields = (
            make_edit("/system_prompt", f"same\n{text}\nold", f"same\n{text}\nnew {other}"),
            make_edit("/name", text, other),
            make_edit(f"/extras/{text}", [text, {text: other}], [other]),
            make_edit("/description", ABSENT, text),
            make_edit("/files/a/content", text, ABSENT),
            make_edit("/extras/a", text, other, origin=Origin.LIVE, effect=Effect.KEEP),
        )
        changes = (
            make_change(
                text,
                Action.UPDATE,
                fields,
                name=text,
                agent_id=text,
                reason=text,
                notes=(text,),
                precondition=Precondition(revision=text, digest=""),
                unmanaged=(make_edit(f"/extras/{text}", text, ABSENT),),
                refusals=(text,),
                last=LastApply(commit=text, at=text, revision=text),
                updated_at=text,
            ),
            make_change(other, Action.CREATE, desired={"description": text, "system_prompt": text}),
        )
        return Report(
            command=command,
            exit_code=ExitCode.ERROR,
            tool_version="0",
            plan=Plan(
                project=text,
                target=text,
                provider=text,
                endpoint=text,
                tool_version="0",
                changes=changes,
                refusals=(text,),
                orphans=(
                    Orphan(agent_id=text, name=text, address=text, reason=text),
                    Orphan(agent_id=text, name=text, address="", reason=text),
                ),
                findings=(
                    Finding(rule=text, severity=text, address=text, pointer=text, message=text),
                ),
            ),
            problems=(
                Problem(code=text, message=text, hint=text, address=other, request=text),
                Problem(code=text, message=text, hint=text, address=f"{other}2", request=other),
                Problem(code=text, message=text),
            ),
            diagnostics=(Diagnostic(code=text, message=text, hint=text, span=Span(path=text)),),
            outcomes=tuple(
                Outcome(
                    address=address,
                    name=text,
                    action=action,
                    status=status,
                    agent_id=text,
                    before=text,
                    after=other,
                    message=text,
                    hint=text,
                    request=text,
                )
                for address, action in ((text, Action.UPDATE), (other, Action.CREATE))
                for status in Status
            ),
            checked=9,
            listing=(text,),
            patches=tuple(everything(text, status) for status in PatchStatus),
            history=past(text),
        )

    return build


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    command=st.sampled_from(
        [
            *("plan", "diff", "apply", "drift", "status", "validate"),
            *("pull", "import", "log", "rollback"),
        ]
    ),
    text=_FOREIGN,
    other=_FOREIGN,
    width=st.sampled_from([0, 40, 80]),
    color=st.booleans(),
    verbose=st.booleans(),
)
def test_no_text_of_an_agent_is_a_workflow_command(
    foreign, command, text, other, width, color, verbose
):
    options = RenderOptions(width=width, color=color, verbose=verbose, show_all=True)
    shown = render(foreign(command, text, other), "text", options)
    for page in (shown, _ANSI.sub("", shown)):
        assert [row for row in page.split("\n") if row.strip().startswith("::")] == []
        assert "##[" not in page


@given(text=_FOREIGN, width=st.sampled_from([0, 80]))
def test_json_holds_no_command_and_still_says_the_same(foreign, text, width):
    report = foreign("plan", text, "other")
    shown = render(report, "json", RenderOptions(width=width))
    assert "##[" not in shown
    assert [row for row in shown.split("\n") if row.strip().startswith("::")] == []
    assert json.loads(shown) == json.loads(json.dumps(report.to_json()))


def test_quoted_text_has_a_gutter(foreign):
    shown = render(foreign("diff", "::error::x", "y"), "text", RenderOptions())
    assert "\n    │ same\n    │ ::error::x\n" in shown
    shown = render(foreign("plan", "::error::x", "y"), "text", RenderOptions())
    assert "\n               │ ::error::x\n" in shown
