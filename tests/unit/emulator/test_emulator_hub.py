"""Hub directories: history, compare-and-swap, and what a commit means for the agent."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from agentsync.emulator.keys import Key

API = "/v1/deepagents"
HUB = "/v1/platform/hub/repos/-"


def test_a_commit_changes_the_typed_fields(api):
    agent = api.create(system_prompt="old", skills=[{"name": "s", "instructions": "x"}])
    api.commit(
        agent["id"],
        {
            "AGENTS.md": "new",
            "tools.json": '{"tools": [{"name": "t"}]}',
            "skills/s/SKILL.md": None,
            "subagents/a/AGENTS.md": '---\ndescription: "D"\nmodel_id: "m:x"\n---\n\nDo',
            "skills/link": {"type": "skill", "repo_handle": "r"},
        },
        api.head(agent["id"]),
    )
    after = api.get(agent["id"])
    assert after["system_prompt"] == "new"
    assert after["tools"] == {"tools": [{"name": "t"}]}
    assert after["subagents"] == [
        {"name": "a", "description": "D", "model_id": "m:x", "instructions": "Do"}
    ]
    assert after["skills"] == [{"name": "link", "repo_handle": "r"}]


def test_a_commit_keeps_the_bytes_it_was_given(api):
    agent = api.create()
    text = '{ "tools":[],\r\n\t"x": "é" }'
    api.commit(agent["id"], {"tools.json": text, "memories/a.md": "m\n\n"})
    assert api.text(agent["id"], "tools.json") == text
    assert api.text(agent["id"], "memories/a.md") == "m\n\n"


@pytest.mark.parametrize("length", [8, 20, 64])
def test_a_prefix_of_the_head_is_accepted(api, length):
    agent = api.create()
    head = api.head(agent["id"])
    assert api.commit(agent["id"], {"a": "1"}, head[:length]) == api.head(agent["id"]) != head


def test_a_stale_parent_is_409_and_changes_nothing(api):
    agent = api.create()
    first = api.head(agent["id"])
    second = api.commit(agent["id"], {"a": "1"}, first)
    for parent in (first, first[:8], "0" * 64):
        answer = api.try_commit(agent["id"], {"a": {"content": "2"}}, parent)
        assert answer.status_code == 409
        assert all(isinstance(value, str) for value in answer.json().values())
    assert api.head(agent["id"]) == second
    assert api.text(agent["id"], "a") == "1"


@pytest.mark.parametrize("parent", [None, ""])
def test_without_a_parent_a_commit_is_unconditional(api, parent):
    agent = api.create()
    api.commit(agent["id"], {"a": "1"})
    assert api.commit(agent["id"], {"a": "2"}, parent) == api.head(agent["id"])


def test_a_patch_of_files_makes_older_parents_stale(api):
    agent = api.create()
    parent = api.head(agent["id"])
    api.patch(agent["id"], system_prompt="new")
    assert api.try_commit(agent["id"], {"a": {"content": ""}}, parent).status_code == 409


def test_history_is_read_by_commit(api):
    agent = api.create(system_prompt="0")
    hashes = [api.head(agent["id"])]
    hashes += [api.commit(agent["id"], {"AGENTS.md": str(number)}) for number in (1, 2)]
    assert len(set(hashes)) == 3
    for number, name in enumerate(hashes):
        for ref in (name, name[:8]):
            tree = api.tree(agent["id"], commit=ref)
            assert tree["files"]["AGENTS.md"]["content"] == str(number)
            assert tree["commit_hash"] == name
        assert api.tree(agent["id"], commit=tree["commit_id"])["commit_hash"] == name
    assert api.tree(agent["id"], commit="latest")["commit_hash"] == hashes[-1]
    for ref in ("0" * 64, "0" * 8, hashes[0][:7], "v1"):
        answer = api.request("GET", f"{HUB}/{agent['id']}/directories", params={"commit": ref})
        assert answer.status_code == 404


def test_the_owner_is_a_dash_or_the_workspace(api):
    agent = api.create()
    handle = f"{agent['id']}/directories"
    root = "/v1/platform/hub/repos"
    assert api.request("GET", f"{root}/somebody/{handle}").status_code == 404
    workspace = "0b8d3e5c-6f0a-4b5f-9a55-1f6f6f3a7c01"
    assert api.request("GET", f"{root}/{workspace}/{handle}").status_code == 200


def test_an_unknown_repository_is_404(api):
    for method, tail in (("GET", ""), ("DELETE", ""), ("POST", "/commits")):
        answer = api.request(method, f"{HUB}/nothing/directories{tail}", json={"files": {}})
        assert answer.status_code == 404
        assert answer.json() == {"error": "repo not found"}


def test_a_deleted_directory_leaves_an_agent_without_content(api):
    agent = api.create(system_prompt="x")
    assert api.request("DELETE", f"{HUB}/{agent['id']}/directories").status_code == 204
    assert api.request("GET", f"{HUB}/{agent['id']}/directories").status_code == 404
    assert "system_prompt" not in api.get(agent["id"])
    assert api.patch(agent["id"], system_prompt="again")["system_prompt"] == "again"
    assert api.text(agent["id"], "AGENTS.md") == "again"


def test_skill_repositories_can_be_read_and_committed_to(start):
    api = start(skills=(("summarizer", {"SKILL.md": "v1"}),))
    assert api.text("summarizer", "SKILL.md") == "v1"
    api.commit("summarizer", {"SKILL.md": "v2"}, api.head("summarizer"))
    assert api.text("summarizer", "SKILL.md") == "v2"


def test_skill_repositories_belong_to_the_workspace(start):
    somebody = Key(key="k", user_id="22222222-2222-4222-8222-222222222222")
    api = start(keys=(somebody,), skills=(("summarizer", {"SKILL.md": "v1"}),))
    assert api.text("summarizer", "SKILL.md") == "v1"
    assert api.commit("summarizer", {"SKILL.md": "v2"})


def test_one_winner_per_parent(api):
    agent = api.create()
    writers, rounds = 8, 10
    parents = [api.head(agent["id"])]
    barrier = Barrier(writers)

    def write(number: int) -> list[int]:
        statuses = []
        with httpx.Client(base_url=api.server.url, headers={"X-Api-Key": "k"}) as client:
            path = f"{HUB}/{agent['id']}/directories"
            for _ in range(rounds):
                parent = client.get(path).json()["commit_hash"]
                barrier.wait()
                body = {"files": {f"w{number}": {"content": parent}}, "parent_commit": parent}
                answer = client.post(f"{path}/commits", json=body)
                statuses.append(answer.status_code)
                if answer.status_code == 200:
                    parents.append(answer.json()["commit"]["commit_hash"])
                barrier.wait()
        return statuses

    with ThreadPoolExecutor(writers) as pool:
        columns = list(pool.map(write, range(writers)))
    for row in zip(*columns, strict=True):
        assert sorted(row) == [200] + [409] * (writers - 1)
    assert len(set(parents)) == rounds + 1
    assert api.head(agent["id"]) == parents[-1]


def test_writers_who_read_again_all_get_through(api):
    agent = api.create()
    writers = 6

    def write(number: int) -> int:
        with httpx.Client(base_url=api.server.url, headers={"X-Api-Key": "k"}) as client:
            path = f"{HUB}/{agent['id']}/directories"
            for attempt in range(1, 100):
                parent = client.get(path).json()["commit_hash"]
                body = {"files": {f"w{number}": {"content": "x"}}, "parent_commit": parent}
                if client.post(f"{path}/commits", json=body).status_code == 200:
                    return attempt
        return 0

    with ThreadPoolExecutor(writers) as pool:
        attempts = list(pool.map(write, range(writers)))
    assert all(attempts)
    assert len(api.tree(agent["id"])["files"]) == writers
