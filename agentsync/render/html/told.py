"""Lines of the terminal's page as HTML, so that both say the same words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from agentsync.render.html.markup import NOTHING, Markup, joined, tag
from agentsync.render.text.page import Line

_PLAIN_ROLES: Final = frozenset({"", "pointer"})


def pieces(line: Line) -> Markup:
    """The line without its indentation, each piece in the colour of its role."""
    return joined(_piece(text, role) for text, role in _inner(line))


def paragraphs(lines: Iterable[Line]) -> Markup:
    """A paragraph for each line."""
    return joined(tag("p", pieces(line)) for line in lines)


def listed(sections: Iterable[Sequence[Line]], name: str) -> Markup:
    """An item for each section that has lines, its lines as paragraphs; nothing for none."""
    items = [tag("li", paragraphs(section)) for section in sections if section]
    return tag("ul", *items, class_=name) if items else NOTHING


def verbatim(lines: Iterable[Line]) -> Markup:
    """The lines as they stand, in a frame of their own, without the indentation that all have."""
    every = list(lines)
    shared = min((_indent(line) for line in every if line.pieces), default=0)
    rows = (joined([_row(line, shared), Markup("\n")]) for line in every)
    return tag("pre", tag("code", *rows), class_="told")


def _indent(line: Line) -> int:
    """How many spaces the line begins with, those before its gutter."""
    first, role = line.pieces[0]
    return 0 if role else len(first) - len(first.lstrip(" "))


def _row(line: Line, shared: int) -> Markup:
    inner = list(_inner(line))
    roles = {role for text, role in inner if text}
    whole = roles.pop() if len(roles) == 1 else ""
    if whole in ("added", "removed"):
        return tag("span", joined(text for text, _ in inner), class_=f"row r-{whole}")
    lead = " " * (_indent(line) - shared) if line.pieces else ""
    return joined([lead, *(_piece(text, role) for text, role in inner)])


def _inner(line: Line) -> Iterator[tuple[str, str]]:
    """The pieces of the line, without its indentation."""
    first = True
    for text, role in line.pieces:
        if not (first and not role and not text.strip()):
            yield text, role
        first = False


def _piece(text: str, role: str) -> Markup:
    return joined([text]) if role in _PLAIN_ROLES else tag("span", text, class_=f"r-{role}")
