"""A schema of an OpenAPI document with its references followed and its `allOf` parts merged."""

from collections.abc import Mapping, Sequence
from typing import Final

from agentsync.canonical import Json
from agentsync.errors import UsageError

_HINT: Final = (
    "give the OpenAPI 3 document of the Managed Deep Agents API or of an Agent Server, as JSON"
)


def unusable(why: str) -> UsageError:
    """The error for a document that nothing can be derived from."""
    return UsageError(f"not a usable OpenAPI document: {why}", hint=_HINT)


class Document:
    """An OpenAPI 3 document whose schemas can be looked up by reference.

    Errors: UsageError when it is not one.
    """

    __slots__ = ("_root", "paths", "schemas")

    def __init__(self, openapi: Mapping[str, Json]) -> None:
        if not isinstance(openapi, Mapping):
            raise unusable("it is not an object")
        version = openapi.get("openapi")
        if not isinstance(version, str) or not version.startswith("3."):
            raise unusable(f"`openapi` must say version 3, it says {version!r}")
        components = openapi.get("components")
        schemas = components.get("schemas") if isinstance(components, Mapping) else None
        if not isinstance(schemas, Mapping):
            raise unusable("components.schemas is missing")
        self._root = openapi
        paths = openapi.get("paths")
        self.schemas = schemas
        self.paths: Mapping[str, Json] = paths if isinstance(paths, Mapping) else {}

    def flatten(self, schema: Json, where: str) -> tuple[dict[str, Json], frozenset[str]]:
        """One level of `schema` without `$ref` and `allOf`, and the references followed for it.

        Shape: several alternatives (`oneOf`, `anyOf`) stand under `alternatives`; a single one
        beside null is merged in and `nullable` is set.
        Errors: UsageError for a reference that leads nowhere or in a circle.
        """
        followed: list[str] = []
        return self._flatten(schema, where, (), followed), frozenset(followed)

    def _flatten(
        self, schema: Json, where: str, trail: tuple[str, ...], followed: list[str]
    ) -> dict[str, Json]:
        if schema is True:
            return {}
        if not isinstance(schema, Mapping):
            raise unusable(f"{where} is not a schema")
        flat: dict[str, Json] = {}
        if "$ref" in schema:
            name = schema["$ref"]
            if name in trail:
                raise unusable(f"{where} refers to itself: {' → '.join([*trail, name])}")
            followed.append(name)
            target = self._target(name, where)
            flat = self._flatten(target, where, (*trail, name), followed)
        for part in _parts(schema, "allOf", where):
            flat = _merge(flat, self._flatten(part, where, trail, followed), where)
        own = {key: value for key, value in schema.items() if key not in _COMBINING}
        flat = _merge(flat, _checked(own, where), where)
        for key in ("anyOf", "oneOf"):
            flat = self._choose(flat, _parts(schema, key, where), where, trail, followed)
        return flat

    def _choose(
        self,
        flat: dict[str, Json],
        options: Sequence[Json],
        where: str,
        trail: tuple[str, ...],
        followed: list[str],
    ) -> dict[str, Json]:
        """`flat` with its alternatives: merged in when only null is the other one."""
        real = [item for item in options if item != {"type": "null"}]
        if len(real) == 1:
            flat = _merge(flat, self._flatten(real[0], where, trail, followed), where)
        elif real:
            flat = {**flat, "alternatives": [*flat.get("alternatives", []), *real]}
        return {**flat, "nullable": True} if len(real) < len(options) else flat

    def _target(self, name: Json, where: str) -> Json:
        if not isinstance(name, str) or not name.startswith("#/"):
            raise unusable(f"{where} refers to {name!r}, which is not in the document")
        found: Json = self._root
        for part in name[2:].split("/"):
            part = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, Mapping) or part not in found:
                raise unusable(f"{where} refers to {name}, which does not exist")
            found = found[part]
        return found


_COMBINING: Final = frozenset({"$ref", "allOf", "anyOf", "oneOf"})


def _parts(schema: Mapping[str, Json], key: str, where: str) -> Sequence[Json]:
    parts = schema.get(key, [])
    if not isinstance(parts, list):
        raise unusable(f"{where} has an {key} that is not a list")
    return parts


def _checked(schema: dict[str, Json], where: str) -> dict[str, Json]:
    """`schema`, when the keywords that are walked have the shape they must have."""
    types = schema.get("type", [])
    if not isinstance(types, str) and not _are_words(types):
        raise unusable(f"{where} has a type that is neither a word nor a list of words")
    if not isinstance(schema.get("properties", {}), Mapping):
        raise unusable(f"{where} has properties that are not an object")
    if not _are_words(schema.get("required", [])):
        raise unusable(f"{where} has a `required` that is not a list of names")
    if not isinstance(schema.get("enum", []), list):
        raise unusable(f"{where} has an enum that is not a list")
    return schema


def _are_words(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _narrower(first: Json, second: Json, where: str) -> Json:
    """The types that both allow."""
    one, two = ([types] if isinstance(types, str) else types for types in (first, second))
    both = [name for name in one if name in two]
    if not both:
        raise unusable(f"{where} has parts that contradict each other: {first}, {second}")
    return both[0] if len(both) == 1 else both


def _merge(first: dict[str, Json], second: dict[str, Json], where: str) -> dict[str, Json]:
    """Both levels as one; what both say of a property goes together as an `allOf` again."""
    merged = {**first, **second}
    if "type" in first and "type" in second:
        merged["type"] = _narrower(first["type"], second["type"], where)
    if "properties" in first and "properties" in second:
        one, two = first["properties"], second["properties"]
        merged["properties"] = {
            **one,
            **{
                name: {"allOf": [one[name], two[name]]} if name in one else two[name]
                for name in two
            },
        }
    if "required" in first and "required" in second:
        merged["required"] = [*first["required"], *second["required"]]
    return merged
