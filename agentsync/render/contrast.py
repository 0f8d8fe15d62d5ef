"""What one differing field says on either side, as texts that every format lays out its own way."""

from dataclasses import dataclass
from typing import Final

from agentsync.canonical import Absent
from agentsync.engine.textdiff import Hunk, unified
from agentsync.model import FieldChange
from agentsync.render.values import SHORT, as_text

SAME_LOOK: Final = "they only look the same: hidden characters differ"
"""What is said of two long texts whose difference cannot be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """The two sides of a field.

    Shape: `before` and `after` are visible texts (render/values.py), None for an absent side.
    """

    before: str | None
    after: str | None

    @property
    def short(self) -> bool:
        """Whether both sides fit on one line."""
        return all(_fits(text) for text in (self.before, self.after))

    @property
    def one_side(self) -> str | None:
        """The text of the only side there is, None when there are two."""
        if self.before is None:
            return self.after or ""
        return self.before if self.after is None else None

    @property
    def ends_differ(self) -> bool:
        """Whether only one of two texts ends with a line feed."""
        sides = self.before or "", self.after or ""
        return sides[0].endswith("\n") is not sides[1].endswith("\n")

    @property
    def line_ends(self) -> str:
        """`CRLF → LF` when only the line ends of two texts differ, else ""."""
        before, after = self.before or "", self.after or ""
        if before == after or before.replace("␍\n", "\n") != after.replace("␍\n", "\n"):
            return ""
        return "CRLF → LF" if "␍\n" in before else "LF → CRLF"

    def hunks(self) -> tuple[Hunk, ...]:
        """How two texts differ, line by line and word by word; empty when they look the same."""
        before, after = self.before or "", self.after or ""
        if before.endswith("\n") or after.endswith("\n"):
            return unified(before, after)
        # Texts that end without a line feed, as prompts do, are not to differ in their last line.
        return unified(f"{before}\n", f"{after}\n")


def contrast(item: FieldChange) -> Contrast:
    """Both sides of the field, in one style: short values on one line, the others as blocks."""
    before, after = item.before, item.after
    if isinstance(before, Absent):
        return Contrast(before=None, after=None if isinstance(after, Absent) else as_text(after))
    if isinstance(after, Absent):
        return Contrast(before=as_text(before), after=None)
    found = Contrast(before=as_text(before), after=as_text(after))
    if found.short:
        return found
    # A list must not differ from another only by how it is written.
    return Contrast(before=as_text(before, flow=False), after=as_text(after, flow=False))


def sizes(hunks: tuple[Hunk, ...]) -> tuple[int, int]:
    """How many lines are added, and how many removed."""
    kinds = [text.kind for hunk in hunks for text in hunk.lines]
    return kinds.count("added"), kinds.count("removed")


def lines_of(text: str) -> list[str]:
    """The lines of a text; a last line feed begins none."""
    return text.removesuffix("\n").split("\n")


def _fits(text: str | None) -> bool:
    return text is None or ("\n" not in text and len(text) <= SHORT)
