"""A page and its size: what matters most stands first, and stays when there is little room."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from agentsync.render.markdown.parts import Fence, Folded, Listing
from agentsync.render.wording import counted

# Characters of texts that are compared on one page: about a second's work.
_EFFORT: Final = 6_000_000
# The share of the page that details have beside listings.
_DETAILS: Final = 0.35
# No details are shorter than this.
_LEAST: Final = 120
# The part of a page that one agent may take while others wait.
_ONE_AGENT: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Where a page is shown.

    Shape: `elsewhere` says where all of it stands; `measure` tells the size of a text.
    Units: `limit` as `measure` counts.
    """

    limit: int
    measure: Callable[[str], int]
    elsewhere: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A report in the order in which it is read.

    Shape: `lead` and `closing` are few and short blocks of Markdown; `listings` come after the
    lead, then `body`, a text that stands for all of it; `folded` are the details with the riskiest
    agents first, `last` is told after them.
    """

    lead: tuple[str, ...]
    listings: tuple[Listing, ...] = ()
    body: Fence | None = None
    folded: tuple[Folded, ...] = ()
    last: tuple[Listing, ...] = ()
    closing: tuple[str, ...] = ()

    def written(self, surface: Surface) -> str:
        """The page as text, never longer than the surface takes."""
        room = _Room(surface)
        room.take(*self.lead, *self.closing)
        body = self.body.fitted(room.left - 2, surface.measure) if self.body else ""
        every = (*self.listings, *self.last)
        waiting = sum(it.share for it in every if it.rows) + (_DETAILS if self.folded else 0)
        listed: list[list[str]] = []
        for item in every:
            part = item.share / max(waiting, item.share)
            listed.append(item.written(int(room.left * part), surface.measure))
            room.take(*listed[-1])
            waiting -= item.share if item.rows else 0
        above = chain.from_iterable(listed[: len(self.listings)])
        below = chain.from_iterable(listed[len(self.listings) :])
        told = list(_details(self.folded, room))
        blocks = (*self.lead, *above, body, *told, *below, *self.closing)
        return "\n\n".join(filter(None, blocks)) + "\n"


class _Room:
    """What is left of a surface."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.left = surface.limit

    def take(self, *blocks: str) -> None:
        """The blocks, and the empty lines between them, are on the page."""
        self.left -= sum(self.surface.measure(text) + 2 for text in blocks)


def _details(folded: tuple[Folded, ...], room: _Room) -> Iterator[str]:
    """As many details as fit, and the sentence that says how many do not."""
    left_out = f"Details of {{}} are left out here: {room.surface.elsewhere}."
    room.take(left_out.format(counted(len(folded), "agent")))
    effort, missing = _EFFORT, 0
    for number, item in enumerate(folded):
        waiting = len(folded) - number
        most = max(room.left // waiting, min(room.left // 2, room.surface.limit // _ONE_AGENT))
        text = ""
        # A blank line stands after it.
        if most - 2 >= _LEAST:
            text = item.fitted(most - 2, room.surface.measure, light=item.weight > effort)
            effort -= min(item.weight, effort)
        if not text:
            missing += 1
            continue
        room.take(text)
        yield text
    if missing:
        yield left_out.format(counted(missing, "agent"))
