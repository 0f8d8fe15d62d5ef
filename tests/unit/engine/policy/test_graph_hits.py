"""The graph of an agent, and what it is given."""

import pytest

from agentsync.engine.policy.graphs import graph_hits
from agentsync.engine.policy.hits import Hit

AGENT = {"graph_id": "agent", "context": {"model": "m", "tools": ["a"]}}


def hits(after, before=AGENT):
    return list(graph_hits(before, after))


@pytest.mark.parametrize(
    "after",
    [
        AGENT,
        {**AGENT, "system_prompt": "other", "name": "other", "metadata": {"a": 1}},
        {**AGENT, "config": {"tags": ["x"]}},
        {**AGENT, "context": {"tools": ["a"], "model": "m"}},
        {"graph_id": "agent", "context": {"model": "m", "tools": ["a"]}, "description": "d"},
    ],
)
def test_nothing_to_say(after):
    assert hits(after) == []


def test_another_graph():
    assert hits({**AGENT, "graph_id": "b"}) == [Hit("graph-changed", "/graph_id", "agent → b")]


@pytest.mark.parametrize(
    ("context", "named"),
    [
        ({"model": "m", "tools": ["a", "b"]}, "tools"),
        ({"model": "m"}, "tools"),
        ({"model": "m", "tools": ["a"], "a/b": 1}, "a/b"),
        ({"model": "m", "tools": None}, "tools"),
        ({}, "model, tools"),
    ],
)
def test_other_settings(context, named):
    (hit,) = hits({**AGENT, "context": context})
    assert hit.rule == "context-changed"
    assert hit.message == f"its graph is given other settings: {named}"
    assert hit.pointer == "/context/" + named.split(", ")[0].replace("/", "~1")


def test_a_new_agent_is_given_something_and_has_no_other_graph():
    (hit,) = hits(AGENT, before={"permissions": {}})
    assert (hit.rule, hit.message) == ("context-changed", "it is given model, tools")
    assert hits({"graph_id": "agent", "context": {}}, before={"permissions": {}}) == []


def test_of_many_settings_the_first_are_named():
    (hit,) = hits({**AGENT, "context": {str(number): 1 for number in range(9)}})
    assert hit.message.endswith("0, 1, 2, 3, 4 and 6 more")


def test_settings_beside_the_context():
    stale = {**AGENT, "config": {"configurable": {"model": "x"}}}
    (hit,) = hits(stale)
    assert hit.pointer == "/config/configurable"
    assert hits(stale, before=stale) == []
    assert hits(AGENT, before=stale) == []


def test_agents_without_a_graph_are_none_of_it():
    assert hits({"name": "a", "tools": {}}, before={"name": "b"}) == []
