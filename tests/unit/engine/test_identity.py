"""Which live agent a definition means: every way to find one, and every way to be refused one."""

import pytest
from histories import filled
from matched import change_of, marked, matched

from agentsync.canonical import ABSENT
from agentsync.engine.identity import Claim, Listed
from agentsync.engine.normalise import normalise
from agentsync.engine.planner import compare
from agentsync.errors import IdentityError
from agentsync.model import (
    Action,
    AgentSummary,
    Choices,
    Definition,
    Effect,
    LiveAgent,
    Marker,
    Origin,
    Owner,
)
from agentsync.providers.managed import RULES

GIT = normalise({"name": "A", "description": "ours"}, RULES)
THEIRS = filled({**GIT, "description": "theirs"})


def owner(address="a", project="tests", target=""):
    return Owner(project=project, target=target, address=address)


def agent(agent_id, name="A", whose=None, **more):
    return AgentSummary(agent_id=agent_id, name=name, owner=whose, **more)


def listed(*agents, addresses=("a", "b")):
    return Listed(agents, project="tests", target="", addresses=addresses)


# Finding it in the list.


def test_our_marker_finds_the_agent_whatever_it_is_called():
    found = listed(agent("other"), agent("ours", "renamed in the UI", owner()))
    assert found.find("a", "A") == ("ours", False)


def test_a_renamed_folder_finds_its_agent_by_the_marker_of_the_old_one_and_the_name():
    found = listed(agent("ours", "A", owner("old")), addresses=("a", "b"))
    assert found.find("a", "A") == ("ours", False)
    assert found.find("b", "B") is None


def test_the_agent_of_a_definition_that_is_still_there_is_nobody_elses():
    """A copied folder: the name is the same, the marker is the first one's."""
    found = listed(agent("first", "A", owner("b")), addresses=("a", "b"))
    assert found.find("a", "A") is None


def test_a_moved_folders_agent_goes_before_one_that_was_never_applied():
    found = listed(agent("stranger"), agent("ours", "A", owner("old")))
    assert found.find("a", "A") == ("ours", False)


def test_the_one_agent_of_this_name_without_a_marker_is_only_a_candidate():
    found = listed(agent("stranger"), agent("other", "B"))
    assert found.find("a", "A") == ("stranger", True)


def test_nothing_fits():
    assert listed(agent("x", "AA"), agent("y", "a")).find("a", "A") is None
    assert listed().find("a", "A") is None


@pytest.mark.parametrize(
    "whose",
    [owner(target="prod"), owner("b", project="other"), owner(project="other", target="prod")],
)
def test_what_carries_a_foreign_marker_is_no_candidate(whose):
    found = listed(agent("theirs", "A", whose))
    assert found.find("a", "A") is None
    assert found.namesakes("A") == (f"agent theirs of this name belongs to {whose}",)
    assert found.orphans(()) == []
    assert found.unmanaged == []


def test_an_agent_that_only_the_projects_name_keeps_apart_is_found_to_be_refused():
    renamed = agent("theirs", "A", owner(project="other"))
    assert listed(renamed).find("a", "A") == ("theirs", True)
    assert listed(renamed).find("a", "B") is None
    assert listed(renamed, agent("free", "A")).find("a", "A") == ("free", True)
    third = agent("third", "A", owner(project="third"))
    assert listed(renamed, third).find("a", "A") is None


def test_a_strangers_agent_that_this_key_cannot_write_is_no_candidate():
    found = listed(agent("theirs", writable=False))
    assert found.find("a", "A") is None
    assert [item.agent_id for item in found.unmanaged] == ["theirs"]
    assert listed(agent("theirs", writable=False), agent("ours")).find("a", "A") == ("ours", True)


def test_our_own_agent_that_this_key_cannot_write_is_still_found():
    assert listed(agent("ours", whose=owner(), writable=False)).find("a", "A") == ("ours", False)


