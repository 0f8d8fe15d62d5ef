"""The marker as JSON: what comes back of it, and what becomes of one that somebody damaged."""

import json
import string

import pytest
from generated import JSON, documents
from hypothesis import given
from hypothesis import strategies as st
from matched import LAW, OWNER, change_of, compared, matched, reread

from agentsync.canonical import ABSENT, canonical_json, leaves, resolve
from agentsync.engine.marker import owner_of, parse, to_json
from agentsync.engine.normalise import desired, live
from agentsync.engine.origins import outline
from agentsync.engine.planner import compare
from agentsync.model import Action, Definition, LiveAgent, Marker, Origin, Owner
from agentsync.providers.managed import RULES

WHEN = {"commit": "c" * 40, "applied_at": "2026-01-02T03:04:05Z", "revision": "r1"}
MARKER = Marker(owner=OWNER, base=outline({"name": "A", "skills": {}}), **WHEN)
GIT = desired({"name": "A", "description": "ours"}, RULES)
HOSTILE = st.recursive(
    JSON | st.sampled_from(["{}", "a" * 12, "x" * 5000]) | st.text(max_size=14),
    lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=4) | st.lists(inner),
    max_leaves=12,
)


def with_marker(found, **answer):
    """A live agent of that answer with this in the marker's place."""
    said = {"name": "A", "description": "theirs", **answer}
    value, hidden = live({**said, "extras": {"agentsync": found, "ui": 1}}, RULES)
    marker, damage = parse({"agentsync": found, "ui": 1}, RULES)
    return LiveAgent(
        agent_id="a",
        revision="r1",
        value=value,
        hidden=hidden,
        marker=marker,
        marker_damage=damage,
    )


