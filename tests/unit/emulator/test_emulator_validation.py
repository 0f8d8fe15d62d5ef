"""What the API refuses, and how: every error in its documented shape, nothing half done."""

import json
from typing import Any

import pytest

API = "/v1/deepagents"
HUB = "/v1/platform/hub/repos/-"

BAD_BODIES: list[tuple[Any, int, str]] = [
    (b"", 400, "invalid_request_body"),
    (b"{", 400, "invalid_request_body"),
    (b"[]", 400, "invalid_request_body"),
    (b'"text"', 400, "invalid_request_body"),
    (b'{"name": "a", "extras": {"x": NaN}}', 400, "invalid_request_body"),
    (b'{"name": "a", "extras": {"x": 1e999}}', 400, "invalid_request_body"),
    (b'{"name": "a", "extras": {"x": ' + b"9" * 5000 + b"}}", 400, "invalid_request_body"),
    (b'{"name": "\xff"}', 400, "invalid_request_body"),
    (b'{"name": "a\\u0000b"}', 400, "invalid_request_body"),
    (b'{"name": "a", "extras": {"\\u0000": 1}}', 400, "invalid_request_body"),
    (b'{"name":"a","extras":' + b'{"x":' * 5000 + b"1" + b"}" * 5001, 400, "invalid_request_body"),
    (b'{"name":"a","extras":' + b'{"x":' * 300 + b"1" + b"}" * 301, 400, "invalid_request_body"),
    ({}, 400, "missing_required_field"),
    ({"name": ""}, 400, "missing_required_field"),
    ({"name": " \t"}, 400, "missing_required_field"),
    ({"name": None}, 400, "missing_required_field"),
    ({"name": 1}, 400, "invalid_request_body"),
    ({"description": ["x"]}, 400, "invalid_request_body"),
    ({"permissions": "tenant"}, 400, "invalid_request_body"),
    ({"permissions": {"identity": True}}, 400, "invalid_request_body"),
    ({"permissions": {"identity": "both"}}, 422, "validation_failed"),
    ({"permissions": {"visibility": ""}}, 422, "validation_failed"),
    ({"permissions": {"shared_users": {"read": "u"}}}, 400, "invalid_request_body"),
    ({"permissions": {"shared_users": {"read": [1]}}}, 400, "invalid_request_body"),
    ({"runtime": {"model": "openai:gpt-5.5"}}, 400, "invalid_request_body"),
    ({"runtime": {"model": {"model_id": 5}}}, 400, "invalid_request_body"),
    ({"tools": []}, 400, "invalid_request_body"),
    ({"tools": {"tools": [None]}}, 400, "invalid_request_body"),
    ({"tools": {"tools": [{"display_name": "x"}]}}, 422, "validation_failed"),
    ({"tools": {"interrupt_config": {"a": "yes"}}}, 400, "invalid_request_body"),
    ({"subagents": {"a": {}}}, 400, "invalid_request_body"),
    ({"subagents": [{"instructions": "x"}]}, 422, "validation_failed"),
    ({"subagents": [{"name": "a/b"}]}, 422, "validation_failed"),
    ({"subagents": [{"name": ".."}]}, 422, "validation_failed"),
    ({"subagents": [{"name": "a"}, {"name": "a"}]}, 422, "validation_failed"),
    ({"subagents": [{"name": "a", "tools": {"tools": [{}]}}]}, 422, "validation_failed"),
    ({"skills": [{"name": "s", "type": "linked"}]}, 422, "validation_failed"),
    ({"skills": [{"repo_handle": "s"}]}, 422, "validation_failed"),
    ({"skills": [{"name": "s", "files": {"../x": "y"}}]}, 422, "validation_failed"),
    ({"skills": [{"name": "s", "files": {"SKILL.md": "y"}}]}, 422, "validation_failed"),
    ({"skills": [{"name": "s", "files": {"x": {"content": "y"}}}]}, 400, "invalid_request_body"),
    ({"extras": []}, 400, "invalid_request_body"),
    ({"backend": {"type": "vm"}}, 422, "validation_failed"),
    ({"backend": {"type": "state", "sandbox_config": {}}}, 422, "validation_failed"),
    ({"backend": {"sandbox_config": {}}}, 422, "validation_failed"),
    ({"backend": {"type": "sandbox", "sandbox_config": {"scope": "x"}}}, 422, "validation_failed"),
    (
        {"backend": {"type": "sandbox", "sandbox_config": {"idle_ttl_seconds": 1.5}}},
        400,
        "invalid_request_body",
    ),
    (
        {"backend": {"type": "sandbox", "sandbox_config": {"idle_ttl_seconds": True}}},
        400,
        "invalid_request_body",
    ),
    ({"files": {"/abs": {"content": ""}}}, 422, "validation_failed"),
    ({"files": {"a/../b": {"content": ""}}}, 422, "validation_failed"),
    ({"files": {"a//b": {"content": ""}}}, 422, "validation_failed"),
    ({"files": {"./a": {"content": ""}}}, 422, "validation_failed"),
    ({"files": {"": {"content": ""}}}, 422, "validation_failed"),
    ({"files": {"a\\b": {"content": ""}}}, 422, "validation_failed"),
    ({"files": {"a\nb": {"content": ""}}}, 422, "validation_failed"),
    ({"files": {"x" * 2000: {"content": ""}}}, 422, "validation_failed"),
    ({"files": {"a": "text"}}, 400, "invalid_request_body"),
    ({"files": {"a": {"content": 1}}}, 400, "invalid_request_body"),
    ({"files": {"a": {"type": "dir"}}}, 422, "validation_failed"),
    ({"files": {"a": {"type": "skill"}}}, 422, "validation_failed"),
    (
        {"files": {"a": {"type": "skill", "repo_handle": "r", "content": "x"}}},
        422,
        "validation_failed",
    ),
    ({"files": {"a": {"content": ""}, "a/b": {"content": ""}}}, 422, "validation_failed"),
]