@pytest.mark.parametrize(
    ("agents", "said"),
    [
        ([agent("x", whose=owner()), agent("y", "copy", owner())], "carry the marker of a: x, y"),
        ([agent("x"), agent("y")], "are named 'A': x, y"),
        ([agent("x", whose=owner("o1")), agent("y", whose=owner("o2"))], "are named 'A': x, y"),
    ],
)
def test_two_that_fit_are_an_error_that_names_both(agents, said):
    with pytest.raises(IdentityError, match="2 live agents") as raised:
        listed(*agents).find("a", "A")
    assert said in raised.value.message
    assert "id:" in raised.value.hint


# Agents without a definition.


def test_orphans_are_told_with_their_folders():
    found = listed(
        agent("x", whose=owner("gone"), updated_at="2026-01-01"),
        agent("y", whose=owner("a")),
        agent("z", whose=owner("b")),
        agent("s"),
    )
    orphans = found.orphans({"y"})
    assert [(item.agent_id, item.address) for item in orphans] == [("z", "b"), ("x", "gone")]
    assert "means another agent" in orphans[0].reason
    assert "gone from git" in orphans[1].reason
    assert orphans[1].updated_at == "2026-01-01"
    assert [item.agent_id for item in found.marked("gone")] == ["x"]


# Whose it is, and what then becomes of it.


def wearing(whose, value=THEIRS):
    marker = marked(GIT, value).marker
    made = Marker(owner=whose, base=marker.base, commit="c", applied_at="t", revision="r0")
    return LiveAgent(agent_id="x", revision="r1", value=value, marker=made)


def change(match, **asked):
    choices = Choices(**asked)
    return compare(Definition(address="a", value=GIT), match, RULES, choices=choices)


@pytest.mark.parametrize(
    ("whose", "others", "claim"),
    [
        (None, ("a",), Claim.NONE),
        (owner(), ("a",), Claim.OURS),
        (owner("old"), ("a",), Claim.OURS),
        (owner("b"), ("a", "b"), Claim.ANOTHER),
        (owner(target="prod"), ("a",), Claim.ANOTHER),
        (owner("old", target="prod"), ("a",), Claim.ANOTHER),
        (owner(project="other"), ("a",), Claim.ANOTHER),
        (owner("old", project="other"), ("a",), Claim.ANOTHER),
    ],
)
def test_whose_an_agent_is(whose, others, claim):
    live = wearing(whose) if whose else LiveAgent(agent_id="x", revision="r1", value=THEIRS)
    match = matched(live, others=others)
    assert match.claim is claim
    assert (match.base is not None) == (claim is Claim.OURS)


def test_an_agent_that_only_has_the_name_is_adopted_with_consent():
    live = LiveAgent(agent_id="x", revision="r1", value=THEIRS)
    made = change(matched(live, by_name=True))
    assert made.action is Action.ADOPT
    assert len(made.refusals) == 1
    assert "--adopt" in made.refusals[0]
    assert "id: x" in made.refusals[0]
    agreed = change(matched(live, by_name=True), adopt=True)
    assert (agreed.action, agreed.refusals) == (Action.ADOPT, ())
    assert [item.effect for item in agreed.fields] == [Effect.APPLY]


def test_a_bound_agent_without_marker_is_in_sync_or_needs_consent():
    same = LiveAgent(agent_id="x", revision="r1", value=filled(GIT))
    assert change(matched(same)).action is Action.NO_OP
    assert change(matched(same), adopt=True).action is Action.UPDATE
    differs = LiveAgent(agent_id="x", revision="r1", value=THEIRS)
    made = change(matched(differs))
    assert made.action is Action.UPDATE
    assert [item.origin for item in made.fields] == [Origin.UNKNOWN]
    assert "--adopt" in made.refusals[0]
    assert change(matched(differs), adopt=True).refusals == ()


