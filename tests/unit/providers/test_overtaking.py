"""A write that came over somebody else's: it is told, and what was theirs stands again."""

from contextlib import closing
from typing import Any

import httpx
import pytest
from assistantserver import BASE, IDS, AssistantServer, lost, refusing

from agentsync.errors import ForbiddenError, OvertakenError, ProviderError, ServerError
from agentsync.providers.assistants import Assistants
from agentsync.providers.base import Connection, Held

ONE = IDS[0]
PATH = f"/assistants/{ONE}"
MARKER = {"v": 1, "project": "p", "target": "t", "agent": "a"}
FIRST = {"system_prompt": "p", "model": "m", "limits": {"a": 1, "b": 2}}


def provider() -> Any:
    return closing(Assistants(Connection(base_url=BASE, key="k", tries=1), print))


def serving() -> AssistantServer:
    server = AssistantServer()
    server.create(
        {
            **{"graph_id": "agent", "name": "A", "context": FIRST},
            **{"config": {"tags": ["t"]}, "metadata": {"team": "x", "agentsync": MARKER}},
        }
    )
    return server


def edit(server: AssistantServer, *bodies: Any) -> Any:
    """A hook: somebody writes these just before the call."""

    def write(request: Any) -> None:
        for body in bodies:
            server.patch(ONE, body)

    return write


def intended(held: Held, **more: Any) -> dict[str, Any]:
    value = dict(held.live.value)
    return {**value, "context": {**value["context"], "model": "ours"}, **more}


def written(server: AssistantServer, **more: Any) -> None:
    """One write of ours: of another model, and of this."""
    with provider() as found, server.reached():
        held = found.hold(ONE, files=False)
        server.log.clear()
        found.write_metadata(held, intended(held, **more), {**MARKER, "applied_at": "now"})


def overtaken(server: AssistantServer, **more: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        written(server, **more)
    assert caught.value.sent is True
    return caught.value


def content(state: Any) -> dict[str, Any]:
    kept = ("graph_id", "name", "config", "context", "metadata")
    return {**{key: state[key] for key in kept}, "description": state["description"] or ""}


THEIRS = {**FIRST, "model": "theirs"}


def test_with_nothing_between_nothing_is_asked() -> None:
    server = serving()
    written(server)
    assert server.names() == ["patch"]
    assert server.found[ONE]["context"]["model"] == "ours"


@pytest.mark.parametrize(
    "theirs",
    [
        {},
        {"description": "d"},
        {"name": "B"},
        {"metadata": {"ui": 1}},
        {"metadata": {"team": "y"}},
        {"metadata": {"team": None}},
        {"graph_id": "plain"},
        # The same as what we write is no loss either.
        {"context": {**FIRST, "model": "ours"}, "config": {"tags": ["t"]}},
    ],
)
def test_a_write_between_that_lost_nothing_is_harmless(theirs: Any) -> None:
    server = serving()
    server.hooks["patch"] = [edit(server, theirs)]
    written(server)
    assert server.names() == ["patch", "versions"]
    now = server.found[ONE]
    assert now["version"] == 3
    assert now["context"]["model"] == "ours"
    for key, item in theirs.items():
        if key == "metadata":
            assert item.items() <= now["metadata"].items()
        elif key != "config":
            assert now[key] == item


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        ({"context": THEIRS, "config": {"tags": ["t"]}}, "/context/model"),
        ({"context": {**FIRST, "system_prompt": "q"}, "config": {"tags": ["t"]}}, "/system_prompt"),
        ({"context": {**FIRST, "new": {"a": 1.0}}, "config": {"tags": ["t"]}}, "/context/new"),
        ({"config": {"tags": ["u"]}}, "/config/tags"),
        (
            {"context": {}, "config": {"configurable": {}}},
            "/config/tags, /context/limits, /context/model and 1 more",
        ),
        ({"config": {"recursion_limit": 5, "tags": ["t"]}}, "/config/recursion_limit"),
        (
            {"context": {"limits": {"a": 1}, "model": "m\r\n"}, "description": "d"},
            "/config/tags, /context/limits/b, /context/model and 1 more",
        ),
    ],
)
def test_what_a_write_undid_stands_again(theirs: Any, told: str) -> None:
    server = serving()
    server.hooks["patch"] = [edit(server, theirs)]
    error = overtaken(server)
    assert isinstance(error, OvertakenError)
    assert error.message == (
        f"somebody else changed {told} at the same time, as version 2: "
        "that was put back, and nothing else was written"
    )
    assert (error.request, error.hint) == (f"PATCH {PATH}", "plan again to see what they changed")
    assert server.names() == ["patch", "versions", "versions", "patch"]
    assert [item["version"] for item in server.past[ONE]] == [4, 3, 2, 1]
    now, then = server.past[ONE][0], server.past[ONE][2]
    assert content(now) == {
        **content(then),
        # What they took away with the context alone is mirrored as soon as both are written.
        "config": {**then["config"], "configurable": now["context"]},
    }


def test_what_we_wrote_beside_it_is_taken_back_too() -> None:
    server = serving()
    theirs = {"name": "B", "description": "theirs", "metadata": {"team": None, "agentsync": None}}
    server.hooks["patch"] = [edit(server, theirs)]
    error = overtaken(server, name="C", graph_id="plain", metadata={"team": "z", "more": 1})
    assert "/description" not in error.message
    assert "/metadata/team, /name, its marker at the same time" in error.message
    # A key that we made cannot be removed again: null is what is left of it.
    expected = content(server.past[ONE][2])
    expected["metadata"] = {"team": None, "agentsync": None, "more": None}
    assert content(server.found[ONE]) == expected
    assert server.bodies("patch")[1].keys() == {"context", "config", "name", "graph_id", "metadata"}


