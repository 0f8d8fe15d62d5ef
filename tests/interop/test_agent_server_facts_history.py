"""The versions of an assistant on the real Agent Server: when one is made, and what it holds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.interop

P, Q = {"p": 1}, {"q": 2}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("aé\n", max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xy"), inner),
    max_leaves=4,
)
CONTEXTS = st.dictionaries(st.sampled_from(["p", "q", "system_prompt"]), VALUES, max_size=3)
RESTS = st.sampled_from([{}, {"tags": ["a"]}, {"recursion_limit": 7}, {"metadata": {"m": None}}])
MIRRORED = st.fixed_dictionaries({}, optional={"configurable": CONTEXTS})
CONFIGS = st.builds(lambda rest, mirrored: {**rest, **mirrored}, RESTS, MIRRORED)
# A number is a step back to one of the versions; a body that is refused must change nothing.
STEPS = st.lists(
    st.fixed_dictionaries({}, optional={"config": CONFIGS, "context": CONTEXTS})
    | st.integers(0, 20),
    max_size=5,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, context=CONTEXTS, rest=RESTS)
def test_the_combined_patch_sets_both_exactly(alice, steps, context, rest):
    path = alice.make()["assistant_id"]
    count = 1
    for step in steps:
        if isinstance(step, int):
            alice.step_back(path, step % count + 1)
        else:
            answer = alice.http.patch(f"/assistants/{path}", json=step)
            assert answer.status_code in (200, 400)
            count += answer.is_success
        assert [entry["version"] for entry in alice.versions(path)] == list(range(count, 0, -1))
    after = alice.patch(path, context=context, config={**rest, "configurable": {}})
    assert after["context"] == context
    assert after["config"] == {**rest, "configurable": context}
    assert after["version"] == count + 1


def test_every_patch_makes_one_version_and_even_an_empty_one(alice):
    made = alice.make()
    assert alice.patch(made["assistant_id"])["version"] == 2
    assert alice.patch(made["assistant_id"], name="n")["version"] == 3
    assert [entry["version"] for entry in alice.versions(made["assistant_id"])] == [3, 2, 1]


def test_a_step_back_leaves_context_and_graph_and_makes_no_version(alice):
    first = alice.make(context=P, metadata={"m": 1}, name="one", description="d1")
    path = first["assistant_id"]
    second = alice.patch(
        path, context=Q, metadata={"m": 2}, name="two", description="d2", graph_id="plain"
    )
    back = alice.step_back(path, 1)
    for key in ("version", "name", "description", "config", "metadata"):
        assert back[key] == first[key]
    for key in ("context", "graph_id"):
        assert back[key] == second[key]
    # So what context says and what configurable says are no longer the same.
    assert back["config"]["configurable"] != back["context"]
    assert [entry["version"] for entry in alice.versions(path)] == [2, 1]
    assert alice.patch(path, name="three")["version"] == 3


def test_an_entry_of_the_history_is_whole_and_never_changes(alice):
    path = alice.make(context=P, metadata={"m": {"x": 1}}, description="d")["assistant_id"]
    (first,) = alice.versions(path)
    assert first.keys() == {
        *("assistant_id", "version", "graph_id", "config", "context"),
        *("metadata", "created_at", "name", "description"),
    }
    alice.patch(path, context=Q, graph_id="writer", metadata={"m": None}, name="n", description="")
    alice.step_back(path, 1)
    alice.patch(path, metadata={"m": 3})
    alice.patch(path, context={}, config={"configurable": {}})
    assert alice.versions(path)[-1] == first
    assert alice.versions(path)[0]["created_at"] == alice.read(path)["updated_at"]


def test_the_history_comes_in_pages_and_a_page_past_the_end_is_absent(alice):
    path = alice.make(metadata={"m": 1})["assistant_id"]
    for number in range(11):
        alice.patch(path, metadata={"m": number % 2})

    def numbers(**body):
        return [entry["version"] for entry in alice.versions(path, **body)]

    def refusal(**body):
        return alice.http.post(f"/assistants/{path}/versions", json=body).status_code

    assert len(alice.http.post(f"/assistants/{path}/versions", json={}).json()) == 10
    assert numbers(limit=3) == [12, 11, 10]
    assert numbers(limit=3, offset=10) == [2, 1]
    assert numbers(metadata={"m": 1}) == [11, 9, 7, 5, 3, 1]
    assert refusal(offset=12) == refusal(metadata={"m": 7}) == 404
    assert refusal(limit=1001) == refusal(limit=0) == 422