@pytest.mark.parametrize(
    ("whose", "words"),
    [
        (owner(project="other"), "project other (as a)"),
        (owner(target="prod"), "target prod (as a)"),
        (owner("b"), "the definition b"),
    ],
)
@pytest.mark.parametrize("value", [THEIRS, filled(GIT)])
def test_somebody_elses_agent_is_refused_without_take_over(whose, words, value):
    match = matched(wearing(whose, value), others=("a", "b"))
    made = change(match, adopt=True)
    assert made.action is Action.ADOPT
    assert made.reason == f"it belongs to {words}"
    assert made.refusals == (f"it belongs to {words}; --take-over makes it this definition's",)
    taken = change(match, take_over=True)
    assert (taken.action, taken.refusals) == (Action.ADOPT, ())
    assert {item.effect for item in taken.fields} <= {Effect.APPLY}
    assert all(item.origin is Origin.UNKNOWN for item in taken.fields)


def test_a_renamed_folders_agent_is_updated_with_origins():
    made = change(matched(wearing(owner("old"))))
    assert [item.origin for item in made.fields] == [Origin.LIVE]
    assert made.refusals == ()
    same = change(matched(wearing(owner("old"), filled(GIT))))
    assert (same.action, same.reason) == (Action.UPDATE, "its folder was old")


@pytest.mark.parametrize(("git", "live"), [("A", "renamed"), ("renamed", "A")])
def test_a_renamed_agent_is_an_update_and_never_a_second_one(git, live):
    summary = agent("x", live, owner())
    assert listed(summary).find("a", git) == ("x", False)
    base = normalise({"name": "A"}, RULES)
    made = change_of({**base, "name": git}, marked(base, filled({**base, "name": live})))
    assert made.action is (Action.UPDATE if git == "renamed" else Action.NO_OP)
    who = Origin.GIT if git == "renamed" else Origin.LIVE
    assert [(item.pointer, item.origin) for item in made.fields] == [("/name", who)]


def test_no_agent_is_a_create():
    made = change(None)
    assert (made.action, made.agent_id, made.precondition) == (Action.CREATE, None, None)


# What git no longer declares.


def taken_back(base, **live):
    value = filled({**normalise(base, RULES), **live})
    made = change_of(normalise({"name": "A"}, RULES), marked(normalise(base, RULES), value))
    return made, {item.pointer: (item.before, item.after) for item in made.fields}


def test_what_apply_once_wrote_and_git_no_longer_declares_is_taken_back():
    base = {
        "name": "A",
        "description": "d",
        "permissions": {"identity": "shared", "shared_users": {"read": ["u"]}},
        "extras": {"team": "cx", "ui": {"colour": "red"}},
        "files": {"guide.md": {"content": "g"}},
    }
    _, found = taken_back(base, extras={"team": "cx", "ui": {"colour": "red"}, "theirs": 1})
    assert found == {
        "/description": ("d", ""),
        "/permissions/identity": ("shared", "personal"),
        "/permissions/shared_users/read": (["u"], []),
        "/extras/team": ("cx", ABSENT),
        "/extras/ui/colour": ("red", ABSENT),
        "/files/guide.md/content": ("g", ABSENT),
    }


def test_what_was_taken_back_already_is_no_difference():
    made, found = taken_back({"name": "A", "description": "d"}, description="")
    assert found == {}
    assert made.action is Action.UPDATE
    assert "marker" in made.reason


def test_what_the_api_cannot_unset_is_left_and_said():
    base = {"name": "A", "runtime": {"model": {"model_id": "m"}}, "backend": {"type": "state"}}
    made, found = taken_back(base)
    assert found == {}
    assert made.notes == (
        "/runtime is no longer declared; the API cannot unset it, so it stays",
        "/backend is no longer declared; the API cannot unset it, so it stays",
    )


def test_what_somebody_else_set_is_not_taken_back():
    _, found = taken_back({"name": "A"}, description="theirs", extras={"theirs": 1})
    assert found == {}
