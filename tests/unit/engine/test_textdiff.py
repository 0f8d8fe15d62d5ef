import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsync.engine.textdiff import Hunk, unified
from agentsync.engine.wordmarks import Budget, marked

_LINES = st.lists(
    st.one_of(
        st.sampled_from(["", "a", "b", "the end", "the very end", "x\r", "  x"]),
        st.text(max_size=12),
    ),
    max_size=12,
)


@st.composite
def pairs(draw):
    """Two texts of which the second is the first after some edits, repeated lines among them."""
    before = draw(_LINES)
    after = list(before)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(after)))
        to = draw(st.integers(at, min(len(after), at + 3)))
        after[at:to] = draw(st.one_of(_LINES, st.just(after[at : at + 2] * 2)))
    ends = st.sampled_from(["", "\n"])
    return "\n".join(before) + draw(ends), "\n".join(after) + draw(ends)


_ANY = st.text(alphabet=st.characters(exclude_categories=[]))


def applied(before: str, hunks: tuple[Hunk, ...]) -> str:
    """`before` with the hunks applied as `patch` does, every context line checked."""
    parts = before.split("\n")
    lines = [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
    result: list[str] = []
    at = 0
    for hunk in hunks:
        start = hunk.before_start - (1 if hunk.before_count else 0)
        result += lines[at:start]
        assert len(result) == hunk.after_start - (1 if hunk.after_count else 0)
        at = start
        for line in hunk.lines:
            text = line.text + ("\n" if line.ended else "")
            if line.kind != "added":
                assert lines[at] == text
                at += 1
            if line.kind != "removed":
                result.append(text)
        assert at - start == hunk.before_count
    return "".join(result + lines[at:])


def plain(before: str, after: str, context: int = 3) -> list[str]:
    """The hunks as text: words marked like [this]."""
    signs = {"context": " ", "removed": "-", "added": "+"}
    found = []
    for hunk in unified(before, after, context):
        found.append(hunk.header)
        for line in hunk.lines:
            words = "".join(f"[{s.text}]" if s.changed else s.text for s in line.segments)
            found.append(signs[line.kind] + words + ("" if line.ended else "⏎̸"))
    return found


@given(texts=pairs(), context=st.integers(0, 4))
def test_applying_the_hunks_to_before_gives_after(texts, context):
    before, after = texts
    assert applied(before, unified(before, after, context)) == after


@given(before=_ANY, after=_ANY)
def test_any_character_survives(before, after):
    assert applied(before, unified(before, after)) == after


@given(text=_ANY)
def test_a_text_does_not_differ_from_itself(text):
    assert unified(text, text) == ()


@given(texts=pairs())
def test_segments_are_never_empty_and_context_is_never_marked(texts):
    for hunk in unified(*texts):
        for line in hunk.lines:
            assert all(segment.text for segment in line.segments)
            assert line.kind != "context" or not any(s.changed for s in line.segments)


@given(
    before=st.text(max_size=60), words=st.lists(st.text(string.ascii_letters + " ."), max_size=5)
)
def test_the_unmarked_words_of_a_pair_are_equal(before, words):
    after = before[: len(before) // 2] + "".join(words) + before[len(before) // 2 :]
    both = marked(before, after, Budget(10**9))
    if both is not None:
        old, new = (
            "".join(s.text for s in side if not s.changed and not s.text.isspace()) for side in both
        )
        assert old.replace(" ", "") == new.replace(" ", "")
        assert ["".join(s.text for s in side) for side in both] == [before, after]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "a\n", ["@@ -0,0 +1 @@", "+a"]),
        ("a\n", "", ["@@ -1 +0,0 @@", "-a"]),
        ("a", "a\n", ["@@ -1 +1 @@", "-a⏎̸", "+a"]),
        ("one two\r\n", "one two\n", ["@@ -1 +1 @@", "-one two[\r]", "+one two"]),
        (
            "You are a helpful agent.\n\nBye.\n",
            "You are the helpful agent.\n\nBye.\n",
            [
                "@@ -1,3 +1,3 @@",
                "-You are [a] helpful agent.",
                "+You are [the] helpful agent.",
                " ",
                " Bye.",
            ],
        ),
        # Two changed words with a space between them are one mark.
        (
            "Send the old answer to them.",
            "Send the new reply to them.",
            [
                "@@ -1 +1 @@",
                "-Send the [old answer] to them.⏎̸",
                "+Send the [new reply] to them.⏎̸",
            ],
        ),
        # Lines that have nothing to do with each other carry no marks.
        (
            "Be brief.\n",
            "Never promise a refund.\n",
            ["@@ -1 +1 @@", "-Be brief.", "+Never promise a refund."],
        ),
        # Each removed line stands beside the line it became, an unrelated new one between them.
        (
            "Use metric units.\nAnswer in German.\n",
            "Use imperial units.\nSign as Acme.\nAnswer in French.\n",
            [
                "@@ -1,2 +1,3 @@",
                "-Use [metric] units.",
                "+Use [imperial] units.",
                "+Sign as Acme.",
                "-Answer in [German].",
                "+Answer in [French].",
            ],
        ),
        # No part of a word is marked; a script without spaces is marked by the character.
        (
            "refund a refunded order",
            "refund a refundable order",
            [
                "@@ -1 +1 @@",
                "-refund a [refunded] order⏎̸",
                "+refund a [refundable] order⏎̸",
            ],
        ),
        (
            "an unkind word\n",
            "an kind word\n",
            ["@@ -1 +1 @@", "-an [unkind] word", "+an [kind] word"],
        ),
        (
            "お客様に丁寧に答える",
            "お客様に親切に答える",
            ["@@ -1 +1 @@", "-お客様に[丁寧]に答える⏎̸", "+お客様に[親切]に答える⏎̸"],
        ),
    ],
)
def test_examples(before, after, expected):
    assert plain(before, after) == expected


