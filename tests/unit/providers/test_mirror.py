"""What a write says of an assistant, what an answer stands for, and that both agree."""

import copy
import json
import random
from typing import Any

import pytest
from amount import EXAMPLES
from assistantserver import AssistantServer
from assisted import MAPS, assistants
from generated import JSON, PROMPT
from histories import mixed, varied
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsync.canonical import ABSENT, resolve, same
from agentsync.engine.diff import differences
from agentsync.engine.normalise import ShapeError, desired, normalise
from agentsync.engine.origins import put
from agentsync.engine.prompts import lifted, lowered
from agentsync.errors import RefusedError
from agentsync.model import LiveAgent
from agentsync.providers.assistants import RULES, mirror
from agentsync.providers.base import Held

LAW = settings(max_examples=EXAMPLES // 2)
PLACES = ("/context/system_prompt", "/context/style/instructions", "/context/a~1b/c~0d/e")
MARKER = {"v": 1, "project": "p", "target": "t", "agent": "a"}
PLACE = st.sampled_from(PLACES)
ANYTHING = PROMPT | st.just("a\r\nb \n") | st.just("") | st.none() | st.just(3) | JSON
TEXT = st.lists(st.sampled_from(["a", "\r\n", "\n", " ", "é", "\rb"]), max_size=4).map("".join)
LETTERS = TEXT | st.sampled_from([1.0, "x\r\ny", [1.0, "\r\n"]])
RAW = st.dictionaries(st.sampled_from("abc"), JSON | LETTERS | MAPS, max_size=3) | MAPS


@st.composite
def answers(draw: Any, at: str) -> dict[str, Any]:
    """An assistant as a server may show it: with a copy of the context, none, or an older one."""
    context = draw(RAW)
    if draw(st.booleans()):
        context = put({"context": context}, at, draw(ANYTHING))["context"]
    config = {key: item for key, item in draw(RAW).items() if key != "configurable"}
    copies = [ABSENT, {}, context, draw(RAW)]
    if (copied := draw(st.sampled_from(copies))) is not ABSENT:
        config["configurable"] = copied
    return {
        **{"assistant_id": "i", "graph_id": draw(st.sampled_from(["agent", "plain"]))},
        **{"name": draw(st.sampled_from(["A", "B\r\nC", ""])), "version": draw(st.integers(0, 9))},
        "description": draw(st.sampled_from([None, "", "d", "d\r\n"])),
        "config": config,
        "context": context,
        "metadata": {**draw(RAW), **draw(st.sampled_from([{}, {"agentsync": MARKER}]))},
        **{"created_at": "1", "updated_at": "2"},
    }


def canonical(answer: Any, at: str) -> dict[str, Any]:
    """The canonical form of an answer, as the provider makes it."""
    said = {key: item for key, item in answer.items() if item is not None}
    return normalise({**RULES.defaults, **mirror.document(said, at)}, RULES)


def held(answer: Any, at: str) -> Held:
    live = LiveAgent(agent_id="i", revision="1", value=canonical(answer, at))
    return Held(live=live, head="1", answer=answer)


def settled(value: Any, at: str) -> dict[str, Any]:
    """A canonical form that a definition, or a mixture of one and what is live, can have."""
    value = {"graph_id": "agent", "name": "A", **RULES.defaults, **value}
    value["config"] = {k: it for k, it in value["config"].items() if k != "configurable"}
    value["metadata"] = {k: it for k, it in value["metadata"].items() if it is not None}
    prompt = value.pop("system_prompt", None)
    value = lifted(put(value, at, ABSENT), at)
    return normalise(value if prompt is None else {**value, "system_prompt": prompt}, RULES)


def serving(answer: Any) -> AssistantServer:
    server = AssistantServer()
    server.schemas |= {answer["graph_id"]: None}
    server.found["i"] = copy.deepcopy(dict(answer))
    return server


def pairs() -> Any:
    """A place, an answer, and what shall be: of the same few parts, so that some stay."""

    @st.composite
    def drawn(draw: Any) -> Any:
        at = draw(PLACE)
        answer = draw(answers(at))
        now, other = canonical(answer, at), draw(assistants())
        chance = random.Random(draw(st.integers(0, 2**32)))
        value = settled(mixed([now, varied(now, chance, "x"), other], chance), at)
        return at, answer, {**value, "graph_id": chance.choice(["agent", "plain"])}

    return drawn()


@LAW
@given(PLACE.flatmap(lambda at: st.tuples(st.just(at), answers(at))))
def test_the_canonical_form_of_an_answer_is_settled(drawn: Any) -> None:
    at, answer = drawn
    value = canonical(answer, at)
    assert same(normalise(value, RULES), value)
    assert same(desired(value, RULES), value)
    assert {"config", "context", "metadata", "description"} <= value.keys()
    assert not value.keys() & {"assistant_id", "version", "created_at", "updated_at"}
    assert "agentsync" not in value["metadata"]
    assert not isinstance(resolve(value, at), str)
    stale = answer["config"].get("configurable")
    copied = not stale or same(stale, answer["context"])
    assert ("configurable" in value["config"]) == (not copied)


@LAW
@given(pairs())
def test_a_patch_brings_exactly_what_is_intended(drawn: Any) -> None:
    at, answer, intended = drawn
    server = serving(answer)
    body = mirror.patch(held(answer, at), intended, MARKER, RULES, at)
    after = server.patch("i", json.loads(json.dumps(body)))
    assert same(canonical(after, at), intended)
    assert after["metadata"]["agentsync"] == MARKER
    again = mirror.patch(held(after, at), intended, MARKER, RULES, at)
    assert again == {"metadata": {"agentsync": MARKER}}


@LAW
@given(pairs())
def test_a_patch_touches_nothing_else(drawn: Any) -> None:
    at, answer, intended = drawn
    before = canonical(answer, at)
    body = mirror.patch(held(answer, at), intended, MARKER, RULES, at)
    for key in ("graph_id", "name", "description"):
        assert (key in body) == (not same(before[key], intended[key]))
    together = ("system_prompt", "context", "config")
    moved = any(not same(before.get(k, ABSENT), intended.get(k, ABSENT)) for k in together)
    assert ("context" in body, "config" in body) == (moved, moved)
    if moved:
        assert body["config"]["configurable"] == {}
        wanted = lowered(intended, at)
        untouched(answer["context"], body["context"], wanted["context"])
        untouched(answer["config"], body["config"], wanted["config"])
    for key, item in body["metadata"].items():
        if key != "agentsync":
            assert (item is None) == (key not in intended["metadata"])
            assert not same(before["metadata"].get(key), intended["metadata"].get(key))
    untouched(answer["metadata"], body["metadata"], intended["metadata"])


def untouched(raw: Any, sent: Any, intended: Any) -> None:
    """What was sent and means the same as before is what was there, to the letter."""
    for key in raw.keys() & sent.keys() & intended.keys():
        before = normalise({"context": raw}, RULES)["context"][key]
        if same(before, intended[key]):
            assert json.dumps(sent[key]) == json.dumps(raw[key])
        elif all(isinstance(side[key], dict) for side in (raw, sent, intended)):
            untouched(raw[key], sent[key], intended[key])


@LAW
@given(PLACE, assistants())
def test_what_was_created_has_the_canonical_form_it_was_made_of(at: str, document: Any) -> None:
    value = settled(desired(document, RULES), at)
    server = AssistantServer(schemas={value["graph_id"]: None})
    body = mirror.creation(value, at)
    assert None not in body.values()
    assert not {} == body.get("context") == body.get("config")
    made = server.create(json.loads(json.dumps(body)))
    assert same(canonical(made, at), value)


@LAW
@given(pairs(), st.integers(0, 2**32))
def test_what_a_write_undid_is_told_and_put_back(drawn: Any, seed: int) -> None:
    """Somebody else writes between: whatever of theirs is lost is named, and comes back."""
    at, answer, intended = drawn
    server, chance = serving(answer), random.Random(seed)
    before = held(answer, at)
    other = settled(mixed([before.live.value, varied(intended, chance, "y"), intended], chance), at)
    other["graph_id"] = chance.choice(["agent", "plain"])
    server.patch("i", mirror.patch(before, other, {"theirs": 1}, RULES, at))
    version = server.past["i"][0]
    theirs = canonical(version, at)
    body = mirror.patch(before, intended, MARKER, RULES, at)
    ours = canonical(server.patch("i", body), at)
    told = mirror.overwritten(body, before.live.value, theirs, intended, RULES)
    undone = [
        item.pointer
        for item in differences(before.live.value, theirs, RULES)
        if not same(resolve(theirs, item.pointer, ABSENT), resolve(ours, item.pointer, ABSENT))
    ]
    assert told == undone
    back = server.patch("i", mirror.restoring(body, version))
    assert same(canonical(back, at), theirs)
    assert back["metadata"]["agentsync"] == {"theirs": 1}


# By hand.

AT = PLACES[0]


@pytest.mark.parametrize(
    ("configurable", "context", "kept"),
    [
        (ABSENT, {"a": 1}, ABSENT),
        ({}, {"a": 1}, ABSENT),
        ({"a": 1}, {"a": 1}, ABSENT),
        ({"a": 1.0}, {"a": 1}, ABSENT),
        ({"a": True}, {"a": 1}, {"a": True}),
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"a": 2}, {"a": 1}),
        ({"system_prompt": "p"}, {"system_prompt": "p"}, ABSENT),
        ({"system_prompt": "old"}, {"system_prompt": "p"}, {"system_prompt": "old"}),
    ],
)
def test_configurable_counts_where_it_says_something_else(
    configurable: Any, context: Any, kept: Any
) -> None:
    config = {"tags": ["t"]} | ({} if configurable is ABSENT else {"configurable": configurable})
    answer = {"graph_id": "agent", "name": "A", "config": config, "context": context}
    found = mirror.document(answer, AT)["config"]
    assert same(found.get("configurable", ABSENT), kept) or found.get("configurable") is kept
    assert found["tags"] == ["t"]
    assert answer["config"] == config, "the answer itself is left as it is"


