"""The agents API as documented: create, get, list, patch, delete, clone, health."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

API = "/v1/deepagents"

FULL: dict[str, Any] = {
    "name": "research-assistant",
    "description": "Finds things out.",
    "permissions": {"visibility": "user", "shared_users": {"read": ["u1", "u2"]}},
    "runtime": {"model": {"model_id": "openai:gpt-5.5"}},
    "system_prompt": "You are careful.\n\nTruly.\n",
    "tools": {
        "tools": [
            {
                "name": "search",
                "mcp_server_url": "https://tools.example.com",
                "mcp_server_name": "Fleet",
                "display_name": "search",
            }
        ],
        "interrupt_config": {"https://tools.example.com::search": True},
    },
    "subagents": [
        {
            "name": "critic",
            "description": "Finds holes: all of them",
            "model_id": "openai:gpt-5.5-mini",
            "instructions": "Be strict.\n",
            "tools": {"tools": [{"name": "lint"}]},
        }
    ],
    "skills": [
        {
            "type": "inline",
            "name": "pdf",
            "description": "Reads PDF files",
            "instructions": "Use the script.",
            "files": {"scripts/run.py": "print(1)\n"},
        }
    ],
    "extras": {"team": {"size": 3}, "none": None},
    "backend": {"type": "sandbox", "sandbox_config": {"scope": "agent", "policy_ids": ["b", "a"]}},
    "files": {"notes/a.md": {"content": "A"}},
}


def test_create_answers_with_everything_that_was_sent(api):
    agent = api.create(**FULL)
    for field in ("name", "description", "runtime", "tools", "extras", "backend"):
        assert agent[field] == FULL[field]
    assert agent["system_prompt"] == agent["instructions"] == FULL["system_prompt"]
    assert agent["subagents"] == FULL["subagents"]
    assert agent["skills"] == FULL["skills"]
    assert agent["permissions"] == {
        "identity": "personal",
        "visibility": "user",
        "tenant_access_level": "read",
        "shared_users": {"read": ["u1", "u2"]},
    }
    assert agent["is_owner"] is True
    assert agent["access_level"] == "WRITE"
    UUID(agent["id"])
    assert datetime.fromisoformat(agent["created_at"]).utcoffset() is not None
    assert "files" not in agent
    assert len(agent["revision"]) == 64


def test_get_answers_the_same_as_create(api):
    agent = api.create(**FULL)
    assert api.get(agent["id"]) == agent


def test_defaults_are_filled_and_empty_fields_left_out(api):
    agent = api.create(name="bare")
    assert set(agent) == {
        "id",
        "name",
        "owner_id",
        "created_at",
        "updated_at",
        "permissions",
        "access_level",
        "is_owner",
        "revision",
    }
    assert agent["permissions"] == {
        "identity": "personal",
        "visibility": "tenant",
        "tenant_access_level": "read",
    }


def test_the_tree_exists_right_after_create(api):
    agent = api.create(**FULL)
    tree = api.tree(agent["id"])
    assert tree["commit_hash"] == agent["revision"]
    assert sorted(tree["files"]) == [
        "AGENTS.md",
        "notes/a.md",
        "skills/pdf/SKILL.md",
        "skills/pdf/scripts/run.py",
        "subagents/critic/AGENTS.md",
        "subagents/critic/tools.json",
        "tools.json",
    ]
    assert tree["files"]["notes/a.md"] == {"type": "file", "content": "A"}
    assert api.tree(api.create()["id"])["files"] == {}


@pytest.mark.parametrize("value", ["true", "1"])
def test_include_files_shows_the_tree(api, value):
    agent = api.create(**FULL)
    assert api.get(agent["id"], include_files=value)["files"] == api.tree(agent["id"])["files"]


@pytest.mark.parametrize("value", ["false", "0", "yes", ""])
def test_include_files_has_two_truthy_values(api, value):
    assert "files" not in api.get(api.create(**FULL)["id"], include_files=value)


def test_include_files_also_on_writes(api):
    answer = api.request("POST", f"{API}/agents?include_files=1", json=FULL)
    assert "tools.json" in answer.json()["files"]
    path = f"{API}/agents/{answer.json()['id']}?include_files=true"
    assert "tools.json" in api.request("PATCH", path, json={}).json()["files"]


def test_instructions_is_an_alias_and_system_prompt_wins(api):
    assert api.create(instructions="old")["system_prompt"] == "old"
    both = api.create(instructions="old", system_prompt="new")
    assert both["instructions"] == both["system_prompt"] == "new"


def test_names_are_not_unique(api):
    assert api.create(name="same")["id"] != api.create(name="same")["id"]


def test_create_is_atomic(api):
    bad = {**FULL, "files": {"AGENTS.md": {"content": "clash"}}}
    assert api.request("POST", f"{API}/agents", json=bad).status_code == 422
    assert api.request("GET", f"{API}/agents").json() == {"items": [], "next_cursor": None}


def test_configurable_is_never_returned(api):
    agent = api.create(configurable={"secret": 1})
    assert "configurable" not in agent
    assert "configurable" not in api.patch(agent["id"], configurable={"secret": 2})
    assert "configurable" not in api.request("GET", f"{API}/agents").json()["items"][0]


def test_plan_limit_is_409(start):
    api = start(max_agents=1)
    api.create()
    answer = api.request("POST", f"{API}/agents", json={"name": "two"})
    assert answer.status_code == 409
    assert answer.json()["status"] == 409


# -- patch


def test_patch_leaves_what_it_does_not_name(api):
    agent = api.create(**FULL)
    after = api.patch(agent["id"], description="New.")
    changed = {key for key in after if after[key] != agent.get(key)}
    assert changed == {"description", "updated_at"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("runtime", {"model": {"model_id": "anthropic:claude"}}),
        ("extras", {"other": 1}),
        ("backend", {"type": "state"}),
        ("tools", {"tools": []}),
        ("subagents", [{"name": "poet", "instructions": "Rhyme."}]),
        ("skills", [{"type": "inline", "name": "csv", "instructions": "Split."}]),
    ],
)
def test_patch_replaces_nested_fields_in_full(api, field, value):
    agent = api.create(**FULL)
    assert api.patch(agent["id"], **{field: value})[field] == value
    assert api.get(agent["id"])[field] == value


@pytest.mark.parametrize(
    ("field", "value"),
    [("description", ""), ("extras", {}), ("subagents", []), ("skills", []), ("system_prompt", "")],
)
def test_patch_clears_with_empty_values(api, field, value):
    agent = api.create(**FULL)
    assert field not in api.patch(agent["id"], **{field: value})


def test_patch_merges_files_per_path_and_removes_named_paths(api):
    agent = api.create(**FULL)
    api.patch(
        agent["id"],
        files={"notes/b.md": {"content": "B"}},
        deleted_paths=["notes/a.md", "not/there.md"],
    )
    files = api.tree(agent["id"])["files"]
    assert "notes/a.md" not in files
    assert files["notes/b.md"]["content"] == "B"
    assert "AGENTS.md" in files


def test_replacing_subagents_removes_their_old_files(api):
    agent = api.create(**FULL)
    api.patch(agent["id"], subagents=[{"name": "critic", "instructions": "x"}])
    assert "subagents/critic/tools.json" not in api.tree(agent["id"])["files"]


def test_raw_files_are_parsed_into_typed_fields(api):
    skill = "---\nname: pdf\ndescription: >-\n  Reads\n  files\nlicense: MIT\n---\nBody"
    agent = api.create(
        files={
            "AGENTS.md": {"content": "Prompt"},
            "tools.json": {"content": '{"tools":[{"name":"t","x":1}],"interrupt_config":{}}'},
            "skills/pdf/SKILL.md": {"content": skill},
            "subagents/a/AGENTS.md": {"content": "No front matter"},
        }
    )
    assert agent["system_prompt"] == "Prompt"
    assert agent["tools"] == {"tools": [{"name": "t"}], "interrupt_config": {}}
    assert agent["skills"] == [
        {"type": "inline", "name": "pdf", "description": "Reads files", "instructions": "Body"}
    ]
    assert agent["subagents"] == [{"name": "a", "instructions": "No front matter"}]
    assert api.text(agent["id"], "skills/pdf/SKILL.md") == skill


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ({"system_prompt": "x"}, "AGENTS.md"),
        ({"instructions": "x"}, "AGENTS.md"),
        ({"tools": {"tools": []}}, "tools.json"),
        ({"subagents": [{"name": "a"}]}, "subagents/a/AGENTS.md"),
        ({"subagents": [{"name": "a", "tools": {}}]}, "subagents/a/tools.json"),
        ({"skills": [{"name": "s"}]}, "skills/s/SKILL.md"),
        ({"skills": [{"name": "s", "files": {"x.md": "1"}}]}, "skills/s/x.md"),
    ],
)
def test_a_typed_field_and_its_raw_file_clash(api, typed, path):
    agent = api.create()
    answer = api.try_patch(agent["id"], **typed, files={path: {"content": "raw"}})
    assert answer.status_code == 422
    assert path in answer.json()["detail"]
    assert api.tree(agent["id"])["files"] == {}


def test_the_clash_is_exact_to_the_path(api):
    agent = api.create(
        subagents=[{"name": "a", "instructions": "x"}],
        skills=[{"name": "s", "instructions": "y"}],
        files={
            "subagents/a/tools.json": {"content": '{"tools":[]}'},
            "skills/s/extra.md": {"content": "z"},
        },
    )
    assert agent["subagents"][0]["tools"] == {"tools": []}
    assert agent["skills"][0]["files"] == {"extra.md": "z"}


def test_a_linked_skill_is_an_entry_of_its_own(api):
    link = {"type": "skill", "repo_handle": "summarizer", "commit_id": "abc"}
    agent = api.create(files={"skills/sum": link})
    assert agent["skills"] == [{"name": "sum", "repo_handle": "summarizer", "commit_id": "abc"}]
    assert api.tree(agent["id"])["files"] == {"skills/sum": link}
    inline = api.patch(agent["id"], skills=[{"name": "sum", "instructions": "own"}])
    assert inline["skills"] == [{"type": "inline", "name": "sum", "instructions": "own"}]


def test_legacy_backend_names_are_accepted(api):
    agent = api.create(
        backend={"type": "thread_scoped_sandbox", "sandbox": {"idle_ttl_seconds": 5}}
    )
    config = {"idle_ttl_seconds": 5, "scope": "thread"}
    assert agent["backend"] == {"type": "sandbox", "sandbox_config": config}
    assert api.patch(agent["id"], backend={"type": "default"})["backend"] == {"type": "state"}


def test_time_moves_with_a_change(api):
    agent = api.create()
    after = api.patch(agent["id"], description="x")
    assert after["updated_at"] > agent["updated_at"]
    assert after["created_at"] == agent["created_at"]
    api.commit(agent["id"], {"AGENTS.md": "y"})
    assert api.get(agent["id"])["updated_at"] > after["updated_at"]


# -- delete, clone, health


def test_delete_is_idempotent(api):
    agent = api.create()
    for _ in range(2):
        api.delete(agent["id"])
    answer = api.request("GET", f"{API}/agents/{agent['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "agent_not_found")
    assert api.request("PATCH", f"{API}/agents/{agent['id']}", json={}).status_code == 404
    api.delete(str(uuid4()))


def test_clone_copies_behaviour_and_nothing_of_the_sharing(api):
    agent = api.create(**FULL)
    answer = api.request("POST", f"{API}/agents/{agent['id']}/clone?include_files=1")
    clone = answer.json()
    assert answer.status_code == 201
    assert clone["id"] != agent["id"]
    assert clone["files"] == api.tree(agent["id"])["files"]
    for field in ("runtime", "backend", "tools", "subagents", "skills", "system_prompt"):
        assert clone[field] == agent[field]
    assert "extras" not in clone
    assert clone["permissions"]["visibility"] == "tenant"
    body = {"name": "Mine", "permissions": {"visibility": "user"}}
    named = api.request("POST", f"{API}/agents/{agent['id']}/clone", json=body).json()
    assert (named["name"], named["permissions"]["visibility"]) == ("Mine", "user")


def test_health_knows_the_registered_servers(api):
    tools = {
        "tools": [
            {"name": "a", "mcp_server_url": "https://known.example.com/"},
            {"name": "b", "mcp_server_url": "https://unknown.example.com"},
        ]
    }
    agent = api.create(tools=tools, subagents=[{"name": "s", "tools": tools}])
    server = {"name": "known", "url": "https://known.example.com"}
    api.request("POST", f"{API}/mcp-servers", json=server)
    answer = api.request("GET", f"{API}/agents/{agent['id']}/health").json()
    assert answer == {
        "agent_id": agent["id"],
        "mcp_check": {
            "ok": False,
            "servers": [
                {"url": "https://known.example.com/", "ok": True},
                {"url": "https://unknown.example.com", "ok": False},
            ],
        },
    }
    assert api.request("GET", f"{API}/agents/nothing/health").status_code == 404


# -- list


def test_list_pages_meet_every_agent_once(api):
    made = [api.create(name=f"a{number}")["id"] for number in range(7)]
    seen, query = [], {"page_size": 3, "sort_by": "created_at", "sort_order": "asc"}
    while True:
        page = api.request("GET", f"{API}/agents", params=query).json()
        assert len(page["items"]) <= 3
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == made


def test_a_full_last_page_has_no_cursor(api):
    for _ in range(2):
        api.create()
    page = api.request("GET", f"{API}/agents", params={"page_size": 2}).json()
    assert (len(page["items"]), page["next_cursor"]) == (2, None)


def test_list_order_and_filter(api):
    one, two, three = (api.create(name=name)["id"] for name in ("Alpha", "beta", "alphabet"))
    api.patch(one, description="touched")

    def ids(**query: str) -> list[str]:
        items = api.request("GET", f"{API}/agents", params=query).json()["items"]
        return [item["id"] for item in items]

    assert ids() == [one, three, two]
    assert ids(sort_by="created_at") == [three, two, one]
    assert ids(sort_by="name", sort_order="asc") == [one, three, two]
    assert sorted(ids(name="alph")) == sorted([one, three])
    assert ids(name="%") == []


def test_list_items_are_summaries(api):
    agent = api.create(**FULL)
    (item,) = api.request("GET", f"{API}/agents").json()["items"]
    content = ("revision", "system_prompt", "instructions", "tools", "subagents", "skills")
    assert item == {key: value for key, value in agent.items() if key not in content}


def test_twenty_items_are_the_default(api):
    for _ in range(21):
        api.create()
    page = api.request("GET", f"{API}/agents").json()
    assert len(page["items"]) == 20
    assert page["next_cursor"]


@pytest.mark.parametrize(
    "query",
    [
        "page_size=0",
        "page_size=101",
        "page_size=ten",
        "page_size=-1",
        "page_size=99999999999999999999999",
        "sort_by=owner",
        "sort_order=up",
        "cursor=nonsense",
        "cursor=%F0%9F%98%80",
        "cursor=W10=",
    ],
)
def test_bad_list_queries_are_400(api, query):
    answer = api.request("GET", f"{API}/agents?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_query_parameter")


def test_a_cursor_belongs_to_its_list(api):
    for _ in range(2):
        api.create()
    cursor = api.request("GET", f"{API}/agents?page_size=1").json()["next_cursor"]
    query = {"page_size": 1, "cursor": cursor, "sort_by": "name"}
    assert api.request("GET", f"{API}/agents", params=query).status_code == 400
