"""The states an apply moves an agent through, as laws over generated histories."""

from dataclasses import replace

import pytest
from histories import filled, histories
from hypothesis import given
from matched import LAW, OWNER, applied, change_of, marked

from agentsync.canonical import ABSENT, leaves, resolve, same
from agentsync.engine.diff import in_sync
from agentsync.engine.normalise import normalise
from agentsync.engine.origins import outline, put
from agentsync.engine.state import fingerprint, intended, missed, next_marker, verified
from agentsync.model import (
    Choices,
    Effect,
    FieldChange,
    LiveAgent,
    Marker,
    OnConflict,
    OnDrift,
    Owner,
)
from agentsync.providers.managed import RULES

WINS = Choices(on_drift=OnDrift.REVERT, on_conflict=OnConflict.GIT, adopt=True)
PICKED = Choices(on_drift=OnDrift.KEEP, on_conflict=OnConflict.LIVE, adopt=True)


def below(pointer, others):
    return any(pointer == item or pointer.startswith(item + "/") for item in others)


def taken_back(item, git):
    """Whether git gives the field up altogether: then its absence is not git's any more."""
    return item.after is ABSENT and not RULES.removes(item.pointer, git)


@LAW
@given(histories())
def test_only_the_fields_move_and_everything_else_stays(history):
    base, git, _, now = history
    live = marked(base, now)
    for choices in (WINS, PICKED):
        change = change_of(git, live, choices=choices)
        wanted = intended(now, change.to_apply, git)
        moved = [item.pointer for item in change.to_apply]
        for pointer, value in leaves(now):
            if not below(pointer, moved) and value != {}:
                assert same(resolve(wanted, pointer, ABSENT), value), pointer
        for pointer, value in leaves(wanted):
            if not below(pointer, moved) and value != {}:
                assert same(resolve(now, pointer, ABSENT), value), pointer
        for item in change.to_apply:
            there = resolve(wanted, item.pointer, ABSENT)
            assert there is item.after or same(there, item.after), item.pointer


@LAW
@given(histories())
def test_what_is_intended_is_in_sync_when_git_wins(history):
    base, git, _, now = history
    change = change_of(git, marked(base, now), choices=WINS)
    wanted = intended(now, change.fields, git)
    assert in_sync(wanted, git, RULES)
    assert missed(wanted, wanted, git, RULES) == []
    to_do = [item for item in change.fields if not taken_back(item, git)]
    assert (missed(now, wanted, git, RULES) == []) == (not to_do)


@LAW
@given(histories())
def test_what_was_not_written_is_missed(history):
    """But for what git takes back: it is not git's any more, and whoever applies asks for it."""
    base, git, _, now = history
    change = change_of(git, marked(base, now), choices=WINS)
    for left_out in change.fields[:4]:
        if taken_back(left_out, git):
            continue
        rest = [item for item in change.fields if item is not left_out]
        half = intended(now, rest, git)
        found = missed(half, intended(now, change.fields, git), git, RULES)
        assert below(left_out.pointer, found) or below(found[0], [left_out.pointer])


FIELD = FieldChange(pointer="/skills/a/files/x", before="x", after=ABSENT)


@pytest.mark.parametrize(
    ("live", "pointers", "desired", "wanted"),
    [
        ({"a": {"b": {"c": 1}}}, ["/a/b/c"], {}, {"a": {}}),
        ({"a": {"b": {"c": 1}}}, ["/a/b/c"], {"a": {"b": {}}}, {"a": {"b": {}}}),
        ({"a": {"b": {"c": 1, "d": 2}}}, ["/a/b/c"], {}, {"a": {"b": {"d": 2}}}),
        ({"a": {"b": {"c": 1, "d": 2}}}, ["/a/b/c", "/a/b/d"], {}, {"a": {}}),
        ({"a": 1}, ["/a"], {}, {}),
    ],
)
def test_a_map_that_a_removal_empties_goes_unless_git_has_it(live, pointers, desired, wanted):
    fields = [replace(FIELD, pointer=pointer) for pointer in pointers]
    before = repr(live)
    assert intended(live, fields, desired) == wanted
    assert repr(live) == before


# The fingerprint: what makes a plan stale, and what does not.

