"""Text and JSON reports cannot inject: a terminal shows their rows, and nothing else happens.

The terminal is pyte's, which obeys what VT100 and xterm do; the characters that nobody may see are
listed here a second time, so that render/visible.py is not its own judge.
"""

import json
import re
import unicodedata

import pyte
import pytest
from hostile import COMMANDS, FOREIGN, full_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wcwidth import wcwidth

from agentsync.engine.masking import masked
from agentsync.engine.secrets import secrets_in
from agentsync.render import RenderOptions, render

_SGR = re.compile(r"\x1b\[([0-9;]*)m")
# Reset, bold, faint, reverse, and four of the terminal's own colours: nothing conceals or blinks.
_HARMLESS = {"0", "1", "2", "7", "31", "32", "33", "36"}
_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# What Unicode calls default ignorable: without a glyph unless a font has one for it.
_IGNORABLE = (
    *(range(0x00AD, 0x00AE), range(0x034F, 0x0350), range(0x061C, 0x061D), range(0x115F, 0x1161)),
    *(range(0x17B4, 0x17B6), range(0x180B, 0x1810), range(0x200B, 0x2010), range(0x202A, 0x202F)),
    *(range(0x2060, 0x2070), range(0x3164, 0x3165), range(0xFE00, 0xFE10), range(0xFEFF, 0xFF00)),
    *(range(0xFFA0, 0xFFA1), range(0xFFF0, 0xFFF9), range(0x1BCA0, 0x1BCA4)),
    *(range(0x1D173, 0x1D17B), range(0xE0000, 0xE1000)),
)
_UNSEEN = frozenset(chr(code) for each in _IGNORABLE for code in each)
_ACTING = (
    *("\x1b[2J", "\x1b[H", "\x1b[3A", "\x1b[1K", "\x1bM", "\x1bc", "\x1b[8m", "\x1b[?1049h"),
    *(
        "\x1b]0;title\x07",
        "\x1b]52;c;eA==\x1b\\",
        "\x9d0;t\x9c",
        "\x9b2J",
        "\x1bP",
        "\x1b(0",
        "\x0e",
    ),
    *(
        "\x08\x08\x08",
        "\r",
        "\x0b",
        "\x0c",
        "\x85",
        "\x7f",
        "\x1b[5;6r",
        "\x1b#8",
        "\x1b[4h",
        "漢",
        "❤",
    ),
)
_WRITTEN = st.one_of(
    FOREIGN,
    st.lists(st.one_of(st.sampled_from(_ACTING), FOREIGN), max_size=6).map("".join),
    st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Mn", "Zs"])),
    st.text(alphabet=st.sampled_from(sorted(_UNSEEN))),
)
_HOSTILE = _WRITTEN.map(
    # Two halves of a character that stand side by side are the character, in JSON and elsewhere.
    lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
)
_SLOW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)


def shown_by_a_terminal(text: str) -> pyte.Screen:
    """A screen that is large enough for the text, after it was written there."""
    rows = _SGR.sub("", text).split("\n")
    columns = max(sum(max(wcwidth(c), 1) for c in row) for row in rows) + 2
    screen = pyte.Screen(columns, len(rows) + 2)
    screen.set_mode(pyte.modes.LNM)
    stream = pyte.Stream(screen)
    # pyte drops what follows a character without width, so that each gets a call of its own.
    for part in re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]", text):
        stream.feed(part)
    return screen


