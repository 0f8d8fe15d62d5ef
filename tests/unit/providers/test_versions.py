"""The versions of an assistant, in pages that may move while they are read."""

import json
from contextlib import closing
from typing import Any

import pytest
import respx
from assistantserver import BASE, IDS, AssistantServer, refusing

from agentsync.errors import BadAnswerError, ForbiddenError, NotFoundError, ServerError
from agentsync.providers.assistants import Assistants
from agentsync.providers.assistants.versions import between, listed, newest
from agentsync.providers.base import Commit, Connection

ONE = IDS[0]
PATH = f"/assistants/{ONE}"


def provider(**more: Any) -> Any:
    return closing(Assistants(Connection(base_url=BASE, key="k", tries=1, **more), print))


def serving(count: int = 1) -> AssistantServer:
    """One assistant with so many versions; its context counts them."""
    server = AssistantServer()
    server.create({"graph_id": "agent", "context": {"n": 1}})
    for number in range(2, count + 1):
        server.patch(ONE, {"context": {"n": number}})
    return server


def meanwhile(server: AssistantServer, count: int) -> Any:
    """A hook: somebody writes so many versions just before the call."""

    def write(request: Any) -> None:
        for _ in range(count):
            server.patch(ONE, {})

    return write


def nothing(request: Any) -> None:
    return None


def tokens(server: AssistantServer, limit: int) -> list[int]:
    with provider() as found, server.reached():
        return [int(item.token) for item in found.history(ONE, limit)]


@pytest.mark.parametrize("count", [1, 99, 100, 101, 200, 250])
def test_all_are_found_whatever_the_number_of_pages(count: int) -> None:
    server = serving(count)
    assert tokens(server, 1000) == list(range(count, 0, -1))
    assert all(body["limit"] == 100 for body in server.bodies("versions"))


def test_no_more_is_asked_for_than_is_wanted() -> None:
    server = serving(12)
    assert tokens(server, 3) == [12, 11, 10]
    assert server.bodies("versions") == [{"limit": 3, "offset": 0}]
    assert tokens(server, 0) == []
    assert len(server.log) == 1


@pytest.mark.parametrize("limit", [101, 150, 1000])
@pytest.mark.parametrize("more", [1, 40])
def test_one_that_is_made_meanwhile_hides_none(limit: int, more: int) -> None:
    server = serving(230)
    server.hooks["versions"] = [nothing, meanwhile(server, more)]
    assert tokens(server, limit) == list(range(230, 0, -1))[:limit]


def test_a_server_that_shows_one_page_for_ever_ends_the_walk() -> None:
    page = [{"version": number} for number in range(100, 0, -1)]
    with provider() as found, respx.mock:
        route = respx.post(f"{BASE}{PATH}/versions").respond(json=page)
        assert len(list(found.history(ONE, 1000))) == 100
    assert route.call_count == 2


def test_a_version_says_when_and_what_apply_left_in_it() -> None:
    server = serving()
    marker = {"v": 1, "project": "p", "target": "t", "agent": "a", "fields": {}, "commit": "c"}
    server.patch(ONE, {"metadata": {"agentsync": marker}})
    server.past[ONE][1] |= {"created_at": None, "metadata": None}
    with provider() as found, server.reached():
        newest, oldest = found.history(ONE, 10)
    assert newest.marker is not None
    assert (newest.token, newest.at, newest.marker.commit) == (
        "2",
        server.past[ONE][0]["created_at"],
        "c",
    )
    assert oldest == Commit(token="1")


@pytest.mark.parametrize("metadata", ["x", [1], 3])
def test_metadata_of_another_kind_has_no_marker(metadata: Any) -> None:
    server = serving()
    server.past[ONE][0]["metadata"] = metadata
    with provider() as found, server.reached():
        (commit,) = found.history(ONE, 10)
        assert commit.marker is None
        with pytest.raises(BadAnswerError, match="`metadata`"):
            found.read_at(ONE, "1")


def test_an_assistant_is_read_as_it_was() -> None:
    server = serving(150)
    server.patch(ONE, {"context": {"system_prompt": "p\r\n", "n": 0}, "description": "d"})
    with provider() as found, server.reached():
        assert found.read_at(ONE, "3")["context"] == {"n": 3}
        assert len(server.log) == 2, "it is on the second page"
        then = found.read_at(ONE, "151")
        assert then == found.read(ONE).value
        assert (then["system_prompt"], then["description"]) == ("p", "d")


def test_what_history_showed_is_not_asked_for_again() -> None:
    server = serving(5)
    with provider() as found, server.reached():
        list(found.history(ONE, 3))
        assert [found.read_at(ONE, str(n))["context"]["n"] for n in (5, 4, 3)] == [5, 4, 3]
        assert len(server.log) == 1
        assert found.read_at(ONE, "2")["context"]["n"] == 2
        assert len(server.log) == 2


@pytest.mark.parametrize("token", ["6", "0", "", "05", "x", "1.0"])
def test_a_version_that_there_is_not(token: str) -> None:
    server = serving(5)
    with (
        provider() as found,
        server.reached(),
        pytest.raises(NotFoundError, match="no version") as caught,
    ):
        found.read_at(ONE, token)
    assert caught.value.request == f"POST {PATH}/versions"


@pytest.mark.parametrize(("status", "error"), [(403, ForbiddenError), (404, NotFoundError)])
def test_versions_that_are_not_shown(status: int, error: Any) -> None:
    server = serving(2)
    server.hooks["versions"] = refusing(status, times=4)
    with provider() as found, server.reached():
        assert newest(found._http, PATH) is None
        assert found.hold(ONE, files=False).head == ""
        for ask in (lambda: list(found.history(ONE, 1)), lambda: found.read_at(ONE, "1")):
            with pytest.raises(error):
                ask()


def test_versions_that_fail_are_not_taken_for_none() -> None:
    server = serving(2)
    server.hooks["versions"] = refusing(500)
    with provider() as found, server.reached(), pytest.raises(ServerError):
        found.hold(ONE, files=False)


@pytest.mark.parametrize(
    "page",
    [{}, "x", 3, None, [1], [{}], [{"version": "1"}], [{"version": True}], [{"version": None}]],
)
def test_an_answer_that_is_no_list_of_versions(page: Any) -> None:
    with provider() as found, respx.mock:
        respx.post(f"{BASE}{PATH}/versions").respond(content=json.dumps(page))
        with pytest.raises(BadAnswerError, match="no list of versions") as caught:
            list(found.history(ONE, 1))
    assert caught.value.request == f"POST {PATH}/versions"
    assert not caught.value.sent


def test_the_newest_and_those_between() -> None:
    server = serving(6)
    with provider() as found, server.reached():
        assert newest(found._http, PATH) == 6
        assert server.bodies("versions") == [{"limit": 1, "offset": 0}]
        for before, after, expected in ((2, 6, [5, 4, 3]), (5, 6, []), (0, 3, [2, 1]), (6, 9, [])):
            there = between(found._http, PATH, before, after)
            assert [item["version"] for item in there] == expected


def test_no_version_at_all_is_none() -> None:
    with provider() as found, respx.mock:
        respx.post(f"{BASE}{PATH}/versions").respond(json=[])
        assert newest(found._http, PATH) is None
        assert list(listed(found._http, PATH)) == []


def test_what_lies_between_is_read_no_further_than_needed() -> None:
    server = serving(250)
    with provider() as found, server.reached():
        assert len(between(found._http, PATH, 200, 240)) == 39
    assert len(server.log) == 1
