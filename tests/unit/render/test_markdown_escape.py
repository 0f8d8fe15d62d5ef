"""Nothing that stands in a file or in a live agent acts in Markdown, whatever it is."""

import re
from collections import Counter

import html5lib
import pytest
from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options
from hostile import COMMANDS, FOREIGN, full_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agentsync.render import RenderOptions, render
from agentsync.render.markdown.escape import code, fence, plain_tag, prose, row, tag
from agentsync.render.markdown.parts import details
from agentsync.render.visible import visible

_QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_SOME = FOREIGN.filter(bool)
_TAGS = {
    *("h3", "h4", "p", "strong", "code", "pre", "ul", "li", "br", "sub"),
    *("table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
}
_STRUCTURE = ("h3", "h4", "table", "tr", "td", "th", "details", "summary", "sub")
# What GitHub, or Markdown, makes something of when it stands outside code.
_ACTIVE = re.compile(
    r"[@#<>`*_~|$\[\]\\{}&]|://|www\.|\bGH-|\b[0-9a-f]{7,}\b|:\w+:|!\[", re.IGNORECASE
)
_QUOTED = ("code", "pre")
# Lines that close a fence, whatever stands before them in a row; and then what it kept from acting.
_CLOSING = "a\n```\n`````\n   ``````  \n~~~\n\n</details>\n\n# @octocat\n\n<img src=x>\n"
_MARKS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", " ", "   ", "    "]),
    st.sampled_from(["```", "````", "`````", "~~~", "```diff"]),
    st.sampled_from(["", " "]),
)


def parsed(markdown):
    """The page as GitHub would make it, before anything is taken out of it."""
    page = github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    return html5lib.parseFragment(page, namespaceHTMLElements=False)


def elements(tree):
    return [node for node in tree.iter() if isinstance(node.tag, str) and node is not tree]


def spoken(node):
    """The texts that stand outside code."""
    if isinstance(node.tag, str) and node.tag not in _QUOTED:
        yield node.text or ""
        for child in node:
            yield from spoken(child)
            yield child.tail or ""


def only(tree, name):
    found = list(tree.iter(name))
    assert len(found) == 1
    return "".join(found[0].itertext())


def structure(tree):
    counted = Counter(node.tag for node in elements(tree))
    return {name: counted[name] for name in _STRUCTURE}


@pytest.mark.parametrize("command", COMMANDS)
@_QUICK
@given(
    text=_SOME,
    other=_SOME,
    format=st.sampled_from(["markdown", "comment"]),
    verbose=st.booleans(),
)
@example(text=_CLOSING, other="x", format="comment", verbose=False)
@example(text="x", other=_CLOSING, format="markdown", verbose=True)
def test_no_foreign_text_acts(command, text, other, format, verbose):
    options = RenderOptions(verbose=verbose, show_all=True)
    if visible(text) == visible(other):
        other += "x"
    page = render(full_of(command, text, other), format, options)
    tree = parsed(page)
    for node in elements(tree):
        assert node.tag in _TAGS
        assert not node.attrib or (node.tag == "pre" and set(node.attrib) == {"lang"})
        assert node.attrib.get("lang", "diff") in ("diff", "text")
    assert [text for text in spoken(tree) if _ACTIVE.search(text)] == []
    assert [node.text for node in tree.iter() if not isinstance(node.tag, str)] == (
        [page.partition("\n")[0][4:-3]] if format == "comment" else []
    )
    assert structure(tree) == structure(
        parsed(render(full_of(command, "harmless", "quiet"), format, options))
    )


@_QUICK
@given(
    command=st.sampled_from((*COMMANDS, "schema", "init")),
    text=FOREIGN,
    other=FOREIGN,
    format=st.sampled_from(["markdown", "comment"]),
    verbose=st.booleans(),
)
def test_no_line_is_a_workflow_command(command, text, other, format, verbose):
    options = RenderOptions(verbose=verbose, show_all=True)
    page = render(full_of(command, text, other), format, options)
    assert [line for line in page.split("\n") if line.strip().startswith("::")] == []
    assert "##[" not in page


@_QUICK
@given(text=FOREIGN)
def test_a_code_span_holds_its_text_and_ends_with_it(text):
    tree = parsed(f"a {code(text, 10_000)} b")
    shown = only(tree, "code")
    assert shown in (visible(text), f'"{visible(text)}"')
    assert (shown == visible(text)) is bool(visible(text).strip(" "))
    assert "".join(spoken(tree)).split() == ["a", "b"]


