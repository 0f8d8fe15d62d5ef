"""HTML that is safe by the way it is made: what is not `Markup` is foreign, and becomes text.

Only `tag`, `shown` and `joined` make markup. Foreign text never gets into an attribute or into
the name of an element: what stands there is written in this package.
"""

import html
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from agentsync.render.visible import visible

# Characters up to which a text is likely to come again.
_SHORT: Final = 48
_VOID: Final = frozenset({"br", "col", "input", "meta"})


class Markup(str):
    """Finished HTML."""

    __slots__ = ()


NOTHING: Final = Markup("")
"""No markup at all: what stands for a part that a report does not have."""


def shown(text: str) -> Markup:
    """Any text as HTML that shows it, on one line; finished HTML stays as it is."""
    if type(text) is Markup:
        return text
    return _short(text) if len(text) <= _SHORT else _escaped(text)


def joined(parts: Iterable[str], between: str = "") -> Markup:
    """The parts one after the other, those that are foreign as text."""
    return Markup(shown(between).join(map(shown, parts)))


def tag(name: str, /, *content: str, **attributes: str | int | bool) -> Markup:
    """One element.

    Shape: `class_` is the attribute `class`, `data_origin` is `data-origin`; True is an attribute
    without a value; one that is False or "" is left out.
    """
    written = "".join([_attribute(key, value) for key, value in attributes.items()])
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{''.join(map(shown, content))}</{name}>")


def unseen(text: str) -> Markup:
    """Words for those who do not see the page."""
    return tag("span", text, class_="vh")


def when(condition: object, part: str) -> Markup:
    """The part, or nothing."""
    return shown(part) if condition else NOTHING


def _escaped(text: str) -> Markup:
    return Markup(html.escape(visible(text)))


# Most texts of a page are its own words, and there are few of them.
_short = lru_cache(4096)(_escaped)


@lru_cache(4096, typed=True)
def _attribute(key: str, value: str | int | bool) -> str:
    if value is False or value == "":
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'
