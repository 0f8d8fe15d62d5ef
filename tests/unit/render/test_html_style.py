"""The HTML report's colours: what is read can be read, in light and in dark."""

import re
from itertools import product
from pathlib import Path

import pytest

import agentsync.render.html

_FOLDER = Path(agentsync.render.html.__file__).parent
_CSS = (_FOLDER / "report.css").read_text("utf-8")
_TEXT = ("text", "quiet", "link", "create", "update", "adopt", "delete")
_BACK = ("page", "panel", "shade")
# What stands on which ground, and how far apart they are at least (WCAG 2.2: 1.4.3, 1.4.11).
PAIRS = [
    *((text, back, 4.5) for text, back in product(_TEXT, _BACK)),
    *((text, "alert", 4.5) for text in ("text", "delete")),
    *(("text", back, 4.5) for back in ("old", "old-word", "new", "new-word")),
    *(("quiet", back, 4.5) for back in ("old", "new")),
    *((sign, back, 4.5) for sign, back in (("delete", "old"), ("create", "new"))),
    *(("on-badge", back, 4.5) for back in ("high", "medium", "low")),
    *(("edge", back, 3.0) for back in ("page", "panel")),
    *(("link", back, 3.0) for back in ("page", "panel", "shade", "old", "new", "alert")),
]


def colours(scheme):
    """The custom properties that hold colours, as a browser in that scheme has them."""
    light, dark = re.findall(r":root \{(.*?)\}", _CSS, re.DOTALL)[:2]
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))
    return found


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_ratio_is_the_one_of_wcag():
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(scheme):
    known = colours(scheme)
    bad = {
        (text, back): round(ratio(known[text], known[back]), 2)
        for text, back, least in PAIRS
        if ratio(known[text], known[back]) < least
    }
    assert bad == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_changed_words_stand_out_of_their_line(scheme):
    known = colours(scheme)
    for side in ("old", "new"):
        assert ratio(known[side], known[f"{side}-word"]) > 1.2


def test_dark_has_every_colour_that_light_has_and_no_rule_has_one_of_its_own():
    dark = re.findall(r":root \{(.*?)\}", _CSS, re.DOTALL)[1]
    assert set(re.findall(r"--([a-z-]+): #", dark)) == set(colours("light"))
    rules = re.sub(r":root \{.*?\}", "", _CSS, flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-f]{3,8}\b(?=[^{]*\})", rules)


def test_every_colour_is_judged():
    judged = {name for pair in PAIRS for name in pair[:2]} | {"line"}
    assert judged == set(colours("light"))


def test_style_and_script_cannot_end_early_and_load_nothing():
    script = (_FOLDER / "report.js").read_text("utf-8")
    for text in (_CSS, script):
        assert "</" not in text
        assert "<!--" not in text
        assert "\r" not in text
        assert "://" not in text
    assert "url(" not in _CSS
    assert "@import" not in _CSS
    assert not re.search(r"\beval\b|innerHTML|insertAdjacent|document\.write|Function\(", script)
    assert ":focus-visible" in _CSS
    assert "@media print" in _CSS
