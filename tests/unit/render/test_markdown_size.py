"""How long the Markdown page gets, whatever the report: never longer than GitHub takes."""

import re
import time
from dataclasses import replace

import pytest
from edited import report_on, team_plan
from reported import change, edit, report_of, support

from agentsync.model import ABSENT, Action, Diagnostic, Finding, Origin, Risk, Span
from agentsync.render import RenderOptions, render
from agentsync.render.markdown import render as bare

_LIMIT = 1_000_000


def page(report, **options):
    return render(report, "markdown", RenderOptions(**options))


def planned(*findings, changes, **given):
    return report_on("plan", replace(team_plan(*changes, **given), findings=findings))


def folded(text, address):
    """The details of one agent."""
    start = f"<details><summary><strong><code>{address}</code></strong>"
    return text.partition(start)[2].partition("\n\n</details>")[0]


def _long(word):
    return "\n".join(f"line {n} {word * 10}" for n in range(16_000))


def _giant(**given):
    fields = (edit("/system_prompt", _long("old "), _long("new "), origin=Origin.GIT),)
    return change("giant", Action.UPDATE, fields, **given)


def _many():
    one = support(lambda _: Origin.GIT)
    changes = (replace(one, address=f"agent-{n:03}") for n in range(500))
    findings = (
        Finding(
            rule="tool-added",
            severity=Risk.MEDIUM,
            address=f"agent-{n:03}",
            pointer="/tools",
            message="it gets a tool",
        )
        for n in range(499, 300, -1)
    )
    return planned(*findings, changes=tuple(changes))


def _wide():
    text = "😀" * 300
    one = replace(support(lambda _: Origin.GIT), reason=text, notes=(text,) * 9, refusals=(text,))
    changes = tuple(replace(one, address=f"{text}{n}") for n in range(300))
    return planned(changes=changes, refusals=tuple(f"{text}{n}" for n in range(900)))


_LARGE = {
    "500 agents": _many,
    "a prompt of 1 MB": lambda: planned(changes=(_giant(),)),
    "a diff of 1 MB": lambda: replace(planned(changes=(_giant(),)), command="diff"),
    "characters of 4 bytes": _wide,
    "diagnostics": lambda: report_of(
        "validate",
        diagnostics=tuple(
            Diagnostic(code="c", message=f"{n} " * 400, span=Span(path="p" * 300, line=n))
            for n in range(2_000)
        ),
    ),
    "a text": lambda: report_of(
        "schema", listing=("`" * 9_000, *("x" * 600 for _ in range(3_000)))
    ),
    "5000 texts": lambda: planned(
        changes=(
            change(
                "a",
                Action.UPDATE,
                tuple(edit(f"/files/{n}/content", ABSENT, f"a\n{n}\n") for n in range(5_000)),
            ),
        )
    ),
}


@pytest.mark.parametrize("name", _LARGE)
@pytest.mark.parametrize("verbose", [False, True])
def test_a_summary_stays_under_its_limit_and_whole(name, verbose):
    text = page(_LARGE[name](), verbose=verbose)
    assert len(text.encode()) <= _LIMIT
    assert text.count("<details>") == text.count("</details>")
    fences = re.findall(r"^(`{3,})(?:diff|text)?$", text, re.MULTILINE)
    assert len(fences) % 2 == 0
    assert text.endswith("</sub>\n")


def test_many_long_texts_take_no_more_time_than_a_few():
    report = planned(changes=tuple(replace(_giant(), address=f"a{n}") for n in range(60)))
    start = time.process_time()
    text = bare(report, RenderOptions())
    assert time.process_time() - start < 6
    assert "characters, too many to compare here" in folded(text, "a59")
    assert "```diff" in folded(text, "a0")


def test_what_is_left_out_is_said():
    text = page(_many(), verbose=True)
    shown = text.count("<details><summary><strong>")
    assert f"Details of {500 - shown} agents are left out here: the JSON report" in text
    assert text.count("`~`\u00a0update | `agent-") == 500


def test_details_are_shortened_before_they_are_dropped():
    text = page(planned(changes=(_giant(),)), verbose=True)
    assert re.search(r"^  … \d+ more lines$", folded(text, "giant"), re.MULTILINE)
