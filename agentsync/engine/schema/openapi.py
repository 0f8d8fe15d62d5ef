"""An OpenAPI document as facts: what the API says of an agent, structure without prose.

A fact is a plain map: `type`, `enum`, `default` and other keywords as the API gives them;
`fields` (with `required`) of an object, `values` of a map, `items` of a list, each a fact again;
`closed` when it refuses keys that are not listed; `about`, a fingerprint of the description,
because sentences hold rules that keywords do not.
Top-level fields also say `only` ("create" or "update") and `returned` (false: write-only).
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from agentsync.canonical import Json, canonical_json, digest
from agentsync.engine.schema.kind import Fact, Kind
from agentsync.engine.schema.references import Document, unusable

KEYWORDS: Final = (
    "const",
    "default",
    "deprecated",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maximum",
    "maxItems",
    "maxLength",
    "minimum",
    "minItems",
    "minLength",
    "multipleOf",
    "pattern",
    "readOnly",
    "uniqueItems",
    "writeOnly",
)

_DEEPEST: Final = 30
_METHODS: Final = ("delete", "get", "patch", "post", "put")


def read_facts(document: Document, kind: Kind) -> Fact:
    """What the API says of an agent: `request`, `server_owned` fields and `operations`.

    Errors: UsageError when the document says nothing of agents of this kind; it names what is
    missing.
    """
    try:
        facts = _facts(document, kind)
        canonical_json(facts)
    except RecursionError:
        raise unusable("it is nested too deep") from None
    except ValueError:
        raise unusable("it holds NaN or an infinity, which JSON does not have") from None
    return facts


def _facts(document: Document, kind: Kind) -> Fact:
    missing = [name for name in kind.components if name not in document.schemas]
    if missing:
        raise unusable(f"components.schemas lacks {', '.join(missing)}")
    create, update, answer = (_component(document, name) for name in kind.components)
    for side in (create, update, answer):
        for name in kind.per_server & side["fields"].keys():
            side["fields"][name].pop("enum", None)
    request = _union(create, update)
    _compare_with_answer(request, answer["fields"])
    owned = {name: fact for name, fact in answer["fields"].items() if name not in request["fields"]}
    calls = _operations(document.paths, kind.path)
    return {"request": request, "server_owned": owned, "operations": calls}


def _component(document: Document, name: str) -> Fact:
    where = f"components.schemas.{name}"
    fact = _fact(document, {"$ref": f"#/components/schemas/{name}"}, where, ())
    if not fact.get("fields"):
        raise unusable(f"{where} has no properties")
    return fact


def _fact(document: Document, schema: Json, where: str, trail: tuple[str, ...]) -> Fact:
    """The fact of one schema. `trail` holds the components being read, to stop where one recurs."""
    if len(trail) > _DEEPEST:
        raise unusable(f"{where} is nested more than {_DEEPEST} levels deep")
    flat, names = document.flatten(schema, where)
    if names & set(trail):
        return {**_type(flat), "recursive": True}
    # An inline schema has no name, but counts as a level.
    below = (*trail, *sorted(names)) if names else (*trail, "")
    fact: Fact = {**_type(flat), **{key: flat[key] for key in KEYWORDS if key in flat}}
    if flat.get("description"):
        fact["about"] = fingerprint(flat["description"])
    if "properties" in flat:
        fields = flat["properties"]
        fact["fields"] = {
            name: _fact(document, fields[name], f"{where}.{name}", below) for name in sorted(fields)
        }
        fact["required"] = sorted(flat.get("required", []))
    values = flat.get("additionalProperties")
    if isinstance(values, Mapping) and values:
        fact["values"] = _fact(document, values, f"{where}{{}}", below)
    elif values is False:
        fact["closed"] = True
    elif values is not None:
        fact["values"] = True
    if "items" in flat:
        fact["items"] = _fact(document, flat["items"], f"{where}[]", below)
    if "alternatives" in flat:
        each = [_fact(document, item, where, below) for item in flat["alternatives"]]
        fact["alternatives"] = digest(each)[:16]
    return fact


def _type(flat: Mapping[str, Json]) -> Fact:
    """The type as one word or a sorted list of them, whichever way the document says "or null"."""
    given = flat.get("type", [])
    names = [given] if isinstance(given, str) else given
    found = set(names)
    if not found and "properties" in flat:
        found = {"object"}
    if found and flat.get("nullable") is True:
        found.add("null")
    if not found:
        return {}
    return {"type": found.pop() if len(found) == 1 else sorted(found)}


def fingerprint(text: Json) -> str:
    """The first 16 digits of the sha256 of a description, however it is wrapped."""
    return sha256(" ".join(str(text).split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _union(create: Fact, update: Fact) -> Fact:
    """One fact for both requests: the create side, with what the update side says differently."""
    union = {**create, **_both(create, update)}
    union.pop("closed", None)
    sides = {"create": create, "update": update}
    if closed := [name for name, side in sides.items() if side.get("closed")]:
        union["closed"] = closed
    union["fields"] = fields = {}
    for name in sorted(create["fields"].keys() | update["fields"].keys()):
        first, second = create["fields"].get(name), update["fields"].get(name)
        if first is None or second is None:
            fields[name] = {**(first or second), "only": "create" if first else "update"}
            continue
        fields[name] = {**first, **_both(first, second)}
        if shape(first) != shape(second):
            fields[name]["on_update"] = second
    return union


def _both(create: Fact, update: Fact) -> Fact:
    texts = [fact["about"] for fact in (create, update) if "about" in fact]
    return {"about": fingerprint(" ".join(texts))} if texts else {}


def _compare_with_answer(request: Fact, answer: Mapping[str, Fact]) -> None:
    for name, fact in request["fields"].items():
        if name not in answer:
            fact["returned"] = False
            continue
        asked = {key: fact[key] for key in fact.keys() - {"only", "on_update"}}
        # That requests are stricter than answers is no other shape.
        if shape(asked, _NO_SHAPE | {"closed"}) != shape(answer[name], _NO_SHAPE | {"closed"}):
            fact["in_answers"] = answer[name]


_NO_SHAPE: Final = frozenset({"about"})


def shape(fact: Json, without: frozenset[str] = _NO_SHAPE) -> Json:
    """The fact without the fingerprints of its descriptions."""
    if isinstance(fact, Mapping):
        return {
            # Under `fields` the keys are the API's own names, and one may be called `about`.
            key: {name: shape(item, without) for name, item in value.items()}
            if key == "fields"
            else shape(value, without)
            for key, value in fact.items()
            if key not in without
        }
    return fact


def _operations(paths: Mapping[str, Json], prefix: str) -> dict[str, str]:
    """Fingerprints of what is said of each call on agents; rules of PATCH stand only there."""
    found = {}
    for path, item in sorted(paths.items()):
        if not str(path).startswith(prefix) or not isinstance(item, Mapping):
            continue
        for method in _METHODS:
            call = item.get(method)
            if isinstance(call, Mapping):
                found[f"{method.upper()} {path}"] = fingerprint(call.get("description", ""))
    return found
