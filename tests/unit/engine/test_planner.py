import copy

import pytest
from generated import JSON, SLUG, documents
from hypothesis import given
from hypothesis import strategies as st
from matched import compared

from agentsync.canonical import ABSENT, join, same
from agentsync.engine.diff import differences, in_sync
from agentsync.engine.normalise import desired, live
from agentsync.engine.sides import Sides
from agentsync.model import Action, Definition, LiveAgent, Origin
from agentsync.providers.managed import RULES

TOOL = {"name": "t", "mcp_server_url": "https://t.example"}


def definition(document, agent_id="a"):
    return Definition(
        address="a",
        value=desired({"name": "A", **document}, RULES),
        agent_id=agent_id,
    )


def agent(answer, **more):
    value, hidden = live({"name": "A", **answer}, RULES)
    return LiveAgent(agent_id="a", revision="r1", value=value, hidden=hidden, **more)


def fields(document, answer, **more):
    change = compared(definition(document), agent(answer), **more)
    return {item.pointer: (item.before, item.after) for item in change.fields}


def oracle(left, right, at=()):
    """Every differing path, the slow and obvious way."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in left.keys() | right.keys():
            yield from oracle(left.get(key, ABSENT), right.get(key, ABSENT), (*at, key))
    elif left is ABSENT or right is ABSENT or not same(left, right):
        yield join(at)


TREES = st.dictionaries(
    st.one_of(SLUG, st.sampled_from(["__x", "a/b", "a~b", "a']['b", "", "0"])),
    st.one_of(JSON, st.text(min_size=60, max_size=70)),
    max_size=4,
)


@given(TREES, TREES)
def test_every_differing_place_is_found(left, right):
    found = differences(left, right, RULES)
    # A whole entry on one side is told leaf by leaf: compare where the leaves begin.
    places = set(oracle(left, right))
    for item in found:
        assert any(item.pointer == p or item.pointer.startswith(p + "/") for p in places)
    for place in places:
        assert any(i.pointer == place or i.pointer.startswith(place + "/") for i in found)


@given(documents(), documents())
def test_the_cheap_question_and_the_dear_one_agree(one, other):
    for left, right in ((one, other), (one, {**one, "extras": other.get("extras", {})})):
        wanted, found = definition(left), agent(right)
        full = compared(wanted, found, show_unmanaged=True)
        goes = Sides(found, wanted.value, None, RULES).removes
        never = frozenset().__contains__
        assert in_sync(found.value, wanted.value, RULES, never, goes) == (not full.fields)
        skipped = {item.pointer for item in full.fields[1:]}
        some = in_sync(found.value, wanted.value, RULES, skipped.__contains__, goes)
        assert some == (not full.fields[:1])


@given(documents(), documents())
def test_every_field_says_what_is_there_and_what_shall_be(one, other):
    wanted, found = definition(one), agent(other)
    for item in compared(wanted, found).fields:
        assert not same(item.before, item.after)
        assert item.origin is Origin.UNKNOWN


def test_nothing_differs():
    change = compared(definition({"description": "d"}), agent({"description": "d"}))
    assert change.action is Action.NO_OP
    assert change.desired is None
    assert change.precondition.revision == "r1"


def test_what_git_does_not_declare_is_left_alone():
    answer = {
        "description": "theirs",
        "backend": {"type": "state"},
        "permissions": {"identity": "shared"},
        "extras": {"ui": 1},
        "memory": {"new": True},
        "files": {"memories/a.md": {"content": "m"}},
    }
    assert fields({}, answer) == {}
    change = compared(definition({}), agent(answer), show_unmanaged=True)
    assert change.action is Action.NO_OP
    assert [item.pointer for item in change.unmanaged] == [
        "/backend/type",
        "/description",
        "/extras/ui",
        "/files/memories~1a.md/content",
        "/memory/new",
        "/permissions/identity",
    ]


@pytest.mark.parametrize(
    ("answer", "pointer"),
    [
        ({"tools": {"tools": [TOOL]}}, "/tools/tools/https:~1~1t.example::t"),
        (
            {"tools": {"interrupt_config": {"https://t.example::t": True}}},
            "/tools/interrupt_config/https:~1~1t.example::t",
        ),
        ({"subagents": [{"name": "critic", "instructions": "x"}]}, "/subagents/critic"),
        ({"skills": [{"name": "pdf", "instructions": "x"}]}, "/skills/pdf"),
        (
            {"files": {"skills/shared": {"type": "skill", "repo_handle": "shared"}}},
            "/skills/shared",
        ),
    ],
)
def test_what_git_owns_in_full_and_does_not_have_is_removed(answer, pointer):
    found = fields({}, answer)
    assert list(found) == [pointer]
    assert found[pointer][1] is ABSENT


def test_of_a_subagents_further_files_only_its_skills_are_owned_in_full():
    critic = {"name": "critic", "instructions": "x"}
    answer = {
        "subagents": [critic],
        "files": {
            "subagents/critic/memories/a.md": {"content": "its own"},
            "subagents/critic/skills/x/SKILL.md": {"content": "x"},
            "subagents/critic/skills/y": {"type": "skill", "repo_handle": "y"},
        },
    }
    assert fields({"subagents": [critic]}, answer) == {
        "/subagents/critic/files/skills~1x~1SKILL.md": ("x", ABSENT),
        "/subagents/critic/files/skills~1y": ({"type": "skill", "repo_handle": "y"}, ABSENT),
    }
    declared = {"subagents": [{**critic, "files": {"memories/a.md": "ours"}}]}
    found = fields(declared, answer)
    assert found["/subagents/critic/files/memories~1a.md"] == ("its own", "ours")


def test_an_unknown_setting_of_a_known_tool_is_kept():
    tools = {"tools": [TOOL]}
    assert fields({"tools": tools}, {"tools": {"tools": [{**TOOL, "timeout": 3}]}}) == {}


def test_a_known_setting_of_a_known_tool_is_removed():
    found = fields(
        {"tools": {"tools": [TOOL]}}, {"tools": {"tools": [{**TOOL, "display_name": "T"}]}}
    )
    assert found == {"/tools/tools/https:~1~1t.example::t/display_name": ("T", ABSENT)}


def test_one_and_one_point_zero_do_not_differ():
    assert fields({"extras": {"n": 1, "m": 2}}, {"extras": {"n": 1.0, "m": 3}}) == {
        "/extras/m": (3, 2)
    }


def test_declared_permissions_are_owned_with_their_defaults():
    assert fields({"permissions": {"visibility": "user"}}, {"permissions": {}}) == {
        "/permissions/visibility": ("tenant", "user")
    }
    found = fields(
        {"permissions": {"visibility": "user"}},
        {
            "permissions": {
                "visibility": "user",
                "identity": "shared",
                "shared_users": {"run": ["u"]},
            }
        },
    )
    assert found == {
        "/permissions/identity": ("shared", "personal"),
        "/permissions/shared_users/run": (["u"], []),
    }


def test_a_declared_extras_key_is_owned_with_all_below_it():
    found = fields(
        {"extras": {"team": {"name": "cx"}}}, {"extras": {"team": {"name": "cx", "n": 1}}}
    )
    assert found == {"/extras/team/n": (1, ABSENT)}


def test_what_the_server_adds_to_a_declared_backend_is_no_difference():
    backend = {"type": "sandbox"}
    filled = {"type": "sandbox", "sandbox_config": {"scope": "thread"}}
    assert fields({"backend": backend}, {"backend": filled}) == {}


@pytest.mark.parametrize("declared", [{"extras": {}}, {"runtime": {}}, {"description": ""}])
def test_declaring_nothing_is_not_a_difference_for_ever(declared):
    assert fields(declared, {}) == {}


def test_ignored_places_are_in_no_change():
    document = {"description": "ours", "extras": {"ui_color": "red", "team": "cx"}}
    answer = {"description": "theirs", "extras": {"ui_color": "blue", "team": "cs"}}
    ignore = ("/extras/ui_*", "/description")
    assert fields(document, answer, ignore=ignore) == {"/extras/team": ("cs", "cx")}
    quiet = {"extras": {"ui_color": "red"}}
    change = compared(definition(quiet), agent(answer), ignore=ignore)
    assert change.action is Action.NO_OP


def test_an_ignored_name_is_still_the_agents_name():
    change = compared(definition({}), None, ignore=("/name",))
    assert (change.name, change.desired["name"]) == ("A", "A")
    assert compared(definition({}), agent({"name": "B"}), ignore=("/name",)).fields == ()


def test_ignored_places_are_not_created_either():
    document = {"extras": {"ui_color": "red", "team": "cx"}}
    change = compared(definition(document), None, ignore=("/extras/ui_*",))
    assert change.desired["extras"] == {"team": "cx"}
    assert "/extras/ui_color" not in {item.pointer for item in change.fields}


def test_hidden_front_matter_is_said_and_not_compared():
    skill = {"name": "pdf", "description": "d", "instructions": "i"}
    document = {"skills": [{**skill, "front_matter": {"license": "MIT"}}]}
    change = compared(definition(document), agent({"skills": [skill]}))
    assert change.action is Action.NO_OP
    assert change.notes == (
        "/skills/pdf/front_matter is not shown by the API and was not compared",
    )


@pytest.mark.parametrize(("git", "there"), [({"commit_id": "c1"}, {}), ({}, {"commit_id": "c2"})])
def test_a_pin_that_the_api_may_resolve_is_said_and_no_difference(git, there):
    link = {"repo_handle": "style"}
    document = {"skills": [{"name": "style", **link, **git}]}
    answer = {"files": {"skills/style": {"type": "skill", **link, **there}}}
    change = compared(definition(document), agent(answer))
    assert change.action is Action.NO_OP
    wanted, found = git.get("commit_id", "not set"), there.get("commit_id", "not set")
    assert change.notes == (
        f"/skills/style/commit_id is {wanted} in git and {found} live: "
        "the API may resolve it itself",
    )


def test_an_agent_found_by_name_is_adopted_even_when_it_is_the_same():
    change = compared(definition({}, agent_id=None), agent({}), by_name=True)
    assert change.action is Action.ADOPT
    assert change.agent_id == "a"
    assert change.desired is not None


def test_a_missing_agent_is_created_with_everything_declared():
    change = compared(
        definition({"description": "d", "tools": {"tools": [TOOL]}, "system_prompt": "p"}),
        None,
    )
    assert change.action is Action.CREATE
    assert change.precondition is None
    assert [item.pointer for item in change.fields] == [
        "/description",
        "/name",
        "/system_prompt",
        "/tools/tools/https:~1~1t.example::t",
    ]


def test_a_read_only_agent_that_differs_is_told_as_such():
    change = compared(definition({"description": "x"}), agent({}, writable=False))
    assert "may read" in change.notes[0]
    assert compared(definition({}), agent({}, writable=False)).notes == ()


def test_comparing_changes_nothing_it_was_given():
    wanted, found = definition({"extras": {"a": {"b": 1}}}), agent({"extras": {"a": {"c": 2}}})
    before = copy.deepcopy((wanted.value, found.value))
    compared(wanted, found)
    assert (wanted.value, found.value) == before
