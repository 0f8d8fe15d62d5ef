"""Laws of assistants: what differs, who made it so, and what an apply leaves."""

import random
from typing import Any

from amount import EXAMPLES
from assisted import applied, assistants, canonical, filled, marked, planned, unmarked
from histories import mixed, varied
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agentsync.canonical import ABSENT, join, leaves, resolve, same, split
from agentsync.engine.diff import differences, in_sync
from agentsync.engine.normalise import desired, normalise
from agentsync.engine.origins import put
from agentsync.engine.sides import Sides
from agentsync.model import Action, Choices, Effect, OnConflict, OnDrift, Origin
from agentsync.providers.assistants.rules import RULES

LAW = settings(max_examples=EXAMPLES // 3)
SEED = st.integers(1, 2**32)
OVERWRITE = Choices(on_drift=OnDrift.REVERT, on_conflict=OnConflict.GIT, adopt=True)
FORMS = assistants().map(lambda document: desired(document, RULES))


def places(value: Any) -> list[str]:
    """Pointers of the leaves of a canonical form that may hold a text."""
    found = [pointer for pointer, item in leaves(value) if item != {} or len(split(pointer)) > 1]
    return [pointer for pointer in found if pointer not in ("/graph_id", "/name")]


def chosen(value: Any, seed: int) -> str:
    found = places(value)
    assume(found)
    return random.Random(seed).choice(found)


def covered(pointer: str, fields: Any) -> bool:
    """Whether every field is what stands at the pointer, or above or below it."""
    paths = [(split(item.pointer), split(pointer)) for item in fields]
    return all(here[: len(there)] == there or there[: len(here)] == here for here, there in paths)


@LAW
@given(assistants())
def test_the_canonical_form_of_a_canonical_form_is_itself(document: Any) -> None:
    value = normalise(document, RULES)
    assert same(normalise(value, RULES), value)
    assert same(normalise(filled(value), RULES), filled(value))
    assert "context" in value
    assert ("system_prompt" in value) == ("system_prompt" in document)


@LAW
@given(FORMS)
def test_an_agent_that_was_just_created_does_not_differ(value: Any) -> None:
    made = applied(planned(value, None), None)
    change = planned(value, made)
    assert (change.action, change.fields, change.notes) == (Action.NO_OP, (), ())
    assert planned(value, unmarked(value)).action is Action.NO_OP


@LAW
@given(FORMS, SEED)
def test_an_edit_outside_git_is_live(value: Any, seed: int) -> None:
    at = chosen(value, seed)
    change = planned(value, marked(value, put(value, at, "edited")))
    assert {item.origin for item in change.fields} == {Origin.LIVE}
    assert covered(at, change.fields)
    assert change.action is Action.NO_OP


@LAW
@given(FORMS, SEED)
def test_an_edit_in_git_is_gits(value: Any, seed: int) -> None:
    at = chosen(value, seed)
    change = planned(put(value, at, "edited"), marked(value))
    assert {item.origin for item in change.fields} == {Origin.GIT}
    assert covered(at, change.fields)
    assert change.action is Action.UPDATE
    assert change.notes == ()


@LAW
@given(FORMS, SEED)
def test_two_edits_of_one_place_are_a_conflict_unless_they_agree(value: Any, seed: int) -> None:
    at = chosen(value, seed)
    here, there = put(value, at, "ours"), put(value, at, "theirs")
    change = planned(here, marked(value, there))
    assert {(item.origin, item.pointer) for item in change.fields} == {(Origin.BOTH, at)}
    assert change.fields[0].effect is Effect.REFUSE
    assert planned(here, marked(value, here)).fields == ()


@LAW
@given(FORMS, SEED)
def test_what_git_no_longer_declares_is_taken_back(value: Any, seed: int) -> None:
    at = chosen(value, seed)
    assume(not same(resolve(value, at), resolve(RULES.defaults, at, ABSENT)))
    # A setting of the server that holds nothing is as good as none.
    assume(at.startswith("/context/") or resolve(value, at) not in ({}, []))
    git, live = put(value, at, ABSENT), marked(value)
    change = planned(git, live)
    assert {item.pointer: item.after for item in change.fields} == {
        at: "" if at == "/description" else ABSENT
    }
    assert [item.origin for item in change.fields] == [Origin.GIT]
    left = applied(change, live)
    assert planned(git, left).fields == ()
    gone = at if at == "/description" else join(split(at)[:2])
    lost = at.startswith("/metadata/") and resolve(left.value, gone, ABSENT) is ABSENT
    assert [gone in note and "null" in note for note in change.notes] == [True] * lost


@LAW
@given(FORMS, SEED, st.sampled_from(["context", "config", "metadata"]))
def test_what_others_add_is_removed_from_the_context_and_left_elsewhere(
    value: Any, seed: int, field: str
) -> None:
    change = planned(value, marked(value, put(value, f"/{field}/theirs", {"deep": 1})))
    if field == "context":
        (removed,) = change.fields
        assert (removed.pointer, removed.after) == ("/context/theirs", ABSENT)
        assert removed.origin is Origin.LIVE
    else:
        assert change.fields == ()
        git = put(value, "/description", f"{seed}")
        for told in (True, False):
            more = planned(
                git, marked(value, put(value, f"/{field}/theirs", 1)), show_unmanaged=told
            )
            assert [item.pointer for item in more.fields] == ["/description"]
            assert [item.pointer for item in more.unmanaged] == [f"/{field}/theirs"] * told


@LAW
@given(FORMS, FORMS, SEED)
def test_whatever_happened_one_apply_is_enough(one: Any, two: Any, seed: int) -> None:
    chance = random.Random(seed)
    trees = [one, *(varied(one, chance, mark) for mark in "xy"), two]
    base, git, now = (shaped(mixed(trees, chance)) for _ in range(3))
    live = marked(base, now)
    change = planned(git, live, choices=OVERWRITE)
    assert all(item.effect is Effect.APPLY for item in change.fields)
    left = live if change.action is Action.NO_OP else applied(change, live)
    again = planned(git, left)
    assert (again.action, again.fields) == (Action.NO_OP, ())
    # Nothing but what the fields say has changed.
    for item in differences(live.value, left.value, RULES):
        assert any(covered(item.pointer, [field]) for field in change.fields)


@LAW
@given(FORMS, FORMS)
def test_the_cheap_question_and_the_dear_one_agree(one: Any, two: Any) -> None:
    live = unmarked(two)
    goes = Sides(live, one, None, RULES).removes
    cheap = in_sync(live.value, one, RULES, frozenset[str]().__contains__, goes)
    assert cheap == (not planned(one, live, show_unmanaged=True).fields)


def shaped(value: Any) -> Any:
    """The parts as an assistant that the API could have."""
    return normalise({"graph_id": "agent", "name": "A", **value}, RULES)


def test_the_context_is_owned_in_full_and_the_rest_as_declared() -> None:
    live = marked(
        canonical(),
        canonical(context={"a": {"b": 1}}, config={"tags": ["x"]}, metadata={"team": "x"}),
    )
    assert [item.pointer for item in planned(canonical(), live).fields] == ["/context/a"]


def test_below_an_entry_that_git_declares_all_is_gits() -> None:
    for field in ("config", "metadata"):
        value = canonical(**{field: {"team": {"a": 1}}})
        live = marked(value, canonical(**{field: {"team": {"a": 1, "b": 2}}}))
        (item,) = planned(value, live).fields
        assert (item.pointer, item.after, item.origin) == (f"/{field}/team/b", ABSENT, Origin.LIVE)


def test_a_copy_of_the_context_that_went_astray_is_removed() -> None:
    live = marked(canonical(), canonical(config={"configurable": {"old": 1}}))
    (item,) = planned(canonical(), live).fields
    assert (item.pointer, item.after) == ("/config/configurable", ABSENT)


def test_kinds_of_values_are_told_apart() -> None:
    for one, other in ((1, True), (0, False), (None, ""), ([], {}), ([1], [1, 2]), ("1", 1)):
        live = marked(canonical(context={"k": one}), canonical(context={"k": other}))
        (item,) = planned(canonical(context={"k": one}), live).fields
        assert (item.before, item.after) == (other, one)
    same_number = marked(canonical(context={"k": 1}), canonical(context={"k": 1.0}))
    assert planned(canonical(context={"k": 1}), same_number).fields == ()


def test_metadata_that_is_null_is_not_there() -> None:
    value = canonical(metadata={"gone": None, "kept": {"deep": None}, "agentsync": {"v": 1}})
    assert value["metadata"] == {"kept": {"deep": None}}
    live = marked(canonical(metadata={"gone": "x"}), canonical(metadata={"gone": None}))
    assert planned(canonical(metadata={}), live).fields == ()
