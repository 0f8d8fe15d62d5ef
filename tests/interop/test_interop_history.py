"""The official LangSmith SDK reads the list of commits, and the hub's older trees with it."""

import importlib

import httpx
import pytest

pytestmark = pytest.mark.interop
API = "/v1/deepagents/agents"


@pytest.fixture
def listed(langsmith, server):
    """What the SDK lists of an agent's commits."""

    def walk(agent_id, **options):
        client = langsmith.Client(
            api_url=server.url, api_key="k", auto_batch_tracing=False, info={}
        )
        return list(client.list_prompt_commits(f"-/{agent_id}", **options))

    return walk


def test_commits_are_listed_as_the_sdk_expects_them(listed, server):
    headers = {"X-Api-Key": "k"}
    with httpx.Client(base_url=server.url, headers=headers) as client:
        agent = client.post(API, json={"name": "A", "system_prompt": "0"}).json()
        for number in range(1, 23):
            client.patch(f"{API}/{agent['id']}", json={"system_prompt": str(number)})
        hub = f"/v1/platform/hub/repos/-/{agent['id']}/directories"
        found = listed(agent["id"])
        assert len(found) == 23
        for number, commit in enumerate(reversed(found)):
            tree = client.get(hub, params={"commit": commit.commit_hash}).json()
            assert tree["files"]["AGENTS.md"]["content"].strip() == str(number)
            assert str(commit.id) == tree["commit_id"]
        parents = [commit.parent_commit_hash for commit in found]
        assert parents == [*(commit.commit_hash for commit in found[1:]), None]
        times = [commit.created_at for commit in found]
        assert times == sorted(times, reverse=True)
    assert [it.commit_hash for it in listed(agent["id"], limit=3)] == [
        it.commit_hash for it in found[:3]
    ]
    assert [it.commit_hash for it in listed(agent["id"], offset=21)] == [
        it.commit_hash for it in found[21:]
    ]


def test_an_agent_that_is_not_there(langsmith, listed):
    errors = importlib.import_module("langsmith.utils")
    with pytest.raises(errors.LangSmithError):
        listed("nothing")
