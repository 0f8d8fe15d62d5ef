"""What the provider asks the hub of an agent's past, and what it makes of the answers."""

from contextlib import closing

import pytest
import respx
from amount import EXAMPLES
from generated import documents
from hypothesis import given, settings

from agentsync.engine.normalise import desired
from agentsync.engine.tree import rendered
from agentsync.errors import BadAnswerError, ForbiddenError, NotFoundError
from agentsync.providers import Commit
from agentsync.providers.base import Connection
from agentsync.providers.managed import RULES, ManagedDeepAgents

BASE = "https://agents.example"
LIST = f"{BASE}/commits/-/a"
HUB = f"{BASE}/v1/platform/hub/repos/-/a/directories"
ONE = ManagedDeepAgents(Connection(base_url=BASE, key="k"), print)
TREE = {"system_prompt", "tools", "subagents", "skills", "files"}


def provider(**settings):
    return closing(ManagedDeepAgents(Connection(base_url=BASE, key="k", **settings), print))


def token(number):
    return f"{number:064x}"


def commit(number, **more):
    return {"commit_hash": token(number), **more}


def walked(limit, *answers):
    """The tokens that `history` finds in these answers, and the query of each request it made."""
    with provider() as found, respx.mock:
        route = respx.get(LIST).mock(side_effect=[respx.MockResponse(json=a) for a in answers])
        tokens = [int(item.token, 16) for item in found.history("a", limit)]
    return tokens, [dict(call.request.url.params) for call in route.calls]


def page(*numbers, total):
    return {"commits": [commit(number) for number in numbers], "total": total}


def test_a_commit_is_what_the_list_says_of_it():
    told = commit(1, created_at="2026-01-01T00:00:00Z", full_name="Ann", parent_commit_hash="ff")
    with provider() as found, respx.mock:
        respx.get(LIST).respond(json={"commits": [told, commit(2, full_name=None)], "total": 2})
        first, second = found.history("a", 10)
    assert first == Commit(token=token(1), at="2026-01-01T00:00:00Z", author="Ann", parent="ff")
    assert second == Commit(token=token(2))


def test_only_as_many_are_asked_for_as_are_wanted():
    assert walked(2, page(5, 4, total=5)) == (
        [5, 4],
        [{"limit": "2", "offset": "0", "include_stats": "false"}],
    )


def test_pages_are_walked_to_the_end():
    first, second = range(250, 150, -1), range(150, 50, -1)
    tokens, asked = walked(
        210, page(*first, total=250), page(*second, total=250), page(*range(50, 40, -1), total=250)
    )
    assert tokens == list(range(250, 40, -1))
    assert [(item["limit"], item["offset"]) for item in asked] == [
        ("100", "0"),
        ("100", "100"),
        ("10", "200"),
    ]


def test_a_commit_that_is_made_meanwhile_shifts_the_pages_and_is_met_once():
    first, second = page(*range(150, 50, -1), total=150), page(*range(51, 0, -1), total=151)
    tokens, _ = walked(1000, first, second)
    assert tokens == list(range(150, 0, -1))


@pytest.mark.parametrize("total", [None, "2", 10**6])
def test_a_total_that_says_nothing_ends_at_an_empty_page(total):
    answers = [{"commits": [commit(1)], "total": total}, {"commits": []}]
    assert walked(10, *answers)[0] == [1]


def test_a_server_that_ignores_the_offset_is_not_asked_for_ever():
    same = page(*range(100, 0, -1), total=10**6)
    assert walked(1000, same, same)[0] == list(range(100, 0, -1))


def test_a_list_that_names_a_commit_twice():
    assert walked(10, page(5, 5, 4, total=3))[0] == [5, 4]


def test_a_server_that_ignores_the_limit_gives_no_more_than_is_wanted():
    assert walked(2, page(5, 4, 3, total=3))[0] == [5, 4]


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"commits": {}},
        {"commits": [{}]},
        {"commits": [1]},
        {"commits": [{"commit_hash": "short"}]},
        {"commits": [{"commit_hash": "../../../../etc/passwd"}]},
        {"commits": [{"commit_hash": "\x1b[31mdeadbeef"}]},
    ],
)
def test_an_answer_that_is_no_list_of_commits(answer):
    with pytest.raises(BadAnswerError) as caught:
        walked(1, answer)
    assert caught.value.request == "GET /commits/-/a"


@pytest.mark.parametrize(("status", "kind"), [(403, ForbiddenError), (404, NotFoundError)])
@respx.mock
def test_a_list_that_is_not_shown(status, kind):
    respx.get(LIST).respond(status)
    respx.get(HUB).respond(status)
    with provider() as found:
        with pytest.raises(kind):
            list(found.history("a", 1))
        with pytest.raises(kind):
            found.read_at("a", token(1))


@respx.mock
def test_a_redirect_is_not_followed():
    respx.get(LIST).respond(307, headers={"location": "https://elsewhere.example/"})
    elsewhere = respx.get("https://elsewhere.example/").respond(json={"commits": []})
    with provider() as found, pytest.raises(BadAnswerError, match="redirect"):
        list(found.history("a", 1))
    assert not elsewhere.called


@respx.mock
def test_a_tree_is_read_at_a_commit():
    files = {"AGENTS.md": {"type": "file", "content": "Hello.\r\n"}, "m/n": {"content": "x"}}
    route = respx.get(HUB).respond(json={"commit_hash": token(7), "files": files})
    with provider() as found:
        tree = found.read_at("a", token(7))
    assert dict(route.calls.last.request.url.params) == {"commit": token(7)}
    assert set(tree) == TREE
    assert tree["system_prompt"] == "Hello."
    assert tree["files"] == {"m/n": {"content": "x"}}


@respx.mock
def test_the_beginning_of_a_token_is_enough():
    respx.get(HUB).respond(json={"commit_hash": "ABCDEF1234", "files": {}})
    with provider() as found:
        assert found.read_at("a", "abcdef12")["system_prompt"] == ""


@respx.mock
def test_another_revision_than_was_asked_for_is_no_answer():
    respx.get(HUB).respond(json={"commit_hash": token(8), "files": {}})
    with provider() as found, pytest.raises(BadAnswerError, match="another revision"):
        found.read_at("a", token(7))


@pytest.mark.parametrize("files", [{"a": 1}, {"tools.json": {"content": 3}}, []])
@respx.mock
def test_files_that_are_none(files):
    respx.get(HUB).respond(json={"commit_hash": token(7), "files": files or [1]})
    with provider() as found, pytest.raises(BadAnswerError) as caught:
        found.read_at("a", token(7))
    assert caught.value.request == "GET /v1/platform/hub/repos/-/a/directories"


@settings(max_examples=EXAMPLES)
@given(documents())
def test_a_tree_says_what_was_written(document):
    value = desired(document, RULES)
    with respx.mock:
        respx.get(HUB).respond(json={"commit_hash": token(7), "files": rendered(value)})
        assert ONE.read_at("a", token(7)) == {key: value[key] for key in TREE}
