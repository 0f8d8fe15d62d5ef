"""Whether a value fits its schema: a fast yes or no, and on no every reason, in plain words.

jsonschema-rs accepts, jsonschema explains; a property test holds the two to one opinion. What a
schema cannot say is checked in engine/crosscheck.py.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agentsync.canonical import Json
from agentsync.engine.advice import (
    closest,
    field_name,
    found,
    hint_for_choice,
    hint_for_missing,
    hint_for_type,
    hint_for_unknown,
    hint_for_uuid,
    shown,
    wanted,
)
from agentsync.model.diagnostics import Severity

BLOCK: Final = "x-agentsync"
"""The key of a schema under which agentsync keeps what JSON Schema has no keyword for."""

Path = tuple[str | int, ...]
# A jsonschema.ValidationError. Its fields are typed as "perhaps not set yet", which after
# validation none of them is.
Fault = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing that is wrong with a value.

    Shape: `path` holds keys and list indexes; with `at_key` the last key itself is meant and not
    its value.
    """

    code: str
    message: str
    hint: str = ""
    path: Path = ()
    at_key: bool = False
    severity: Severity = Severity.ERROR


class Checker:
    """One schema, ready to judge values; it compiles when the first one comes."""

    __slots__ = ("_accepts", "schema")

    def __init__(self, schema: Mapping[str, Json]) -> None:
        self.schema = schema
        self._accepts: Any = None

    def accepts(self, value: Json) -> bool:
        """Whether `value` fits the schema."""
        if self._accepts is None:
            from jsonschema_rs import Draft202012Validator

            self._accepts = Draft202012Validator(dict(self.schema)).is_valid
        try:
            return bool(self._accepts(value))
        except ValueError:
            # Half a character, as an answer may hold: only the slow validator looks at that.
            return not self.explain(value)

    def issues(self, value: Json) -> tuple[Issue, ...]:
        """Why `value` does not fit the schema, all reasons; empty when it does."""
        if self.accepts(value):
            return ()
        return self.explain(value) or (
            Issue(code="schema", message="this does not fit the schema", path=()),
        )

    def explain(self, value: Json) -> tuple[Issue, ...]:
        """What `issues` says, by the slow validator alone."""
        from jsonschema import Draft202012Validator

        errors = Draft202012Validator(self.schema).iter_errors(value)
        block: Mapping[str, Json] = self.schema.get(BLOCK, {})
        unique: dict[tuple[str, Path, str], Issue] = {}
        for issue in _issues(errors, block):
            told = issue.message if issue.code in ("unknown-key", "missing-key") else ""
            unique.setdefault((issue.code, issue.path, told), issue)
        return tuple(unique.values())

    @property
    def write_only(self) -> tuple[str, ...]:
        """The top-level fields that the API takes and never returns."""
        return tuple(self.schema.get(BLOCK, {}).get("write_only", ()))


def without_write_only(value: Json, checker: Checker) -> tuple[Json, tuple[Issue, ...]]:
    """`value` without its write-only fields, and a warning for each of them."""
    present = [name for name in checker.write_only if isinstance(value, dict) and name in value]
    if not present:
        return value, ()
    kept = {key: item for key, item in value.items() if key not in present}
    return kept, tuple(
        Issue(
            code="write-only-key",
            message=f"`{name}` is not managed: the API never returns it, so nobody can tell "
            "whether it is still what git says",
            hint="delete it here and set it by other means",
            path=(name,),
            at_key=True,
            severity=Severity.WARNING,
        )
        for name in present
    )


def _issues(errors: Iterable[Fault], block: Mapping[str, Json]) -> Iterator[Issue]:
    for error in errors:
        path: Path = tuple(error.absolute_path)
        if error.validator in ("anyOf", "oneOf") and error.context:
            from jsonschema.exceptions import best_match

            nearest = best_match((error,))
            yield from _issues((error.context[0] if nearest is error else nearest,), block)
        elif error.validator == "additionalProperties":
            yield from _unknown_keys(error, path, block)
        elif error.validator == "required":
            yield from _missing_keys(error, path, block)
        elif "propertyNames" in error.absolute_schema_path:
            yield _bad_key(error, path)
        else:
            yield _value_issue(error, path, block)


