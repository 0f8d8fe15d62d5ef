"""No line of any report is a workflow command: whoever edits an agent must not steer CI."""

import json
import re

from hostile import COMMANDS, full_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    command=st.sampled_from(COMMANDS),
    text=_FOREIGN,
    other=_FOREIGN,
    width=st.sampled_from([0, 40, 80]),
    color=st.booleans(),
    verbose=st.booleans(),
)
def test_no_text_of_an_agent_is_a_workflow_command(command, text, other, width, color, verbose):
    options = RenderOptions(width=width, color=color, verbose=verbose, show_all=True)
    shown = render(full_of(command, text, other), "text", options)
    for page in (shown, _ANSI.sub("", shown)):
        assert [row for row in page.split("\n") if row.strip().startswith("::")] == []
        assert "##[" not in page


@given(text=_FOREIGN, width=st.sampled_from([0, 80]))
def test_json_holds_no_command_and_still_says_the_same(text, width):
    report = full_of("plan", text, "other")
    shown = render(report, "json", RenderOptions(width=width))
    assert "##[" not in shown
    assert [row for row in shown.split("\n") if row.strip().startswith("::")] == []
    assert json.loads(shown) == json.loads(json.dumps(report.to_json()))


def test_quoted_text_has_a_gutter():
    shown = render(full_of("diff", "::error::x", "y"), "text", RenderOptions())
    assert "\n    │ same\n    │ ::error::x\n" in shown
    shown = render(full_of("plan", "::error::x", "y"), "text", RenderOptions())
    assert "\n               │ ::error::x\n" in shown
