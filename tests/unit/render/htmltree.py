"""The HTML report as the tree that a browser makes of it, and what can be read in it."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from edited import edited_reports
from pulled import pulled_reports
from reported import change, edit, plan_of, report_of
from told import told_reports

from agentsync.canonical import Json
from agentsync.model import Action, Report
from agentsync.render import RenderOptions, render

_INLINE = {"span", "code", "del", "ins", "a"}


@cache
def every_report() -> Mapping[str, Report]:
    """The reports that renderers meet, by name."""
    return {**told_reports(), **edited_reports(), **pulled_reports()}


@cache
def every_tree() -> Mapping[tuple[str, bool], Element]:
    """Their trees, once as they are (False) and once with all there is (True)."""
    return {
        (name, whole): parsed(page(report, verbose=whole, show_all=whole))
        for name, report in every_report().items()
        for whole in (False, True)
    }


def page(report: Report, **options: bool) -> str:
    return render(report, "html", RenderOptions(**options))


def parsed(text: str) -> Element:
    return html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=False)


def said(element: Element) -> str:
    """The words of an element, as they are read: a block is apart from what follows it."""
    return " ".join("".join(_words(element)).split())


def _words(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or "" if child.tag in _INLINE else f" {child.tail or ''}"


def found(tree: Element, name: str, class_: str = "") -> list[Element]:
    """The elements of that name and class."""
    return [it for it in tree.iter(name) if not class_ or class_ in it.get("class", "").split()]


def with_id(tree: Element, name: str) -> list[Element]:
    return [it for it in tree.iter() if it.get("id") == name]


def cells(row: Element) -> list[str]:
    return [said(cell) for cell in row if cell.tag in ("th", "td")]


def rows(tree: Element, class_: str) -> list[list[str]]:
    """What the rows of those tables say, headings first."""
    return [cells(row) for table in found(tree, "table", class_) for row in table.iter("tr")]


def section(tree: Element, address: str) -> Element:
    """The section of one agent."""
    every = found(tree, "section", "agent")
    (only,) = (it for it in every if said(next(it.iter("h3"))) == address)
    return only


def prompt_plan(before: Json, after: Json, pointer: str = "/system_prompt", **given: Any) -> Report:
    """A plan of one agent, one field of which changes."""
    item = edit(pointer, before, after, **given)
    return report_of(plan=plan_of((change("a", Action.UPDATE, (item,)),)), checked=1)
