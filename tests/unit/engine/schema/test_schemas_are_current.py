"""The committed schemas are what the generator writes, byte for byte."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest

from agentsync.engine import schema
from agentsync.engine.schema.assistant import ASSISTANT_WORDS
from agentsync.engine.schema.words import AGENT, SUBAGENT, UNKNOWN_FIELD, Words

NAMES = ("agent", "assistant", "plan", "project", "report", "subagent")


def test_these_schemas_are_committed(texts: Mapping[str, str]) -> None:
    assert tuple(sorted(texts)) == NAMES


@pytest.mark.parametrize("name", ["plan", "project", "report"])
def test_what_is_written_here_is_current(name: str, texts: Mapping[str, str]) -> None:
    assert texts[name] == schema.render(schema.documents()[name])


FACTS = [("agent", "agent"), ("subagent", "agent"), ("assistant", "assistant")]


@pytest.mark.parametrize(("name", "carrier"), FACTS)
def test_what_is_derived_is_current_by_its_own_facts(
    name: str, carrier: str, texts: Mapping[str, str], committed: Mapping[str, Any]
) -> None:
    assert texts[name] == schema.render(schema.rebuild(committed[carrier])[name])


def test_every_committed_schema_is_derived_or_written_here() -> None:
    assert tuple(sorted((*schema.DERIVED, *schema.documents()))) == NAMES


@pytest.mark.parametrize("name", ["agent", "subagent"])
def test_what_is_derived_is_current_with_the_api(
    name: str, texts: Mapping[str, str], real_api: Any
) -> None:
    assert texts[name] == schema.render(schema.derive(real_api)[name])


def test_the_assistants_schema_is_current_with_the_api(
    texts: Mapping[str, str], real_server: Any
) -> None:
    derived = schema.derive(real_server)
    assert {name: schema.render(each) for name, each in derived.items()} == {
        "assistant": texts["assistant"]
    }


@pytest.mark.parametrize("which", ["real_api_text", "real_server_text"])
def test_the_order_of_the_api_document_does_not_matter(
    which: str, texts: Mapping[str, str], request: pytest.FixtureRequest
) -> None:
    real_api_text = request.getfixturevalue(which)

    def backwards(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(reversed(pairs))

    turned = json.loads(real_api_text, object_pairs_hook=backwards)
    for name, derived in schema.derive(turned).items():
        assert schema.render(derived) == texts[name]


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_valid_schema_and_refers_to_nothing_outside(
    name: str, committed: Mapping[str, Any]
) -> None:
    document = committed[name]
    jsonschema.Draft202012Validator.check_schema(document)
    used = {value for key, value in _pairs(document) if key == "$ref"}
    assert used <= {f"#/$defs/{known}" for known in document["$defs"]}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_takes_unknown_keys_but_maps(name: str, committed: Mapping[str, Any]) -> None:
    open_objects = [
        part["description"]
        for part in _objects(committed[name])
        if part.get("properties") and part.get("additionalProperties") is not False
    ]
    # extras of an agent; config and metadata of an assistant
    assert len(open_objects) == {"agent": 1, "assistant": 2}.get(name, 0), open_objects


@pytest.mark.parametrize("name", NAMES)
def test_no_pattern_that_engines_read_differently(name: str, committed: Mapping[str, Any]) -> None:
    for key, value in _pairs(committed[name]):
        if key == "pattern" and isinstance(value, str):
            assert not any(
                trap in value for trap in (r"\s", r"\w", r"\d", r"\b", r"\p", "(?=", "(?!")
            )


@pytest.mark.parametrize(
    ("name", "words"),
    [("agent", AGENT), ("subagent", SUBAGENT), ("assistant", ASSISTANT_WORDS)],
)
def test_every_field_has_words_and_no_words_lack_a_field(
    name: str, words: Words, committed: Mapping[str, Any]
) -> None:
    found = dict(_fields(committed[name], ""))
    assert UNKNOWN_FIELD not in found.values()
    assert set(found) == set(words)


@pytest.mark.parametrize("name", ["plan", "project", "report"])
def test_every_key_is_described(name: str, committed: Mapping[str, Any]) -> None:
    for part in _objects(committed[name]):
        for key, field in part.get("properties", {}).items():
            assert field.get("description"), key


@pytest.mark.parametrize("which", ["real_api", "real_server"])
def test_no_sentence_of_the_api_is_copied(
    which: str, committed: Mapping[str, Any], request: pytest.FixtureRequest
) -> None:
    api = request.getfixturevalue(which)
    theirs = {text for key, text in _pairs(api) if key in ("description", "summary")}
    ours = {
        text
        for document in committed.values()
        for key, text in _pairs(document)
        if key == "description"
    }
    assert not theirs & ours


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str):
                yield key, item
            yield from _pairs(item)
    elif isinstance(value, list):
        for item in value:
            yield from _pairs(item)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema that stands for an object, conditions and recorded facts left out."""
    if isinstance(value, dict):
        if value.get("type") == "object" and "description" in value:
            yield value
        for key, item in value.items():
            if key not in ("if", "then", "x-agentsync"):
                yield from _objects(item)


def _fields(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    if path:
        yield path, node["description"]
    for key, item in node.get("properties", {}).items():
        if item.get("enum") != []:
            yield from _fields(item, f"{path}.{key}" if path else key)
    if "items" in node:
        yield from _fields(node["items"], f"{path}[]")
    if isinstance(node.get("additionalProperties"), dict):
        yield from _fields(node["additionalProperties"], f"{path}{{}}")
