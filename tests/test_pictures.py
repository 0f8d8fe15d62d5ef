"""The pictures in README are of what the program really shows, and need nothing but themselves."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from picture import SVG, at_terminal, lines, picture, words
from pullrequest import pull_request

from agentsync.errors import ExitCode
from agentsync.ops.demo import EDITED, TARGET

PICTURE = Path(__file__).parent.parent / ".github" / "images" / "plan.svg"
COMMAND = f"agentsync plan {EDITED} -t {TARGET}"
MOST = 100_000
"""Bytes: it is part of every visit to README."""
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The coloured plan of a pull request, for an agent that somebody has edited live meanwhile."""
    with pull_request(tmp_path_factory.mktemp("demo") / "project") as opened:
        text, code = at_terminal("plan", EDITED, "-t", TARGET, cwd=opened.folder, **opened.environ)
        assert code == ExitCode.REFUSED, text
        return opened.told(text)


@pytest.fixture
def committed():
    return PICTURE.read_text("utf-8")


def test_the_picture_is_of_the_plan_as_it_is_now(shown, golden, update_golden):
    """Word by word, with their places and colours: how rich writes them is its own business."""
    drawn = picture(COMMAND, shown)
    if update_golden:
        golden(PICTURE, drawn)
    there = words(PICTURE.read_text("utf-8"))
    assert there == words(drawn), "run pytest with --update-golden, and look at the picture"


def test_it_says_what_the_plan_says(shown, committed):
    assert list(lines(committed)) == ESCAPE.sub("", shown).rstrip().split("\n")


def test_capability_changes_come_first(committed):
    text = "\n".join(lines(committed))
    assert text.index("Capability changes") < text.index("~ update")
    for word in ("approval-removed", "tool-added", "model-changed", "kept as edited outside git"):
        assert word in text


def test_the_words_keep_their_colours(committed):
    looks = {word.text: word for row in words(committed) for word in row}
    fills = {text: word.look[0] for text, word in looks.items()}
    red, green, yellow = fills["openai:gpt-5.5"], fills["anthropic:claude-opus-4-6"], fills["~"]
    assert len({red, green, yellow, fills["page_on_call"]}) == 4
    assert looks["answer"].ground == green.removeprefix("fill: ")
    assert looks["support-triage"].look[1:] == ("font-weight: bold",)


def test_nothing_is_loaded_from_anywhere(committed):
    assert len(committed.encode()) < MOST
    assert re.findall(r"https?://[^\s\"'<]*", re.sub(r"<text.*?</text>", "", committed)) == [SVG]
    root = ElementTree.fromstring(committed)
    kinds = {item.tag.removeprefix(f"{{{SVG}}}") for item in root.iter()}
    assert kinds == {"svg", "title", "style", "rect", "path", "circle", "text", "g"}
    for item in root.iter():
        for name, value in item.attrib.items():
            assert not re.search(r"href|^on|src", name), name
            assert "url(" not in value
    assert not re.search(r"@import|@font-face|url\(|<!|<\?", committed)


def test_its_names_are_its_own(committed):
    """Pages that hold several pictures inline must not mix them up."""
    names = re.findall(r'\b(?:id|class)="([^"]*)"', committed)
    assert all(name.startswith("plan-") for name in names)
    assert picture(COMMAND, "a\x1b[31mb\x1b[0m") == picture(COMMAND, "a\x1b[31mb\x1b[0m")


def test_hostile_text_stays_text():
    svg = picture("a <b> & $c {d}", "</text><script>x</script> {e} $f &amp; 'g'")
    assert list(lines(svg)) == ["</text><script>x</script> {e} $f &amp; 'g'"]
    assert "<script" not in svg
    bar = ElementTree.fromstring(svg).find(f"{{{SVG}}}text")
    assert bar.text == "a <b> & $c {d}"