GIT = normalise(
    {
        "name": "A",
        "description": "d",
        "system_prompt": "p",
        "extras": {"team": {"lead": "x"}},
        "tools": {"tools": {"https://t.example::t": {}}},
        "skills": {"pdf": {"instructions": "i"}, "style": {"repo_handle": "s"}},
        "subagents": {"critic": {"instructions": "c"}},
        "files": {"guide.md": {"content": "g"}},
    },
    RULES,
)
LIVE = replace(
    marked(GIT, filled({**GIT, "extras": {"team": {"lead": "x"}, "ui": {"colour": "red"}}})),
    hidden=frozenset({"/skills/pdf/front_matter"}),
)


def printed(live, ignore=("/extras/ui",)):
    return fingerprint(live, GIT, RULES, ignore)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/files/memories~1a.md", {"content": "new"}),
        ("/files/memories~1a.md/content", "new"),
        ("/extras/ui/colour", "blue"),
        ("/extras/ui", ABSENT),
        ("/skills/style/commit_id", "c1"),
        ("/skills/pdf/front_matter", {"license": "MIT"}),
        ("/subagents/critic/files/memories~1a.md", "what it wrote itself"),
        ("/subagents/critic/files/notes.md", "what it wrote itself"),
    ],
)
def test_what_is_none_of_an_applys_business_makes_no_plan_stale(pointer, value):
    moved = replace(LIVE, value=put(LIVE.value, pointer, value), revision="r9", updated_at="now")
    assert printed(moved) == printed(LIVE)


@pytest.mark.parametrize("pointer", [pointer for pointer, _ in leaves(LIVE.value)])
def test_every_other_leaf_makes_it_stale(pointer):
    if below(pointer, ["/extras/ui"]):
        return
    for value in ("other", ABSENT):
        moved = replace(LIVE, value=put(LIVE.value, pointer, value))
        assert printed(moved) != printed(LIVE)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/files/guide.md/content", "edited"),
        ("/extras/new", 1),
        ("/backend/type", "sandbox"),
        ("/subagents/other", {"instructions": "o"}),
        ("/subagents/critic/files/skills~1x~1SKILL.md", "s"),
        ("/tools/budget", 3),
        ("/memory", {"kind": "new"}),
    ],
)
def test_what_a_write_would_replace_makes_it_stale(pointer, value):
    assert printed(replace(LIVE, value=put(LIVE.value, pointer, value))) != printed(LIVE)


def test_a_file_that_was_applied_once_is_watched_though_git_has_it_no_more():
    without = {**GIT, "files": {}}
    moved = replace(LIVE, value=put(LIVE.value, "/files/guide.md/content", "edited"))
    assert fingerprint(moved, without, RULES) != fingerprint(LIVE, without, RULES)
    bare = replace(LIVE, marker=None)
    moved = replace(moved, marker=None)
    assert fingerprint(moved, without, RULES) == fingerprint(bare, without, RULES)


def test_all_files_of_a_subagent_that_is_to_go_are_watched():
    without = {**GIT, "subagents": {}}
    moved = replace(LIVE, value=put(LIVE.value, "/subagents/critic/files/memories~1a.md", "new"))
    assert fingerprint(moved, without, RULES) != fingerprint(LIVE, without, RULES)
    assert fingerprint(moved, None, RULES) == fingerprint(LIVE, None, RULES)


def test_a_skill_whose_name_is_files_is_watched():
    live = replace(LIVE, value=put(LIVE.value, "/skills/files", {"instructions": "i"}))
    moved = replace(live, value=put(live.value, "/skills/files/instructions", "new"))
    assert printed(moved) != printed(live)


def test_a_hidden_part_of_a_skill_of_any_name_hides_no_other():
    live = replace(LIVE, hidden=frozenset({"/skills/*/front_matter"}))
    moved = replace(live, value=put(live.value, "/skills/pdf/front_matter", {"license": "MIT"}))
    assert printed(moved) != printed(live)


def test_the_marker_is_watched_but_not_when_it_was_written():
    marker = LIVE.marker
    others = [
        None,
        replace(marker, owner=Owner(project="other", target="", address="a")),
        replace(marker, owner=replace(marker.owner, target="prod")),
        replace(marker, owner=replace(marker.owner, address="b")),
        replace(marker, base=None, damage="damaged"),
        replace(marker, base=put(marker.base, "/description", "a" * 12)),
    ]
    prints = [printed(replace(LIVE, marker=other)) for other in others]
    assert len({printed(LIVE), *prints}) == len(prints) + 1
    damaged = replace(LIVE, marker=None, marker_damage="it is no map")
    assert printed(damaged) not in {printed(LIVE), *prints}


