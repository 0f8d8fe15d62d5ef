"""Whatever a text holds, the HTML report's tree is the one that a harmless text would make."""

import re

import pytest
from hostile import COMMANDS, FOREIGN, full_of
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from agentsync.render import RenderOptions
from agentsync.render.html import render

from .htmltree import every_report, parsed
from .test_html_tree import OWN_TAGS

# Attribute → what this package may write there: nothing that a report could hold.
_OWN_ATTRIBUTES = {
    "aria-hidden": "true",
    "aria-label": "Filters|Report",
    "aria-labelledby": "[a-z]+|agent-[0-9]+(-[0-9]+)?",
    "aria-live": "polite",
    "autocomplete": "off",
    "charset": "utf-8",
    "checked": "",
    "class": "[a-z0-9 -]+",
    "colspan": "[24]",
    "content": "width=device-width, initial-scale=1|light dark|no-referrer|default-src 'none'; .*",
    "data-agent": "[0-9]+",
    "data-calm": "",
    "data-finding": "high|medium|low",
    "data-name": "",
    "data-origin": "git|live|both|unknown",
    "data-origins": "[a-z ]+",
    "data-pointer": "",
    "data-risk": "none|(high ?)?(medium ?)?(low)?",
    "hidden": "",
    "href": "#content|#agent-[0-9]+(-[0-9]+)?",
    "http-equiv": "Content-Security-Policy",
    "id": "[a-z]+(-[a-z]+)?|agent-[0-9]+(-[0-9]+)?",
    "lang": "en",
    "name": "viewport|color-scheme|referrer|origin|risk",
    "open": "",
    "placeholder": "agent or field",
    "role": "search|status|region",
    "scope": "row|col",
    "spellcheck": "false",
    "tabindex": "0|-1",
    "type": "checkbox|search|button",
    "value": "git|live|both|unknown|high|medium|low|none",
}
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
# A character that is as special as these to YAML and to us, and that HTML does not know.
_HARMLESS = "?"


def tree_of(report, verbose=False):
    return parsed(render(report, RenderOptions(verbose=verbose, show_all=verbose)))


def shape(tree):
    """The elements with their attributes, in order, and how they are nested."""
    if not isinstance(tree.tag, str):
        raise AssertionError("a comment or the like")
    return tree.tag, sorted(tree.attrib.items()), [shape(child) for child in tree]


def words(tree):
    return [text for it in tree.iter() for text in (it.text, it.tail) if text]


def check_own(tree):
    """Nothing but what this package writes, and one script and one style of it."""
    for element in tree.iter():
        assert element.tag in OWN_TAGS
        for name, value in element.attrib.items():
            assert re.fullmatch(_OWN_ATTRIBUTES[name], value), f"{name}={value!r}"
    assert len(list(tree.iter("script"))) == len(list(tree.iter("style"))) == 1
    ids = [it.get("id") for it in tree.iter() if it.get("id")]
    assert len(ids) == len(set(ids))


@settings(max_examples=40, suppress_health_check=_SLOW)
@given(st.sampled_from(COMMANDS), FOREIGN, FOREIGN, st.booleans())
def test_no_text_changes_the_tree(command, text, other, verbose):
    assume(_HARMLESS not in text + other)
    tree = tree_of(full_of(command, text, other), verbose)
    check_own(tree)
    for special in "<>&":
        calm = [it.replace(special, _HARMLESS) for it in (text, other)]
        harmless = tree_of(full_of(command, *calm), verbose)
        assert shape(tree) == shape(harmless)
        own = (it.replace(special, _HARMLESS) for it in words(tree))
        assert list(own) == [it.replace(special, _HARMLESS) for it in words(harmless)]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "text",
    [
        "<script>pwned=1</script>",
        "</script><script>pwned=1</script>",
        "</style><img src=x onerror=pwned=1>",
        "</title><base href=//evil.example>",
        "\"' onfocus=pwned=1 autofocus x=",
        "<!--",
        "<![CDATA[",
        "&lt;b&gt;&#60;&NotEqualTilde;",
        "</code></pre></td></table><form action=//evil.example>",
        "<plaintext>",
        "<textarea>",
        "<svg><style>*{}",
        "\x00\x08\x1b\x7f\x9b\ud800\ufdd0\u202e",
    ],
)
def test_what_acts_in_html_is_read_as_it_stands(command, text):
    tree = tree_of(full_of(command, text, f"{text} other"))
    check_own(tree)
    every = "\n".join(words(tree))
    if text.isprintable():
        assert text in every
    else:
        assert "␀␈␛␡\\u{9b}\\u{d800}\\u{fdd0}\\u{202e}" in every
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", every)


@pytest.mark.parametrize("command", ["schema", "init", "log", "import"])
def test_listings_are_text(command):
    report = full_of(command, "\n<b>&amp;</b>\n", "x")
    tree = tree_of(report)
    check_own(tree)
    assert "<b>&amp;</b>" in "".join(words(tree))


def test_the_reports_of_these_tests_are_not_small():
    for command in set(COMMANDS) - {"log", "import"}:
        assert len(list(tree_of(full_of(command, "a\nb", "c")).iter())) > 150, command


def test_every_report_is_our_own():
    for report in every_report().values():
        check_own(tree_of(report))
