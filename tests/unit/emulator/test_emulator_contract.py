"""The check that runs over every answer in these tests does compare, and does complain."""

import json

import pytest

API = "/v1/deepagents"
ID = "dfa71115-c971-4197-8f02-20826fbc6f40"
GOOD = {"id": ID, "created_at": "2026-05-15T20:50:32.708302+00:00", "permissions": {}}


@pytest.fixture
def comparing(contract):
    if contract is None:
        pytest.skip(
            "the API's OpenAPI files are not beside the repository: "
            "no answer was compared with the documented schemas"
        )
    return contract


def _problems(contract, status=200, kind="application/json", method="GET", **changes):
    body = json.dumps({**GOOD, **changes}).encode()
    return contract.problems(method, f"{API}/agents/{ID}", status, kind, body)


def test_a_good_answer_passes(comparing):
    before = comparing.compared
    assert _problems(comparing) == []
    assert comparing.compared == before + 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "mine"},
        {"created_at": "yesterday"},
        {"created_at": "2026-05-15T20:50:32"},
        {"permissions": {"identity": "both"}},
        {"skills": [{"type": "linked"}]},
        {"files": {"a": {"type": "dir"}}},
        {"revision": 5},
        {"status": 418},
        {"kind": "text/html"},
        {"method": "DELETE", "status": 204},
        {"status": 403, "kind": "text/plain"},
    ],
)
def test_a_wrong_answer_is_noticed(comparing, wrong):
    assert _problems(comparing, **wrong)


def test_an_undocumented_operation_is_noticed(comparing):
    kind, body = "application/json", b"{}"
    assert comparing.problems("GET", f"{API}/nothing", 200, kind, body)
    assert comparing.problems("GET", f"{API}/nothing", 404, kind, body) == []
    assert comparing.problems(
        "GET", "/v1/platform/hub/repos/-/x/directories", 200, kind, b'{"files":1}'
    )


def test_the_tests_answers_are_compared(comparing, api):
    before = comparing.compared
    api.tree(api.create()["id"])
    assert comparing.compared == before + 2
