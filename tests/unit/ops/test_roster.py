import threading

import pytest

from agentsync.errors import IdentityError, ServerError
from agentsync.model import AgentSummary
from agentsync.ops.roster import Roster


def agents(*names):
    return [AgentSummary(agent_id=f"id-{n}", name=name) for n, name in enumerate(names)]


def test_an_agent_is_found_by_its_whole_name():
    roster = Roster(lambda: agents("A", "AB"))
    assert roster.named("A") == "id-0"
    assert roster.named("B") is None


def test_a_name_of_several_is_not_guessed():
    with pytest.raises(IdentityError, match="id-0, id-1"):
        Roster(lambda: agents("A", "A")).named("A")


def test_the_list_is_fetched_once_by_however_many_ask():
    fetches = []

    def fetch():
        fetches.append(1)
        return agents("A")

    roster = Roster(fetch)
    threads = [threading.Thread(target=roster.named, args=("A",)) for _ in range(8)]
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

    roster = Roster(fetch)
    for _ in range(3):
        with pytest.raises(ServerError):
            roster.named("A")
    assert len(fetches) == 1
