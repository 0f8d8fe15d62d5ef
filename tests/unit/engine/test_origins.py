"""Who made a field differ, against an oracle that still has what was applied."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest
from generated import JSON
from histories import IN_FULL, filled, histories
from hypothesis import given
from hypothesis import strategies as st
from matched import LAW, applied, change_of, marked

from agentsync.canonical import ABSENT, canonical_json, join, leaves, matching, resolve, same, split
from agentsync.engine.normalise import normalise
from agentsync.engine.origins import base_token, put, token
from agentsync.model import (
    Action,
    Choices,
    Effect,
    OnConflict,
    OnDrift,
    Origin,
)
from agentsync.providers.managed import RULES

SANDBOX = "/backend/sandbox_config"
DECIDED = Choices(on_drift=OnDrift.KEEP, on_conflict=OnConflict.LIVE, adopt=True)


def oracle(pointer, *sides):
    """Who changed it; a sandbox that goes because of its type is one decision with the type."""
    _, git, _, now = sides
    live, wanted = (resolve(side, "/backend/type", "sandbox") for side in (now, git))
    if not covered(pointer, ["/backend/type", SANDBOX]) or live != "sandbox" or wanted == live:
        return one_by_one(pointer, *sides)
    who = one_by_one("/backend/type", *sides)
    # Of a sandbox that is not there any more nothing is lost.
    inside = (at for _, item in matching(now, SANDBOX) for at, _ in leaves(item, SANDBOX))
    edited = {one_by_one(at, *sides) for at in inside} & {Origin.LIVE, Origin.BOTH}
    return Origin.BOTH if edited and who is Origin.GIT else who


def one_by_one(pointer, base, git, then, now):
    """Who changed it: plain comparisons of the values of both sides then and now."""
    owned = split(pointer)[0] in IN_FULL or resolve(base, pointer, ABSENT) is not ABSENT
    entry = join(split(pointer)[:2])
    if not owned and not (entry.startswith("/extras/") and resolve(base, entry, None) is not None):
        here = resolve(now, pointer, ABSENT)
        unset = here is ABSENT or here in ([], {}) or same(here, resolve(filled({}), pointer))
        return Origin.GIT if unset else Origin.UNKNOWN
    by_git = not same_or_absent(resolve(base, pointer, ABSENT), resolve(git, pointer, ABSENT))
    by_others = not same_or_absent(resolve(then, pointer, ABSENT), resolve(now, pointer, ABSENT))
    return {
        (True, False): Origin.GIT,
        (False, True): Origin.LIVE,
        (True, True): Origin.BOTH,
    }.get((by_git, by_others), Origin.UNKNOWN)


def same_or_absent(left, right):
    return left is right if ABSENT in (left, right) else same(left, right)


def covered(pointer, pointers):
    return any(pointer == item or pointer.startswith(item + "/") for item in pointers)


@LAW
@given(histories())
def test_origins_are_what_one_who_knows_the_base_would_say(history):
    base, git, then, now = history
    told = {item.pointer: item.origin for item in change_of(git, marked(base, now)).fields}
    assert told == {pointer: oracle(pointer, base, git, then, now) for pointer in told}


@LAW
@given(histories())
def test_every_differing_field_that_is_gits_or_was_is_told_and_no_other(history):
    base, git, _, now = history
    pointers = [item.pointer for item in change_of(git, marked(base, now)).fields]
    for pointer, wanted in leaves(git):
        here = resolve(now, pointer, ABSENT)
        if wanted != {} and not same_or_absent(here, wanted):
            assert covered(pointer, pointers), pointer
        elif here is not ABSENT:
            assert pointer not in pointers
    for pointer, here in leaves(now):
        if resolve(git, pointer, ABSENT) is not ABSENT:
            continue
        fully = split(pointer)[0] in IN_FULL and here != {}
        again = split(pointer)[0] in ("extras", "files") and here not in ([], {})
        if fully or (again and resolve(base, pointer, ABSENT) is not ABSENT):
            assert covered(pointer, pointers), pointer
        elif resolve(base, pointer, ABSENT) is ABSENT and split(pointer)[0] in ("files", "runtime"):
            assert not covered(pointer, pointers), pointer


@LAW
@given(histories())
def test_what_apply_does_leaves_only_what_it_was_told_to_keep(history):
    base, git, _, now = history
    live = marked(base, now)
    change = change_of(git, live, choices=DECIDED)
    if change.desired is None:
        return
    again = change_of(git, applied(change, live), choices=DECIDED)
    kept = {item.pointer: item.origin for item in change.fields if item.effect is Effect.KEEP}
    assert {item.pointer: item.origin for item in again.fields} == kept
    assert again.action is Action.NO_OP


@LAW
@given(histories())
def test_when_git_wins_everywhere_the_next_plan_is_empty(history):
    base, git, _, now = history
    wins = Choices(on_drift=OnDrift.REVERT, on_conflict=OnConflict.GIT, adopt=True)
    same_there = marked(base, filled(git))
    assert change_of(git, same_there, choices=wins).fields == ()
    for live in (same_there, marked(base, now), replace(same_there, value=now, marker=None)):
        change = change_of(git, live, choices=wins)
        assert all(item.effect is Effect.APPLY for item in change.fields)
        after = applied(change, live) if change.desired else live
        again = change_of(git, after, choices=wins)
        assert (again.action, again.fields) == (Action.NO_OP, ())


TOOL = {"https://t.example::t": {}}
EMPTY_TOOLS = {"tools": {}, "interrupt_config": {}}
CRITIC = {"instructions": "c", "files": {}, "tools": EMPTY_TOOLS}
NOTES = {**CRITIC, "files": {"memories/a.md": "its own"}}

# What was applied, what git says now, what is live now: the pointer and who made it differ.
CASES = [
    ({"description": "a"}, {"description": "b"}, {"description": "a"}, "/description", "git"),
    ({"description": "a"}, {"description": "a"}, {"description": "b"}, "/description", "live"),
    ({"description": "a"}, {"description": "b"}, {"description": "c"}, "/description", "both"),
    ({}, {"description": "b"}, {"description": ""}, "/description", "git"),
    ({}, {"description": "b"}, {"description": "theirs"}, "/description", "unknown"),
    ({"description": "a"}, {}, {"description": "a"}, "/description", "git"),
    ({"description": "a"}, {}, {"description": "b"}, "/description", "both"),
    ({"skills": {}}, {"skills": {}}, {"skills": {"x": {"files": {}}}}, "/skills/x", "live"),
    (
        {"skills": {"x": {"instructions": "a"}}},
        {"skills": {}},
        {"skills": {"x": {"instructions": "b"}}},
        "/skills/x",
        "both",
    ),
    # What git never owned may have come since: the subagent is still as it was applied.
    (
        {"subagents": {"n": CRITIC}},
        {"subagents": {}},
        {"subagents": {"n": NOTES}},
        "/subagents/n",
        "git",
    ),
    (
        {"subagents": {"n": CRITIC}},
        {"subagents": {}},
        {"subagents": {"n": {**CRITIC, "tools": {**EMPTY_TOOLS, "tools": TOOL}}}},
        "/subagents/n",
        "both",
    ),
    (
        {"subagents": {"n": CRITIC}},
        {"subagents": {"n": CRITIC}},
        {"subagents": {}},
        "/subagents/n",
        "live",
    ),
    (
        {"extras": {"k": {"a": 1}}},
        {"extras": {}},
        {"extras": {"k": {"a": 2}}},
        "/extras/k/a",
        "both",
    ),
    (
        {"extras": {"k": {}}},
        {"extras": {"k": {"a": 1}}},
        {"extras": {"k": {}}},
        "/extras/k/a",
        "git",
    ),
    (
        {"extras": {"k": {}}},
        {"extras": {"k": {}}},
        {"extras": {"k": {"a": 1}}},
        "/extras/k/a",
        "live",
    ),
    ({"extras": {"k": 1}}, {"extras": {"k": 1}}, {"extras": {"k": True}}, "/extras/k", "live"),
    ({"extras": {"k": 0}}, {"extras": {"k": False}}, {"extras": {"k": 0}}, "/extras/k", "git"),
    (
        {"files": {"a": {"content": "1"}}},
        {"files": {}},
        {"files": {"a": {"content": "1"}}},
        "/files/a/content",
        "git",
    ),
    (
        {"permissions": {"identity": "shared"}},
        {},
        {"permissions": {"identity": "shared"}},
        "/permissions/identity",
        "git",
    ),
]


@pytest.mark.parametrize(("base", "git", "now", "pointer", "who"), CASES)
def test_who_made_a_field_differ(base, git, now, pointer, who):
    live = marked(normalise(base, RULES), filled(now))
    fields = change_of(normalise(git, RULES), live).fields
    assert [(item.pointer, item.origin.value) for item in fields] == [(pointer, who)]
    assert fields[0].base == base_token(live.marker.base, pointer)


def test_who_made_it_differ_is_unknown_without_a_readable_marker():
    live = marked(normalise({"description": "a"}, RULES), filled({"description": "b"}))
    git = normalise({"description": "a"}, RULES)
    blind = replace(live.marker, base=None, damage="its marker is damaged")
    for marker in (None, blind):
        change = change_of(git, replace(live, marker=marker))
        assert [(item.origin, item.base) for item in change.fields] == [(Origin.UNKNOWN, None)]
        assert change.refusals
    assert change.notes == ("its marker is damaged: who changed what is unknown",)


def test_a_kept_edit_stays_an_edit_and_is_no_change_of_git():
    base, git = ({"description": "a", "extras": {"n": number}} for number in (1, 2))
    live = marked(normalise(base, RULES), filled({**base, "description": "theirs"}))
    change = change_of(normalise(git, RULES), live)
    assert [(item.pointer, item.effect) for item in change.fields] == [
        ("/description", Effect.KEEP),
        ("/extras/n", Effect.APPLY),
    ]
    after = applied(change, live)
    assert after.value["description"] == "theirs"
    assert after.marker.base["description"] == token("a")
    again = change_of(normalise(git, RULES), after)
    assert [(item.pointer, item.origin) for item in again.fields] == [("/description", Origin.LIVE)]
    assert again.action is Action.NO_OP


@given(JSON)
def test_a_token_is_short_text_that_says_only_whether_values_are_the_same(value):
    assert re.fullmatch(r"[A-Za-z0-9_-]{12}", token(value))
    assert token(value) == token(json.loads(json.dumps(value)))
    assert token([value]) != token(value)


@given(JSON | st.text())
def test_a_token_is_made_the_same_way_in_every_version(value):
    """Markers outlive the agentsync that wrote them."""
    text = f'"{value}' if isinstance(value, str) else canonical_json(value)
    whole = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    assert base64.urlsafe_b64decode(token(value)) == whole[:9]


def test_a_token_tells_values_that_look_alike_apart():
    alike = [1, True, "1", [1], 0, False, None, "", [], ["a", "b"], ["b", "a"], {"a": 1}]
    assert len({token(value) for value in alike}) == len(alike)
    assert token(1) == token(1.0)


def test_putting_into_a_tree_copies_only_what_it_touches():
    tree = {"a": {"b/c": {"d": 1}}, "e": {"f": 2}}
    assert put(tree, "/a/b~1c/d", 3) == {"a": {"b/c": {"d": 3}}, "e": {"f": 2}}
    assert put(tree, "/a/x/y", 3)["a"] == {"b/c": {"d": 1}, "x": {"y": 3}}
    assert put(tree, "/a/b~1c/d", ABSENT) == {"a": {"b/c": {}}, "e": {"f": 2}}
    assert put(tree, "/g/h", ABSENT) == tree
    assert put(tree, "/a/b~1c", 3)["e"] is tree["e"]
    assert tree == {"a": {"b/c": {"d": 1}}, "e": {"f": 2}}