@pytest.mark.parametrize("field", ["config", "context"])
@pytest.mark.parametrize("value", ["x", [1], 3, True])
def test_a_field_of_another_kind_is_no_assistant(field: str, value: Any) -> None:
    with pytest.raises(ShapeError, match=f"`{field}`"):
        mirror.document({field: value}, AT)


def state(**more: Any) -> dict[str, Any]:
    plain = {"graph_id": "agent", "name": "A", "description": None}
    return {**plain, "config": {}, "context": {}, "metadata": {}, **more}


def test_a_write_of_the_context_says_the_config_too() -> None:
    answer = state(context={"a": 1, "t": "x\r\ny", "n": 1.0}, config={"tags": ["t"], "f": 2.0})
    now = held(answer, AT)
    wanted = {**now.live.value, "context": {**now.live.value["context"], "a": 2}}
    body = mirror.patch(now, wanted, MARKER, RULES, AT)
    assert json.dumps(body) == json.dumps(
        {
            "context": {"a": 2, "t": "x\r\ny", "n": 1.0},
            "config": {"configurable": {}, "tags": ["t"], "f": 2.0},
            "metadata": {"agentsync": MARKER},
        }
    )


def test_metadata_is_written_key_by_key_and_what_goes_as_null() -> None:
    raw = {"gone": 1, "kept": 1, "deep": {"a": "x\r\ny", "b": 1.0, "c": 1}, "null": None}
    now = held(state(metadata={**raw, "agentsync": {"v": 0}}), AT)
    wanted = {**now.live.value, "metadata": {"kept": 1, "deep": {"a": "x\ny", "b": 1, "c": 2}}}
    body = mirror.patch(now, wanted, MARKER, RULES, AT)
    deep = {"a": "x\r\ny", "b": 1.0, "c": 2}
    assert json.dumps(body, sort_keys=True) == json.dumps(
        {"metadata": {"gone": None, "deep": deep, "agentsync": MARKER}}, sort_keys=True
    )


