"""How one differing field looks on a terminal; `plan` and `diff` share it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from agentsync.canonical import Absent
from agentsync.engine.textdiff import Hunk, unified
from agentsync.engine.textdiff import Line as DiffLine
from agentsync.model import FieldChange, Origin
from agentsync.render import RenderOptions
from agentsync.render.text.page import BAR, BLANK, Line, Piece, line
from agentsync.render.values import SHORT, as_text
from agentsync.render.visible import visible
from agentsync.render.wording import counted, place

_SIGNS: Final[dict[str, Piece]] = {
    "add": ("+", "create"),
    "remove": ("-", "delete"),
    "replace": ("~", "update"),
}
_ORIGINS: Final = {
    Origin.GIT: ("origin: git", "quiet"),
    Origin.LIVE: ("origin: live", "warning"),
    Origin.BOTH: ("origin: both", "error"),
    Origin.UNKNOWN: ("origin: unknown", "quiet"),
}
_ROLES: Final = {"context": "quiet", "removed": "removed", "added": "added"}
_GUTTERS: Final = {"removed": "- ", "added": "+ "}

# Lines of an added or removed text that are shown unless all is asked for.
_FIRST_LINES: Final = 12
# Lines of one text's difference, and characters of one changed stretch, that are shown then.
_MOST_LINES: Final = 120
_MOST_CHARACTERS: Final = 1_000
# Characters: of an unchanged stretch within a long changed line, this much stays at each end.
_NEAR: Final = 80
# Pointers up to this length have their values in one column.
_COLUMN: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How much of each field is shown.

    Shape: `full` cuts nothing that changed, `whole` nothing at all; `origins` names each field's
    origin, `spans` its place in git.
    """

    full: bool = False
    whole: bool = False
    origins: bool = False
    spans: bool = False
    width: int = 0

    @classmethod
    def of(cls, options: RenderOptions, *, full: bool = False, origins: bool = False) -> "View":
        """The view that the reader asked for."""
        every = options.verbose
        return cls(
            full=full or every, whole=every, origins=origins, spans=every, width=options.width
        )


def field_lines(fields: Iterable[FieldChange], view: View) -> Iterator[Line]:
    """The fields, short values first, each long one in lines of its own."""
    shown = [(item, _texts(item)) for item in fields]
    short = [(item, texts) for item, texts in shown if _fits(texts)]
    pointers = [len(place(item.pointer)) for item, _ in short]
    column = max((size for size in pointers if size <= _COLUMN), default=0)
    for item, texts in short:
        yield from _short(item, texts, column, view)
    first = not short
    for item, texts in shown:
        if not _fits(texts):
            yield from () if first else (BLANK,)
            yield from _long(item, texts, view)
            first = False


# What a field says before and after, as text; an absent side is None.
_Texts = tuple[str | None, str | None]


def _texts(item: FieldChange) -> _Texts:
    before, after = item.before, item.after
    if isinstance(before, Absent):
        return None, None if isinstance(after, Absent) else as_text(after)
    if isinstance(after, Absent):
        return as_text(before), None
    texts = as_text(before), as_text(after)
    # Both sides in one style: a list must not differ from another only by how it is written.
    return texts if _fits(texts) else (as_text(before, flow=False), as_text(after, flow=False))


def _fits(texts: _Texts) -> bool:
    return all(text is None or ("\n" not in text and len(text) <= SHORT) for text in texts)


def told_fields(fields: Iterable[FieldChange]) -> Iterator[Line]:
    """Live content that git does not own: it is only told, never a difference."""
    yield line(("only live, not managed by git:", "quiet"), indent=2)
    for item in fields:
        text = _texts(item)[0] or ""
        lines = text.removesuffix("\n").split("\n")
        short = text if _fits((text, None)) else counted(len(lines), "line")
        yield line((place(item.pointer), "pointer"), (f"  {short}", "quiet"), indent=4)