# The marker that an apply leaves.


def test_the_next_marker_says_what_was_applied_and_before_which_revision():
    change = change_of(GIT, LIVE)
    made = next_marker(
        replace(change, desired=GIT), LIVE, OWNER, commit="c", at="2026-01-01T00:00:00Z"
    )
    assert made == Marker(
        owner=OWNER,
        commit="c",
        applied_at="2026-01-01T00:00:00Z",
        revision="r2",
        base=outline(GIT),
    )
    created = next_marker(replace(change, desired=GIT), None, OWNER, commit="", at="x")
    assert (created.revision, created.base) == ("", outline(GIT))


def kept(live, pointer="/description"):
    """The base that is left at a place whose edit was kept."""
    field = FieldChange(pointer=pointer, before="b", after="d", effect=Effect.KEEP)
    change = replace(change_of(GIT, LIVE), desired=GIT, fields=(field,))
    made = next_marker(change, live, OWNER, commit="", at="")
    return resolve(made.base, pointer, ABSENT)


def test_what_was_kept_keeps_the_base_that_it_had():
    base = put(LIVE.marker.base, "/description", "o" * 12)
    before = replace(LIVE, marker=replace(LIVE.marker, base=base))
    assert kept(before) == "o" * 12
    assert kept(replace(LIVE, marker=replace(LIVE.marker, base=None))) is ABSENT
    assert kept(replace(LIVE, marker=None)) is ABSENT
    assert kept(None) is ABSENT
    moved = replace(before.marker, owner=replace(OWNER, address="old-folder"))
    assert kept(replace(before, marker=moved)) == "o" * 12
    for other in (replace(OWNER, project="other"), replace(OWNER, target="prod")):
        theirs = replace(before.marker, owner=other)
        assert kept(replace(before, marker=theirs)) is ABSENT


@LAW
@given(histories())
def test_a_kept_edit_is_never_the_base(history):
    base, git, _, now = history
    live = marked(base, now)
    change = change_of(git, live, choices=PICKED)
    if change.desired is None:
        return
    after = applied(change, live).marker.base
    for item in change.kept:
        old = resolve(live.marker.base, item.pointer, ABSENT)
        assert resolve(after, item.pointer, ABSENT) == old
    rest = [item.pointer for item in change.kept]
    for pointer, leaf in leaves(git):
        if leaf != {} and not below(pointer, rest) and not any(below(p, [pointer]) for p in rest):
            assert resolve(after, pointer, ABSENT) == outline(leaf)


# What a read after the write has to show.


def test_what_the_server_fills_in_is_not_missed_and_what_git_owns_is():
    wanted = {"backend": {"type": "sandbox"}, "skills": {}}
    filled_in = {"backend": {"type": "sandbox", "sandbox_config": {"scope": "agent"}}, "skills": {}}
    assert missed(filled_in, wanted, wanted, RULES) == []
    more = put(filled_in, "/skills/x", {"instructions": "i"})
    assert missed(more, wanted, wanted, RULES) == ["/skills/x"]
    other = put(filled_in, "/backend/type", "state")
    assert missed(other, wanted, wanted, RULES) == ["/backend/type"]
    assert missed(other, wanted, wanted, RULES, ["/backend/*"]) == []
    link = {"skills": {"s": {"repo_handle": "s", "commit_id": "c1"}}}
    resolved = put(link, "/skills/s/commit_id", "c2")
    assert missed(resolved, link, link, RULES) == []


@pytest.mark.parametrize("value", [{}, {"a": {}}, {"a": [1, 2], "b": {"c": None, "d": {}}}, GIT])
def test_every_leaf_is_counted_once(value):
    assert verified(value) == len(list(leaves(value)))


def test_an_agent_is_not_changed_by_being_looked_at():
    before = repr(LIVE)
    printed(LIVE)
    applied(change_of({**GIT, "description": "other"}, LIVE), LIVE)
    assert repr(LIVE) == before
    assert isinstance(LIVE, LiveAgent)
