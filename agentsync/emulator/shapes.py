"""Checks a JSON value against the types of a request body, and keeps what the API keeps.

Wrong types are 400, as a typed decoder would say; a value outside an enumeration is 422.
Unknown fields are dropped or kept and null is ignored, cleared or refused, as the readings say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from agentsync.emulator.answers import bad_body, invalid
from agentsync.emulator.readings import Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A string, perhaps one of a few."""

    enum: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """true or false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An integer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A map of anything: the caller's own data, null included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """A list of one kind."""

    item: "Shape"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOf:
    """A map from text to one kind; with `removable`, a cleared entry stays as None."""

    item: "Shape"
    removable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An object with named fields."""

    fields: Mapping[str, "Shape"] = field(default_factory=dict)


Shape = Text | Flag | Whole | Open | ListOf | MapOf | Record
_KINDS: Final[dict[type, tuple[Any, str]]] = {
    Text: (str, "a string"),
    Flag: (bool, "true or false"),
    Whole: (int, "an integer"),
    Open: (dict, "an object"),
    ListOf: (list, "an array"),
    MapOf: (dict, "an object"),
    Record: (dict, "an object"),
}
_EMPTY: Final = {Text: "", Open: {}, ListOf: [], MapOf: {}, Record: {}}


def clean(shape: Shape, value: Any, readings: Readings, where: str = "body") -> Any:
    """`value` with what the API would keep of it.

    Errors: Failure 400 for a wrong type (or a null that is refused), 422 for a bad enum value.
    """
    kind, words = _KINDS[type(shape)]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise bad_body(f"{where} must be {words}")
    if isinstance(shape, Text):
        if shape.enum and value not in shape.enum:
            raise invalid(f"{where} must be one of {', '.join(filter(None, shape.enum))}")
        return value
    if isinstance(shape, ListOf):
        return _list(shape, value, readings, where)
    if isinstance(shape, MapOf):
        return _map(shape, value, readings, where)
    if isinstance(shape, Record):
        return _record(shape, value, readings, where)
    return value


def _list(shape: ListOf, value: list[Any], readings: Readings, where: str) -> list[Any]:
    kept = []
    for index, item in enumerate(value):
        if item is None:
            raise bad_body(f"{where}[{index}] must not be null")
        kept.append(clean(shape.item, item, readings, f"{where}[{index}]"))
    return kept


def _map(shape: MapOf, value: dict[str, Any], readings: Readings, where: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, item in value.items():
        if item is not None:
            kept[key] = clean(shape.item, item, readings, f"{where}[{key!r}]")
        elif readings.null_in_patch == "refuse":
            raise bad_body(f"{where}[{key!r}] must not be null")
        elif readings.null_in_patch == "clear" and shape.removable:
            kept[key] = None
    return kept


def _record(shape: Record, value: dict[str, Any], readings: Readings, where: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, item in value.items():
        name = key if where == "body" else f"{where}.{key}"
        inner = shape.fields.get(key)
        if inner is None:
            if readings.unknown_fields == "kept":
                kept[key] = item
        elif item is not None:
            kept[key] = clean(inner, item, readings, name)
        elif readings.null_in_patch == "refuse":
            raise bad_body(f"{name} must not be null")
        elif readings.null_in_patch == "clear" and type(inner) in _EMPTY:
            kept[key] = _EMPTY[type(inner)]
    return kept
