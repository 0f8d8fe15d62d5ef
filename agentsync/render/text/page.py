"""Lines of styled pieces, and how they become terminal text: wrapped, and coloured or marked."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from agentsync.render.visible import is_command, without_commands

Piece = tuple[str, str]
"""A text that is already visible (render/visible.py), and its role."""

_STYLES: Final = {
    "": "",
    "title": "bold",
    "quiet": "dim",
    "cut": "dim",
    "pointer": "",
    "path": "bold",
    "token": "bold",
    "create": "bold green",
    "update": "bold yellow",
    "adopt": "bold cyan",
    "delete": "bold red",
    "error": "bold red",
    "warning": "bold yellow",
    "hint": "cyan",
    "good": "green",
    "added": "green",
    "removed": "red",
    "added-word": "bold green reverse",
    "removed-word": "bold red reverse",
}
"""Role → style. Only the terminal's own colours, and never black or white: dark and light work."""

# Without colour a changed word needs another mark.
_MARKS: Final = {"added-word": ("{+", "+}"), "removed-word": ("[-", "-]")}
# Not broken when too long, so that they can be copied, and terminals recognise links.
_RIGID: Final = frozenset({"path", "pointer", "token"})
_NARROWEST: Final = 40

BAR: Final = "│ "
"""The gutter of quoted text: no row of it can be taken for anything but a quotation."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page; where it is wrapped, each further row starts with `lead`."""

    pieces: tuple[Piece, ...]
    lead: str = ""

    @property
    def cells(self) -> int:
        """How wide the line is when it is not wrapped."""
        return sum(_cells(text) for text, _ in self.pieces)


BLANK: Final = Line(())


def line(*pieces: Piece | str, indent: int = 0, hang: int = 2, gutter: str = "") -> Line:
    """A line with these pieces after `indent` spaces, wrapped `hang` cells further in.

    A `gutter` stands before the first piece, and again in every row that goes on with the line.
    """
    styled = tuple(piece if isinstance(piece, tuple) else (piece, "") for piece in pieces)
    lead = " " * indent + gutter
    return Line(((lead, "quiet" if gutter else ""), *styled) if lead else styled, lead + " " * hang)


def paint(lines: Iterable[Line], *, color: bool, width: int) -> str:
    """The lines as text, without trailing spaces; in colour with ANSI codes, else without any."""
    rows: list[str] = []
    for item in lines:
        pieces = _broken_commands(item.pieces if color else tuple(map(_marked, item.pieces)))
        for row in _wrapped(pieces, item.lead, max(width, _NARROWEST)) if width else (pieces,):
            rows.append(_row(_behind_bar(_stripped(row)), color))
    return "".join(f"{row}\n" for row in rows)


def _marked(piece: Piece) -> Piece:
    text, role = piece
    before, after = _MARKS.get(role, ("", ""))
    return f"{before}{text}{after}", role


def _broken_commands(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces without a command for a CI runner: two harmless ones can make one together."""
    whole = "".join(text for text, _ in pieces)
    if without_commands(whole) == whole:
        return pieces
    kept: list[Piece] = []
    held = ""
    for text, role in pieces:
        text = without_commands(held + text)[len(held) :]
        kept.append((text, role))
        held = (held + text)[-2:]
    return tuple(kept)


def _behind_bar(row: list[Piece]) -> list[Piece]:
    """The row, with a bar before what a CI runner would obey; indentation makes room for it."""
    if not is_command("".join(text for text, _ in row)):
        return row
    first = row[0][0]
    if first.endswith("  ") and not first.strip():
        return [(f"{first[:-2]}{BAR}", "quiet"), *row[1:]]
    return [(BAR, "quiet"), *row]


def _stripped(pieces: Iterable[Piece]) -> list[Piece]:
    kept = list(pieces)
    while kept:
        text, role = kept.pop()
        if text := text.rstrip(" "):
            return [*kept, (text, role)]
    return []


def _row(pieces: list[Piece], color: bool) -> str:
    if not color:
        return "".join(text for text, _ in pieces)
    return "".join(_colored(text, role) for text, role in _merged(pieces))


def _merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours of one role as one piece."""
    held, held_role = "", ""
    for text, role in pieces:
        if role != held_role and held:
            yield held, held_role
            held = ""
        held, held_role = held + text, role
    if held:
        yield held, held_role


@cache
def _codes(role: str) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    return Style.parse(_STYLES[role]).render("\0", color_system=ColorSystem.STANDARD)


def _colored(text: str, role: str) -> str:
    if not _STYLES[role]:
        return text
    start, _, end = _codes(role).partition("\0")
    return f"{start}{text}{end}"


def _cells(text: str) -> int:
    """How many terminal cells a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _wrapped(pieces: tuple[Piece, ...], lead: str, width: int) -> Iterator[list[Piece]]:
    """The rows that fit into `width`, broken at spaces, within a word only when it must be."""
    if sum(_cells(text) for text, _ in pieces) <= width:
        yield list(pieces)
        return
    start: Piece = (lead[: width // 2], "quiet" if lead.strip() else "")
    hang = _cells(start[0])
    row: list[Piece] = []
    used = 0
    dropped = False
    for word in _words(pieces):
        size = sum(_cells(text) for text, _ in word)
        blank = word[0][0].startswith(" ")
        if blank and used + size > width:
            dropped = True
            continue
        # Where spaces were dropped a row ends, or the words around them would become one.
        if row and not blank and (dropped or (used + size > width and size <= width - hang)):
            yield row
            row, used = [start], hang
        dropped = False
        for piece in word:
            for part, fits in _chopped(piece, width - used, width - hang):
                if not fits:
                    yield row
                    row, used = [start], hang
                row.append((part, piece[1]))
                used += _cells(part)
    yield row


def _words(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Runs of spaces and runs of anything else, each as its pieces."""
    word: list[Piece] = []
    for text, role in pieces:
        for part in re.findall(" +|[^ ]+", text):
            if word and (part[0] == " " or word[-1][0][0] == " "):
                yield word
                word = []
            word.append((part, role))
    if word:
        yield word


def _chopped(piece: Piece, room: int, row: int) -> Iterator[tuple[str, bool]]:
    """The parts of a piece, `row` cells at most, and whether each still fits where we are."""
    text, role = piece
    if role in _RIGID or _cells(text) <= room:
        yield text, True
        return
    fits = room > 0
    room = room if fits else row
    at, used = 0, 0
    for index, character in enumerate(text):
        size = 1 if character.isascii() else _cells(character)
        if used + size > room:
            yield text[at:index], fits
            at, used, fits, room = index, 0, False, row
        used += size
    yield text[at:], fits
