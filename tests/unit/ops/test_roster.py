import threading

import pytest

from agentsync.errors import IdentityError, ServerError
from agentsync.model import AgentSummary, Owner
from agentsync.ops.roster import Roster


def agents(*names):
    return [AgentSummary(agent_id=f"id-{n}", name=name) for n, name in enumerate(names)]


def roster(fetch):
    return Roster(fetch, project="tests", target="", addresses=frozenset({"a", "b"}))


def test_an_agent_is_found_by_its_whole_name():
    listed = roster(lambda: agents("A", "AB")).listed()
    assert listed.find("a", "A") == ("id-0", True)
    assert listed.find("b", "B") is None


def test_an_agent_is_found_by_the_marker_of_this_project_and_target():
    def marked(agent_id, project="tests", target="", address="a"):
        owner = Owner(project=project, target=target, address=address)
        return AgentSummary(agent_id=agent_id, name="A", owner=owner)

    others = [marked("x", project="other"), marked("y", target="prod"), marked("z", address="b")]
    listed = roster(lambda: [*others, marked("ours")]).listed()
    assert listed.find("a", "another name") == ("ours", False)
    assert [item.agent_id for item in listed.orphans({"ours"})] == ["z"]


def test_a_name_of_several_is_not_guessed():
    with pytest.raises(IdentityError, match="id-0, id-1"):
        roster(lambda: agents("A", "A")).listed().find("a", "A")


def test_the_list_is_fetched_once_by_however_many_ask():
    fetches = []

    def fetch():
        fetches.append(1)
        return agents("A")

    listing = roster(fetch)
    threads = [threading.Thread(target=listing.listed) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fetches) == 1


def test_a_list_that_failed_is_not_fetched_again():
    fetches = []

    def fetch():
        fetches.append(1)
        raise ServerError("down")

    listing = roster(fetch)
    for _ in range(3):
        with pytest.raises(ServerError):
            listing.listed()
    assert len(fetches) == 1


def test_a_list_that_breaks_half_way_is_no_list():
    def fetch():
        yield from agents("A")
        raise ServerError("down")

    listing = roster(fetch)
    for _ in range(2):
        with pytest.raises(ServerError):
            listing.listed()
