"""What a newer API added, removed or changed, in sentences."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from agentsync.canonical import Json, canonical_json, same
from agentsync.engine.schema.derivation import assemble, carried_facts, is_write_only
from agentsync.engine.schema.kind import Fact, Kind
from agentsync.engine.schema.kinds import kind_of_document
from agentsync.engine.schema.openapi import read_facts, shape
from agentsync.engine.schema.references import Document

# The path of a field, "" for the whole, and a sentence in which `{}` stands for the field.
_News = tuple[str, str]

_UNSENT: Final = ": agentsync does not send it, so creating an agent would fail"

# Facts that have sentences of their own; any other one is compared as a keyword.
_SPOKEN: Final = frozenset(
    {"about", "closed", "enum", "fields", "items", "only", "required", "returned", "type", "values"}
)


def check(openapi: Mapping[str, Json], committed: Mapping[str, Json]) -> tuple[str, ...]:
    """What this API has otherwise than the one the committed schemas were derived from.

    Shape: `committed` holds the schemas by name, at least those of the API that the document is
    of; a sentence for each difference, none when nothing moved.
    Errors: UsageError when the document is not usable, or the committed schema carries no facts.
    """
    document = Document(openapi)
    kind = kind_of_document(document)
    old, new = carried_facts(committed.get(kind.schema, {}), kind), read_facts(document, kind)
    news = chain(
        _top_level(old, new), _changed(old["request"], new["request"], ""), _server_owned(old, new)
    )
    return (
        *(_told(path, sentence, kind) for path, sentence in news),
        *_operations(old["operations"], new["operations"]),
        *_by_hand(kind, old, committed),
    )


def _top_level(old: Fact, new: Fact) -> Iterator[_News]:
    """Fields that came, went, or passed between the caller and the server."""
    before, after = old["request"]["fields"], new["request"]["fields"]
    for name in sorted(after.keys() - before.keys()):
        was = " (it was server-owned)" if name in old["server_owned"] else ""
        state = "write-only, stays out" if is_write_only(after[name]) else "not managed yet"
        yield name, f"new request field {{}} ({_typed(after[name])}): {state}{was}"
    was_closed, is_closed = old["request"].get("closed", ()), new["request"].get("closed", ())
    for request in ("create", "update"):
        if (request in was_closed) != (request in is_closed):
            verb = "refuse" if request in is_closed else "take"
            yield "", f"requests that {request} now {verb} fields that the API does not list"
    for name in sorted(before.keys() - after.keys()):
        if name in new["server_owned"]:
            yield name, "{} can no longer be set: it is server-owned now"
        else:
            yield name, f"request field {{}} ({_typed(before[name])}) is gone from the API"


def _server_owned(old: Fact, new: Fact) -> Iterator[_News]:
    before, after = old["server_owned"], new["server_owned"]
    for name in sorted(after.keys() - before.keys() - old["request"]["fields"].keys()):
        yield name, f"new response field {{}} ({_typed(after[name])}): server-owned, stays out"
    for name in sorted(before.keys() - after.keys() - new["request"]["fields"].keys()):
        yield name, f"response field {{}} ({_typed(before[name])}) is gone from the API"
    for name in sorted(before.keys() & after.keys()):
        for path, sentence in _field(before[name], after[name], name):
            yield path, f"{sentence} (response only)"


def _operations(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield f"operations: `{name}` is new: not used yet"
        elif name not in after:
            yield f"operations: `{name}` is gone from the API"
        elif before[name] != after[name]:
            yield f"operations: description of `{name}` changed, read it"


def _by_hand(kind: Kind, old: Fact, committed: Mapping[str, Json]) -> Iterator[str]:
    for name, schema in assemble(kind, old).items():
        if name not in committed:
            yield f"{name}: there is no committed schema: derive it"
        elif not same(schema, committed[name]):
            yield f"{name}: the committed schema is not what agentsync derives: derive it again"


def _changed(old: Fact, new: Fact, path: str) -> Iterator[_News]:
    """The differences of two facts about one object; at the top, coming and going is told apart."""
    before, after = old.get("fields", {}), new.get("fields", {})
    if path:
        for name in sorted(after.keys() - before.keys()):
            yield (
                f"{path}.{name}",
                f"new request field {{}} ({_typed(after[name])}): not managed yet",
            )
        for name in sorted(before.keys() - after.keys()):
            yield (
                f"{path}.{name}",
                f"request field {{}} ({_typed(before[name])}) is gone from the API",
            )
    elif old.get("about") != new.get("about"):
        yield "", "description of the requests changed, read it"
    was, now = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted((now - was) & after.keys()):
        unsent = not path and (name not in before or is_write_only(after[name]))
        yield _join(path, name), "{} is now required" + (_UNSENT if unsent else "")
    for name in sorted((was - now) & after.keys()):
        yield _join(path, name), "{} is no longer required"
    for name in sorted(before.keys() & after.keys()):
        yield from _field(before[name], after[name], _join(path, name))


def _field(old: Fact, new: Fact, path: str) -> Iterator[_News]:
    """The differences of two facts about one field, and of all it holds."""
    if _typed(old) != _typed(new):
        yield path, f"{{}} was {_typed(old)} and is now {_typed(new)}"
    yield from _enum(old.get("enum"), new.get("enum"), path)
    if is_write_only(old) != is_write_only(new):
        state = "no longer returned: write-only now" if is_write_only(new) else "now returned"
        yield path, f"{{}} is {state}"
    if old.get("closed") != new.get("closed"):
        verb = "refuses" if new.get("closed") else "takes"
        yield path, f"{{}} now {verb} keys that the API does not list"
    yield from _keywords(old, new, path)
    if old.get("only") != new.get("only"):
        where = {"create": "on create only", "update": "on update only"}.get(
            new.get("only", ""), "on create and on update"
        )
        yield path, f"{{}} is now taken {where}"
    elif old.get("about") != new.get("about"):
        # The fingerprint is over both requests, so it says nothing when one of them went.
        yield path, "description of {} changed, read it"
    yield from _changed(old, new, path)
    for key, mark in (("items", "[]"), ("values", "{}")):
        if isinstance(old.get(key), Mapping) and isinstance(new.get(key), Mapping):
            yield from _field(old[key], new[key], f"{path}{mark}")


def _enum(old: Json, new: Json, path: str) -> Iterator[_News]:
    if old is None or new is None:
        if old is not None:
            yield path, "{} now takes any value, not only " + _words(old)
        elif new is not None:
            yield path, "{} now takes only " + _words(new)
        return
    before, after = map(canonical_json, old), map(canonical_json, new)
    had, has = dict(zip(before, old, strict=True)), dict(zip(after, new, strict=True))
    added = [has[key] for key in has if key not in had]
    gone = [had[key] for key in had if key not in has]
    if added:
        yield path, "{} now also takes " + _words(added)
    if gone:
        yield path, "{} no longer takes " + _words(gone)


def _keywords(old: Fact, new: Fact, path: str) -> Iterator[_News]:
    for key in sorted((old.keys() | new.keys()) - _SPOKEN):
        before, after = old.get(key), new.get(key)
        if same(shape(before), shape(after)):
            continue
        if key in ("alternatives", "on_update", "in_answers", "recursive"):
            yield path, f"{{}} changed in {_PLACES[key]}, read it"
        elif before is True or after is True:
            yield path, f"{{}} is {'now' if after is True else 'no longer'} marked {key}"
        elif key not in old:
            yield path, f"{{}} now has the {key} {_words([after])}"
        elif key not in new:
            yield path, f"{{}} no longer has the {key} {_words([before])}"
        else:
            yield path, f"{key} of {{}} was {_words([before])} and is now {_words([after])}"


_PLACES: Final = {
    "alternatives": "its alternatives",
    "in_answers": "the API's answers",
    "on_update": "updates",
    "recursive": "how it nests",
}


def _typed(fact: Fact) -> str:
    """The type of a field in words, such as `list of string`."""
    given = fact.get("type", "anything")
    names = [given] if isinstance(given, str) else sorted(given, key="null".__eq__)
    if "items" in fact and "array" in names:
        names[names.index("array")] = f"list of {_typed(fact['items'])}"
    elif "object" in names and "values" in fact and not fact.get("fields"):
        values = fact["values"]
        inside = "anything" if values is True else _typed(values)
        names[names.index("object")] = f"map of {inside}"
    return " or ".join(names)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _told(path: str, sentence: str, kind: Kind) -> str:
    """`sentence` with the field's name in it, led by what the field belongs to."""
    for prefix, subject in kind.subjects.items():
        if path.startswith(prefix):
            return f"{subject}: {sentence.replace('{}', f'`{path.removeprefix(prefix)}`', 1)}"
    return f"{kind.schema}: {sentence.replace('{}', f'`{path}`', 1)}"


def _words(values: list[Json]) -> str:
    return ", ".join(
        f"`{value if isinstance(value, str) else canonical_json(value)}`" for value in values
    )
