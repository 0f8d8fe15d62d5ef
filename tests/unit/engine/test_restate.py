import copy
import random

import pytest
from amount import EXAMPLES
from histories import mixed, varied
from hypothesis import given, settings
from hypothesis import strategies as st
from spelled import agents, settings_of, subagent_settings_of

from agentsync.canonical import ABSENT, same
from agentsync.engine.declared import declared
from agentsync.engine.normalise import desired, normalise
from agentsync.engine.restating.settings import restated, restated_subagent
from agentsync.providers.managed import RULES

LAW = settings(max_examples=EXAMPLES // 3)
SEED = st.integers(1, 2**32)
URL, OTHER = "https://tools.example.com", "https://x.io"
ELSEWHERE = ("system_prompt", "subagents", "files")


def says(document):
    """The canonical form of what an agent.yaml says, linked skills and all."""
    return desired(declared(document), RULES)


def own(canonical):
    """What of a canonical form stands in agent.yaml."""
    kept = {key: item for key, item in canonical.items() if key not in ELSEWHERE}
    links = {name: spec for name, spec in kept["skills"].items() if spec.get("repo_handle")}
    return normalise({**kept, "skills": links}, RULES)


def edited(before, other, chance):
    """Another canonical form, with much of the first in it."""
    found = mixed([before, before, varied(before, chance, "x"), other], chance)
    backend = found.get("backend", {})
    if isinstance(backend, dict) and backend.get("type") != "sandbox":
        backend.pop("sandbox_config", None)
    return own({**normalise({"name": "A"}, RULES), **found})


@LAW
@given(agents(), agents(), SEED)
def test_a_restated_mapping_says_what_is_wanted(one, two, seed):
    chance = random.Random(seed)
    document = settings_of(one, chance)
    before, other = says(document), own(desired(two, RULES))
    wanted = edited(before, other, chance)
    given_before = copy.deepcopy(document)
    found = restated(document, before, wanted, RULES)
    assert document == given_before
    assert same(says(found), wanted)
    assert restated(found, wanted, wanted, RULES) == found


@LAW
@given(agents(), agents(), SEED)
def test_what_does_not_change_stays_as_it_is_spelled(one, two, seed):
    chance = random.Random(seed)
    document = settings_of(one, chance)
    before = says(document)
    wanted = edited(before, own(desired(two, RULES)), chance)
    found = restated(document, before, wanted, RULES)
    for key in document:
        field = "runtime" if key == "model" else key
        if same(before.get(field, ABSENT), wanted.get(field, ABSENT)):
            assert found[key] == document[key]
    kept = [key for key in document if key in found]
    assert kept == [key for key in found if key in document]
    tools = (found.get("tools") or {}).get("tools") or []
    for tool in (document.get("tools") or {}).get("tools") or []:
        key = f"{tool['mcp_server_url'].rstrip('/')}::{tool['name']}"
        sides = [side["tools"]["tools"].get(key, ABSENT) for side in (before, wanted)]
        if same(*sides):
            assert tool in tools


@LAW
@given(agents(), SEED)
def test_a_mapping_that_says_it_already_is_itself(one, seed):
    document = settings_of(one, random.Random(seed))
    found = restated(document, says(document), says(document), RULES)
    assert (found, list(found)) == (document, list(document))


@LAW
@given(agents())
def test_a_fresh_mapping_says_only_what_is_needed(one):
    wanted = own(desired(one, RULES))
    found = restated({}, {}, wanted, RULES)
    assert same(says(found), wanted)
    order = ("name", "description", "model", "runtime", "backend", "permissions", "tools")
    assert list(found) == [key for key in (*order, "skills", "extras") if key in found]
    for key, value in found.get("permissions", {}).items():
        assert value != RULES.defaults["permissions"][key]
    for part in ("tools", "skills"):
        assert found.get(part, "not empty")
    assert next(iter(found.get("backend", {"type": ""}))) == "type"
    tools = found.get("tools", {}).get("tools", [])
    assert tools == sorted(tools, key=lambda tool: (tool["mcp_server_url"], tool["name"]))
    assert all(next(iter(tool)) == "name" for tool in tools)


@LAW
@given(agents(), agents(), SEED)
def test_a_subagent_is_restated_by_the_same_rules(one, two, seed):
    chance = random.Random(seed)
    others = [*two["subagents"], {"name": "n", "instructions": ""}]
    for spec, other in zip(one["subagents"], others, strict=False):
        document = subagent_settings_of(spec, chance)
        before, new = (_subagent(item) for item in (document, other))
        wanted = _subagent(mixed([before, before, varied(before, chance, "x"), new], chance))
        found = restated_subagent(document, before, wanted, RULES)
        assert same(_subagent(found), wanted)
        assert restated_subagent(document, before, before, RULES) == document


def _subagent(spec):
    said = {key: spec[key] for key in ("description", "model_id", "tools") if key in spec}
    return normalise({"subagents": [{**said, "name": "n"}]}, RULES)["subagents"]["n"]


def restate(document, **fields):
    """The mapping after these canonical fields have changed; ABSENT takes one out."""
    before = says(document)
    changed = {**before, **fields}
    wanted = {key: item for key, item in changed.items() if item is not ABSENT}
    return restated(document, before, wanted, RULES)


MODEL = {"model": {"model_id": "a:new"}}


@pytest.mark.parametrize(
    ("document", "fields", "after"),
    [
        # The model: in the words that stand there.
        ({"model": "a:b"}, {"runtime": MODEL}, {"model": "a:new"}),
        ({"runtime": {"model": {"model_id": "a:b"}}}, {"runtime": MODEL}, {"runtime": MODEL}),
        ({"name": "n", "extras": {}}, {"runtime": MODEL},
         {"name": "n", "model": "a:new", "extras": {}}),
        ({"name": "n", "model": "a:b"}, {"runtime": ABSENT}, {"name": "n"}),
        ({"model": "a:b", "name": "n"}, {"runtime": {**MODEL, "speed": 2}},
         {"model": "a:new", "name": "n", "runtime": {"speed": 2}}),
        ({"model": "a:b", "name": "n"}, {"runtime": {"model": {"model_id": "a:b", "top": 1}}},
         {"runtime": {"model": {"model_id": "a:b", "top": 1}}, "name": "n"}),
        ({"model": "a:b"}, {"runtime": {}}, {"runtime": {}}),
        # Outdated words as long as they say it.
        ({"backend": {"type": "thread_scoped_sandbox", "sandbox": {"snapshot_id": "s"}}},
         {"backend": {"type": "sandbox",
                      "sandbox_config": {"scope": "thread", "snapshot_id": "t"}}},
         {"backend": {"type": "thread_scoped_sandbox", "sandbox": {"snapshot_id": "t"}}}),
        ({"backend": {"type": "thread_scoped_sandbox", "sandbox": {"snapshot_id": "s"}}},
         {"backend": {"type": "sandbox",
                      "sandbox_config": {"scope": "agent", "snapshot_id": "s"}}},
         {"backend": {"type": "sandbox", "sandbox": {"scope": "agent", "snapshot_id": "s"}}}),
        ({"backend": {"type": "default"}}, {"backend": {"type": "state"}},
         {"backend": {"type": "default"}}),
        ({"backend": {"type": "thread_scoped_sandbox", "sandbox": {"snapshot_id": "s"}}},
         {"backend": {"type": "state"}}, {"backend": {"type": "state"}}),
        # Sets keep their order, and what is new comes last.
        ({"backend": {"type": "sandbox", "sandbox_config": {"policy_ids": ["z", "b", "a"]}}},
         {"backend": {"type": "sandbox", "sandbox_config": {"policy_ids": ["a", "c", "z"]}}},
         {"backend": {"type": "sandbox", "sandbox_config": {"policy_ids": ["z", "a", "c"]}}}),
        # A link has a name only where its handle gives another.
        ({"skills": [{"repo_handle": "x/sum"}]},
         {"skills": {"sum": {"repo_handle": "x/sum", "commit_id": "4f2a9c1d"}}},
         {"skills": [{"repo_handle": "x/sum", "commit_id": "4f2a9c1d"}]}),
        ({"skills": [{"repo_handle": "x/sum"}]}, {"skills": {"sum": {"repo_handle": "y/other"}}},
         {"skills": [{"repo_handle": "y/other", "name": "sum"}]}),
        ({"name": "n", "skills": [{"repo_handle": "sum"}]}, {"skills": {}}, {"name": "n"}),
        ({"name": "n"}, {"skills": {"b": {"repo_handle": "b"}, "a": {"repo_handle": "x/c"}}},
         {"name": "n", "skills": [{"repo_handle": "x/c", "name": "a"}, {"repo_handle": "b"}]}),
        # What is no field is a field all the same.
        ({"name": "n", "extras": {"a": 1, "b": {"c": 1, "d": 2}}},
         {"extras": {"b": {"c": 3, "d": 2}, "e": None}},
         {"name": "n", "extras": {"b": {"c": 3, "d": 2}, "e": None}}),
        ({"future": 1, "name": "n"}, {"future": ABSENT}, {"name": "n"}),
        ({"id": "i", "configurable": {"a": 1}, "name": "n"}, {"name": "m"},
         {"id": "i", "configurable": {"a": 1}, "name": "m"}),
        ({"name": "n"}, {"description": "d"}, {"name": "n", "description": "d"}),
    ],
)  # fmt: skip
def test_fields_are_changed_in_the_words_that_stand_there(document, fields, after):
    found = restate(document, **fields)
    assert found == after
    assert list(found) == list(after)
    wanted = {**says(document), **fields}
    assert same(says(found), {key: item for key, item in wanted.items() if item is not ABSENT})


def permissions(**given):
    users = {"read": [], "run": [], "update": [], **given.pop("shared_users", {})}
    return {**RULES.defaults["permissions"], **given, "shared_users": users}


@pytest.mark.parametrize(
    ("raw", "wanted", "after"),
    [
        ({}, permissions(visibility="user"), {"visibility": "user"}),
        ({"visibility": "user"}, permissions(), {"visibility": "tenant"}),
        ({"identity": "personal"}, permissions(visibility="user"),
         {"identity": "personal", "visibility": "user"}),
        ({"shared_users": {"read": ["z", "a"]}},
         permissions(shared_users={"read": ["a", "m", "z"]}),
         {"shared_users": {"read": ["z", "a", "m"]}}),
        ({"shared_users": {"read": ["z", "a"]}}, permissions(shared_users={"run": ["b"]}),
         {"shared_users": {"read": [], "run": ["b"]}}),
    ],
)  # fmt: skip
def test_defaults_of_permissions_stand_only_where_they_stood(raw, wanted, after):
    assert restate({"permissions": raw}, permissions=wanted) == {"permissions": after}


def test_permissions_that_are_all_default_are_still_declared():
    assert restate({}, permissions=permissions()) == {"permissions": {}}
    assert restate({"permissions": {"visibility": "user"}}, permissions=ABSENT) == {}


def tool(name, **more):
    return {"name": name, "mcp_server_url": URL} | more


@pytest.mark.parametrize(
    ("raw", "changes", "after"),
    [
        # Defaults that somebody wrote down stay; those of the canonical form are not written.
        ({"tools": [tool("a", display_name="a")]}, {f"{URL}::b": {}},
         {"tools": [tool("a", display_name="a"), tool("b")]}),
        # A server keeps its spelling, and its tools stay together.
        ({"tools": [{"mcp_server_url": f"{URL}/", "name": "a"}, tool("x", mcp_server_url=OTHER)]},
         {f"{URL}::b": {"display_name": "B", "mcp_server_name": "M"}},
         {"tools": [{"mcp_server_url": f"{URL}/", "name": "a"},
                    {"name": "b", "mcp_server_url": f"{URL}/", "mcp_server_name": "M",
                     "display_name": "B"}, tool("x", mcp_server_url=OTHER)]}),
        ({"tools": [tool("a"), tool("b")]}, {f"{URL}::a": ABSENT}, {"tools": [tool("b")]}),
        ({"tools": [tool("a", display_name="A", mcp_server_name="M")]},
         {f"{URL}::a": {"mcp_server_name": "M"}}, {"tools": [tool("a", mcp_server_name="M")]}),
        ({"tools": [tool("a", display_name="a")]}, {f"{URL}::a": {"display_name": "New"}},
         {"tools": [tool("a", display_name="New")]}),
        ({"tools": [tool("a")]}, {f"{URL}::a": ABSENT}, None),
    ],
)  # fmt: skip
def test_tools_are_told_apart_by_server_and_name(raw, changes, after):
    document = {"name": "n", "tools": raw}
    tools = {**says(document)["tools"]["tools"], **changes}
    wanted = {key: item for key, item in tools.items() if item is not ABSENT}
    found = restate(document, tools={"tools": wanted, "interrupt_config": {}})
    assert found == ({"name": "n", "tools": after} if after else {"name": "n"})
    assert same(says(found)["tools"]["tools"], wanted)


@pytest.mark.parametrize(
    ("raw", "wanted", "after"),
    [
        # Keys as they are spelled: with a slash, with more parts, or a bare name.
        ({f"{URL}/::a::Fleet": False}, {f"{URL}::a": True}, {f"{URL}/::a::Fleet": True}),
        ({f"{URL}/::a": True, "x": True}, {"x": True}, {f"{URL}/::a": False, "x": True}),
        # A rule that nobody asked for any more says so in its place; one of no tool goes.
        ({f"{URL}::a": True}, {}, {f"{URL}::a": False}),
        ({"x": True}, {}, None),
        ({}, {f"{URL}::a": True}, {f"{URL}::a": True}),
        # Two spellings of one rule stay of one mind.
        ({f"{URL}::a": True, f"{URL}/::a": True}, {}, {f"{URL}::a": False, f"{URL}/::a": False}),
        ({f"{URL}::a": False, f"{URL}/::a": False}, {f"{URL}::a": True},
         {f"{URL}::a": True, f"{URL}/::a": True}),
        # `false` decides nothing, until a rule for all servers makes an exception of it.
        ({f"{URL}::a": False}, {f"{URL}::b": True}, {f"{URL}::a": False, f"{URL}::b": True}),
        ({f"{URL}::a": False}, {"a": True}, {"a": True}),
        ({f"{URL}::a": False}, {"a": True, f"{URL}::a": False}, {f"{URL}::a": False, "a": True}),
        ({f"{URL}::a": False, "a": True}, {}, None),
    ],
)  # fmt: skip
def test_interrupts_are_told_apart_by_the_tool_they_are_about(raw, wanted, after):
    tools = [tool("a"), tool("b")]
    document = {"tools": {"tools": tools, "interrupt_config": raw}}
    known = says(document)["tools"]["tools"]
    found = restate(document, tools={"tools": known, "interrupt_config": wanted})
    rules = {} if after is None else {"interrupt_config": after}
    assert found == {"tools": {"tools": tools, **rules}}
    assert same(says(found)["tools"]["interrupt_config"], wanted)
