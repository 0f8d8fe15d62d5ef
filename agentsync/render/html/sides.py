"""Two texts side by side, line by line, with the changed words marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from agentsync.engine.textdiff import Hunk
from agentsync.engine.textdiff import Line as DiffLine
from agentsync.render.contrast import Contrast, lines_of
from agentsync.render.html.markup import NOTHING, Markup, joined, tag, unseen
from agentsync.render.html.room import Room
from agentsync.render.visible import visible
from agentsync.render.wording import counted

# Characters of one line, and of an unchanged stretch in its middle, that are shown.
_LONGEST: Final = 4_000
_STRETCH: Final = 1_000
# Of a longer unchanged stretch this much stays at each end.
_NEAR: Final = 200

_MARKS: Final = {"removed": "del", "added": "ins"}
_CLASSES: Final = {"removed": "old", "added": "new", "context": ""}

Cell = tuple[int, DiffLine] | None
"""A line with its number; None where the other side has a line more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the two sides are called."""

    before: str
    after: str


LIVE_TO_GIT: Final = Columns(before="live", after="git")
"""What apply does."""

GIT_TO_LIVE: Final = Columns(before="git", after="live")
"""What somebody did outside git."""


def both_sides(
    caption: str, sides: Contrast, hunks: Sequence[Hunk], columns: Columns, room: Room
) -> Markup:
    """The hunks as a table: before on the left, after on the right."""
    pairs = [list(paired(hunk)) for hunk in hunks]
    wanted = sum(map(len, pairs))
    left = granted = room.lines(wanted)
    rows: list[Markup] = []
    at = 1
    for hunk, lines in zip(hunks, pairs, strict=True):
        if left <= 0:
            break
        rows.append(_gap(hunk.before_start - at, "unchanged line"))
        rows += (_pair(pair, sides.ends_differ, room) for pair in lines[:left])
        left -= len(lines)
        at = hunk.before_start + hunk.before_count
    if left >= 0:
        rows.append(_gap(len(lines_of(sides.before or "")) + 1 - at, "unchanged line"))
    rows.append(_gap(wanted - granted, "more line"))
    return _table(caption, (columns.before, columns.after), rows, "sides")


def one_side(caption: str, text: str, kind: str, name: str, room: Room) -> Markup:
    """A text that is added or removed as a whole, as one column."""
    lines = lines_of(text)
    granted = room.lines(len(lines))
    shown = (_plain(number, line, kind, room) for number, line in enumerate(lines[:granted], 1))
    rows = [*shown, _gap(len(lines) - granted, "more line", 2)]
    return _table(caption, (name,), rows, "side")


def paired(hunk: Hunk) -> Iterator[tuple[Cell, Cell]]:
    """The lines of a hunk as rows: a line beside the one it became, the others as they come."""
    removed: list[tuple[int, DiffLine]] = []
    added: list[tuple[int, DiffLine]] = []
    before, after = hunk.before_start, hunk.after_start
    for line in hunk.lines:
        if line.kind == "context":
            yield from _beside(removed, added)
            yield (before, line), (after, line)
        elif line.kind == "removed":
            if added:
                yield from _beside(removed, added)
            removed.append((before, line))
        else:
            if removed and (_is_marked(line) or _is_marked(removed[-1][1])) and not added:
                last = removed.pop()
                yield from _beside(removed, added)
                yield last, (after, line)
            else:
                added.append((after, line))
        before += line.kind != "added"
        after += line.kind != "removed"
    yield from _beside(removed, added)


def _beside(
    removed: list[tuple[int, DiffLine]], added: list[tuple[int, DiffLine]]
) -> Iterator[tuple[Cell, Cell]]:
    """What is waiting on either side, which is empty afterwards."""
    for at in range(max(len(removed), len(added))):
        yield (
            removed[at] if at < len(removed) else None,
            added[at] if at < len(added) else None,
        )
    removed.clear()
    added.clear()


def _is_marked(line: DiffLine) -> bool:
    return any(segment.changed for segment in line.segments)


def _table(caption: str, names: Sequence[str], rows: Sequence[Markup], kind: str) -> Markup:
    number = tag("th", unseen("line"), scope="col", class_="no")
    head = tag("tr", *(joined([number, tag("th", name, scope="col")]) for name in names))
    table = tag(
        "table",
        tag("caption", caption, class_="vh"),
        tag("thead", head),
        tag("tbody", *rows),
        class_=kind,
    )
    return tag("div", table, class_="scroll")


def _gap(lines: int, noun: str, columns: int = 4) -> Markup:
    """The row for lines that are left out, nothing for none."""
    if lines <= 0:
        return NOTHING
    return tag("tr", tag("td", f"… {counted(lines, noun)}", colspan=columns), class_="gap")


def _pair(pair: tuple[Cell, Cell], ends: bool, room: Room) -> Markup:
    lines = [cell[1] for cell in pair if cell]
    same = lines[0].kind == "context"
    # A line that only lost a word has no other mark than the one beside it.
    whole = not same and not any(map(_is_marked, lines))
    cells = (_cell(cell, whole, ends, room) for cell in pair)
    return tag("tr", *cells, class_="same" * same)


def _cell(cell: Cell, whole: bool, ends: bool, room: Room) -> Markup:
    if cell is None:
        return tag("td", class_="void", colspan=2)
    number, line = cell
    end = ends and not line.ended
    return joined(
        [
            _number(number),
            tag(
                "td",
                _word(line.kind),
                _segments(line, whole, room),
                tag("span", "no newline at the end", class_="remark") if end else NOTHING,
                class_=_CLASSES[line.kind] + " all" * whole,
            ),
        ]
    )


@lru_cache(4096)
def _number(number: int) -> Markup:
    return tag("td", str(number), class_="no")


def _word(kind: str) -> Markup:
    """Whether the line is removed or added, for those who do not see it."""
    return NOTHING if kind == "context" else unseen(f"{kind}: ")


def _segments(line: DiffLine, whole: bool, room: Room) -> Markup:
    """The line's stretches, changed words as `del` or `ins`, as far as there is room."""
    parts: list[Markup] = []
    left = _LONGEST
    for segment in line.segments:
        last = segment is line.segments[-1]
        text = _ends_shown(segment.text) if last and line.kind != "context" else segment.text
        changed = whole or segment.changed
        most = left if changed else min(left, _STRETCH)
        parts.append(_stretch(text, _MARKS[line.kind] if changed else "", most, room))
        left -= min(len(text), most)
        if left <= 0 and not room.whole:
            rest = sum(len(it.text) for it in line.segments[len(parts) :])
            parts.append(_left_out(rest, "more character", room))
            break
    return joined(parts)


