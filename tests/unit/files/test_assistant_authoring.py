"""From an assistant's canonical form to files and back: the loader is the judge."""

import random
from typing import Any

import pytest
from amount import EXAMPLES
from assisted import after, assistants, canonical, folder, form, project
from histories import mixed, varied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentsync.canonical import ABSENT, same
from agentsync.engine.normalise import desired, normalise
from agentsync.engine.origins import put
from agentsync.files.authoring import Authored, authored
from agentsync.model import Target
from agentsync.providers.assistants.rules import RULES

LAW = settings(max_examples=EXAMPLES // 3, suppress_health_check=[HealthCheck.too_slow])
SEED = st.integers(1, 2**32)
ID = "dfa71115-c971-4197-8f02-20826fbc6f40"
FOLDER = {
    "agent.yaml": "# The helper.\nname: Helper   # for people\ngraph_id: agent\n\n"
    "context: {model: openai:gpt-5.5, top_p: 1.0}\nmetadata:\n  team: support\n",
    "agent.t.yaml": "# Only there.\ndescription: There.\ncontext:\n  limit: 5\n",
    "AGENTS.md": "# You\r\n\r\nYou help.\r\n",
}
"""A folder with some of everything, as somebody wrote it."""


def change(texts: dict[str, str], **fields: Any) -> dict[str, str | None]:
    """What is written when these places of the canonical form change; ABSENT takes one out."""
    before = form(texts)
    wanted = before
    for pointer, value in fields.items():
        wanted = put(wanted, pointer, value)
    made = authored(texts, before, wanted, RULES, target="t")
    assert made.obstacles == ()
    assert same(form(after(texts, made)), wanted)
    return dict(made.texts)


@LAW
@given(assistants())
def test_what_is_written_from_nothing_says_what_was_wanted(document: Any) -> None:
    wanted = desired(document, RULES)
    made = authored({}, {}, wanted, RULES)
    assert made.obstacles == ()
    assert made.texts.keys() == {"agent.yaml"} | ({"AGENTS.md"} & {_prompt(wanted)})
    assert same(form(after({}, made)), wanted)
    assert authored(after({}, made), wanted, wanted, RULES) == Authored()


def _prompt(value: Any) -> str:
    return "AGENTS.md" if "system_prompt" in value else ""


@LAW
@given(assistants(), SEED, st.booleans())
def test_however_it_is_written_it_is_read(document: Any, seed: int, overlay: bool) -> None:
    texts = folder(document, random.Random(seed), overlay)
    assert same(form(texts), desired(document, RULES))


@LAW
@given(assistants(), assistants(), SEED, st.booleans())
def test_what_is_changed_in_place_says_what_was_wanted(
    one: Any, two: Any, seed: int, overlay: bool
) -> None:
    chance = random.Random(seed)
    texts = folder(one, chance, overlay)
    before = form(texts)
    assert authored(texts, before, before, RULES, target="t") == Authored()
    other = desired(two, RULES)
    trees = [before, before, varied(before, chance, "x"), other]
    wanted = normalise({**mixed(trees, chance), "graph_id": "g", "name": "A"}, RULES)
    made = authored(texts, before, wanted, RULES, target="t")
    assert made.obstacles == ()
    for path in made.texts:
        assert made.texts[path] != texts.get(path)
    assert same(form(after(texts, made)), wanted)
    # And from there to anything else at all.
    texts = after(texts, made)
    made = authored(texts, wanted, other, RULES, target="t")
    assert made.obstacles == ()
    assert same(form(after(texts, made)), other)


@LAW
@given(assistants(), SEED, st.booleans())
def test_only_what_has_changed_is_written(document: Any, seed: int, overlay: bool) -> None:
    texts = folder(document, random.Random(seed), overlay)
    before = form(texts)
    made = authored(texts, before, {**before, "system_prompt": "Another."}, RULES, target="t")
    assert made.texts.keys() == {"AGENTS.md"}
    made = authored(texts, before, put(before, "/context/new", [1]), RULES, target="t")
    assert "AGENTS.md" not in made.texts


def test_a_change_is_written_where_it_is_said() -> None:
    base = FOLDER["agent.yaml"]
    assert change(FOLDER, **{"/context/model": "openai:gpt-5.4"}) == {
        "agent.yaml": base.replace("gpt-5.5", "gpt-5.4")
    }
    assert change(FOLDER, **{"/context/limit": 6}) == {
        "agent.t.yaml": FOLDER["agent.t.yaml"].replace("5", "6")
    }
    assert change(FOLDER, **{"/description": ABSENT}) == {
        "agent.t.yaml": "# Only there.\ncontext:\n  limit: 5\n"
    }
    assert change(FOLDER, **{"/metadata/team": "sales"}) == {
        "agent.yaml": base.replace("support", "sales")
    }
    assert change(FOLDER, **{"/config": {"recursion_limit": 50}}) == {
        "agent.yaml": base.replace("\n\ncontext:", "\nconfig:\n  recursion_limit: 50\n\ncontext:")
    }


def test_a_prompt_comes_changes_and_goes() -> None:
    assert change(FOLDER, **{"/system_prompt": "# You\n\nYou help well."}) == {
        "AGENTS.md": "# You\r\n\r\nYou help well.\r\n"
    }
    assert change(FOLDER, **{"/system_prompt": ABSENT}) == {"AGENTS.md": None}
    silent = {path: text for path, text in FOLDER.items() if path != "AGENTS.md"}
    assert change(silent, **{"/system_prompt": "You help."}) == {"AGENTS.md": "You help.\n"}
    assert change(silent, **{"/description": "Here."}).keys() == {"agent.t.yaml"}
    assert change(silent, **{"/system_prompt": ""}) == {"AGENTS.md": ""}


def test_a_context_that_is_emptied_is_not_written_at_all() -> None:
    texts = {"agent.yaml": "graph_id: agent\nname: A\ncontext:\n  a: 1\n"}
    assert change(texts, **{"/context": {}}) == {"agent.yaml": "graph_id: agent\nname: A\n"}
    bare = {"agent.yaml": "graph_id: agent\nname: A\n"}
    assert change(bare, **{"/context/a": {"b": None}}) == {
        "agent.yaml": "graph_id: agent\nname: A\ncontext:\n  a:\n    b: null\n"
    }


def test_a_new_definition_is_written_as_people_write_it() -> None:
    value = canonical(
        description="Helps.",
        system_prompt="You help.\n\nAlways.",
        metadata={"team": "x"},
        config={"tags": ["a"]},
        context={"model": "m", "deep": {"k": None, "on": True}},
    )
    made = authored(
        {}, {}, value, RULES, target="t", bind=ID, schema="../../x/assistant.schema.json"
    )
    assert made.texts == {
        "AGENTS.md": "You help.\n\nAlways.\n",
        "agent.yaml": "# yaml-language-server: $schema=../../x/assistant.schema.json\n"
        f"id: {ID}\ngraph_id: agent\nname: A\ndescription: Helps.\nconfig:\n  tags:\n    - a\n"
        'context:\n  model: m\n  deep:\n    k: null\n    "on": true\nmetadata:\n  team: x\n',
    }
    bound = authored({}, {}, canonical(), RULES, target="t", bind=ID, bind_in_overlay=True)
    assert bound.texts == {
        "agent.yaml": "graph_id: agent\nname: A\n",
        "agent.t.yaml": f"id: {ID}\n",
    }


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"colour": "red"}, "agent.yaml"),
        ({"metadata": {"half": "\ud800"}}, "agent.yaml"),
        ({"description": 5}, "agent.yaml"),
    ],
)
def test_what_no_definition_can_say_stands_in_the_way(value: Any, path: str) -> None:
    made = authored({}, {}, {**canonical(), **value}, RULES)
    assert {where for where, _ in made.obstacles} == {path}


def test_a_prompt_deep_in_the_context_is_kept_apart() -> None:
    where = project(Target(name="t", provider="agent-server", prompt="/context/agent/prompt"))
    value = canonical(system_prompt="You help.", context={"agent": {"tone": "kind"}, "x": 1})
    made = authored({}, {}, value, RULES, target="t")
    assert same(form(after({}, made), where), value)
    texts = after({}, made)
    wanted = canonical(context={"x": 1})
    assert same(form(after(texts, authored(texts, value, wanted, RULES)), where), wanted)
