"""Whose agents may be read and written with which key, on a real Agent Server that enforces it."""

import pytest
from builder import Builder, origins

from agentsync.errors import ExitCode, RefusedError
from agentsync.model import Status

pytestmark = pytest.mark.interop


@pytest.fixture
def shop(tmp_path, agent_server):
    return Builder(root=tmp_path, url=agent_server.url)


@pytest.fixture
def shared(shop, bob):
    """Bob's agent, which the workspace may read, as Alice's definition says it should be."""
    there = bob.make(
        name=f"{shop.project} b",
        context={"system_prompt": "Bob's.", "model": "m"},
        metadata={"visibility": "workspace"},
    )
    shop.define("b", "Alice's wish.", id=there["assistant_id"], context={"model": "m"})
    return there["assistant_id"]


def test_plan_says_read_only_and_apply_refuses_with_the_reason(shop, shared, bob):
    shop.configure(owner="alice")
    change = shop.change("b")
    assert change.read_only
    assert change.refusals == ("it is read-only here: its owner is bob, not alice",)
    for options in ({}, {"adopt": True}, {"take_over": True}):
        report = shop.apply(**options)
        assert report.exit_code is ExitCode.REFUSED
        assert report.outcomes[0].status is Status.REFUSED
        assert "its owner is bob" in report.outcomes[0].message
    assert len(bob.versions(shared)) == 1
    assert "read-only" in shop.run("plan").out


def test_diff_and_drift_work_on_it(shop, shared, bob):
    shop.configure(owner="alice")
    found = shop.run("diff", "--exit-code")
    assert (found.code, "Alice's wish." in found.out) == (ExitCode.DIFFERENCES, True)
    report = shop.drift()
    assert report.exit_code is ExitCode.DIFFERENCES
    assert origins(report.plan.changes[0]) == {"/system_prompt": "unknown"}
    shop.define("b", "Bob's.", **{k: v for k, v in shop.says("b").items() if k != "graph_id"})
    assert shop.drift().exit_code is ExitCode.OK
    assert shop.is_settled()
    bob.patch(shared, context={"system_prompt": "Bob's.", "model": "other"})
    assert origins(shop.drift().plan.changes[0]) == {"/context/model": "unknown"}
    assert shop.run("status", "--exit-code").code == ExitCode.DIFFERENCES


def test_an_owner_pulls_what_others_may_only_read(shop, shared):
    shop.configure(owner="alice")
    done = shop.run("pull", "--theirs")
    assert done.code == ExitCode.OK, done.out
    assert shop.prompt("b") == "Bob's.\n"
    assert shop.is_settled()


@pytest.mark.parametrize("answer", ["403", "404"])
def test_the_server_refuses_where_the_target_does_not_say_whose_agents_it_is_for(
    tmp_path, start_agent_server, answer
):
    server = start_agent_server(READ_ONLY_ANSWER=answer)
    shop = Builder(root=tmp_path, url=server.url)
    with server.user("bob") as bob:
        there = bob.make(
            name="bobs", context={"system_prompt": "x"}, metadata={"visibility": "workspace"}
        )["assistant_id"]
        shop.define("b", "Alice's wish.", id=there)
        assert not shop.change("b", adopt=True).read_only, "nobody can tell"
        report = shop.apply(adopt=True)
        (outcome,) = report.outcomes
        assert (report.exit_code, outcome.status) == (ExitCode.REFUSED, Status.REFUSED)
        assert "may only read this agent, whose owner is bob" in outcome.message
        assert "key of its owner" in outcome.hint
        assert len(bob.versions(there)) == 1


def test_a_private_agent_of_somebody_else_is_not_found_and_the_hint_says_why(shop, bob):
    there = bob.make(name="private")["assistant_id"]
    shop.define("b", "p", id=there)
    for arguments in (("plan",), ("drift",), ("status",), ("diff",)):
        done = shop.run(*arguments)
        assert done.code == ExitCode.ERROR
        assert there in done.out
        assert "the key is not its owner's: a personal access token" in done.out
    done = shop.run("import", there)
    assert done.code == ExitCode.ERROR
    assert "personal access token" in done.out


def test_the_list_has_ones_own_and_the_shared_and_not_the_servers(shop, alice, bob, shared):
    mine = alice.make(name=f"{shop.project} mine")["assistant_id"]
    hidden = bob.make(name=f"{shop.project} hidden")["assistant_id"]
    shop.configure(owner="alice")
    done = shop.run("import", "--all", "--owner", "me", "--name", f"{shop.project}*", "--dry-run")
    assert mine[:8] in done.out
    assert hidden[:8] not in done.out
    assert shared[:8] not in done.out


@pytest.mark.parametrize("visible", ["", "1"])
def test_the_servers_own_assistants_are_nobodys(tmp_path, start_agent_server, visible):
    shop = Builder(root=tmp_path, url=start_agent_server(SYSTEM_VISIBLE=visible).url)
    shop.define("a", name="agent")
    assert str(shop.change("a").action) == "create", "the server's has the graph's name"
    shop.applied()
    assert shop.is_settled()
    assert not shop.plan().plan.orphans


def test_keys(shop, agent_server):
    shop.define("a")
    done = shop.run("plan", LANGGRAPH_API_KEY="")
    assert done.code == ExitCode.ERROR
    assert "neither LANGGRAPH_API_KEY nor LANGSMITH_API_KEY is set" in done.err
    assert shop.run("plan", LANGGRAPH_API_KEY="", LANGSMITH_API_KEY="key-bob").code == ExitCode.OK
    shop.applied()
    assert "create a" in shop.run("plan", LANGGRAPH_API_KEY="", LANGSMITH_API_KEY="key-bob").out
    wins = shop.run("plan", LANGSMITH_API_KEY="key-bob")
    assert "in sync" in wins.out
    wrong = shop.run("plan", LANGGRAPH_API_KEY="wrong-key")
    assert wrong.code == ExitCode.ERROR
    assert "401" in wrong.out
    assert "wrong-key" not in wrong.out + wrong.err


def test_a_url_that_only_the_repository_names_gets_no_key(shop):
    shop.define("a")
    shop.configure(url="https://acme.us.langgraph.app")
    done = shop.run("plan")
    assert done.code == RefusedError.exit_code
    assert "LANGGRAPH_ENDPOINT=https://acme.us.langgraph.app" in done.err