def test_hunks_far_apart_are_told_apart_and_near_ones_together():
    lines = [f"line {number}" for number in range(30)]
    changed = ["changed" if number in (5, 12, 28) else text for number, text in enumerate(lines)]
    headers = [hunk.header for hunk in unified("\n".join(lines), "\n".join(changed))]
    assert headers == ["@@ -3,14 +3,14 @@", "@@ -26,5 +26,5 @@"]


def test_a_moved_line_is_the_only_one_that_changes():
    assert plain("a\nb\nc\nd\ne\nf\nold\n", "e\na\nb\nc\nd\nf\nnew\n", context=0) == [
        "@@ -0,0 +1 @@",
        "+e",
        "@@ -5 +5,0 @@",
        "-e",
        "@@ -7 +7 @@",
        "-old",
        "+new",
    ]


def test_a_long_prompt_with_two_changed_words_is_one_small_hunk():
    words = [f"word{number}" for number in range(5_000)]
    before = "# Title\n" + " ".join(words) + "\n"
    after = before.replace("word2500 ", "other ")
    ((_, removed, added),) = (hunk.lines for hunk in unified(before, after))
    assert [s.text for s in removed.segments if s.changed] == ["word2500"]
    assert [s.text for s in added.segments if s.changed] == ["other"]


def test_without_a_budget_there_are_no_marks():
    assert marked("one two", "one three", Budget(0)) is None


def _pathological() -> dict[str, tuple[str, str]]:
    size = 200_000
    lines = [f"line {number} of the old text of the agent" for number in range(size // 40)]
    few = ["abcdefghij"[(number * 7919) % 10] for number in range(size // 8)]
    return {
        "every line different": (
            "\n".join(lines),
            "\n".join(f"{n} new" for n in range(len(lines))),
        ),
        "one word in every line": ("\n".join(lines), "\n".join(lines).replace("old", "new")),
        "every line ending": ("\n".join(lines) + "\n", "\r\n".join(lines) + "\r\n"),
        "reversed": ("\n".join(lines), "\n".join(lines[::-1])),
        "ten lines repeated": ("\n".join(few), "\n".join(few[::-1] + few[:99])),
        "one long line": ("old " * (size // 4), "old new " * (size // 8)),
        "one long word": ("x" * size, "x" * (size // 2) + "y" + "x" * size),
        "long lines": (
            "\n".join(["the old text " * 150] * 100),
            "\n".join(["text the " * 222] * 101),
        ),
    }


@pytest.mark.parametrize("case", sorted(_pathological()))
def test_pathological_texts_are_answered_in_bounded_time(case):
    before, after = _pathological()[case]
    started = time.process_time()
    hunks = unified(before, after)
    # Each takes about 0.1 s; without its bound the slowest of them would take minutes.
    assert time.process_time() - started < 3.0
    assert applied(before, hunks) == after
