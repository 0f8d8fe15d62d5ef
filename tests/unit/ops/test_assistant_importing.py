"""What of a live assistant becomes a definition, and what is left to others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from amount import EXAMPLES
from assisted import RULES, assistants, filled, planned, shown, unmarked
from hypothesis import HealthCheck, given, settings

from agentsync.canonical import same
from agentsync.engine.normalise import desired, normalise
from agentsync.errors import UsageError
from agentsync.files.definition import checker, load
from agentsync.files.project import open_project
from agentsync.model import AgentPatch, AgentSummary, LiveAgent, Owner, PatchStatus, Target
from agentsync.ops.importing.choosing import choose
from agentsync.ops.importing.founding import Founding
from agentsync.ops.importing.leaving import unmanaged_at, without_noted, without_secrets
from agentsync.ops.importing.moving import moved
from agentsync.ops.importing.options import ImportOptions
from agentsync.ops.importing.wanting import wanted
from agentsync.ops.watch import Watch

TOKEN = "ghp" + "_" + "Zq81LmT4xYc93VbN7RkWe52UjHs60GfDaPo7"
ID = "dfa71115-c971-4197-8f02-20826fbc6f40"
SERVER = "{provider: agent-server, url: https://a.example}"
LAW = settings(max_examples=EXAMPLES // 6, suppress_health_check=[HealthCheck.too_slow])


def live(value: Mapping[str, Any]) -> LiveAgent:
    return LiveAgent(agent_id=ID, revision="1", value=filled(value))


def asked(value: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    said, notes = wanted(live(value), RULES, checker("assistant"), ())
    return dict(said), notes


@pytest.fixture
def founding(tmp_path: Path) -> Founding:
    """What makes definitions in an empty project with one target for assistants."""
    text = f"project: tests\ntargets:\n  t: {SERVER}\n"
    (tmp_path / "agentsync.yaml").write_text(text)
    return Founding(project=open_project(tmp_path, empty_ok=True), target="t", rules=RULES)


def made(founding: Founding, value: Mapping[str, Any], agent: LiveAgent) -> AgentPatch:
    patch = AgentPatch(address="a", name="A", status=PatchStatus.FAILED, agent_id=agent.agent_id)
    return founding.found(patch, value, agent)


def test_an_assistant_that_was_told_nothing_declares_nothing() -> None:
    assert asked(shown()) == ({"graph_id": "agent", "name": "A"}, ())


def test_what_is_set_is_declared_but_not_the_servers_notes() -> None:
    said = {
        "description": "d",
        "system_prompt": "You help.",
        "context": {"a": None, "b": {"c": []}},
        "config": {"recursion_limit": 50, "tags": ["x"]},
        "metadata": {"team": "x", "deep": {"owner": "kept", "created_by": "kept"}},
    }
    noted = {**said["metadata"], "owner": "ann", "created_by": "user"}
    value, notes = asked(shown(**{**said, "metadata": noted}))
    assert notes == ()
    assert same(value, normalise({"graph_id": "agent", "name": "A", **said}, RULES))


def test_notes_alone_leave_no_metadata_behind() -> None:
    value, notes = asked(shown(metadata={"owner": "ann", "created_by": "user"}))
    assert (value, notes) == ({"graph_id": "agent", "name": "A"}, ())
    only = {"metadata": {"owner": "ann"}, "owner": "kept", "context": {"owner": "kept"}}
    assert without_noted(only, RULES) == {"owner": "kept", "context": {"owner": "kept"}}


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"config": {"recursion_limit": "many"}}, "/config/recursion_limit"),
        ({"config": {"tags": [1], "kept": True}}, "/config/tags"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_no_definition_can_say_stays_as_live(value: dict[str, Any], left: str) -> None:
    said, notes = asked({**shown(), **value})
    (note,) = notes
    assert note == f"{left} stays as live, unmanaged: a definition has no word for it"
    kept = {"config": {"kept": True}} if "kept" in value.get("config", {}) else {}
    assert said == {"graph_id": "agent", "name": "A", **kept}


@pytest.mark.parametrize(
    ("pointer", "cut"),
    [
        ("/name", ""),
        ("/graph_id", ""),
        ("/system_prompt", ""),
        ("/context", ""),
        ("/context/a", ""),
        ("/context/a/b", ""),
        ("/config/configurable", ""),
        ("/config/configurable/a", ""),
        ("/config/tags", "/config/tags"),
        ("/config/a~1b/c", "/config/a~1b"),
        ("/metadata/team/deep", "/metadata/team"),
        ("/metadata/configurable", "/metadata/configurable"),
        ("/description", "/description"),
    ],
)
def test_only_what_git_need_not_own_is_left_out(pointer: str, cut: str) -> None:
    assert unmanaged_at(pointer, RULES) == cut


def test_a_secret_is_left_out_where_it_may_be_and_else_stops_the_import() -> None:
    value, findings, stuck = without_secrets(
        "a", {"name": "A", "metadata": {"key": TOKEN, "team": "x"}, "config": {"k": TOKEN}}, RULES
    )
    assert (value, stuck) == ({"name": "A", "metadata": {"team": "x"}}, False)
    assert [item.message.endswith("left out of the definition") for item in findings] == [True] * 2
    for where in ({"context": {"key": TOKEN}}, {"system_prompt": f"Use {TOKEN}."}):
        _, (finding,), stuck = without_secrets("a", where, RULES)
        assert stuck
        assert TOKEN not in finding.message


def test_a_new_definition_is_the_agent_and_is_bound_to_it(founding: Founding) -> None:
    agent = live(shown(description="d", system_prompt="You help.", context={"a": {"b": [None]}}))
    value, _ = wanted(agent, RULES, checker("assistant"), ())
    patch = made(founding, value, agent)
    assert (patch.status, patch.message) == (PatchStatus.WRITTEN, "")
    assert [item.path for item in patch.files] == ["agents/a/AGENTS.md", "agents/a/agent.yaml"]
    loaded = load(open_project(founding.project.root), "a", "t")
    assert (loaded.agent_id, loaded.diagnostics) == (ID, ())
    assert planned(desired(loaded.document or {}, RULES), agent).fields == ()


@LAW
@given(assistants())
def test_what_was_imported_is_in_sync(tmp_path_factory: Any, document: Any) -> None:
    root = tmp_path_factory.mktemp("p")
    (root / "agentsync.yaml").write_text(f"project: tests\ntargets:\n  t: {SERVER}\n")
    found = Founding(
        project=open_project(root, empty_ok=True), target="t", rules=RULES, dry_run=True
    )
    agent = live(desired(document, RULES))
    value, notes = wanted(agent, RULES, checker("assistant"), ())
    assert notes == ()
    assert planned(normalise(value, RULES), unmarked(agent.value)).fields == ()
    patch = made(found, value, agent)
    assert (patch.status, patch.message) == (PatchStatus.PLANNED, "")


def test_a_copy_of_the_context_that_went_astray_is_told_for_what_it_is(founding: Founding) -> None:
    agent = live(shown(config={"configurable": {"old": 1}}))
    value, notes = wanted(agent, RULES, checker("assistant"), ())
    assert notes == ()
    patch = made(founding, value, agent)
    assert patch.status is PatchStatus.REFUSED
    assert "the server mirrors the context" in patch.message
    assert not (founding.project.root / "agents").exists()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"context": {"system_prompt": 5}}, "stands where the system prompt goes"),
        ({"context": {"a": "x\0"}}, "NUL"),
        ({"system_prompt": "x\0y"}, "NUL"),
        ({"name": "two\nlines"}, "one line"),
        ({"context": {"half": "\ud800"}}, "half a character"),
    ],
)
def test_what_files_cannot_say_is_refused_and_leaves_nothing(
    founding: Founding, value: dict[str, Any], reason: str
) -> None:
    agent = live({**shown(), **value})
    said, _ = wanted(agent, RULES, checker("assistant"), ())
    patch = made(founding, said, agent)
    assert patch.status is PatchStatus.REFUSED
    assert reason in patch.message
    assert not (founding.project.root / "agents").exists()


def test_the_prompt_is_left_to_the_target_that_ignores_it(tmp_path: Path) -> None:
    text = f"project: tests\nignore: [/system_prompt, /metadata/team]\ntargets:\n  t: {SERVER}\n"
    (tmp_path / "agentsync.yaml").write_text(text)
    found = Founding(project=open_project(tmp_path, empty_ok=True), target="t", rules=RULES)
    agent = live(shown(system_prompt="You help.", metadata={"team": "x", "kept": 1}))
    value, _ = wanted(agent, RULES, checker("assistant"), ())
    assert made(found, value, agent).status is PatchStatus.WRITTEN
    assert not (tmp_path / "agents/a/AGENTS.md").exists()
    assert "team" not in (tmp_path / "agents/a/agent.yaml").read_text()


def test_the_editor_finds_the_schema_of_assistants(founding: Founding) -> None:
    root = founding.project.root
    (root / ".agentsync/schemas").mkdir(parents=True)
    (root / ".agentsync/schemas/agent.schema.json").write_text("{}")
    agent = live(shown())
    made(founding, {"graph_id": "agent", "name": "A"}, agent)
    assert "$schema" not in (root / "agents/a/agent.yaml").read_text()
    (root / ".agentsync/schemas/assistant.schema.json").write_text("{}")
    patch = AgentPatch(address="b", name="A", status=PatchStatus.FAILED, agent_id=ID)
    founding.found(patch, {"graph_id": "agent", "name": "A"}, agent)
    first = (root / "agents/b/agent.yaml").read_text().splitlines()[0]
    assert first.endswith("$schema=../../.agentsync/schemas/assistant.schema.json")


def test_a_marker_is_named_as_this_api_has_it(tmp_path: Path) -> None:
    (tmp_path / "agentsync.yaml").write_text("project: tests\n")
    project = open_project(tmp_path, empty_ok=True)
    owner = Owner(project="other", target="t", address="a")
    agent = AgentSummary(agent_id=ID, name="A", owner=owner)
    (patch,) = choose([agent], {}, project, "t", [], marker_at=RULES.marker_at).patches
    assert patch.status is PatchStatus.REFUSED
    assert "`metadata.agentsync`" in patch.hint


def test_what_another_client_keeps_is_no_assistant(founding: Founding) -> None:
    target = Target(name="t", provider="agent-server")
    root = founding.project.root
    options = ImportOptions(directory=root)
    with pytest.raises(UsageError, match="no assistant, as target t has them") as error:
        moved(options, root, founding.project, target, {}, Watch())
    assert "import --all" in error.value.hint
    nameless = Target(provider="agent-server")
    with pytest.raises(UsageError, match="as target without a name"):
        moved(options, root, founding.project, nameless, {}, Watch())
