"""One differing field: a short value within its line, a long text as a difference in a fence."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from textwrap import dedent
from typing import Final

from agentsync.model import FieldChange, Origin
from agentsync.render import RenderOptions
from agentsync.render.contrast import SAME_LOOK, Contrast, contrast, lines_of, sizes
from agentsync.render.markdown.escape import code, prose
from agentsync.render.markdown.parts import Fence, Items, Part
from agentsync.render.text.page import BAR, Line, paint
from agentsync.render.text.texts import GUTTERS, excerpt, hunk_lines
from agentsync.render.text.view import View
from agentsync.render.visible import is_command
from agentsync.render.wording import counted, origin_said, place

_SIGNS: Final = {"add": "+", "remove": "-", "replace": "~"}
# Lines of a text that is added or removed as a whole, unless all is asked for.
_FIRST_LINES: Final = 12
# Characters of a row of a text that is no difference.
_WIDTH: Final = 92
# Characters of a field that are compared even where there is little time.
_COMPARED: Final = 2_000
# Characters of a place within a table.
_PLACE: Final = 44
# How far the terminal's page indents the lines of a text.
_INDENT: Final = "    "


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How fields are told.

    Shape: `full` cuts nothing that changed, `brief` leaves out the texts and tells only how much
    of them differs, `light` does not even compare the long ones; `origins` names each field's
    origin and what apply does about it; `remarks` are sentences about single fields, by pointer.
    """

    options: RenderOptions
    full: bool = False
    brief: bool = False
    light: bool = False
    origins: bool = False
    remarks: Mapping[str, str] = field(default_factory=dict)


def field_parts(fields: Iterable[FieldChange], told: Told) -> Iterator[Part]:
    """The fields, those with short values first, each long one in lines of its own."""
    every = list(fields)
    if told.light:
        yield Items(texts=tuple(_light(item, told) for item in every))
        return
    if told.brief and not told.options.verbose:
        yield Items(texts=tuple(_brief(item, told) for item in every))
        return
    shown = [(item, contrast(item)) for item in every]
    if short := tuple(_short(item, sides, told) for item, sides in shown if sides.short):
        yield Items(texts=short)
    for item, sides in shown:
        if not sides.short:
            yield from _long(item, sides, told)


def edit_parts(fields: Iterable[FieldChange], told: Told) -> Iterator[Part]:
    """The fields as what somebody did to them outside git: git → live, the other way round."""
    turned = (replace(item, before=item.after, after=item.before) for item in fields)
    return field_parts(turned, told)


def weight(fields: Iterable[FieldChange]) -> int:
    """How many characters both sides of the fields have, about."""
    return sum(_size(it.before) + _size(it.after) for it in fields)


def quoted(lines: Iterable[Line], info: str = "diff") -> Fence:
    """Lines that the terminal's page indents, as a fence: a `diff`, or a `text` as it stands."""
    text = paint(lines, color=False, width=0 if info == "diff" else _WIDTH).removesuffix("\n")
    if info != "diff":
        return Fence(rows=tuple(dedent(text).split("\n")), info=info)
    return Fence(rows=tuple(map(_row, text.split("\n"))), info=info)


def _row(text: str) -> str:
    """A line without its indentation; unchanged ones have a blank where others have a sign."""
    row = text.removeprefix(_INDENT)
    if not row.startswith(BAR.rstrip()):
        return row
    bare = f"  {row[len(BAR) :]}".rstrip()
    return row if is_command(bare) else bare


def _size(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list | tuple) else 1


def _heading(item: FieldChange) -> str:
    return f"{code(_SIGNS[item.op])} {code(place(item.pointer))}"


def _remarks(item: FieldChange, told: Told) -> str:
    said = []
    if told.origins:
        said.append(origin_said(item.origin, item.effect)[0])
    if item.pointer in told.remarks:
        said.append(told.remarks[item.pointer])
    remarks = "".join(f" · {prose(text)}" for text in said)
    if told.options.verbose and item.span:
        remarks += f" · {code(str(item.span))}"
    return remarks


