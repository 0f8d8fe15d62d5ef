"""The list of commits: who sees it, its order and pages, and databases from before it.

It is in none of the OpenAPI files at hand, so its answers are not `checked`.
"""

import sqlite3

import httpx
import pytest

from agentsync.emulator.keys import ALL, Key, parse
from agentsync.emulator.readings import Readings
from agentsync.emulator.serve import Options, running
from agentsync.emulator.store import Store


def listed(api, agent_id, **query):
    answer = api.request("GET", f"/commits/-/{agent_id}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def hashes(api, agent_id, **query):
    return [item["commit_hash"] for item in listed(api, agent_id, **query)["commits"]]


def test_commits_are_listed_newest_first_each_with_its_parent(start):
    api = start(checked=False)
    agent = api.create(system_prompt="0")
    made = [api.head(agent["id"]), api.commit(agent["id"], {"AGENTS.md": "1"})]
    api.patch(agent["id"], system_prompt="2")
    made.append(api.head(agent["id"]))
    found = listed(api, agent["id"])
    assert found["total"] == 3
    assert [item["commit_hash"] for item in found["commits"]] == made[::-1]
    assert [item["parent_commit_hash"] for item in found["commits"]] == [made[1], made[0], None]
    times = [item["created_at"] for item in found["commits"]]
    assert times == sorted(times, reverse=True)
    for item in found["commits"]:
        assert api.tree(agent["id"], commit=item["commit_hash"])["commit_id"] == item["id"]


def test_a_slash_at_the_end_changes_nothing(start):
    api = start(checked=False)
    agent = api.create()
    answer = api.request("GET", f"/commits/-/{agent['id']}/", params={"include_model": "False"})
    assert answer.json() == listed(api, agent["id"])


def test_pages(start):
    api = start(checked=False)
    agent = api.create(system_prompt="0")
    for number in range(1, 24):
        api.commit(agent["id"], {"AGENTS.md": str(number)})
    every = hashes(api, agent["id"], limit=100)
    assert len(every) == 24
    assert hashes(api, agent["id"]) == every[:20]
    assert hashes(api, agent["id"], limit=5, offset=3) == every[3:8]
    assert hashes(api, agent["id"], limit=5, offset=22) == every[22:]
    last = listed(api, agent["id"], offset=24)
    assert last == {"commits": [], "total": 24}
    # The parent of a page's last commit is on the next page, and is told all the same.
    (only,) = listed(api, agent["id"], limit=1)["commits"]
    assert only["parent_commit_hash"] == every[1]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"offset": -1}])
def test_a_page_that_nobody_can_have(start, query):
    api = start(checked=False)
    agent = api.create()
    answer = api.request("GET", f"/commits/-/{agent['id']}", params=query)
    assert answer.status_code == 422
    assert all(isinstance(value, str) for value in answer.json().values())


def test_a_commit_names_who_made_it(start):
    api = start(checked=False, keys=parse(["k:ann", "bob:bob", "nobody"]))
    agent = api.create(permissions={"tenant_access_level": "write"})
    bob = start.connect(api.server, key="bob", checked=False)
    nobody = start.connect(api.server, key="nobody", checked=False)
    bob.patch(agent["id"], system_prompt="bob")
    nobody.commit(agent["id"], {"AGENTS.md": "nobody"})
    names = [item["full_name"] for item in listed(api, agent["id"])["commits"]]
    assert names == [None, "bob", "ann"]


def test_the_list_is_read_with_the_rights_of_the_tree(start):
    keys = (
        Key(key="k", user_id="11111111-1111-4111-8111-111111111111"),
        Key(key="other", user_id="22222222-2222-4222-8222-222222222222"),
        Key(key="blind", permissions=ALL - {"hub:read"}),
    )
    api = start(keys=keys, checked=False)
    seen = api.create(name="seen")
    own = api.create(name="own", permissions={"visibility": "user"})
    other = start.connect(api.server, key="other", checked=False)
    blind = start.connect(api.server, key="blind", checked=False)
    assert len(hashes(other, seen["id"])) == 1
    assert other.request("GET", f"/commits/-/{own['id']}").status_code == 404
    answer = blind.request("GET", f"/commits/-/{seen['id']}")
    assert (answer.status_code, answer.json()) == (403, {"error": "missing permission hub:read"})
    assert api.request("GET", "/commits/-/nothing").json() == {"error": "repo not found"}
    assert api.request("GET", f"/commits/somebody/{seen['id']}").status_code == 404
    assert (
        start.connect(api.server, key="", checked=False)
        .request("GET", f"/commits/-/{seen['id']}")
        .status_code
        == 401
    )


def test_the_list_is_told_hidden_or_empty(start):
    for reading in ("listed", "hidden", "empty"):
        api = start(checked=False, readings=Readings(history=reading))
        agent = api.create()
        answer = api.request("GET", f"/commits/-/{agent['id']}")
        assert answer.status_code == (404 if reading == "hidden" else 200)
        assert len(answer.json().get("commits", ())) == (1 if reading == "listed" else 0)
        assert api.tree(agent["id"], commit=api.head(agent["id"]))


def test_a_deleted_agents_commits_are_gone(start):
    api = start(checked=False)
    agent = api.create()
    api.delete(agent["id"])
    assert api.request("GET", f"/commits/-/{agent['id']}").status_code == 404


def test_a_database_from_before_the_authors_is_opened(tmp_path):
    path = tmp_path / "state.db"
    store = Store(str(path))
    first = store.add_commit("t", "r", {"a": "1"})
    store.close()
    with sqlite3.connect(path) as older:
        older.execute("DROP TABLE authors")
    older.close()
    store = Store(str(path))
    second = store.add_commit("t", "r", {"a": "2"}, "ann")
    assert [it.author for it in store.commits("t", "r")] == ["ann", ""]
    assert store.head("t", "r") == second
    assert store.commits("t", "r")[1] == first
    store.remove_repo("t", "r")
    store.close()
    with sqlite3.connect(path) as after:
        assert after.execute("SELECT count(*) FROM authors").fetchone() == (0,)
    after.close()


def test_authors_survive_a_restart(tmp_path):
    options = Options(database=str(tmp_path / "state.db"), keys=parse(["k:ann"]))
    for number in range(2):
        with (
            running(options) as server,
            httpx.Client(base_url=server.url, headers={"X-Api-Key": "k"}) as client,
        ):
            if not number:
                client.post("/v1/deepagents/agents", json={"name": "a"}).raise_for_status()
            (agent,) = client.get("/v1/deepagents/agents").json()["items"]
            (commit,) = client.get(f"/commits/-/{agent['id']}").json()["commits"]
            assert commit["full_name"] == "ann"
