import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsync.render.visible import visible, visible_lines

_ANY = st.text(alphabet=st.characters(exclude_categories=[]))
_HOSTILE = st.text(
    alphabet=st.one_of(
        st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]),
        st.sampled_from("aé漢 \n\t\ufe0f\u3164\u115f❤⚠"),
    )
)


@given(text=st.one_of(_ANY, _HOSTILE))
def test_nothing_that_acts_or_hides_is_left(text):
    shown = visible(text)
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    shown.encode("utf-8")


@given(text=st.one_of(_ANY, _HOSTILE))
def test_only_line_feeds_are_left_in_lines(text):
    assert visible_lines(text).split("\n") == [visible(line) for line in text.split("\n")]


@given(text=st.one_of(_ANY, _HOSTILE))
def test_what_is_visible_stays_as_it_is(text):
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (string.punctuation + string.digits + string.ascii_letters, None),
        ("Grüße, 漢字, עברית, हिन्दी, 👍 ❤️ ⚠️", None),
        ("\x1b[31mred\x07", "␛[31mred␇"),
        ("a\r\nb\tc\x00\x7f", "a␍␊b␉c␀␡"),
        ("\x9b31m", "\\u{9b}31m"),
        ("user\u202enimda", "user\\u{202e}nimda"),
        ("\u2066x\u2069\u200b\u200d\ufeff", "\\u{2066}x\\u{2069}\\u{200b}\\u{200d}\\u{feff}"),
        ("hi\U000e0041\U000e007f", "hi\\u{e0041}\\u{e007f}"),
        ("a ##[error]b ###[", "a ##\\[error]b ###\\["),
        ("## [link] #[x", None),
        ("\ud800", "\\u{d800}"),
        ("\u2028\u3164\u00ad", "\\u{2028}\\u{3164}\\u{ad}"),
        # One emoji variation is a style, a row of them a hidden message.
        ("a\ufe0f ❤\ufe0f\ufe0f\ufe01", "a\\u{fe0f} ❤\ufe0f\\u{fe0f}\\u{fe01}"),
    ],
)
def test_examples(text, expected):
    assert visible(text) == (text if expected is None else expected)


def test_commands_are_broken_in_lines_too():
    assert visible_lines("a\n##[group]b\n") == "a\n##\\[group]b\n"
