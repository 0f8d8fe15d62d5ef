"""How one differing field looks on a terminal, whatever the command."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from agentsync.canonical import Absent
from agentsync.engine.textdiff import unified
from agentsync.model import FieldChange, Origin
from agentsync.render.text.page import BLANK, Line, Piece, line
from agentsync.render.text.texts import GUTTERS, excerpt, hunk_lines
from agentsync.render.text.view import View
from agentsync.render.values import SHORT, as_text
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
    shown = [(item, _texts(item)) for item in fields]
    short = [(item, texts) for item, texts in shown if _fits(texts)]
    pointers = [len(place(item.pointer)) for item, _ in short]
    column = max((size for size in pointers if size <= _COLUMN), default=0)
    for item, texts in short:
        yield from _short(item, texts, column, view)
    first = not short
    for item, texts in shown:
        if not _fits(texts):
            yield from () if first or view.brief else (BLANK,)
            yield from _long(item, texts, view)
            first = False


def edit_lines(fields: Iterable[FieldChange], view: View) -> Iterator[Line]:
    """The fields as what somebody did to them outside git: git → live, the other way round."""
    yield from field_lines(
        (replace(item, before=item.after, after=item.before) for item in fields),
        replace(view, edits=True),
    )


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
        text, role = origin_said(item.origin, item.effect)
        yield (f"  {text}", role)
    if item.pointer in view.remarks:
        text, role = view.remarks[item.pointer]
        yield (f"  {text}", role)
    elif view.edits and item.origin is Origin.BOTH:
        yield ("  git changed it as well", "error")
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
    ended = before.endswith("\n") or after.endswith("\n")
    # Texts that end without a line feed, as prompts do, are not to differ in their last line.
    hunks = unified(before, after) if ended else unified(f"{before}\n", f"{after}\n")
    lines = [text for hunk in hunks for text in hunk.lines]
    added, removed = (sum(text.kind == kind for text in lines) for kind in ("added", "removed"))
    size = (f"  {counted(added, 'line')} added, {removed} removed", "quiet")
    yield line(*_heading(item), size, *_remarks(item, view), indent=2)
    if view.brief:
        return
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
        yield from hunk_lines(hunks, view, headed=headed, ends=ends_differ, run=run)


def _one_sided(item: FieldChange, text: str, view: View) -> Iterator[Line]:
    """A text that is added or removed as a whole; its beginning says what it is."""
    lines = text.removesuffix("\n").split("\n")
    kind = "added" if item.op == "add" else "removed"
    if view.brief:
        size = (f"  {counted(len(lines), 'line')}", "quiet")
        yield line(*_heading(item), size, *_remarks(item, view), indent=2)
        return
    yield line(*_heading(item), *_remarks(item, view), indent=2)
    yield from excerpt(lines, GUTTERS[kind], kind, None if view.full else _FIRST_LINES)