def with_width(row: str) -> str:
    """The row without accents: where a terminal puts these is its own affair."""
    return "".join(c for c in unicodedata.normalize("NFD", row) if wcwidth(c) > 0).rstrip()


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("width", [0, 40, 80])
@_SLOW
@given(command=st.sampled_from(COMMANDS), text=_HOSTILE, other=_HOSTILE, verbose=st.booleans())
def test_a_terminal_shows_the_rows_and_nothing_else_happens(
    width, color, command, text, other, verbose
):
    options = RenderOptions(width=width, color=color, verbose=verbose, show_all=True)
    page = render(full_of(command, text, other), "text", options)
    fresh = shown_by_a_terminal("")
    screen = shown_by_a_terminal(page)
    rows = _SGR.sub("", page).split("\n")
    assert [with_width(row) for row in screen.display[: len(rows)]] == [*map(with_width, rows)]
    assert not "".join(screen.display[len(rows) :]).strip()
    assert (screen.cursor.x, screen.cursor.y) == (0, len(rows) - 1)
    assert (screen.title, screen.icon_name, screen.margins) == ("", "", None)
    assert (screen.mode, screen.charset, screen.g0_charset) == (
        fresh.mode,
        fresh.charset,
        fresh.g0_charset,
    )
    assert screen.cursor.attrs == fresh.cursor.attrs


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("width", [0, 40, 80])
@_SLOW
@given(command=st.sampled_from(COMMANDS), text=_HOSTILE, other=_HOSTILE)
def test_only_styles_are_sent_and_every_row_ends_without(width, color, command, text, other):
    options = RenderOptions(width=width, color=color, verbose=True, show_all=True)
    page = render(full_of(command, text, other), "text", options)
    codes = {code for found in _SGR.findall(page) for code in found.split(";")}
    assert codes <= (_HARMLESS if color else set())
    for row in page.split("\n"):
        assert _SGR.findall(row)[-1:] in ([], ["0"])
        assert "\x1b" not in _SGR.sub("", row)


@pytest.mark.parametrize("width", [0, 40, 80])
@_SLOW
@given(command=st.sampled_from(COMMANDS), text=_HOSTILE, other=_HOSTILE)
def test_no_character_is_left_that_acts_or_hides(width, command, text, other):
    options = RenderOptions(width=width, verbose=True, show_all=True)
    page = render(full_of(command, text, other), "text", options)
    for row in page.split("\n"):
        # The one exception: after a symbol it only asks for the symbol's emoji form.
        seen = re.sub("(?<=[\u203c-\u3299\U0001f000-\U0001faff])\ufe0f", "", row)
        assert not {unicodedata.category(c) for c in seen} & _CATEGORIES
        assert not set(seen) & _UNSEEN
    page.encode("utf-8")


@_SLOW
@given(
    command=st.sampled_from(COMMANDS),
    text=_HOSTILE,
    other=_HOSTILE,
    width=st.sampled_from([0, 80]),
)
def test_json_gives_back_the_report_and_is_ascii(command, text, other, width):
    report = full_of(command, text, other)
    page = render(report, "json", RenderOptions(width=width, color=True))
    assert page.isascii()
    assert all(c.isprintable() or c == "\n" for c in page)
    assert page.count("\n") == 1 or width
    assert json.loads(page) == masked(report).to_json()
    if not secrets_in(text) and not secrets_in(other):
        assert masked(report) == report


def every_hidden_character() -> str:
    """Each of the categories and ranges above, a letter before it."""
    codes = [code for code in range(0x110000) if unicodedata.category(chr(code)) in _CATEGORIES]
    # Of the surrogates, which are alike in everything, some are enough.
    found = {chr(code) for code in codes if not 0xD801 <= code < 0xDFFE} | _UNSEEN
    return "".join(f"x{character}" for character in sorted(found))


@pytest.mark.parametrize("command", ["plan", "pull"])
def test_every_hidden_character_is_spelled_out(command):
    text = every_hidden_character()
    report = full_of(command, text, "other")
    page = render(report, "text", RenderOptions(verbose=True, show_all=True))
    assert {c for c in set(page) if unicodedata.category(c) in _CATEGORIES} == {"\n"}
    assert not set(page) & _UNSEEN
    data = render(report, "json", RenderOptions(width=80))
    assert {c for c in set(data) if not c.isascii() or not c.isprintable()} == {"\n"}
    assert json.loads(data) == masked(report).to_json()


def test_the_terminal_of_these_tests_does_obey():
    screen = shown_by_a_terminal("one\ntwo\x1b[1A\x1b[2K\x1b]0;mine\x07")
    assert [row.strip() for row in screen.display[:2]] == ["", "two"]
    assert screen.title == "mine"
