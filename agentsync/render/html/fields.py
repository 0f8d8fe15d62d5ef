"""One agent's differing fields: short values in a table, each long text on its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from agentsync.model import FieldChange, Origin
from agentsync.render.contrast import SAME_LOOK, Contrast, contrast, lines_of, sizes
from agentsync.render.html.markup import NOTHING, Markup, joined, tag, unseen, when
from agentsync.render.html.room import Room
from agentsync.render.html.sides import GIT_TO_LIVE, LIVE_TO_GIT, Columns, both_sides, one_side
from agentsync.render.html.tables import Head, table
from agentsync.render.wording import counted, origin_said, place

_SIGNS: Final = {"add": "+", "remove": "-", "replace": "~"}
_ROLES: Final = {"add": "create", "remove": "delete", "replace": "update"}
_LOOK_SAME: Final = "they only look the same"

Remark = tuple[str, str]
"""A sentence about one field, and its role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How fields are told.

    Shape: `columns` name the sides; `origins` tells who made each differ and what apply does
    about it; `folded` leaves every text folded; `remarks` by pointer.
    """

    room: Room
    columns: Columns = LIVE_TO_GIT
    origins: bool = False
    folded: bool = False
    remarks: Mapping[str, Remark] = field(default_factory=dict)


def field_parts(fields: Iterable[FieldChange], told: Telling, whose: str) -> Markup:
    """The fields, those with short values first."""
    every = [(item, contrast(item)) for item in fields]
    short = [pair for pair in every if pair[1].short]
    texts = (_long(item, sides, told) for item, sides in every if not sides.short)
    return joined([when(short, _short(short, told, whose)), *texts])


def edit_parts(fields: Iterable[FieldChange], told: Telling, whose: str) -> Markup:
    """The fields as what somebody did to them outside git: git → live, the other way round."""
    turned = [replace(item, before=item.after, after=item.before) for item in fields]
    both = {it.pointer: ("git changed it as well", "error") for it in turned if _is_both(it)}
    remarks = {**both, **told.remarks}
    return field_parts(turned, replace(told, columns=GIT_TO_LIVE, remarks=remarks), whose)


def _is_both(item: FieldChange) -> bool:
    return item.origin is Origin.BOTH


def _short(fields: Sequence[tuple[FieldChange, Contrast]], told: Telling, whose: str) -> Markup:
    heads = [Head("field"), Head(told.columns.before), Head(told.columns.after)]
    if told.origins or any(item.pointer in told.remarks for item, _ in fields):
        heads.append(Head("origin" if told.origins else "remark"))
    rows = [_row(item, sides, told, len(heads)) for item, sides in fields]
    return table(f"Fields of {whose} with short values", heads, rows, class_="values")


def _row(item: FieldChange, sides: Contrast, told: Telling, columns: int) -> Markup:
    before, after = _values(item, sides)
    cells = [tag("th", _name(item), _place_in_git(item), scope="row"), before, after]
    if columns > 3:
        cells.append(tag("td", *_remarks(item, told), class_="who"))
    return tag("tr", *cells, data_origin=item.origin.value)


def _values(item: FieldChange, sides: Contrast) -> tuple[Markup, Markup]:
    """The cells of both sides."""
    before, after = sides.before, sides.after
    same = when(before is not None and before == after, tag("span", _LOOK_SAME, class_="remark"))
    return (
        tag("td", _value(before, "del", item), class_="value"),
        tag("td", _value(after, "ins", item), same, class_="value"),
    )


def _value(text: str | None, mark: str, item: FieldChange) -> Markup:
    if text is None:
        return tag("span", "not set", class_="remark")
    if text == "{}" and item.pointer.split("/")[-3:-1] == ["tools", "tools"]:
        return tag("span", "no settings", class_="remark")
    return tag(mark, tag("code", text))


def _name(item: FieldChange) -> Markup:
    sign = tag("span", _SIGNS[item.op], class_=f"sign r-{_ROLES[item.op]}", aria_hidden="true")
    name = tag("code", place(item.pointer), data_pointer=True)
    return joined([sign, unseen(f"{item.op} "), name])


def _place_in_git(item: FieldChange) -> Markup:
    return tag("span", str(item.span), class_="place") if item.span else NOTHING


def _remarks(item: FieldChange, told: Telling) -> list[Markup]:
    said: list[Remark] = []
    if told.origins:
        text, role = origin_said(item.origin, item.effect)
        said.append((text.removeprefix("origin: "), role))
    if item.pointer in told.remarks:
        said.append(told.remarks[item.pointer])
    return [tag("span", text, class_=f"said r-{role}") for text, role in said]


def _long(item: FieldChange, sides: Contrast, told: Telling) -> Markup:
    size, rows, body = _body(item, sides, told)
    head = tag(
        "summary",
        _name(item),
        tag("span", size, class_="size"),
        *_told_origin(item, told),
        _place_in_git(item),
    )
    unfolded = not told.folded and told.room.unfold(rows)
    return tag("details", head, body, class_="text", open=unfolded, data_origin=item.origin.value)


def _told_origin(item: FieldChange, told: Telling) -> list[Markup]:
    before = [tag("span", "origin:", class_="remark")] if told.origins else []
    return [*before, *_remarks(item, told)]


def _body(item: FieldChange, sides: Contrast, told: Telling) -> tuple[str, int, Markup]:
    """How long the text is, in words and in rows, and the text itself."""
    where, columns = place(item.pointer), told.columns
    only = sides.one_side
    if only is not None:
        lines = len(lines_of(only))
        kind, name = (
            ("added", columns.after) if sides.before is None else ("removed", columns.before)
        )
        body = one_side(f"{where}, only {name}", only, kind, name, told.room)
        return counted(lines, "line"), lines, body
    hunks = sides.hunks()
    more, fewer = sizes(hunks)
    size = f"{counted(more, 'line')} added, {fewer} removed"
    if not hunks:
        return size, 1, tag("p", SAME_LOOK, class_="remark")
    if sides.line_ends:
        said = f"only the line endings differ: {sides.line_ends}"
        return size, 1, tag("p", said, class_="remark")
    caption = f"{where}: {columns.before} and {columns.after} side by side"
    rows = sum(len(hunk.lines) for hunk in hunks)
    return size, rows, both_sides(caption, sides, hunks, columns, told.room)