def test_a_copy_that_shall_stay_another_is_not_overwritten_in_silence() -> None:
    now = held(state(context={"a": 1}, config={"configurable": {"a": 0}}), AT)
    for wanted in (
        {**now.live.value, "context": {"a": 2}},
        {**now.live.value, "system_prompt": "p"},
        {**now.live.value, "config": {**now.live.value["config"], "tags": ["t"]}},
    ):
        with pytest.raises(RefusedError, match=r"config\.configurable"):
            mirror.patch(now, wanted, MARKER, RULES, AT)
    harmless = {**now.live.value, "name": "B", "metadata": {"m": 1}}
    body = mirror.patch(now, harmless, MARKER, RULES, AT)
    assert body == {"name": "B", "metadata": {"m": 1, "agentsync": MARKER}}


def test_a_creation_says_nothing_that_is_empty() -> None:
    value = desired({"graph_id": "g", "name": "A", "description": "", "config": {}}, RULES)
    assert mirror.creation(value, AT) == {"graph_id": "g", "name": "A"}
    prompted = {**value, "system_prompt": "", "context": {"a": 0}}
    assert mirror.creation(prompted, AT)["context"] == {"a": 0, "system_prompt": ""}


def test_a_write_that_said_nothing_of_the_context_undid_nothing_there() -> None:
    before = canonical(state(context={"a": 1}), AT)
    theirs = canonical(state(context={"a": 2}, description="d"), AT)
    body = {"name": "B", "metadata": {"agentsync": MARKER}}
    ours = {**before, "name": "B"}
    assert mirror.overwritten(body, before, theirs, ours, RULES) == []
    assert mirror.restoring(body, state(name="C", metadata={"x": 1})) == {
        "name": "C",
        "metadata": {"agentsync": None},
    }
    assert mirror.restoring({**body, "description": "d"}, state())["description"] == ""