def _heading(item: FieldChange, width: int = 0) -> tuple[Piece, ...]:
    pointer = place(item.pointer)
    return _SIGNS[item.op], (" ", ""), (pointer, "pointer"), (" " * (width - len(pointer)), "")


def _remarks(item: FieldChange, view: View) -> Iterator[Piece]:
    if view.origins:
        text, role = _ORIGINS[item.origin]
        yield (f"  {text}", role)
    if view.spans and item.span:
        yield (f"  {visible(str(item.span))}", "quiet")


def _short(item: FieldChange, texts: _Texts, column: int, view: View) -> Iterator[Line]:
    before, after = texts
    values: list[Piece] = []
    if before is not None and after is not None:
        values = [(before, "removed"), (" → ", "quiet"), (after, "added")]
        if before == after:
            values.append((" (they only look the same)", "quiet"))
    elif (text := before if after is None else after) != "{}" or not _is_tool(item.pointer):
        values = [(text or "", "removed" if after is None else "added")]
    gap = [("  ", "")] if values else []
    remarks = list(_remarks(item, view))
    one = line(*_heading(item, column), *gap, *values, *remarks, indent=2, hang=4)
    if not view.width or one.cells <= view.width:
        yield one
        return
    yield line(*_heading(item), indent=2)
    # Remarks keep two spaces before them: without a value these count as indentation.
    yield line(*values, *remarks, indent=6 if values else 4, hang=0 if values else 2)


def _is_tool(pointer: str) -> bool:
    """Whether the pointer names a tool: one without settings says all there is to say."""
    return pointer.split("/")[-3:-1] == ["tools", "tools"]


def _long(item: FieldChange, texts: _Texts, view: View) -> Iterator[Line]:
    before, after = texts
    if before is None or after is None:
        text = after if before is None else before
        yield from _one_sided(item, text or "", view)
        return
    hunks = unified(before, after)
    lines = [text for hunk in hunks for text in hunk.lines]
    added, removed = (sum(text.kind == kind for text in lines) for kind in ("added", "removed"))
    size = (f"  {counted(added, 'line')} added, {removed} removed", "quiet")
    yield line(*_heading(item), size, *_remarks(item, view), indent=2)
    if not hunks:
        yield line(("they only look the same: hidden characters differ", "quiet"), indent=6)
    elif before.replace("␍\n", "\n") == after.replace("␍\n", "\n"):
        ends = "CRLF → LF" if "␍\n" in before else "LF → CRLF"
        yield line((f"only the line endings differ: {ends}", "quiet"), indent=6)
    else:
        ends_differ = before.endswith("\n") is not after.endswith("\n")
        # A list that is replaced shows the beginning of both sides; a text, what was edited.
        run = None if view.full or isinstance(item.after, str) else _FIRST_LINES
        headed = "\n" in before + after
        yield from _hunks(hunks, view, headed=headed, ends=ends_differ, run=run)


def _one_sided(item: FieldChange, text: str, view: View) -> Iterator[Line]:
    """A text that is added or removed as a whole; its beginning says what it is."""
    lines = text.removesuffix("\n").split("\n")
    kind = "added" if item.op == "add" else "removed"
    yield line(*_heading(item), *_remarks(item, view), indent=2)
    yield from excerpt(lines, _GUTTERS[kind], kind, None if view.full else _FIRST_LINES)


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


def _quoted(sign: str, role: str, pieces: Iterable[Piece], indent: int = 4) -> Line:
    """A line of a text: behind its sign, or behind a bar that goes on where it is wrapped."""
    if sign:
        return line((sign, role), *pieces, indent=indent, hang=4)
    return line(*pieces, indent=indent, gutter=BAR)


def _hunks(
    hunks: Sequence[Hunk], view: View, *, headed: bool, ends: bool, run: int | None
) -> Iterator[Line]:
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
    yield _quoted(_GUTTERS.get(text.kind, ""), role, _words(text, role, view))
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
