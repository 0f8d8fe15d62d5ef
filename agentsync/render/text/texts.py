"""How a text of several lines looks: its beginning as a quotation, or how two of them differ."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from agentsync.engine.textdiff import Hunk
from agentsync.engine.textdiff import Line as DiffLine
from agentsync.render.text.page import BAR, Line, Piece, line
from agentsync.render.text.view import View
from agentsync.render.visible import visible
from agentsync.render.wording import counted

_ROLES: Final = {"context": "quiet", "removed": "removed", "added": "added"}
GUTTERS: Final = {"removed": "- ", "added": "+ "}

# How a line within a unified diff's hunks begins → its role.
_PATCH_ROLES: Final = {"+": "added", "-": "removed", " ": "", "": ""}

# Lines of one text's difference, and characters of one changed stretch, that a plan shows.
_MOST_LINES: Final = 120
_MOST_CHARACTERS: Final = 1_000
# Characters: of an unchanged stretch within a long changed line, this much stays at each end.
_NEAR: Final = 80


def excerpt(
    lines: Sequence[str], gutter: str, role: str, most: int | None, indent: int = 4
) -> Iterator[Line]:
    """The first `most` lines behind a gutter, and how many more there are; None: all of them.

    Without a gutter of its own the text has a bar, as every quotation.
    """
    # One line more takes no more room than to say that it is missing.
    kept = lines if most is None or len(lines) <= most + 1 else lines[:most]
    for text in kept:
        pieces = _cut(_ends_shown(text), role, most is not None)
        yield _quoted(gutter, role, pieces, indent)
    yield from _more(len(lines) - len(kept), indent + len(gutter))


def patch_lines(patch: str, *, full: bool) -> Iterator[Line]:
    """A unified diff of one file as it stands, with the colours of one; long ones in part."""
    lines = patch.removesuffix("\n").split("\n") if patch else []
    # One line more takes no more room than to say that it is missing.
    kept = lines if full or len(lines) <= _MOST_LINES + 1 else lines[:_MOST_LINES]
    inside = False
    for text in kept:
        inside = inside or text.startswith("@@ ")
        role = "title" if text.startswith("diff ") else "quiet"
        role = _PATCH_ROLES.get(text[:1], "quiet") if inside else role
        shown = visible(text)
        shown = _ends_shown(shown) if role in ("added", "removed") else shown
        yield line(*_cut(shown, role, not full), indent=4, hang=4)
    yield from _more(len(lines) - len(kept), 4)


def _quoted(sign: str, role: str, pieces: Iterable[Piece], indent: int = 4) -> Line:
    """A line of a text: behind its sign, or behind a bar that goes on where it is wrapped."""
    if sign:
        return line((sign, role), *pieces, indent=indent, hang=4)
    return line(*pieces, indent=indent, gutter=BAR)


def hunk_lines(
    hunks: Sequence[Hunk], view: View, *, headed: bool, ends: bool, run: int | None
) -> Iterator[Line]:
    """What differs between two texts.

    Shape: `headed` tells where each hunk is, `ends` which lines end without a line feed; of a run
    of lines added or removed together at most about `run` are shown, None: as `view` says.
    """
    room = sum(len(hunk.lines) for hunk in hunks) if view.full else _MOST_LINES
    left = 0
    for hunk in hunks:
        if headed and room:
            yield line((hunk.header, "quiet"), indent=4)
        for _, group in groupby(hunk.lines, key=lambda text: text.kind):
            lines = list(group)
            # One line more takes no more room than to say that it is missing.
            most = len(lines) if run is None or len(lines) <= run + 1 else run
            shown = lines[: min(most, room)]
            for text in shown:
                yield from _hunk_line(text, view, ends)
            if len(shown) < most:
                left += len(lines) - len(shown)
            else:
                yield from _more(len(lines) - len(shown), 6)
            room -= len(shown)
    yield from _more(left, 6)


def _hunk_line(text: DiffLine, view: View, ends: bool) -> Iterator[Line]:
    role = _ROLES[text.kind]
    yield _quoted(GUTTERS.get(text.kind, ""), role, _words(text, role, view))
    if ends and not text.ended:
        yield line(("\\ no newline at the end", "quiet"), indent=6)


def _more(lines: int, indent: int) -> Iterator[Line]:
    if lines:
        yield line((f"… {counted(lines, 'more line')}", "cut"), indent=indent)


def _words(text: DiffLine, role: str, view: View) -> Iterator[Piece]:
    """The line's stretches; where words are marked, only they carry the colour."""
    marked = any(segment.changed for segment in text.segments)
    for segment in text.segments:
        last = segment is text.segments[-1]
        shown = _ends_shown(segment.text) if last and text.kind != "context" else segment.text
        if segment.changed:
            yield from _changed(shown, role, view)
        elif text.kind != "context" and not marked:
            yield from _cut(shown, role, not view.full)
        elif view.whole:
            yield (shown, "" if marked else role)
        else:
            yield from _shortened(shown, "" if marked else role, _NEAR, 0 if last else _NEAR)


def _changed(text: str, role: str, view: View) -> Iterator[Piece]:
    """Changed words; the spaces around them carry no mark, unless they are all that changed."""
    words = text.strip(" ") or text
    start = text.index(words)
    yield text[:start], ""
    yield from _cut(words, f"{role}-word", not view.full)
    yield text[start + len(words) :], ""


def _cut(text: str, role: str, short: bool) -> Iterator[Piece]:
    """A changed stretch; a very long one only in part, and it says so."""
    if not short or len(text) <= _MOST_CHARACTERS:
        yield text, role
        return
    yield text[:_MOST_CHARACTERS], role
    yield f" … {len(text) - _MOST_CHARACTERS:,} more characters", "cut"


def _shortened(text: str, role: str, head: int, tail: int) -> Iterator[Piece]:
    """An unchanged stretch of a line, without its middle when that is long."""
    left_out = len(text) - head - tail
    if left_out <= _NEAR:
        yield text, role
        return
    yield text[:head], role
    yield f" … {left_out:,} unchanged characters … ", "quiet"
    yield text[len(text) - tail :], role


def _ends_shown(text: str) -> str:
    """A line whose trailing spaces can be seen: they may be all that changed."""
    kept = text.rstrip(" ")
    return kept + "·" * (len(text) - len(kept))
