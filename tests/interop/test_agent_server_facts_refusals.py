"""What the real Agent Server refuses, in which words, and that a refusal changes nothing."""

import uuid

import pytest

pytestmark = pytest.mark.interop

REFUSED = {
    "null name": {"name": None},
    "null description": {"description": None},
    "null context": {"context": None},
    "null config": {"config": None},
    "null metadata": {"metadata": None},
    "null graph": {"graph_id": None},
    "number as name": {"name": 5},
    "list as context": {"context": []},
    "text as metadata": {"metadata": "x"},
    "limit that is no number": {"config": {"recursion_limit": "x"}},
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_is_unprocessable_is_told_as_one_text_and_changes_nothing(alice, body):
    made = alice.make()
    answer = alice.http.patch(f"/assistants/{made['assistant_id']}", json=body)
    assert answer.status_code == 422
    assert answer.json().keys() == {"detail"}
    assert "is not of type" in answer.json()["detail"]
    assert alice.read(made["assistant_id"]) == made


@pytest.mark.parametrize("content", [b"{", b"", b"[]", b"{}"])
def test_a_body_that_is_none(alice, content):
    answer = alice.http.post("/assistants", content=content)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


def test_an_id_must_be_a_uuid_everywhere(alice):
    answers = [
        alice.http.get("/assistants/agent"),
        alice.http.patch("/assistants/x", json={}),
        alice.http.delete("/assistants/x"),
        alice.http.post("/assistants/x/versions", json={}),
        alice.http.post("/assistants", json={"graph_id": "agent", "assistant_id": "x"}),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert {answer.json()["detail"] for answer in answers} == {
        "Invalid assistant ID: must be a UUID"
    }


def test_an_absent_assistant_is_told_in_three_ways(alice):
    path = f"/assistants/{(absent := uuid.uuid4())}"
    answers = {
        "get": alice.http.get(path),
        "schemas": alice.http.get(f"{path}/schemas"),
        "patch": alice.http.patch(path, json={}),
        "versions": alice.http.post(f"{path}/versions", json={}),
        "latest": alice.http.post(f"{path}/latest", json={"version": 1}),
        "delete": alice.http.delete(path),
    }
    assert {answer.status_code for answer in answers.values()} == {404}
    assert {name: answer.json()["detail"] for name, answer in answers.items()} == {
        "get": "Not Found",
        "schemas": "Not Found",
        **dict.fromkeys(("patch", "versions", "latest"), f"Assistant {absent} not found"),
        "delete": f"Assistant with ID {absent} not found",
    }


def test_a_chosen_id_is_taken_only_once(alice):
    chosen = str(uuid.uuid4())
    first = alice.make(assistant_id=chosen, name="first")
    assert first["assistant_id"] == chosen
    body = {"graph_id": "agent", "assistant_id": chosen, "name": "second"}
    again = alice.http.post("/assistants", json=body)
    assert again.status_code == 409
    assert again.json() == {"detail": f"Assistant {chosen} already exists"}
    kept = alice.http.post("/assistants", json={**body, "if_exists": "do_nothing"})
    assert (kept.status_code, kept.json()) == (200, first)


def test_deleted_is_deleted_once_and_the_id_is_free_again(alice):
    made = alice.make()
    path = f"/assistants/{made['assistant_id']}"
    alice.http.patch(path, json={})
    gone = alice.http.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert alice.http.delete(path).status_code == alice.http.get(path).status_code == 404
    assert alice.make(assistant_id=made["assistant_id"])["version"] == 1
    assert len(alice.versions(made["assistant_id"])) == 1
