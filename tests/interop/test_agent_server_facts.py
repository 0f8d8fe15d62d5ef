"""What the real Agent Server stores of what it was sent: the facts the provider rests on."""

import pytest

pytestmark = pytest.mark.interop

UNTITLED = {"config": {}, "context": {}, "name": "Untitled", "description": None, "version": 1}
BOTH = "Cannot specify both configurable and context."


def test_a_new_assistant_has_every_field(alice):
    made = alice.make()
    assert made.keys() == {
        *UNTITLED,
        "assistant_id",
        "graph_id",
        "metadata",
        "created_at",
        "updated_at",
    }
    assert {key: made[key] for key in UNTITLED} == UNTITLED
    assert made["graph_id"] == "agent"
    assert made["metadata"] == {"owner": "alice"}
    assert made["created_at"] == made["updated_at"]


def test_fields_it_does_not_know_are_dropped_without_a_word(alice):
    made = alice.make(colour="red")
    assert "colour" not in made
    assert "colour" not in alice.patch(made["assistant_id"], colour="red")


def test_the_name_may_be_empty_only_by_patch(alice):
    made = alice.make(name="")
    assert made["name"] == "Untitled"
    assert alice.patch(made["assistant_id"], name="")["name"] == ""


def test_an_empty_description_clears_it(alice):
    made = alice.make(description="It helps.")
    assert alice.patch(made["assistant_id"], description="")["description"] == ""
    assert alice.make(description=None)["description"] is None


P, Q = {"p": 1}, {"q": 2}
CREATED = [
    # sent: config, context; stored: config, context
    (None, P, {"configurable": P}, P),
    ({"configurable": P}, None, {"configurable": P}, P),
    ({"tags": ["t"]}, None, {"tags": ["t"]}, {}),
    ({"tags": ["t"]}, P, {"tags": ["t"], "configurable": P}, P),
    ({"tags": ["t"], "configurable": P}, None, {"tags": ["t"], "configurable": P}, P),
    ({"configurable": {}}, P, {"configurable": P}, P),
    ({"configurable": P}, {}, {"configurable": P}, P),
    ({"configurable": {}}, {}, {"configurable": {}}, {}),
    ({}, {}, {}, {}),
]
# What was there before each of these: config {"tags": ["t"], "configurable": P} and context P.
OLD = {"tags": ["t"], "configurable": P}
PATCHED = [
    (None, None, OLD, P),
    (None, Q, {"configurable": Q}, Q),
    (None, {}, OLD, {}),
    ({}, None, OLD, P),
    ({}, Q, {"configurable": Q}, Q),
    ({}, {}, OLD, {}),
    ({"tags": ["u"]}, None, {"tags": ["u"]}, P),
    ({"tags": ["u"]}, Q, {"tags": ["u"], "configurable": Q}, Q),
    ({"tags": ["u"]}, {}, {"tags": ["u"]}, {}),
    ({"configurable": {}}, None, {"configurable": {}}, P),
    ({"configurable": {}}, Q, {"configurable": Q}, Q),
    ({"configurable": {}}, {}, {"configurable": {}}, {}),
    ({"configurable": Q}, None, {"configurable": Q}, Q),
    ({"configurable": Q}, {}, {"configurable": Q}, Q),
    ({"tags": ["u"], "configurable": {}}, {}, {"tags": ["u"], "configurable": {}}, {}),
]


def _sent(config, context):
    both = {"config": config, "context": context}
    return {key: item for key, item in both.items() if item is not None}


@pytest.mark.parametrize(("config", "context", "config_after", "context_after"), CREATED)
def test_the_mirror_at_creation(alice, config, context, config_after, context_after):
    made = alice.make(**_sent(config, context))
    assert (made["config"], made["context"]) == (config_after, context_after)


@pytest.mark.parametrize(("config", "context", "config_after", "context_after"), PATCHED)
def test_the_mirror_at_a_patch(alice, config, context, config_after, context_after):
    path = alice.make(config={"tags": ["t"]}, context=P)["assistant_id"]
    after = alice.patch(path, **_sent(config, context))
    assert (after["config"], after["context"]) == (config_after, context_after)
    assert alice.read(path) == after


def test_both_at_once_are_refused_even_when_equal(alice):
    body = {"graph_id": "agent", "config": {"configurable": P}, "context": P}
    found = alice.make()
    refused = [
        alice.http.post("/assistants", json=body),
        alice.http.patch(f"/assistants/{found['assistant_id']}", json=body),
    ]
    assert [answer.status_code for answer in refused] == [400, 400]
    assert all(answer.json()["detail"].startswith(BOTH) for answer in refused)
    assert alice.read(found["assistant_id"]) == found


def test_metadata_merges_at_the_first_level_and_null_stays(alice):
    made = alice.make(metadata={"k": 1, "deep": {"x": 1}, "null": None})
    assert made["metadata"] == {"k": 1, "deep": {"x": 1}, "null": None, "owner": "alice"}
    after = alice.patch(made["assistant_id"], metadata={"k": None, "deep": {"y": 2}})
    assert after["metadata"] == {"k": None, "deep": {"y": 2}, "null": None, "owner": "alice"}
    assert alice.patch(made["assistant_id"], metadata={})["metadata"] == after["metadata"]


@pytest.mark.parametrize(
    ("number", "stored"),
    [(2**63, 2**63), (2**64 - 1, 2**64 - 1), (2**64, float(2**64)), (1e300, 1e300), (0.1, 0.1)],
)
def test_a_number_beyond_64_bit_becomes_a_float(alice, number, stored):
    found = alice.make(context={"n": number})["context"]["n"]
    assert (found, type(found)) == (stored, type(stored))


def test_nul_in_a_text_is_replaced(alice):
    assert alice.make(context={"t": "a\0b\r\n é \u2028"})["context"] == {
        "t": "a\ufffdb\r\n é \u2028"
    }