@_QUICK
@given(text=FOREIGN)
def test_a_cell_holds_its_text_in_every_reading_of_tables(text):
    table = "\n".join((row(("a", "b")), row(("---", "---")), row((code(text, 10_000), "end"))))
    shown = visible(text) if visible(text).strip(" ") else f'"{visible(text)}"'
    shown = shown.replace("\\|", "\\ |")
    tree = parsed(table)
    assert ["".join(it.itertext()) for it in tree.iter("td")] == [shown, "end"]
    other = MarkdownIt("commonmark").enable("table").render(table)
    found = html5lib.parseFragment(other, namespaceHTMLElements=False)
    assert ["".join(it.itertext()) for it in found.iter("td")] == [shown, "end"]


@_QUICK
@given(rows=st.lists(_MARKS | FOREIGN.map(visible), min_size=1))
def test_a_fence_is_never_closed_by_what_is_in_it(rows):
    page = f"before\n\n{fence(rows, 'diff')}\n\nafter"
    tree = parsed(details("x", [page]))
    assert [node.tag for node in elements(tree)] == ["details", "summary", "p", "pre", "code", "p"]
    assert only(tree, "pre").removesuffix("\n") == "\n".join(rows)


@_QUICK
@given(text=FOREIGN)
def test_prose_says_every_word_and_nothing_of_it_acts(text):
    for markdown in (f"a {prose(text, 10_000)}", f"- {prose(text, 10_000)}"):
        tree = parsed(markdown)
        assert {node.tag for node in elements(tree)} <= {"p", "ul", "li", "code"}
        assert [part for part in spoken(tree) if _ACTIVE.search(part)] == []
    words = "".join("".join(parsed(f"a {prose(text, 10_000)}").itertext()).split())
    # Backticks that mark code are not shown.
    assert words.replace("`", "") == "a" + "".join(visible(text).split()).replace("`", "")


@_QUICK
@given(text=FOREIGN)
def test_what_stands_in_html_is_text(text):
    for summary in (tag(text, 10_000), plain_tag(text, 10_000)):
        tree = parsed(details(summary, ["inside"]))
        assert {node.tag for node in elements(tree)} <= {"details", "summary", "code", "p"}
        assert [part for part in spoken(tree) if _ACTIVE.search(part)] == []
        assert only(tree, "details").endswith("inside\n")


def test_a_backslash_before_a_bar_is_kept_away_from_it():
    # One more of them, and some renderers take the bar for the end of the cell.
    assert row((code("a\\|b|c"), "d")) == "| `a\\ \\|b\\|c` | d |"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", '`""`'),
        (" ", '`" "`'),
        ("a", "`a`"),
        (" a ", "`  a  `"),
        ("a`b", "``a`b``"),
        ("`a`", "`` `a` ``"),
        ("```", "```` ``` ````"),
        ("a\nb", "`a␊b`"),
        ("\u202e", "`\\u{202e}`"),
    ],
)
def test_code_spans(text, written):
    assert code(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", ""),
        ("its folder was changelog", "its folder was changelog"),
        ("7 fields differ (one of them twice).", "7 fields differ (one of them twice)."),
        ("applied 2026-11-20 14:02 UTC", "applied 2026-11-20 14:02 UTC"),
        ("ask @octocat, please", "ask `@octocat`, please"),
        ("see #1 and acme/x#2", "see `#1` and `acme/x#2`"),
        ("(commit 4f2a9c1d0e7b)", "(commit `4f2a9c1d0e7b`)"),
        ("effaced deadbeef", "`effaced deadbeef`"),
        ("1. no list", "`1`. no list"),
        ("- no list", "`-` no list"),
        ("> @a @b", "`> @a @b`"),
        ("run `agentsync plan`, then (`x`)", "run `agentsync plan`, then (`x`)"),
        ("a stray ` is shown", "a stray `` ` `` is shown"),
        ("--on-drift revert writes", "`--on-drift revert` writes"),
        ("don't look at www.evil.example", "don't look at `www.evil.example`"),
        ("**bold** <b>", "`**bold** <b>`"),
        ("a:smile: b", "`a:smile`: b"),
        ("$x$ `y`", "`$x$ y`"),
        ("::error::x", "`::error::x`"),
    ],
)
def test_prose(text, written):
    assert prose(text) == written


def test_what_is_too_long_is_cut_and_says_so():
    assert code("x" * 200) == f"`{'x' * 119}…`"
    assert prose("word " * 200).endswith("word…")
    assert len(prose("word " * 200)) == 600