def _stretch(text: str, mark: str, most: int, room: Room) -> Markup:
    if room.whole or len(text) <= most:
        return tag(mark, text) if mark else joined([text])
    if mark:
        cut = _left_out(len(text) - most, "more character", room)
        return joined([tag(mark, text[:most]), cut])
    cut = _left_out(len(text) - 2 * _NEAR, "unchanged character", room)
    return joined([text[:_NEAR], cut, text[-_NEAR:]]) if len(text) > 3 * _NEAR else joined([text])


def _plain(number: int, text: str, kind: str, room: Room) -> Markup:
    """A line of a text that has no other side."""
    most = len(text) if room.whole else _LONGEST
    marked = tag(_MARKS[kind], _ends_shown(text[:most])) if text else NOTHING
    rest = _left_out(len(text) - most, "more character", room)
    cells = _number(number), tag("td", marked, rest, class_=_CLASSES[kind])
    return tag("tr", *cells)


def _left_out(characters: int, noun: str, room: Room) -> Markup:
    if characters <= 0:
        return NOTHING
    room.cut = True
    said = f" … {characters:,} {noun}{'' if characters == 1 else 's'} … "
    return tag("span", said, class_="remark")


def _ends_shown(text: str) -> str:
    """A line whose trailing spaces can be seen: they may be all that changed."""
    kept = text.rstrip(" ")
    return visible(kept) + "·" * (len(text) - len(kept))