def _named(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return json.dumps(body if "name" in body or not body else {"name": "a", **body}).encode()


@pytest.mark.parametrize(("body", "status", "code"), BAD_BODIES)
def test_create_refuses(api, body, status, code):
    answer = api.request("POST", f"{API}/agents", content=_named(body))
    found = answer.json()
    assert (answer.status_code, found["code"]) == (status, code), found
    assert found["status"] == status
    assert found["type"].endswith("/" + code)
    assert api.request("GET", f"{API}/agents").json()["items"] == []
    assert api.server.stats()["internal_errors"] == 0


# Without a name, or with null, a PATCH is a reading or no error at all.
BAD_PATCHES = [case for case in BAD_BODIES if case[0] not in ({}, {"name": None})]


@pytest.mark.parametrize(("body", "status", "code"), BAD_PATCHES)
def test_patch_refuses_the_same_and_changes_nothing(api, body, status, code):
    agent = api.create(system_prompt="x")
    answer = api.request("PATCH", f"{API}/agents/{agent['id']}", content=_named(body))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert api.get(agent["id"]) == agent


@pytest.mark.parametrize("paths", [["../x"], ["/x"], [""], ["a//b"]])
def test_deleted_paths_are_checked(api, paths):
    agent = api.create()
    assert api.try_patch(agent["id"], deleted_paths=paths).status_code == 422


def test_the_documented_examples_of_errors(api):
    answer = api.request("POST", f"{API}/agents", json={})
    assert answer.json() == {
        "type": "https://docs.langchain.com/errors/missing_required_field",
        "code": "missing_required_field",
        "detail": "Set 'name' to a non-empty string: 'name' is required",
        "status": 400,
    }
    answer = api.request("POST", f"{API}/agents", content=b"{")
    assert answer.json() == {
        "type": "https://docs.langchain.com/errors/invalid_request_body",
        "code": "invalid_request_body",
        "detail": "Provide a valid JSON request body matching the documented schema",
        "status": 400,
    }
    path = f"{API}/agents/00000000-0000-4000-8000-000000000000"
    assert api.request("GET", path).json() == {
        "type": "https://docs.langchain.com/errors/agent_not_found",
        "code": "agent_not_found",
        "detail": "Verify the agent ID and that the calling identity has access: agent not found",
        "status": 404,
    }


@pytest.mark.parametrize("bad", ["nothing", "1", "%00", "dfa71115c97141978f0220826fbc6f40", "%2E"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_bad_agent_id_is_400(api, method, bad):
    answer = api.request(method, f"{API}/agents/{bad}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_agent_id")


def test_ids_are_not_sensitive_to_case(api):
    agent = api.create()
    assert api.get(agent["id"].upper())["id"] == agent["id"]


def test_unknown_fields_are_dropped(api):
    agent = api.create(
        colour="red",
        id="mine",
        permissions={"colour": 1},
        tools={"tools": [{"name": "t", "colour": 1}]},
    )
    assert "colour" not in json.dumps(agent)
    assert agent["id"] != "mine"


def test_lone_surrogates_become_replacement_characters(api):
    body = b'{"name":"a\\ud800b","system_prompt":"\\udc00","extras":{"\\ud83d":"\\ud83d\\ude00"}}'
    agent = api.request("POST", f"{API}/agents", content=body).json()
    assert agent["name"] == "a\ufffdb"
    assert agent["system_prompt"] == "\ufffd"
    assert agent["extras"] == {"\ufffd": "\U0001f600"}


def test_a_text_about_escapes_is_no_escape(api):
    assert api.create(system_prompt="a \\u0000 b")["system_prompt"] == "a \\u0000 b"


def test_a_large_body_is_413(start):
    api = start(max_body_bytes=1000)
    answer = api.request("POST", f"{API}/agents", json={"name": "a", "system_prompt": "x" * 2000})
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")

    def chunks():
        yield b'{"name": "'
        yield b"x" * 2000

    streamed = api.request("POST", f"{API}/agents", content=chunks())
    assert streamed.status_code == 413
    api.create(system_prompt="x" * 900)


def test_large_texts_come_back_whole(api):
    prompt = "ü\u2028\U0001f600\t\r\n" * 100_000
    agent = api.create(system_prompt=prompt)
    assert api.get(agent["id"])["system_prompt"] == prompt


def test_unknown_routes_and_methods(api):
    missing = api.request("GET", f"{API}/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "route_not_found")
    assert api.request("GET", f"{API}/agents/").status_code == 404
    wrong = api.request("PUT", f"{API}/agents")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert api.request("GET", "/v1/platform/hub/nothing").json().keys() == {"error"}


BAD_COMMITS: list[Any] = [
    b"{",
    {"files": []},
    {"files": {"../a": None}},
    {"files": {"a": "text"}},
    {"files": {"a": 1}},
    {"files": {"a": {"type": "agent"}}},
    {"files": {"a": {"type": "skill"}}},
    {"files": {"a": {"content": None, "type": 1}}},
    {"files": {"a": {"content": ""}, "a/b": {"content": ""}}},
    {"files": {}, "parent_commit": "1234567"},
    {"files": {}, "parent_commit": "a" * 65},
    {"files": {}, "parent_commit": 5},
]


@pytest.mark.parametrize("body", BAD_COMMITS)
def test_bad_commits_are_400_with_a_flat_map(api, body):
    agent = api.create()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = api.request("POST", f"{HUB}/{agent['id']}/directories/commits", content=content)
    assert answer.status_code == 400, answer.text
    assert all(isinstance(value, str) for value in answer.json().values())
    assert api.head(agent["id"]) == agent["revision"]
    assert api.server.stats()["internal_errors"] == 0