def test_several_writes_between_count_as_one() -> None:
    server = serving()
    edits = [{"description": "d"}, {"context": THEIRS}, {"name": "B"}, {"metadata": {"team": "y"}}]
    server.hooks["patch"] = [edit(server, *edits)]
    error = overtaken(server, metadata={"team": "z"})
    assert "version 5: that was put back" in error.message
    assert "/config/tags, /context/model, /metadata/team" in error.message
    assert server.found[ONE]["context"] == THEIRS
    assert server.found[ONE]["metadata"]["team"] == "y"
    assert server.found[ONE]["name"] == "B"


def test_a_change_that_was_undone_between_is_none() -> None:
    server = serving()
    back = {"context": FIRST, "config": {"tags": ["t"]}}
    server.hooks["patch"] = [edit(server, {"context": THEIRS}, back)]
    written(server)
    assert server.names() == ["patch", "versions"]


def test_a_write_after_ours_is_left_alone() -> None:
    server = serving()
    server.hooks["patch"] = [edit(server, {"context": THEIRS})]
    server.hooks["versions"] = [lambda request: None, edit(server, {"description": "later"})]
    error = overtaken(server)
    assert isinstance(error, OvertakenError)
    assert error.message.endswith("version 3 came over it, and others after that")
    assert len(server.bodies("patch")) == 1
    assert server.found[ONE]["version"] == 4


@pytest.mark.parametrize("failure", [lost, *refusing(403), *refusing(404), *refusing(500)])
def test_what_cannot_be_put_back_is_told(failure: Any) -> None:
    server = serving()
    server.hooks["patch"] = [edit(server, {"context": THEIRS}), failure]
    error = overtaken(server)
    assert isinstance(error, OvertakenError)
    assert "version 3 came over it, and could not be taken back: " in error.message
    assert len(server.bodies("patch")) == 2
    assert server.found[ONE]["context"]["model"] == "ours"


@pytest.mark.parametrize(
    ("status", "error"), [(500, ServerError), (403, ForbiddenError), (404, ProviderError)]
)
def test_when_nobody_can_tell_the_write_may_still_have_been_one(status: int, error: Any) -> None:
    server = serving()
    server.hooks["patch"] = [edit(server, {"context": THEIRS})]
    server.hooks["versions"] = [lambda request: None, *refusing(status)]
    found = overtaken(server)
    assert isinstance(found, error)
    assert not isinstance(found, OvertakenError)
    assert server.found[ONE]["context"]["model"] == "ours"


def test_a_version_that_is_no_assistant_may_still_be_a_loss() -> None:
    server = serving()

    def spoil(request: Any) -> None:
        server.past[ONE][1]["context"] = "x"

    server.hooks["patch"] = [edit(server, {"context": THEIRS})]
    server.hooks["versions"] = [lambda request: None, spoil]
    assert "`context`" in overtaken(server).message


@pytest.mark.parametrize("status", [403, 404])
def test_where_no_versions_are_shown_there_is_no_telling(status: int) -> None:
    server = serving()
    server.hooks["versions"] = refusing(status)
    server.hooks["patch"] = [edit(server, {"context": THEIRS})]
    written(server)
    assert server.names() == ["patch"]


def test_a_number_that_jumps_alone_says_nothing() -> None:
    server = serving()
    # An older version, from before the look, that is not what was looked at.
    server.patch(ONE, {"description": "two"})
    server.step_back(ONE, 1)

    def jump(request: Any) -> httpx.Response:
        server.patch(ONE, {"context": THEIRS})
        for state in (server.found[ONE], server.past[ONE][0]):
            state["version"] = 9
        return httpx.Response(200, json=server.found[ONE])

    server.hooks["patch"] = [jump]
    written(server, description="ours")
    assert server.names() == ["patch", "versions"]


@pytest.mark.parametrize("answer", [[], {}, "x", 3, {"version": "9"}, {"version": None}])
def test_an_answer_without_a_number_is_no_alarm(answer: Any) -> None:
    server = serving()

    def odd(request: Any) -> httpx.Response:
        server.patch(ONE, {})
        return httpx.Response(200, json=answer)

    server.hooks["patch"] = [odd]
    written(server)
    assert server.names() == ["patch"]


def test_an_agent_that_was_set_back_is_compared_with_what_it_was() -> None:
    """The newest version is not what is live: what counts is what was written after the look."""
    server = serving()
    server.patch(ONE, {"description": "two"})
    server.step_back(ONE, 1)
    written(server)
    assert server.names() == ["patch"]
    assert server.found[ONE]["version"] == 3


@pytest.mark.parametrize("project", ["other", None])
def test_an_agent_that_somebody_else_took_over_meanwhile_stays_theirs(project: Any) -> None:
    server = serving()
    marker = project and {**MARKER, "project": project}
    server.hooks["patch"] = [edit(server, {"metadata": {"agentsync": marker}})]
    error = overtaken(server)
    assert isinstance(error, OvertakenError)
    assert "its marker" in error.message
    assert server.found[ONE]["metadata"]["agentsync"] == marker
    assert server.found[ONE]["context"] == FIRST


def test_the_same_definition_applied_at_the_same_time_is_no_taking_over() -> None:
    server = serving()
    marker = {**MARKER, "applied_at": "meanwhile"}
    server.hooks["patch"] = [edit(server, {"metadata": {"agentsync": marker}})]
    written(server)
    assert server.found[ONE]["metadata"]["agentsync"]["applied_at"] == "now"