def without_empty(value):
    """What is left in a store that drops empty maps."""
    if isinstance(value, dict):
        kept = {key: without_empty(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item != {}}
    return value


@LAW
@given(documents())
def test_a_marker_comes_back_as_it_was_written(document):
    marker = Marker(owner=OWNER, base=outline(desired(document, RULES)), **WHEN)
    assert reread(marker) == marker
    stored = json.loads(json.dumps(to_json(marker)))
    for kept in (stored, without_empty(stored)):
        assert parse({"agentsync": kept}, RULES) == (marker, "")


@LAW
@given(documents())
def test_a_marker_is_small_and_says_nothing_of_the_values(document):
    value = desired(document, RULES)
    written = to_json(Marker(owner=OWNER, base=outline(value), **WHEN))
    assert written["v"] == 1
    for pointer, leaf in leaves(value):
        token = resolve(written["fields"], pointer, ABSENT)
        assert token == "{}" if leaf == {} else len(token) == 12
    # A key, its share of braces, and 12 characters between quotes for each leaf.
    keys = len(canonical_json(outline(value)))
    assert len(canonical_json(written)) <= keys + 2 * len(list(leaves(value))) + 250


DAMAGED = [
    None,
    True,
    0,
    "",
    "marker",
    [],
    ["v"],
    {},
    {"v": 1},
    {**to_json(MARKER), "project": ""},
    {**to_json(MARKER), "project": None},
    {**to_json(MARKER), "project": ["tests"]},
    {**to_json(MARKER), "agent": ""},
    {**to_json(MARKER), "agent": 1},
    {**to_json(MARKER), "target": None},
    {**to_json(MARKER), "project": "x" * 201},
]


@pytest.mark.parametrize("found", DAMAGED, ids=lambda found: str(found)[-40:])
def test_a_marker_that_names_no_agent_is_none_and_said_so(found):
    marker, damage = parse({"agentsync": found}, RULES)
    assert marker is None
    assert bool(damage) == (found is not None)
    assert owner_of({"agentsync": found}, RULES) is None
    change = change_of(GIT, with_marker(found))
    assert [item.origin for item in change.fields] == [Origin.UNKNOWN]
    assert bool(change.notes) == (found is not None)
    assert change.refusals


def nested(depth):
    tree = "a" * 12
    for _ in range(depth):
        tree = {"a": tree}
    return tree


UNREADABLE = [
    {"v": 2},
    {"v": "1"},
    {"v": True},
    {"v": None},
    {"v": "x" * 10**6},
    {"v": [[]]},
    {"fields": None},
    {"fields": []},
    {"fields": "a" * 12},
    {"fields": {"name": None}},
    {"fields": {"name": 1}},
    {"fields": {"name": "short"}},
    {"fields": {"name": "a" * 13}},
    {"fields": {"name": "a" * 11 + "!"}},
    {"fields": {"name": "a" * 12 + "\n"}},
    {"fields": {"name": ["a" * 12]}},
    {"fields": {"skills": {"x": {"files": None}}}},
    {"fields": nested(140)},
    {"fields": nested(400)},
    {"fields": {str(number): "x" for number in range(10_000)}},
]


@pytest.mark.parametrize("damage", UNREADABLE, ids=lambda damage: str(damage)[:40])
def test_a_marker_that_cannot_be_read_still_says_whose_the_agent_is(damage):
    found = {**to_json(MARKER), **damage}
    marker, why = parse({"agentsync": found}, RULES)
    assert (why, marker.owner, marker.base) == ("", OWNER, None)
    assert 0 < len(marker.damage) < 100
    change = change_of(GIT, with_marker(found))
    assert [item.origin for item in change.fields] == [Origin.UNKNOWN]
    assert change.refusals
    assert change.notes == (f"{marker.damage}: who changed what is unknown",)
    same = change_of({**GIT, "description": "theirs"}, with_marker(found))
    assert (same.action, same.fields, same.refusals) == (Action.UPDATE, (), ())


def test_a_marker_without_its_fields_is_one_without_base():
    found = to_json(MARKER)
    del found["fields"]
    assert parse({"agentsync": found}, RULES)[0].base is None


def test_of_the_rest_of_a_damaged_marker_only_text_of_some_length_is_taken():
    found = {**to_json(MARKER), "commit": 5, "applied_at": None, "revision": "r" * 10**6}
    marker, _ = parse({"agentsync": found}, RULES)
    assert (marker.commit, marker.applied_at, len(marker.revision)) == ("", "", 200)
    assert marker.base == MARKER.base


@LAW
@given(HOSTILE, st.sampled_from([None, *to_json(MARKER)]))
def test_whatever_stands_in_the_marker_there_is_an_answer(found, place):
    """The whole marker, or one part of a good one, is anything at all."""
    put = {**to_json(MARKER), place: found} if place else found
    agent = with_marker(put)
    match = matched(agent)
    change = compare(Definition(address="a", value=GIT), match, RULES)
    assert "/description" in {item.pointer for item in change.fields}
    assert "agentsync" not in agent.value["extras"]
    if match.base is None:
        assert {item.origin for item in change.fields} == {Origin.UNKNOWN}
        assert change.refusals
    unreadable = put is not None and (agent.marker is None or agent.marker.base is None)
    assert bool(match.notes) == unreadable


@pytest.mark.parametrize("raw", [True, False])
def test_a_definition_cannot_declare_or_erase_the_marker(raw):
    """The project's schema refuses the key; should it come all the same, it is not ours."""
    document = {"name": "A", "extras": {"agentsync": {"project": "evil"}, "team": "cx"}}
    value = desired(document, RULES)
    assert value["extras"] == {"team": "cx"}
    definition = Definition(address="a", value=value)
    made = compared(definition, None)
    assert not [item for item in made.fields if "agentsync" in item.pointer]
    agent = with_marker(to_json(MARKER)) if raw else with_marker(None)
    change = change_of(value, agent, show_unmanaged=True)
    told = (*change.fields, *change.unmanaged)
    assert not [item for item in told if "agentsync" in item.pointer]


def test_the_owner_is_read_without_the_rest():
    found = {"project": "p", "target": "", "agent": "a", "fields": 7}
    assert owner_of({"agentsync": found}, RULES) == Owner(project="p", target="", address="a")
    assert owner_of({}, RULES) is None


def test_an_owner_in_words_has_no_hole_where_there_is_no_target():
    assert str(OWNER) == "tests/a"
    assert str(Owner(project="p", target="prod", address="a")) == "p/prod/a"


def test_the_alphabet_of_tokens_survives_any_store():
    assert set(to_json(MARKER)["fields"]["name"]) <= set(
        string.ascii_letters + string.digits + "-_"
    )
