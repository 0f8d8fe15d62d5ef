"""Tables that scroll within a frame of their own, with a caption and titled columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agentsync.render.html.markup import Markup, tag


@dataclass(frozen=True, slots=True)
class Head:
    """The title of a column; `number` sets its figures right."""

    title: str
    number: bool = False


def table(caption: str, heads: Sequence[Head], rows: Iterable[Markup], class_: str) -> Markup:
    """The table in its frame; the caption is for those who do not see what stands above it."""
    titles = (tag("th", it.title, scope="col", class_="number" * it.number) for it in heads)
    inner = tag(
        "table",
        tag("caption", caption, class_="vh"),
        tag("thead", tag("tr", *titles)),
        tag("tbody", *rows),
        class_=class_,
    )
    return tag("div", inner, class_="scroll")


def cell(*content: str, class_: str = "") -> Markup:
    """A cell of a table's body."""
    return tag("td", *content, class_=class_)
