"""Long texts in the HTML report: side by side, folded, cut, and quick."""

import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st
from reported import AFTER, BEFORE, change, edit, plan_of, report_of

from agentsync.canonical import ABSENT
from agentsync.engine.textdiff import unified
from agentsync.model import Action, Finding, Origin, Risk
from agentsync.render import RenderOptions
from agentsync.render.html import render
from agentsync.render.html.sides import paired

from .htmltree import found, page, parsed, prompt_plan, rows, said


def test_texts_stand_side_by_side_with_their_changed_words():
    before = "".join(f"line {n}\n" for n in range(1, 31))
    after = before.replace("line 5\n", "line five\n").replace("line 25\n", "") + "more\n"
    tree = parsed(page(prompt_plan(before, after)))
    table = rows(tree, "sides")
    assert table[0] == ["line", "live", "line", "git"]
    assert ["5", "removed: line 5", "5", "added: line five"] in table
    assert ["25", "removed: line 25", ""] in table
    assert ["", "30", "added: more"] in table
    assert ["26", "line 26", "25", "line 26"] in table
    assert [row[0] for row in table if len(row) == 1] == [
        "… 1 unchanged line",
        "… 13 unchanged lines",
    ]
    assert [said(it) for it in tree.iter("del")] == ["5", "line 25"]
    assert [said(it) for it in tree.iter("ins")] == ["five", "more"]
    assert "2 lines added, 2 removed" in said(found(tree, "details", "text")[0])


def test_a_line_that_only_lost_a_word_is_not_new():
    tree = parsed(page(prompt_plan("same\none two three\n", "same\none three\n")))
    assert [said(it) for it in tree.iter("del")] == ["two"]
    assert not list(tree.iter("ins"))
    assert not [it for it in tree.iter("td") if "all" in it.get("class", "").split()]


def test_texts_that_only_look_different_say_so():
    tree = parsed(page(prompt_plan("a\nb\r\n" * 40, "a\nb\n" * 40)))
    assert "only the line endings differ: CRLF → LF" in said(tree.find("body"))
    tree = parsed(page(prompt_plan("one\ntwo\n", "one\ntwo")))
    assert "no newline at the end" in said(found(tree, "table", "sides")[0])


def test_a_text_on_one_side_has_one_column():
    for before, after, name, mark in (
        (ABSENT, "one\ntwo\n", "git", "ins"),
        ("one\ntwo\n", ABSENT, "live", "del"),
    ):
        tree = parsed(page(prompt_plan(before, after)))
        assert rows(tree, "side")[0] == ["line", name]
        assert [said(it) for it in tree.iter(mark)] == ["one", "two"]


def test_trailing_spaces_are_seen():
    tree = parsed(page(prompt_plan("same\nword\n", "same\nword  \n")))
    assert "word··" in said(found(tree, "table", "sides")[0])


def test_a_long_text_is_cut_and_says_so():
    before = "".join(f"old {n}\n" for n in range(1_000))
    report = prompt_plan(before, before.replace("old", "new"))
    tree = parsed(page(report))
    assert "… 700 more lines" in said(found(tree, "table", "sides")[0])
    assert "--verbose shows them in full" in said(tree.find("body"))
    assert len(rows(tree, "sides")) == 302
    every = parsed(page(report, verbose=True))
    assert len(rows(every, "sides")) == 1_001
    assert "more line" not in said(every.find("body"))
    assert "--verbose" not in said(every.find("body"))


def test_a_long_line_is_cut_and_says_so():
    before = "same\n" + "word " * 20_000 + "\n"
    report = prompt_plan(before, before.replace("word", "term"))
    text = page(report)
    assert len(text) < 40_000
    assert re.search(r"… 9\d,\d{3} more characters …", text)
    assert "more characters" not in page(report, verbose=True)


def test_an_unchanged_stretch_of_a_long_line_is_cut():
    middle = " ".join(f"word{n}" for n in range(300))
    report = prompt_plan(f"same\nfirst {middle} last\n", f"same\nFIRST {middle} LAST\n")
    tree = parsed(page(report))
    assert "unchanged characters" in said(found(tree, "table", "sides")[0])
    assert [said(it) for it in tree.iter("ins")] == ["FIRST", "LAST"]


def test_many_long_texts_are_folded():
    text = "".join(f"line {n}\n" for n in range(100))
    changes = tuple(
        change(f"a{n:02}", Action.UPDATE, (edit("/system_prompt", ABSENT, text),))
        for n in range(40)
    )
    tree = parsed(page(report_of(plan=plan_of(changes), checked=40)))
    unfolded = [it.get("open") is not None for it in found(tree, "details", "text")]
    assert unfolded == [True] * 9 + [False] * 31


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(["a", "b", "c c", "c d", "", "x y z", "x y"]), max_size=14),
    st.lists(st.sampled_from(["a", "b", "c c", "c d", "", "x y z", "x y"]), max_size=14),
)
def test_rows_hold_every_line_once_in_order_with_its_number(before, after):
    pairs = [
        pair
        for hunk in unified("".join(f"{it}\n" for it in before), "".join(f"{it}\n" for it in after))
        for pair in paired(hunk)
    ]
    for side, lines in enumerate((before, after)):
        shown = [pair[side] for pair in pairs if pair[side]]
        numbers = [number for number, _ in shown]
        assert numbers == sorted(set(numbers))
        assert all(lines[number - 1] == line.text for number, line in shown)
        assert len(shown) == len(set(numbers)) <= len(lines)
    kinds = {tuple(cell and cell[1].kind for cell in pair) for pair in pairs}
    assert kinds <= {
        *(("context", "context"), ("removed", "added")),
        *(("removed", None), (None, "added")),
    }


def timed(report):
    """The page and the seconds of work that it took, of two runs the shorter."""
    seconds = []
    for _ in range(2):
        start = time.process_time()
        text = render(report, RenderOptions())
        seconds.append(time.process_time() - start)
    return text, min(seconds)


def many_agents():
    """A plan of 500 agents, each with ten fields and a finding."""
    changes, findings = [], []
    for number in range(500):
        who = list(Origin)[number % 4]
        fields = [edit(f"/extras/{n:02}", f"old {n}", f"new {n}", origin=who) for n in range(8)]
        fields.append(edit("/system_prompt", BEFORE * 4, f"{AFTER * 4}{number}\n", origin=who))
        fields.append(edit("/skills/pdf/instructions", ABSENT, AFTER, origin=who))
        changes.append(change(f"agent-{number:03}", Action.UPDATE, tuple(fields)))
        findings.append(
            Finding(
                rule="prompt-grew",
                severity=list(Risk)[number % 3],
                address=f"agent-{number:03}",
                pointer="/system_prompt",
                message="it grew",
            )
        )
    return report_of(plan=plan_of(tuple(changes), tuple(findings)), checked=500)


def test_a_plan_of_500_agents_is_quick_and_not_large():
    report = many_agents()
    text, seconds = timed(report)
    assert seconds < 3
    assert len(text) < 6_000_000


def test_a_prompt_of_a_megabyte_is_quick_and_not_large():
    lines = [
        f"word {n} of a prompt that has many lines, each of real length, and more"
        for n in range(14_000)
    ]
    before = "\n".join(lines)
    report = prompt_plan(before, "\n".join(f"{it} new" for it in lines))
    assert len(before) > 1_000_000
    text, seconds = timed(report)
    assert seconds < 3
    assert len(text) < 250_000