def _short(item: FieldChange, sides: Contrast, told: Told) -> str:
    before, after = sides.before, sides.after
    said = f"{_heading(item)}{_values(item, before, after)}"
    if before is not None and before == after:
        said += " (they only look the same)"
    return f"{said}{_remarks(item, told)}"


def _values(item: FieldChange, before: str | None, after: str | None) -> str:
    if before is not None and after is not None:
        return f": {code(before)} → {code(after)}"
    text = before if after is None else after
    # A tool without settings says all there is to say by its name.
    return "" if text == "{}" and _is_tool(item.pointer) else f": {code(text or '')}"


def _is_tool(pointer: str) -> bool:
    return pointer.split("/")[-3:-1] == ["tools", "tools"]


def _brief(item: FieldChange, told: Told) -> str:
    """The field on one line, of a long text only how much of it differs."""
    sides = contrast(item)
    if sides.short:
        return _short(item, sides, told)
    return f"{_heading(item)}: {_amount(sides)}{_remarks(item, told)}"


def _light(item: FieldChange, told: Told) -> str:
    """The field on one line, of a text of real length only the sizes: nothing is compared."""
    before, after = _size(item.before), _size(item.after)
    if before + after <= _COMPARED:
        return _brief(item, told)
    said = f"{before:,} → {after:,} characters, too many to compare here"
    return f"{_heading(item)}: {said}{_remarks(item, told)}"


def _amount(sides: Contrast) -> str:
    if sides.one_side is not None:
        return counted(len(lines_of(sides.one_side)), "line")
    added, removed = sizes(sides.hunks())
    return f"{counted(added, 'line')} added, {removed} removed"


def _long(item: FieldChange, sides: Contrast, told: Told) -> Iterator[Part]:
    every = told.full or told.options.verbose
    if sides.one_side is not None:
        kind = "added" if item.op == "add" else "removed"
        lines = lines_of(sides.one_side)
        yield f"{_heading(item)}: {counted(len(lines), 'line')}{_remarks(item, told)}"
        yield quoted(excerpt(lines, GUTTERS[kind], kind, None if every else _FIRST_LINES))
        return
    hunks = sides.hunks()
    added, removed = sizes(hunks)
    said = f"{counted(added, 'line')} added, {removed} removed"
    if not hunks:
        said = SAME_LOOK
    elif sides.line_ends:
        said = f"only the line endings differ: {sides.line_ends}"
    yield f"{_heading(item)}: {said}{_remarks(item, told)}"
    if hunks and not sides.line_ends:
        view = View(full=every, whole=told.options.verbose)
        # A list that is replaced shows the beginning of both sides; a text, what was edited.
        run = None if every or isinstance(item.after, str) else _FIRST_LINES
        headed = "\n" in f"{sides.before}{sides.after}"
        yield quoted(hunk_lines(hunks, view, headed=headed, ends=sides.ends_differ, run=run))


def told_parts(fields: Iterable[FieldChange]) -> Iterator[Part]:
    """Live content that git does not own: it is only told, never a difference."""
    yield "Only live, not managed by git:"
    yield Items(texts=tuple(_told(item) for item in fields))


def _told(item: FieldChange) -> str:
    sides = contrast(item)
    text = sides.before or ""
    said = code(text) if sides.short else counted(len(lines_of(text)), "line")
    return f"{code(place(item.pointer))}: {said}"


def places(fields: Iterable[FieldChange], most: int, first: frozenset[str] = frozenset()) -> str:
    """Where the fields are, those in `first` before the others, and how many more there are."""
    every = sorted((it.pointer for it in fields), key=lambda pointer: pointer not in first)
    kept = every if len(every) <= most + 1 else every[:most]
    more = f" and {len(every) - len(kept)} more" if len(kept) < len(every) else ""
    return ", ".join(code(_shortened(place(it))) for it in kept) + more


def _shortened(text: str) -> str:
    """A place without its middle when it is long: its ends say which one it is."""
    return text if len(text) <= _PLACE else f"{text[: _PLACE // 3]}…{text[-_PLACE // 2 :]}"


def remarked(item: FieldChange) -> str:
    """What is to be said of a field that git changed as well, "" for any other."""
    return "git changed it as well" if item.origin is Origin.BOTH else ""
