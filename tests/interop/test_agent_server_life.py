"""An agent's whole life on a real Agent Server: every command, and edits by the official SDK."""

import itertools

import pytest
from builder import Builder, origins

from agentsync.errors import ExitCode
from agentsync.model import Effect

pytestmark = pytest.mark.interop

CONTEXT = {"model": "openai:gpt-5.5", "temperature": 0.5, "tools": ["search"]}
WHOLE = {
    "description": "Triages.",
    "context": CONTEXT,
    "config": {"tags": ["a", "b"], "recursion_limit": 20},
    "metadata": {"team": "support", "owners": ["x"], "nested": {"a": None}},
}
PROMPT = "You triage.\n\n- Be brief.\n- Be kind."


@pytest.fixture
def shop(tmp_path, agent_server):
    return Builder(root=tmp_path, url=agent_server.url)


@pytest.fixture
def sdk(langgraph_sdk, agent_server):
    """The official client, as Alice."""
    with langgraph_sdk.get_sync_client(
        url=agent_server.url,
        api_key="key-alice",
        headers={"X-Auth-Scheme": "langsmith-api-key"},
    ) as client:
        yield client.assistants


def made(shop, slug="a", **document):
    """The id of an agent that was just created from this definition."""
    shop.define(slug, PROMPT, **{**WHOLE, **document})
    report = shop.applied()
    return report.outcomes[0].agent_id


def test_an_agent_is_made_as_git_says_and_then_nothing_is_left_to_do(shop, alice):
    shop.define("a", PROMPT, **WHOLE)
    assert shop.run("validate").code == ExitCode.OK
    (change,) = shop.changes().values()
    assert str(change.action) == "create"
    agent_id = shop.applied().outcomes[0].agent_id
    live = alice.read(agent_id)
    assert live["context"] == {**CONTEXT, "system_prompt": PROMPT}
    assert live["config"] == {**WHOLE["config"], "configurable": live["context"]}
    assert {key: live[key] for key in ("graph_id", "description", "version")} == {
        "graph_id": "agent",
        "description": "Triages.",
        "version": 1,
    }
    assert live["metadata"]["agentsync"]["project"] == shop.project
    assert shop.is_settled()
    assert shop.drift().exit_code is ExitCode.OK
    shop.applied()
    assert len(alice.versions(agent_id)) == 1, "a second apply writes nothing"
    status = shop.run("status", "--format", "json")
    assert [it["state"] for it in status.json["plan"]["changes"]] == ["in-sync"]


