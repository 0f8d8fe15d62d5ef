import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agentsync.render.text.page import line, paint

_ROLES = st.sampled_from(["", "title", "added", "removed-word", "quiet"])
_PIECES = st.lists(st.tuples(st.text("ab 漢.é", max_size=30), _ROLES), max_size=8)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@given(pieces=_PIECES, width=st.integers(40, 90), indent=st.integers(0, 20))
def test_rows_fit_and_lose_nothing_but_spaces(pieces, width, indent):
    text = paint([line(*pieces, indent=indent)], color=True, width=width)
    plain = _ANSI.sub("", text)
    assert all(cell_len(row) <= width for row in plain.split("\n"))
    whole = "".join(part for part, _ in pieces)
    assert re.sub(r"\s", "", plain) == re.sub(r"\s", "", whole)


@given(pieces=_PIECES, width=st.sampled_from([0, 50]), color=st.booleans())
def test_no_row_ends_with_a_space(pieces, width, color):
    rows = _ANSI.sub("", paint([line(*pieces)], color=color, width=width)).split("\n")
    assert [row for row in rows if row != row.rstrip(" ")] == []


@given(pieces=_PIECES)
def test_without_a_width_a_line_stays_one_line(pieces):
    assert paint([line(*pieces)], color=False, width=0).count("\n") == 1


def test_words_are_kept_whole_and_continued_further_in():
    text = paint([line("one two " * 8, indent=2, hang=3)], color=False, width=40)
    assert text == ("  one two one two one two one two one\n     two one two one two one two\n")


def test_a_word_that_no_row_can_hold_is_broken_but_a_path_is_not():
    assert (
        paint([line("x" * 50, hang=2)], color=False, width=40)
        == "x" * 40 + "\n  " + "x" * 10 + "\n"
    )
    assert paint([line(("x" * 50, "path"))], color=False, width=40) == "x" * 50 + "\n"


def test_a_text_without_spaces_starts_where_it_stands():
    text = paint([line("- ", "漢" * 30, hang=2)], color=False, width=40)
    assert text == "- " + "漢" * 19 + "\n  " + "漢" * 11 + "\n"


@pytest.mark.parametrize(("gap", "word"), [(" ", "y" * 50), ("   ", "y")])
def test_words_stay_apart_where_the_space_between_them_has_no_room(gap, word):
    text = paint([line("x" * 39, gap, " ", (word, "pointer"))], color=False, width=40)
    assert text == "x" * 39 + f"\n  {word}\n"


def test_a_gutter_goes_on_where_the_line_is_wrapped():
    text = paint([line("one two " * 8, indent=2, gutter="│ ")], color=False, width=40)
    assert text == "  │ one two one two one two one two one\n  │   two one two one two one two\n"


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (line("  ::error::x"), "│   ::error::x"),
        (line("::error::x", indent=4), "  │ ::error::x"),
        (line("- ", "x" * 36, " ::error::x"), "- " + "x" * 36 + "\n│ ::error::x"),
        (line("- ", "x" * 38, "::error::x", hang=4), "- " + "x" * 38 + "\n  │ ::error::x"),
        (line(("\u00a0::x", "added")), "│ \u00a0::x"),
        (line(("##", "added"), ("[x", "removed")), "##\\[x"),
        (line(("#", "added"), ("#", "removed"), ("[x#", "added"), "#["), "##\\[x##\\["),
        (line("a::b: ## [c]"), "a::b: ## [c]"),
    ],
)
def test_no_row_is_a_command_for_a_runner(item, expected, color):
    assert _ANSI.sub("", paint([item], color=color, width=40)) == expected + "\n"


def test_a_mark_does_not_make_a_command():
    text = paint([line("##", ("x", "removed-word"))], color=False, width=0)
    assert text == "##\\[-x-]\n"


def test_changed_words_are_marked_by_colour_or_by_brackets():
    pieces = ("keep ", ("old", "removed-word"), (" new", "added-word"))
    assert paint([line(*pieces)], color=False, width=0) == "keep [-old-]{+ new+}\n"
    assert paint([line(*pieces)], color=True, width=0) == (
        "keep \x1b[1;7;31mold\x1b[0m\x1b[1;7;32m new\x1b[0m\n"
    )