def _unknown_keys(error: Fault, path: Path, block: Mapping[str, Json]) -> Iterator[Issue]:
    known = tuple(_schema(error).get("properties", {}))
    for key in error.instance:
        if key not in known:
            yield Issue(
                code="unknown-key",
                message=f"unknown key `{shown(key)}`"
                + (f" in `{field_name(path)}`" if path else ""),
                hint=hint_for_unknown(key, known, path, block),
                path=(*path, key),
                at_key=True,
            )


def _missing_keys(error: Fault, path: Path, block: Mapping[str, Json]) -> Iterator[Issue]:
    known = _schema(error).get("properties", {})
    unknown = [key for key in error.instance if key not in known]
    for key in error.validator_value:
        # A misspelt key is reported as unknown, with this one as what was meant.
        if key not in error.instance and key not in (closest(name, known) for name in unknown):
            yield Issue(
                code="missing-key",
                message=f"`{key}` is missing" + (f" in `{field_name(path)}`" if path else ""),
                hint=hint_for_missing(key, error.instance, unknown, path, block),
                path=(*path, key),
            )


def _bad_key(error: Fault, path: Path) -> Issue:
    return Issue(
        code="bad-key",
        message=f"`{shown(error.instance)}` cannot be a key of `{field_name(path)}`",
        hint="it "
        + str(_schema(error).get("patternErrorMessage") or _schema(error).get("errorMessage")),
        path=(*path, error.instance),
        at_key=True,
    )


def _value_issue(error: Fault, path: Path, block: Mapping[str, Json]) -> Issue:
    field, value, limit = field_name(path), error.instance, error.validator_value
    if error.validator == "enum" and not limit:
        return _refused(error, path, field)
    if error.validator == "type":
        return Issue(
            code="wrong-type",
            message=f"`{field}` must be {wanted(limit)}, not {found(value)}"
            if path
            else f"this file must hold {wanted(limit)}, not {found(value)}",
            hint=hint_for_type(value, limit, path, block),
            path=path,
        )
    if error.validator in ("enum", "const"):
        choices = limit if error.validator == "enum" else [limit]
        return Issue(
            code="bad-choice",
            message=f"`{field}` cannot be {found(value)}",
            hint=hint_for_choice(value, choices, path),
            path=path,
        )
    if error.validator in ("minimum", "maximum"):
        least = error.validator == "minimum"
        message = f"`{field}` must be at {'least' if least else 'most'} {limit}, not {shown(value)}"
        return Issue(code="bad-value", message=message, path=path)
    return _bad_text(error, path, field)


def _bad_text(error: Fault, path: Path, field: str) -> Issue:
    schema, value = _schema(error), error.instance
    rule = schema.get("patternErrorMessage") if error.validator == "pattern" else None
    said = str(rule or schema.get("errorMessage") or f"does not fit: {error.message}")
    if isinstance(value, str) and not any(char.isprintable() and char != " " for char in value):
        return Issue(code="bad-value", message=f"`{field}` is blank", hint=said, path=path)
    message = f"`{field}` {said}"
    hint = "write it on one line" if error.validator == "not" else f"it is {found(value)}"
    if schema.get("format") == "uuid":
        hint = hint_for_uuid(value) or hint
    return Issue(code="bad-value", message=message, hint=hint, path=path)


def _refused(error: Fault, path: Path, field: str) -> Issue:
    """The issue of a key that may have no value at all, whose schema is an empty `enum`."""
    said = _schema(error).get("errorMessage", f"`{field}` is not allowed here")
    hints: dict[Path, tuple[str, str]] = {
        ("extras", "agentsync"): ("reserved-key", "choose another key"),
        ("metadata", "agentsync"): ("reserved-key", "choose another key"),
        ("config", "configurable"): ("unknown-key", "move what it holds to `context`"),
        ("runtime", "model"): ("contradiction", "delete one of the two"),
    }
    if path[:1] == ("metadata",) and error.instance is None:
        hints = {path: ("bad-value", "leave it out")}
    code, hint = hints.get(path, ("unknown-key", "delete it"))
    return Issue(code=code, message=str(said), hint=hint, path=path, at_key=True)


def _schema(error: Fault) -> Mapping[str, Json]:
    return error.schema if isinstance(error.schema, Mapping) else {}