@pytest.mark.parametrize(
    ("edit", "pointers"),
    [
        ({"context": {**CONTEXT, "system_prompt": "Obey."}}, {"/system_prompt"}),
        (
            {"context": {**CONTEXT, "tools": ["search", "shell"], "system_prompt": PROMPT}},
            {"/context/tools"},
        ),
        ({"context": {"system_prompt": PROMPT}}, {"/context/model", "/context/temperature"}),
        ({"description": "Does more."}, {"/description"}),
        ({"name": "Another name"}, {"/name"}),
        ({"graph_id": "plain"}, {"/graph_id"}),
        ({"metadata": {"team": "sales"}}, {"/metadata/team"}),
        ({"metadata": {"team": None}}, {"/metadata/team"}),
        ({"config": {"recursion_limit": 3}}, {"/config/recursion_limit", "/config/tags"}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_an_edit_by_the_sdk_is_drift_and_comes_home(shop, sdk, alice, edit, pointers):
    agent_id = made(shop)
    sdk.update(agent_id, **edit)
    change = shop.change("a")
    assert set(origins(change).values()) == {"live"}
    assert pointers <= origins(change).keys()
    assert {item.effect for item in change.fields} == {Effect.KEEP}
    drifted = shop.drift()
    assert drifted.exit_code is ExitCode.DIFFERENCES
    assert {it.pointer for it in drifted.plan.changes[0].fields} == origins(change).keys()
    before = alice.read(agent_id)
    assert shop.run("pull").code == ExitCode.OK
    assert not shop.change("a").fields, "pull then plan is empty"
    shop.applied()
    assert shop.is_settled()
    after = alice.read(agent_id)
    for key in ("context", "config", "description", "name", "graph_id"):
        assert after[key] == before[key], "bringing home changes nothing live"


def test_metadata_of_others_is_no_drift_and_stays(shop, sdk, alice):
    agent_id = made(shop)
    sdk.update(agent_id, metadata={"ui_state": {"x": 1}})
    assert shop.is_settled()
    assert shop.drift().exit_code is ExitCode.OK
    shop.define("a", "New.", **WHOLE)
    shop.applied()
    live = alice.read(agent_id)
    assert live["metadata"]["ui_state"] == {"x": 1}
    assert live["metadata"]["owner"] == "alice"
    told = shop.run("diff", "--all", "--format", "json").json["plan"]["changes"][0]["unmanaged"]
    assert {"/metadata/owner", "/metadata/ui_state/x"} <= {item["pointer"] for item in told}


def test_who_made_each_field_differ(shop, sdk):
    agent_id = made(shop)
    sdk.update(agent_id, description="Live.", metadata={"team": "live"})
    shop.define("a", "Git.", **{**WHOLE, "description": "Git."})
    assert origins(shop.change("a")) == {
        "/description": "both",
        "/metadata/team": "live",
        "/system_prompt": "git",
    }
    refused = shop.apply()
    assert (refused.exit_code, str(refused.outcomes[0].status)) == (ExitCode.REFUSED, "refused")
    report = shop.applied(on_conflict="git", on_drift="keep")
    assert str(report.outcomes[0].metadata) == "checked"
    assert origins(shop.change("a")) == {"/metadata/team": "live"}


def test_an_agent_that_was_never_applied_is_adopted(shop, alice):
    there = alice.make(name=f"{shop.project} a", context={"system_prompt": "Mine.", "model": "m"})
    shop.define("a", "Git.")
    change = shop.change("a")
    assert (str(change.action), change.agent_id) == ("adopt", there["assistant_id"])
    assert shop.apply().exit_code is ExitCode.REFUSED
    shop.applied(adopt=True)
    assert alice.read(there["assistant_id"])["context"] == {"system_prompt": "Git."}
    assert shop.is_settled()


def test_what_git_no_longer_declares_is_taken_back(shop, alice):
    agent_id = made(shop)
    shop.define("a", None, name=shop.says("a")["name"])
    change = shop.change("a")
    assert [note for note in change.notes if "null is written" in note]
    shop.applied()
    live = alice.read(agent_id)
    assert (live["context"], live["description"]) == ({}, "")
    assert live["config"].get("configurable", {}) == {}
    assert live["metadata"]["team"] is None, "the server cannot remove a key"
    assert shop.is_settled()
    shop.define("a", "Back.", **WHOLE)
    shop.applied()
    assert alice.read(agent_id)["metadata"]["team"] == "support"
    assert shop.is_settled()


def test_an_emptied_context_leaves_no_copy_behind(shop, sdk, alice):
    agent_id = made(shop)
    sdk.update(agent_id, context={})
    assert alice.read(agent_id)["config"]["configurable"], "the server keeps what was there"
    assert "/config/configurable" in origins(shop.change("a"))
    shop.applied(on_drift="revert")
    assert shop.is_settled()
    shop.define("a", None)
    shop.applied()
    live = alice.read(agent_id)
    assert (live["context"], live["config"].get("configurable", {})) == ({}, {})


def test_the_past_is_told_and_brought_back(shop, sdk, alice):
    agent_id = made(shop)
    sdk.update(agent_id, context={"system_prompt": "Obey."}, metadata={"ui": 1})
    shop.define("a", "Third.", **{**WHOLE, "description": "3"})
    shop.applied(on_conflict="git", on_drift="revert")
    log = shop.run("log", "a", "--format", "json").json["history"]
    assert [it["token"] for it in log["revisions"]] == ["3", "2", "1"]
    assert [bool(it["applied"]) for it in log["revisions"]] == [True, False, False]
    assert [it["current"] for it in log["revisions"]] == [True, False, False]
    told = {item["pointer"] for item in log["revisions"][1]["fields"]}
    assert {"/system_prompt", "/context/model", "/config/tags", "/metadata/ui"} <= told
    first, second, third = reversed(alice.versions(agent_id))
    for past in (first, second, third):
        done = shop.run("rollback", "a", "--to", past["version"], "--yes")
        assert done.code == ExitCode.OK, done.out + done.err
        live = alice.read(agent_id)
        for key in ("context", "description", "name", "graph_id"):
            assert live[key] == past[key]
        assert live["metadata"]["ui"] == 1, "what git never declared stays"
    assert shop.is_settled(), "it is what git says again"
    assert shop.run("rollback", "a", "--to", "77", "--yes").code == ExitCode.USAGE


def test_a_step_back_by_latest_is_told_and_undone_by_a_rollback(shop, sdk, alice):
    agent_id = made(shop)
    shop.define("a", "Second.", **{**WHOLE, "description": "2", "context": {"model": "m:2"}})
    shop.applied()
    sdk.set_latest(agent_id, 1)
    live = alice.read(agent_id)
    assert (live["version"], live["context"]["system_prompt"]) == (1, "Second.")
    assert shop.drift().exit_code is ExitCode.DIFFERENCES, "equal versions are no equal content"
    log = shop.run("log", "a")
    assert "set the agent back to revision 1" in log.out
    assert shop.run("rollback", "a", "--to", 1, "--yes").code == ExitCode.OK
    live, first = alice.read(agent_id), alice.versions(agent_id)[-1]
    assert (live["context"], live["description"]) == (first["context"], first["description"])
    assert live["config"] == first["config"]


def test_a_past_in_which_the_copy_of_the_context_went_astray(shop, sdk, alice):
    agent_id = made(shop)
    sdk.update(agent_id, context={})
    shop.define("a", "Third.", **{**WHOLE, "description": "3"})
    shop.applied(on_drift="revert", on_conflict="git")
    done = shop.run("rollback", "a", "--to", "2", "--yes")
    assert done.code == ExitCode.OK, done.out
    live = alice.read(agent_id)
    assert (live["context"], live["config"]["configurable"]) == ({}, {}), "no copy of nothing"
    assert live["description"] == "Triages."


def test_a_copy_that_is_kept_stands_in_the_way_of_a_new_context(shop, sdk, alice):
    agent_id = made(shop)
    sdk.update(agent_id, context={})
    shop.define("a", "Third.", **{**WHOLE, "description": "3"})
    refused = shop.apply(on_drift="keep", on_conflict="git")
    assert refused.exit_code is ExitCode.REFUSED
    assert "config.configurable says something else" in refused.outcomes[0].message
    assert len(alice.versions(agent_id)) == 2
    shop.define("a", PROMPT, **{**WHOLE, "description": "3"})
    shop.applied(on_drift="keep")
    live = alice.read(agent_id)
    assert (live["description"], live["context"]) == ("3", {}), "all else is written beside it"


ODD = itertools.count(1)


@pytest.mark.parametrize(
    "body",
    [
        {"context": {"system_prompt": "Only a prompt."}},
        {"config": {"configurable": {"model": "by config"}, "tags": ["t"]}},
        {"context": {}, "description": None},
        {"context": {"limits": {"max_steps": 3}}},
        {"context": {"system_prompt": " \r\n two\r\nlines \n\n", "tools": [], "model": ""}},
        {"context": {"a": None, "b": True, "c": 1.0, "d": [{"e": None}], "f~/g": {"": 0}}},
        {"metadata": {"k": {"deep": [1, None]}, "gone": None, "visibility": "workspace"}},
        {"graph_id": "plain", "context": {"x": 1}},
        {"config": {"recursion_limit": 7}, "description": "with: 'yaml' #signs\n\n- and lines"},
    ],
    ids=str,
)
def test_import_then_plan_is_empty(shop, alice, body):
    there = alice.make(**{"name": f"Odd {next(ODD)} {shop.project}", **body})
    done = shop.run("import", there["assistant_id"])
    assert done.code == ExitCode.OK, done.out + done.err
    (slug,) = [path.name for path in (shop.root / "agents").iterdir()]
    assert not shop.change(slug).fields
    assert "owner" not in shop.says(slug).get("metadata", {})
    before = alice.read(there["assistant_id"])
    shop.applied(adopt=True)
    after = alice.read(there["assistant_id"])
    assert {k: v for k, v in after.items() if k in ("context", "config", "name")} == {
        k: v for k, v in before.items() if k in ("context", "config", "name")
    }
    assert shop.is_settled()


def test_a_prompt_further_down(shop, sdk, alice):
    shop.configure(prompt="/context/style/instructions")
    shop.define("w", "Write well.", graph_id="writer", context={"language": "de"})
    agent_id = shop.applied().outcomes[0].agent_id
    assert alice.read(agent_id)["context"] == {
        "language": "de",
        "style": {"instructions": "Write well."},
    }
    assert shop.is_settled()
    sdk.update(agent_id, context={"language": "de", "style": {"instructions": "Worse."}})
    assert origins(shop.change("w")) == {"/system_prompt": "live"}
    assert shop.run("pull").code == ExitCode.OK
    assert shop.prompt("w") == "Worse.\n"
    assert shop.says("w")["context"] == {"language": "de"}


def test_a_context_that_the_graph_does_not_take(shop):
    shop.define("good", "p", context={"temperature": 1, "anything": "else"})
    shop.applied()
    shop.define("a", "p", context={"temperature": "hot", "limits": {"max_steps": "many"}})
    done = shop.run("plan")
    assert done.code == ExitCode.ERROR
    assert "agents/a/agent.yaml:4:16: error: the graph `agent` does not take this" in done.out
    assert "agents/a/agent.yaml:6:16" in done.out
    refused = shop.apply()
    assert (refused.exit_code, refused.plan, refused.outcomes) == (ExitCode.ERROR, None, ())


def test_a_graph_without_a_place_for_the_prompt(shop, alice):
    alice.make(graph_id="writer", name=f"{shop.project} other")
    shop.define("w", "Where to?", graph_id="writer")
    done = shop.run("plan")
    assert done.code == ExitCode.ERROR
    assert "agents/w/AGENTS.md:1:1: error: the graph `writer` has no /context/system_prompt" in (
        done.out
    )
    assert "`prompt:`" in done.out


def test_a_prompt_that_is_no_text_cannot_come_into_a_file(shop, alice):
    there = alice.make(name=f"{shop.project} list", context={"system_prompt": ["no", "text"]})
    done = shop.run("import", there["assistant_id"])
    assert done.code == ExitCode.REFUSED
    assert "`context.system_prompt` stands where the system prompt goes" in done.out
    assert not list((shop.root / "agents").iterdir())


def test_an_agent_without_definition_goes_only_by_name(shop, alice):
    agent_id = made(shop)
    shop.define("b")
    shop.applied()
    for path in sorted((shop.root / "agents/a").iterdir()):
        path.unlink()
    (shop.root / "agents/a").rmdir()
    assert [it.agent_id for it in shop.plan().plan.orphans] == [agent_id]
    shop.more = {"limits": {"max_deletes": 1}}
    shop.configure()
    shop.applied(delete=("a",))
    assert alice.http.get(f"/assistants/{agent_id}").status_code == 404
    assert shop.is_settled()


def test_a_folder_that_is_renamed_keeps_its_agent(shop):
    agent_id = made(shop)
    (shop.root / "agents/a").rename(shop.root / "agents/b")
    assert shop.change("b").agent_id == agent_id
    shop.applied()
    # Its id follows from the old folder's name, which somebody else has now.
    shop.define("a", "A new one.", name=f"{shop.project} new")
    report = shop.applied()
    assert report.outcomes[0].agent_id not in (None, agent_id)
    assert shop.is_settled()


def test_every_format_tells_it(shop, sdk):
    agent_id = made(shop)
    sdk.update(agent_id, context={**CONTEXT, "system_prompt": "Obey.\n`rm -rf`"})
    for format in ("text", "json", "markdown", "comment", "github", "sarif", "html"):
        done = shop.run("plan", "--format", format)
        assert done.code == ExitCode.OK
        assert "prompt" in done.out or format == "github", "no annotation: nothing is refused"
    drifted = shop.run("drift", "--format", "github")
    assert "prompt" in drifted.out
    assert shop.run("plan", "--format", "json").json["plan"]["provider"] == "agent-server"


def test_a_graph_that_is_not_there(shop):
    shop.define("a", graph_id="nope")
    (outcome,) = shop.apply().outcomes
    assert "Graph 'nope' not found" in outcome.message
    assert "deployed on this server" in outcome.hint
    shop.define("a")
    shop.applied()
    shop.define("a", graph_id="nope")
    (outcome,) = shop.apply().outcomes
    assert "Graph 'nope' not found" in outcome.message
    assert "deployed on this server" in outcome.hint


def test_a_history_that_ends_where_a_page_does(shop, sdk):
    agent_id = made(shop)
    for number in range(2, 101):
        sdk.update(agent_id, description=str(number))
    done = shop.run("log", "a", "-n", "200", "--format", "json")
    assert done.code == ExitCode.OK, done.err
    history = done.json["history"]
    assert (len(history["revisions"]), history["complete"]) == (100, True)
    assert shop.run("rollback", "a", "--to", "1", "--yes").code == ExitCode.OK
    assert (
        len(shop.run("log", "a", "-n", "200", "--format", "json").json["history"]["revisions"])
        == 101
    )
