import random

import pytest
from amount import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsync.engine.normalise import plain
from agentsync.engine.restating.texts import exactly, like, like_body, like_instructions, line_end

LAW = settings(max_examples=EXAMPLES)
BOM = "\ufeff"

ODD = ["", "", "a", "b", "c", "  indented", "trailing  ", "\r", BOM, "\u2028", "\x0c", "é", "---"]
LINES = st.lists(
    st.tuples(st.sampled_from(ODD), st.sampled_from(["\n", "\n", "\r\n", ""])), max_size=7
)


@st.composite
def texts(draw):
    start = draw(st.sampled_from(["", "", "", BOM]))
    return start + "".join(line + end for line, end in draw(LINES))


def read(text):
    """A file's text as the loader and the normaliser have it."""
    return plain(text.removeprefix(BOM))


def prompt(text):
    return read(text).rstrip()


def instructions(text):
    return read(text).strip()


def body(text):
    return plain(text).strip()


def like_a_body(text, wanted):
    return like_body(text, wanted, "\n")


WAYS = [(like, prompt), (like_instructions, instructions), (like_a_body, body), (exactly, read)]
EVERY_WAY = pytest.mark.parametrize(("change", "say"), WAYS, ids=lambda item: item.__name__)


@EVERY_WAY
@LAW
@given(text=texts(), other=texts())
def test_a_changed_text_says_what_is_wanted(change, say, text, other):
    wanted = say(other)
    assert say(change(text, wanted)) == wanted
    assert change(change(text, wanted), wanted) == change(text, wanted)


@EVERY_WAY
@LAW
@given(text=texts())
def test_a_text_that_says_it_already_stays(change, say, text):
    if say(text):
        assert change(text, say(text)) == text


@EVERY_WAY
@LAW
@given(text=texts(), data=st.data())
def test_lines_that_are_not_touched_keep_their_bytes(change, say, text, data):
    lines = say(text).split("\n")
    if len(lines) < 3 or len(set(lines)) < len(lines):
        return
    at = data.draw(st.integers(1, len(lines) - 2))
    changed = change(text, "\n".join([*lines[:at], "new and unlike", *lines[at + 1 :]]))
    before, after = text.split("\n"), changed.split("\n")
    number = next(n for n, line in enumerate(after) if "new and unlike" in line)
    assert before[:number] + before[number + 1 :] == after[:number] + after[number + 1 :]


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("", "One\ntwo", "One\ntwo\n"),
        ("One\n", "Two", "Two\n"),
        ("One", "Two", "Two"),
        ("One\n\n\n", "Two", "Two\n\n\n"),
        ("One\r\nTwo\r\n", "One\nNew\nTwo", "One\r\nNew\r\nTwo\r\n"),
        ("One\nTwo\r\n", "One\nNew\nTwo", "One\nNew\nTwo\r\n"),
        (f"{BOM}One\n", "Two", f"{BOM}Two\n"),
        # What stood behind the last line is no part of a new last line.
        ("One\nTwo  \n\n", "One\nTwo\nThree", "One\nTwo\nThree\n\n"),
        ("One\nTwo  \n\n", "New\nTwo", "New\nTwo  \n\n"),
        ("One\n", "", ""),
        ("\n\n", "One", "One\n"),
        ("  One\n", "  Two", "  Two\n"),
        # The first mark would be taken for the file's own.
        ("", f"{BOM}One", f"{BOM}{BOM}One\n"),
        # With a line feed alone behind it, the carriage return would be read as a part of it.
        ("", "One\r\nTwo", "One\r\r\nTwo\n"),
    ],
)
def test_a_prompt_is_changed_in_its_own_style(before, wanted, after):
    assert like(before, wanted) == after


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("\nOne\n", "Two", "\nTwo\n"),
        ("\r\nOne\r\n", "Two\nThree", "\r\nTwo\r\nThree\r\n"),
        # Indented code in the first line; the line is kept, or goes with its indentation.
        ("\n    code\nText\n", "code\nNew", "\n    code\nNew\n"),
        ("\n    code\nText\n", "New\nText", "\nNew\nText\n"),
        ("\nOne\n", "", ""),
    ],
)
def test_a_body_keeps_the_blank_lines_around_it(before, wanted, after):
    assert like_body(before, wanted, line_end(before)) == after


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("a\nb\n", "a\nb", "a\nb"),
        ("a\nb", "a\nb\n", "a\nb\n"),
        ("a\r\nb\r\n", "a\nb\nc\n", "a\r\nb\r\nc\r\n"),
        ("a\r\nb", "a\nb\nc", "a\r\nb\r\nc"),
        ("a\nb\r\nc", "a\nb\nc\nd", "a\nb\r\nc\nd"),
        ("", "a\n\n", "a\n\n"),
        ("a\n", "", ""),
    ],
)
def test_a_file_is_changed_to_the_letter(before, wanted, after):
    assert exactly(before, wanted) == after


def test_long_texts_are_no_trouble():
    """Every line changed, or many lines alike: difflib alone would take minutes for each."""
    chance = random.Random(7)
    words = ["alpha", "beta", "gamma", "delta"]
    old, new = ("\n".join(" ".join(chance.choices(words, k=4)) for _ in range(9000)) for _ in "ab")
    assert read(like(old, new)) == new
    assert read(exactly("x\n" * 90_000, "y\nx\n" * 45_000)) == "y\nx\n" * 45_000
