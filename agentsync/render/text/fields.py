"""How one differing field looks on a terminal, whatever the command."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from agentsync.model import FieldChange, Origin
from agentsync.render.contrast import SAME_LOOK, Contrast, contrast, lines_of, sizes
from agentsync.render.text.page import BLANK, Line, Piece, line
from agentsync.render.text.texts import GUTTERS, excerpt, hunk_lines
from agentsync.render.text.view import View
from agentsync.render.visible import visible
from agentsync.render.wording import counted, origin_said, place

_SIGNS: Final[dict[str, Piece]] = {
    "add": ("+", "create"),
    "remove": ("-", "delete"),
    "replace": ("~", "update"),
}

# Lines of an added or removed text that are shown unless all is asked for.
_FIRST_LINES: Final = 12
# Pointers up to this length have their values in one column.
_COLUMN: Final = 32


def field_lines(fields: Iterable[FieldChange], view: View) -> Iterator[Line]:
    """The fields, short values first, each long one in lines of its own."""
    shown = [(item, contrast(item)) for item in fields]
    short = [(item, sides) for item, sides in shown if sides.short]
    pointers = [len(place(item.pointer)) for item, _ in short]
    column = max((size for size in pointers if size <= _COLUMN), default=0)
    for item, sides in short:
        yield from _short(item, sides, column, view)
    first = not short
    for item, sides in shown:
        if not sides.short:
            yield from () if first or view.brief else (BLANK,)
            yield from _long(item, sides, view)
            first = False


def edit_lines(fields: Iterable[FieldChange], view: View) -> Iterator[Line]:
    """The fields as what somebody did to them outside git: git → live, the other way round."""
    yield from field_lines(
        (replace(item, before=item.after, after=item.before) for item in fields),
        replace(view, edits=True),
    )


def told_fields(fields: Iterable[FieldChange]) -> Iterator[Line]:
    """Live content that git does not own: it is only told, never a difference."""
    yield line(("only live, not managed by git:", "quiet"), indent=2)
    for item in fields:
        sides = contrast(item)
        text = sides.before or ""
        short = text if sides.short else counted(len(lines_of(text)), "line")
        yield line((place(item.pointer), "pointer"), (f"  {short}", "quiet"), indent=4)


def _heading(item: FieldChange, width: int = 0) -> tuple[Piece, ...]:
    pointer = place(item.pointer)
    return _SIGNS[item.op], (" ", ""), (pointer, "pointer"), (" " * (width - len(pointer)), "")


def _remarks(item: FieldChange, view: View) -> Iterator[Piece]:
    if view.origins:
        text, role = origin_said(item.origin, item.effect)
        yield (f"  {text}", role)
    if item.pointer in view.remarks:
        text, role = view.remarks[item.pointer]
        yield (f"  {text}", role)
    elif view.edits and item.origin is Origin.BOTH:
        yield ("  git changed it as well", "error")
    if view.spans and item.span:
        yield (f"  {visible(str(item.span))}", "quiet")


def _short(item: FieldChange, sides: Contrast, column: int, view: View) -> Iterator[Line]:
    before, after = sides.before, sides.after
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


def _long(item: FieldChange, sides: Contrast, view: View) -> Iterator[Line]:
    if sides.one_side is not None:
        yield from _one_sided(item, sides.one_side, view)
        return
    hunks = sides.hunks()
    added, removed = sizes(hunks)
    size = (f"  {counted(added, 'line')} added, {removed} removed", "quiet")
    yield line(*_heading(item), size, *_remarks(item, view), indent=2)
    if view.brief:
        return
    if not hunks:
        yield line((SAME_LOOK, "quiet"), indent=6)
    elif sides.line_ends:
        yield line((f"only the line endings differ: {sides.line_ends}", "quiet"), indent=6)
    else:
        # A list that is replaced shows the beginning of both sides; a text, what was edited.
        run = None if view.full or isinstance(item.after, str) else _FIRST_LINES
        headed = "\n" in f"{sides.before}{sides.after}"
        yield from hunk_lines(hunks, view, headed=headed, ends=sides.ends_differ, run=run)


def _one_sided(item: FieldChange, text: str, view: View) -> Iterator[Line]:
    """A text that is added or removed as a whole; its beginning says what it is."""
    lines = lines_of(text)
    kind = "added" if item.op == "add" else "removed"
    if view.brief:
        size = (f"  {counted(len(lines), 'line')}", "quiet")
        yield line(*_heading(item), size, *_remarks(item, view), indent=2)
        return
    yield line(*_heading(item), *_remarks(item, view), indent=2)
    yield from excerpt(lines, GUTTERS[kind], kind, None if view.full else _FIRST_LINES)
