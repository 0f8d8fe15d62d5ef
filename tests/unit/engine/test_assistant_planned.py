"""Plans for assistants: read-only ones, what is created, what is taken over, what revisions say."""

import json
from dataclasses import replace
from typing import Any

import pytest
from amount import EXAMPLES
from assisted import (
    RULES,
    applied,
    assistants,
    canonical,
    filled,
    marked,
    matched,
    planned,
    shown,
    unmarked,
)
from hypothesis import given, settings

from agentsync.canonical import ABSENT, same
from agentsync.engine import revisions
from agentsync.engine.normalise import desired
from agentsync.engine.origins import outline
from agentsync.engine.planner import compare
from agentsync.model import Action, Change, Choices, Definition, Effect, Origin, Plan
from agentsync.model.choices import OnConflict, OnDrift

LAW = settings(max_examples=EXAMPLES // 3)
WHY = "its owner is ann, not bob"


def read_only(value: dict[str, Any], base: dict[str, Any] | None = None) -> Any:
    live = unmarked(value) if base is None else marked(base, value)
    return replace(live, read_only=WHY)


def test_an_agent_that_is_read_only_here_is_refused_for_that_alone() -> None:
    for live in (read_only(canonical()), read_only(canonical(), canonical())):
        change = planned(canonical(description="d"), live)
        assert change.action is Action.UPDATE
        assert change.refusals == (f"it is read-only here: {WHY}",)
        assert change.read_only
    agreed = Choices(adopt=True, take_over=True)
    git = Definition(address="a", value=canonical(description="d"))
    change = compare(git, matched(live, by_name=True), RULES, choices=agreed)
    assert change.refusals == (f"it is read-only here: {WHY}",)


def test_one_that_is_in_sync_or_drifted_is_not_refused() -> None:
    change = planned(canonical(), read_only(canonical()))
    assert (change.action, change.refusals, change.read_only) == (Action.NO_OP, (), True)
    drifted = read_only(canonical(context={"a": 2}), canonical(context={"a": 1}))
    change = planned(canonical(context={"a": 1}), drifted)
    assert (change.action, change.refusals) == (Action.NO_OP, ())
    assert [item.origin for item in change.fields] == [Origin.LIVE]
    change = planned(canonical(context={"a": 1}), drifted, choices=Choices(on_drift=OnDrift.REVERT))
    assert change.refusals == (f"it is read-only here: {WHY}",)
    assert not planned(canonical(), unmarked(canonical())).read_only


def test_what_is_created_is_told_field_by_field() -> None:
    git = canonical(
        context={"model": "m", "deep": {"a": 1, "none": {}}},
        config={"tags": ["x"]},
        metadata={"team": {"name": "x"}, "empty": {}},
        system_prompt="You help.",
    )
    change = planned(git, None)
    assert {item.pointer: item.after for item in change.fields} == {
        "/graph_id": "agent",
        "/name": "A",
        "/system_prompt": "You help.",
        "/context/model": "m",
        "/context/deep": {"a": 1, "none": {}},
        "/config/tags": ["x"],
        "/metadata/team/name": "x",
    }
    assert {item.origin for item in change.fields} == {Origin.GIT}
    assert same(change.desired, git)


def test_an_ignored_setting_is_in_no_plan() -> None:
    git = canonical(context={"model": "git", "ui_color": "red"}, metadata={"team": "git"})
    live = marked(git, canonical(context={"model": "ui", "ui_size": 1}, metadata={"team": "ui"}))
    ignore = ("/context/ui_*", "/metadata")
    change = planned(git, live, ignore=ignore)
    assert [item.pointer for item in change.fields] == ["/context/model"]
    made = planned(git, None, ignore=ignore)
    assert same(made.desired, canonical(context={"model": "git"}))


def test_a_key_that_is_to_go_and_cannot_is_told_by_its_name() -> None:
    whole = canonical(metadata={"gone": {"a": 1, "b": {"c": 2}}, "half": {"a": 1, "b": 2}, "x": 1})
    git = canonical(metadata={"half": {"a": 1}})
    note = "/metadata/{} cannot be removed: null is written, which counts as gone"
    change = planned(git, marked(whole))
    assert change.notes == (note.format("gone"), note.format("x"))
    assert [item.pointer for item in change.fields] == [
        *("/metadata/gone/a", "/metadata/gone/b/c", "/metadata/half/b", "/metadata/x"),
    ]
    # What others keep below the same key stays, and so does the key.
    theirs = {"gone": {"a": 1, "theirs": 1}, "half": {"a": 1}, "y": 5}
    change = planned(git, marked(whole, canonical(metadata=theirs)))
    assert change.notes == ()
    left = applied(change, marked(whole, canonical(metadata=theirs)))
    assert left.value["metadata"] == {"gone": {"theirs": 1}, "half": {"a": 1}, "y": 5}


def test_a_key_that_an_edit_outside_git_keeps_is_not_to_go() -> None:
    live = marked(canonical(metadata={"x": 1}), canonical(metadata={"x": 2}))
    change = planned(canonical(), live)
    (item,) = change.fields
    assert (item.origin, item.effect) == (Origin.BOTH, Effect.REFUSE)
    assert change.notes == ()


def test_what_an_assistant_has_that_was_told_nothing_is_no_difference() -> None:
    assert planned(canonical(), unmarked(shown())).fields == ()
    change = planned(canonical(), unmarked(shown()), show_unmanaged=True)
    assert (change.fields, change.unmanaged) == ((), ())


@LAW
@given(assistants(), assistants())
def test_a_plan_survives_being_saved(one: Any, two: Any) -> None:
    git, live = desired(one, RULES), marked(desired(two, RULES))
    change = planned(git, live)
    assert Change.from_json(json.loads(json.dumps(change.to_json()))) == change
    assert Change.from_json(planned(git, None).to_json()) == planned(git, None)


def test_a_plan_says_where_prompts_go_and_what_is_read_only() -> None:
    change = planned(canonical(description="d"), read_only(canonical()))
    plan = Plan(
        project="p",
        target="t",
        provider="agent-server",
        endpoint="https://a.example",
        tool_version="1",
        prompt="/context/instructions",
        changes=(change,),
    )
    said = json.loads(json.dumps(plan.to_json()))
    assert (said["prompt"], said["changes"][0]["read_only"]) == ("/context/instructions", True)
    assert Plan.from_json(said) == plan


def tree(**document: Any) -> dict[str, Any]:
    return revisions.content(shown(**document), RULES)


def test_a_revision_shows_all_of_an_assistant() -> None:
    assert tree(description="d").keys() == {
        *("graph_id", "name", "description", "config", "context", "metadata"),
    }
    (first, second) = revisions.steps(tree(), tree(name="B", context={"a": {"b": 1}}), RULES)
    assert (first.pointer, first.before, first.after) == ("/context/a", ABSENT, {"b": 1})
    assert (second.pointer, second.before, second.after) == ("/name", "A", "B")
    assert {item.pointer for item in revisions.steps(None, tree(description="d"), RULES)} > {
        *("/name", "/graph_id", "/description"),
    }


@pytest.mark.parametrize(
    ("there", "git", "same_content"),
    [
        ({}, {}, True),
        ({"metadata": {"theirs": 1}, "config": {"tags": []}}, {}, True),
        ({"context": {"theirs": 1}}, {}, False),
        ({"description": "theirs"}, {}, True),
        ({"description": "theirs"}, {"description": ""}, False),
        ({"system_prompt": "theirs"}, {}, True),
        ({"system_prompt": "theirs"}, {"system_prompt": "ours"}, False),
        ({"metadata": {"a": {"b": 1}}}, {"metadata": {"a": {}}}, False),
        ({"name": "B"}, {}, False),
    ],
)
def test_a_revision_is_what_git_says_where_git_says_something(
    there: dict[str, Any], git: dict[str, Any], same_content: bool
) -> None:
    assert revisions.says(tree(**there), canonical(**git), RULES) is same_content
    base = outline(canonical(**git))
    assert revisions.applied(tree(**there), base, RULES) is same_content
    assert revisions.declares(canonical(**git), base, RULES)


def restored(then: dict[str, Any], *declared: dict[str, Any]) -> dict[str, Any]:
    return revisions.restored(tree(**then), RULES, tuple(canonical(**each) for each in declared))


def test_what_of_a_revision_is_gits_comes_back() -> None:
    then = {
        "description": "then",
        "system_prompt": "Then.",
        "context": {"a": 1, "b": {"c": 2}},
        "config": {"tags": ["then"], "recursion_limit": 5},
        "metadata": {"team": "then", "owner": "ann", "deep": {"a": 1, "b": 2}},
    }
    bare = {"graph_id": "agent", "name": "A", "context": then["context"]}
    assert same(restored(then, {}), bare)
    said = {"description": "now", "config": {"tags": []}, "metadata": {"deep": {"a": 5}}}
    assert same(
        restored(then, said),
        {
            **bare,
            "description": "then",
            "config": {"tags": ["then"]},
            "metadata": {"deep": {"a": 1, "b": 2}},
        },
    )
    assert restored(then, {}, {"system_prompt": "now"})["system_prompt"] == "Then."
    assert restored(then, said, {"metadata": {"team": "x"}})["metadata"] == {
        "team": "then",
        "deep": {"a": 1, "b": 2},
    }
    empty = restored({}, {"config": {"tags": []}, "metadata": {}, "description": "now"})
    assert same(empty, {**canonical(), "description": "", "metadata": {}, "config": {}})


@LAW
@given(assistants(), assistants(), assistants())
def test_going_back_leaves_what_is_others(then: Any, git: Any, now: Any) -> None:
    past, said = filled(desired(then, RULES)), desired(git, RULES)
    theirs = {"metadata": {"their own": 1}, "config": {"their own": 1}}
    live = marked(said, {**desired(now, RULES), **theirs})
    back = revisions.restored(past, RULES, (said,))
    agreed = Choices(on_drift=OnDrift.REVERT, on_conflict=OnConflict.GIT, adopt=True)
    change = planned(back, live, choices=agreed)
    left = applied(change, live) if change.action is not Action.NO_OP else live
    for field in theirs:
        assert left.value[field]["their own"] == 1
    assert same(left.value["context"], past["context"])
    for field in ("config", "metadata"):
        for key in said.get(field, {}):
            assert same(left.value[field].get(key, ABSENT), past[field].get(key, ABSENT))
