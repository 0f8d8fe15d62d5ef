"""Which agents are looked at when the API does not list them, or lists them oddly."""

from pathlib import Path

import pytest

from agentsync.errors import ForbiddenError, NotFoundError, UsageError
from agentsync.model import AgentPatch, AgentSummary, LiveAgent, PatchStatus
from agentsync.ops.importing.choosing import choose, found
from agentsync.ops.importing.options import ImportOptions


class Api:
    """A provider of agents that are listed, or only there."""

    def __init__(self, *names: str, hidden: tuple[str, ...] = (), listing: bool = True) -> None:
        self.names, self.hidden, self.listing = names, hidden, listing
        self.reads: list[str] = []

    def list(self):
        if not self.listing:
            raise ForbiddenError("missing permission agents:list")
        for number, name in enumerate(self.names):
            yield AgentSummary(agent_id=name, name=name, created_at=f"2026-01-0{9 - number}")

    def read(self, agent_id: str) -> LiveAgent:
        self.reads.append(agent_id)
        if agent_id not in (*self.names, *self.hidden):
            raise NotFoundError("not found", request="GET /agents/x")
        return LiveAgent(agent_id=agent_id, revision="r", value={"name": agent_id})


def looked(api: Api, **options: object) -> tuple[list[str], list[AgentPatch], list[str]]:
    notes: list[str] = []
    asked = ImportOptions(directory=Path(), **options)  # type: ignore[arg-type]
    _, agents, lost = found(asked, api, notes.append)  # type: ignore[arg-type]
    return [agent.agent_id for agent in agents], lost, notes


def test_the_oldest_come_first_and_nothing_is_read_that_is_listed() -> None:
    api = Api("a", "b", "c")
    assert looked(api, everything=True) == (["c", "b", "a"], [], [])
    assert looked(api, ids=("a", "C", "a")) == (["c", "a"], [], [])
    assert api.reads == []


def test_what_is_not_listed_is_read_and_comes_last() -> None:
    hidden, nowhere = "hidden-agent", "nowhere-at-all"
    api = Api("a", hidden=(hidden,))
    agents, lost, _ = looked(api, ids=(hidden, nowhere, "a"))
    assert agents == ["a", hidden]
    assert sorted(api.reads) == [hidden, nowhere]
    assert [(item.agent_id, item.status, item.code) for item in lost] == [
        (nowhere, PatchStatus.FAILED, "not-found")
    ]


def test_a_key_that_may_not_list_can_name_its_agents() -> None:
    agents, _, notes = looked(Api("whole-id-1", listing=False), ids=("whole-id-1",))
    assert agents == ["whole-id-1"]
    assert "read by their ids alone" in notes[0]
    with pytest.raises(ForbiddenError):
        looked(Api("a", listing=False), everything=True)


def test_nobody_who_fits_is_an_error_that_says_how_many_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        looked(Api("a", "b"), everything=True, name="x*", owner="me")
    assert caught.value.hint == "2 agents are there, and none fits --name 'x*' and --owner"


def test_agents_of_one_name_are_numbered_in_the_order_they_come(tmp_path: Path) -> None:
    from agentsync.files.project import open_project

    (tmp_path / "agentsync.yaml").write_text("project: tests\n")
    project = open_project(tmp_path, empty_ok=True)
    agents = [AgentSummary(agent_id=f"{number}aaaaaaa-1", name="Bot") for number in range(3)]
    chosen = choose(agents, {}, project, "", ["BOT-2", ".DS_Store"], marker_at="extras.agentsync")
    assert [job.address for job in chosen.jobs] == ["bot", "bot-3", "bot-4"]
    assert (
        choose(agents, {}, project, "", ["BOT-2", ".DS_Store"], marker_at="extras.agentsync").jobs
        == chosen.jobs
    )
