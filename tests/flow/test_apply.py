"""`apply` against the emulator over a socket: what is written, what is left alone, what is said."""

from dataclasses import fields, replace

import pytest
from workshop import API, HUB, TOOL, Workshop, outcomes

from agentsync.emulator.faults import Fault
from agentsync.emulator.keys import READ, Key
from agentsync.emulator.readings import DEFAULTS, every
from agentsync.emulator.serve import Options, running
from agentsync.errors import ExitCode
from agentsync.model import Action, Guarantee, OnConflict, OnDrift, Origin, Status
from agentsync.ops.watch import Watch
from agentsync.providers.managed import ManagedDeepAgents

COMMIT = f"{HUB}/*/directories/commits"
PATCH = f"PATCH {API}/{{id}}"
LOST = [
    Fault(kind="drop", when="after"),
    Fault(kind="drop", when="before"),
    Fault(kind="status", status=503, when="after"),
    Fault(kind="status", status=503, when="before"),
    Fault(kind="status", status=500, when="after", retry_after="2"),
    Fault(kind="truncate"),
    Fault(kind="garbage", when="after"),
    Fault(kind="garbage", when="before"),
]


def named(fault):
    return f"{fault.kind}-{fault.when}-{fault.status}"


def deviation(readings):
    """What makes these readings differ from the default ones."""
    found = (
        f"{item.name}={getattr(readings, item.name)}"
        for item in fields(readings)
        if getattr(readings, item.name) != getattr(DEFAULTS, item.name)
    )
    return next(found, "default")


@pytest.fixture
def server():
    with running(Options()) as server:
        yield server


@pytest.fixture
def shop(server, tmp_path):
    shop = Workshop(tmp_path, server)
    yield shop
    shop.close()


def strike(shop, fault, method, path="*", **changes):
    shop.server.add_fault(replace(fault, method=method, path=path, **changes))


# What is written


def test_agents_are_made_and_then_nothing_is_written(shop):
    shop.define("a", description="d", tools={"tools": [TOOL]})
    shop.define("b", extras={"team": "ops"})
    report = shop.apply()
    assert report.exit_code is ExitCode.OK
    assert outcomes(report) == {"a": "applied", "b": "applied"}
    assert all(item.verified and item.agent_id and item.after for item in report.outcomes)
    assert {agent["name"] for agent in shop.all()} == {"a", "b"}
    assert shop.live("b")["extras"]["team"] == "ops"
    shop.forget()
    asked = []
    again = shop.apply(confirm=asked.append)
    assert (again.exit_code, outcomes(again)) == (ExitCode.OK, {"a": "unchanged", "b": "unchanged"})
    assert not shop.writes()
    assert not asked, "there was nothing to ask about"


def test_an_update_writes_each_part_once_and_reads_it_back(shop):
    shop.define("a", description="d")
    shop.apply()
    before = shop.live("a")
    shop.edit("a", files={"memories/notes.md": {"content": "learned"}})
    shop.define("a", description="e", system_prompt="q")
    shop.forget()
    (outcome,) = shop.apply().outcomes
    assert outcome.status is Status.APPLIED
    assert (outcome.files, outcome.metadata) == (Guarantee.ATOMIC, Guarantee.CHECKED)
    assert outcome.before != outcome.after == shop.live("a")["revision"]
    assert shop.writes() == {f"POST {HUB}/{{id}}/directories/commits": 1, PATCH: 1}
    after = shop.live("a")
    assert (after["description"], after["system_prompt"].strip()) == ("e", "q")
    assert after["files"]["memories/notes.md"]["content"] == "learned"
    assert after["created_at"] == before["created_at"]
    assert shop.plan()["a"].action is Action.NO_OP


@pytest.mark.parametrize(
    ("change", "commits"), [({"description": "e"}, 0), ({"system_prompt": "q"}, 1)]
)
def test_the_hub_is_asked_only_when_files_change(shop, change, commits):
    shop.define("a", description="d")
    shop.apply()
    shop.define("a", **{"description": "d", **change})
    shop.forget()
    (outcome,) = shop.apply().outcomes
    assert (outcome.status, bool(outcome.files)) == (Status.APPLIED, bool(commits))
    requests = shop.server.stats()["requests"]
    assert requests.get(f"POST {HUB}/{{id}}/directories/commits", 0) == commits
    assert requests.get(f"GET {HUB}/{{id}}/directories", 0) == commits
    assert requests[PATCH] == 1, "the marker is written with every apply"


def test_what_git_does_not_own_stays(shop):
    shop.define("a", extras={"team": "ops"})
    shop.apply()
    files = {"notes.txt": {"content": "n"}, "memories/m.md": {"content": "m"}}
    shop.edit("a", runtime={"model": {"model_id": "openai:gpt-5.5"}}, files=files)
    live = shop.live("a")
    shop.edit("a", extras={**live["extras"], "ui": {"pinned": True}})
    shop.define("a", extras={"team": "dev"}, system_prompt="q")
    assert shop.apply().exit_code is ExitCode.OK
    after = shop.live("a")
    assert after["runtime"] == {"model": {"model_id": "openai:gpt-5.5"}}
    assert after["extras"]["ui"] == {"pinned": True}
    assert after["extras"]["team"] == "dev"
    assert {path: after["files"][path]["content"] for path in files} == {
        "notes.txt": "n",
        "memories/m.md": "m",
    }


def test_what_git_no_longer_declares_is_taken_back(shop):
    shop.define(
        "a",
        description="d",
        extras={"team": "ops", "x": {"y": 1}},
        files={"f.md": {"content": "f"}},
    )
    shop.apply()
    (shop.root / "agents" / "a" / "files" / "f.md").unlink()
    shop.define("a", extras={"team": "ops"})
    (outcome,) = shop.apply().outcomes
    assert outcome.status is Status.APPLIED, outcome.message
    after = shop.live("a")
    assert not after.get("description")
    assert after["extras"].keys() == {"team", "agentsync"}
    assert "f.md" not in after["files"]


@pytest.mark.parametrize("readings", list(every()), ids=deviation)
def test_every_reading_of_the_documents_converges(readings, tmp_path):
    with running(Options(readings=readings)) as server:
        shop = Workshop(tmp_path, server)
        skill = {"name": "s", "description": "d", "instructions": "i", "files": {"x.py": "1"}}
        shop.define("a", description="d", tools={"tools": [TOOL]}, skills=[skill])
        assert shop.apply().exit_code is ExitCode.OK
        shop.define("a", permissions={"visibility": "user"}, skills=[{**skill, "description": "e"}])
        report = shop.apply()
        assert report.exit_code is ExitCode.OK, report.outcomes
        shop.forget()
        assert outcomes(shop.apply()) == {"a": "unchanged"}
        assert not shop.writes()
        shop.close()


# Who made the difference


def test_kept_drift_stays_drift(shop):
    shop.define("a", description="d")
    shop.apply()
    shop.edit("a", description="by hand")
    shop.redefine("a", "q")
    (outcome,) = shop.apply().outcomes
    assert (outcome.status, outcome.kept) == (Status.APPLIED, 1)
    assert shop.live("a")["description"] == "by hand"
    change = shop.plan()["a"]
    assert change.action is Action.NO_OP
    assert [(item.pointer, item.origin) for item in change.fields] == [
        ("/description", Origin.LIVE)
    ]


def test_drift_is_reverted_or_refused_as_asked(shop):
    shop.define("a", description="d")
    shop.apply()
    shop.edit("a", description="by hand")
    shop.forget()
    refused = shop.apply(asked={"on_drift": OnDrift.FAIL})
    assert (refused.exit_code, outcomes(refused)) == (ExitCode.REFUSED, {"a": "refused"})
    assert "edited outside git" in refused.outcomes[0].message
    assert not shop.writes()
    assert shop.apply(asked={"on_drift": OnDrift.REVERT}).exit_code is ExitCode.OK
    assert shop.live("a")["description"] == "d"
    assert not shop.plan()["a"].fields


def test_reverting_drift_in_files_renews_the_marker(shop):
    shop.define("a")
    shop.apply()
    made = shop.live("a")["extras"]["agentsync"]["applied_at"]
    shop.edit("a", system_prompt="by hand")
    assert shop.apply(asked={"on_drift": OnDrift.REVERT}).exit_code is ExitCode.OK
    after = shop.live("a")
    assert after["system_prompt"].strip() == "p"
    assert after["extras"]["agentsync"]["applied_at"] > made


def test_a_conflict_is_refused_until_somebody_wins(shop):
    shop.define("a", description="d")
    shop.apply()
    shop.edit("a", description="by hand")
    shop.define("a", description="by git")
    refused = shop.apply()
    assert (refused.exit_code, outcomes(refused)) == (ExitCode.REFUSED, {"a": "refused"})
    assert shop.live("a")["description"] == "by hand"
    kept = shop.apply(asked={"on_conflict": OnConflict.LIVE})
    assert kept.exit_code is ExitCode.OK
    assert shop.live("a")["description"] == "by hand"
    assert shop.apply(asked={"on_conflict": OnConflict.GIT}).exit_code is ExitCode.OK
    assert shop.live("a")["description"] == "by git"


def test_an_agent_of_that_name_is_adopted_when_asked(shop):
    shop.create(name="a", system_prompt="theirs", extras={"own": 1})
    shop.define("a")
    shop.forget()
    refused = shop.apply()
    assert (refused.exit_code, outcomes(refused)) == (ExitCode.REFUSED, {"a": "refused"})
    assert not shop.writes()
    assert shop.apply(asked={"adopt": True}).exit_code is ExitCode.OK
    after = shop.live("a")
    assert after["system_prompt"].strip() == "p"
    assert after["extras"]["own"] == 1
    assert after["extras"]["agentsync"]["agent"] == "a"


def test_another_projects_agent_is_taken_over_only_when_asked(shop):
    marker = {"v": 1, "project": "others", "target": "", "agent": "a", "fields": {}}
    live = shop.create(name="a", extras={"agentsync": marker})
    shop.define("a")
    path = shop.root / "agents" / "a" / "agent.yaml"
    path.write_text(f"id: {live['id']}\n" + path.read_text())
    refused = shop.apply(asked={"adopt": True})
    assert refused.exit_code is ExitCode.REFUSED
    assert "project others" in refused.outcomes[0].message
    assert shop.apply(asked={"take_over": True}).exit_code is ExitCode.OK
    assert shop.live("a")["extras"]["agentsync"]["project"] == "tests"


def test_a_rename_is_no_second_agent(shop):
    shop.define("a")
    shop.apply()
    made = shop.live("a")["id"]
    shop.define("a", name="new")
    assert shop.apply().exit_code is ExitCode.OK
    assert shop.live("new")["id"] == made
    shop.edit("new", name="by hand")
    shop.redefine("a", "q")
    assert shop.apply().exit_code is ExitCode.OK
    assert [agent["name"] for agent in shop.all()] == ["by hand"]
    assert shop.live("by hand")["system_prompt"].strip() == "q"


# Deletes


def orphaned(shop, limits="limits: {max_deletes: 1}\n"):
    shop.configure(limits)
    shop.define("a")
    shop.define("b")
    shop.apply()
    for path in sorted((shop.root / "agents" / "b").rglob("*"), reverse=True):
        path.unlink()
    (shop.root / "agents" / "b").rmdir()
    shop.forget()


def test_an_orphan_is_deleted_only_by_name(shop):
    orphaned(shop)
    assert outcomes(shop.apply()) == {"a": "unchanged"}
    report = shop.apply(asked={"delete": ("b",)})
    assert (report.exit_code, outcomes(report)) == (
        ExitCode.OK,
        {"a": "unchanged", "b": "applied"},
    )
    assert [agent["name"] for agent in shop.all()] == ["a"]
    assert shop.writes() == {f"DELETE {API}/{{id}}": 1}


@pytest.mark.parametrize(
    "rules",
    ["", "limits: {max_deletes: 1}\ntargets: {only: {protect: true}}\n"],
    ids=["limit", "protect"],
)
def test_limits_and_protection_refuse_the_whole(shop, rules):
    orphaned(shop, rules)
    shop.redefine("a", "q")
    report = shop.apply(asked={"delete": ("b",)}, confirm=None)
    assert report.exit_code is ExitCode.REFUSED
    assert not report.outcomes
    assert len(report.plan.refusals) == 1
    assert not report.problems
    assert not shop.writes()


def test_an_orphan_that_changed_since_the_plan_is_not_deleted(shop):
    orphaned(shop)

    def meanwhile(report):
        shop.edit("b", system_prompt="still needed")
        return True

    report = shop.apply(asked={"delete": ("b",)}, confirm=meanwhile)
    assert (report.exit_code, outcomes(report)["b"]) == (ExitCode.REFUSED, "stale")
    assert len(shop.all()) == 2


def test_what_is_deleted_makes_room_for_what_is_created(tmp_path):
    with running(Options(max_agents=2)) as server:
        shop = Workshop(tmp_path, server)
        orphaned(shop)
        shop.define("aa")
        report = shop.apply(asked={"delete": ("b",)}, workers=1)
        assert report.exit_code is ExitCode.OK, report.outcomes
        assert {agent["name"] for agent in shop.all()} == {"a", "aa"}
        shop.define("ab")
        report = shop.apply()
        assert (report.exit_code, outcomes(report)["ab"]) == (ExitCode.ERROR, "failed")
        assert "no more agents" in report.outcomes[2].hint
        shop.close()


@pytest.mark.parametrize("fault", LOST, ids=named)
def test_a_delete_whose_answer_was_lost(shop, fault):
    orphaned(shop)
    strike(shop, fault, "DELETE")
    report = shop.apply(asked={"delete": ("b",)})
    assert report.exit_code is ExitCode.OK, report.outcomes
    assert [agent["name"] for agent in shop.all()] == ["a"]


# Lost answers


@pytest.mark.parametrize("fault", LOST, ids=named)
@pytest.mark.parametrize("path", [COMMIT, f"{API}/*"], ids=["files", "metadata"])
def test_an_update_whose_answer_was_lost(shop, fault, path):
    shop.define("a", description="d")
    shop.apply()
    shop.define("a", description="e", system_prompt="q")
    strike(shop, fault, "POST" if path == COMMIT else "PATCH", path)
    (outcome,) = shop.apply().outcomes
    assert outcome.status is Status.APPLIED, outcome.message
    assert (outcome.files, outcome.metadata) == (Guarantee.ATOMIC, Guarantee.CHECKED)
    after = shop.live("a")
    assert (after["description"], after["system_prompt"].strip()) == ("e", "q")
    assert shop.plan()["a"].action is Action.NO_OP
    assert shop.waits, "the answer was lost on nobody"


@pytest.mark.parametrize("fault", LOST, ids=named)
def test_a_create_whose_answer_was_lost_makes_one_agent(shop, fault):
    shop.define("a", tools={"tools": [TOOL]})
    strike(shop, fault, "POST", API)
    report = shop.apply()
    assert outcomes(report) == {"a": "applied"}, report.outcomes
    assert [agent["name"] for agent in shop.all()] == ["a"]
    assert report.outcomes[0].agent_id == shop.live("a")["id"]
    assert shop.waits


def test_when_every_create_is_lost_after_it_counted_there_is_one_agent(shop):
    shop.define("a")
    strike(shop, LOST[0], "POST", API, count=None)
    assert outcomes(shop.apply()) == {"a": "applied"}
    assert len(shop.all()) == 1


def test_a_create_that_never_arrives_is_told(shop):
    shop.define("a")
    strike(shop, LOST[3], "POST", API, count=None)
    report = shop.apply()
    (outcome,) = report.outcomes
    assert outcome.status is Status.FAILED
    assert "not known whether it was created" in outcome.message
    assert "apply again" in outcome.hint
    assert shop.writes()[f"POST {API}"] == 2
    shop.server.clear_faults()
    assert outcomes(shop.apply()) == {"a": "applied"}
    assert len(shop.all()) == 1


@pytest.mark.parametrize("path", [COMMIT, f"{API}/*"], ids=["files", "metadata"])
def test_a_write_that_never_arrives_is_told_and_done_later(shop, path):
    shop.define("a", description="d")
    shop.apply()
    shop.define("a", description="e", system_prompt="q")
    strike(shop, LOST[3], "POST" if path == COMMIT else "PATCH", path, count=None)
    report = shop.apply()
    (outcome,) = report.outcomes
    halfway = path != COMMIT
    assert (outcome.status, outcome.written) == (Status.FAILED, halfway)
    assert report.exit_code is (ExitCode.PARTIAL if halfway else ExitCode.ERROR)
    assert "503" in outcome.message
    assert outcome.request
    shop.server.clear_faults()
    assert outcomes(shop.apply()) == {"a": "applied"}
    assert shop.plan()["a"].action is Action.NO_OP


# Somebody else writes at the same time


def test_an_edit_between_plan_and_apply_is_not_overwritten(shop):
    shop.define("a", description="d")
    shop.apply()
    shop.redefine("a", "q")

    def meanwhile(report):
        shop.edit("a", description="by hand", system_prompt="by hand")
        return True

    shop.forget()
    report = shop.apply(confirm=meanwhile)
    assert (report.exit_code, outcomes(report)) == (ExitCode.REFUSED, {"a": "stale"})
    assert "/description, /system_prompt" in report.outcomes[0].message
    assert shop.writes() == {PATCH: 1}, "only the edit"
    assert shop.live("a")["system_prompt"] == "by hand"


def test_an_agent_deleted_between_plan_and_apply(shop):
    shop.define("a")
    shop.define("b")
    shop.apply()
    shop.redefine("a", "q")
    shop.redefine("b", "q")
    gone = shop.live("a")["id"]
    report = shop.apply(confirm=lambda report: shop.client.delete(f"{API}/{gone}"))
    assert (report.exit_code, outcomes(report)) == (
        ExitCode.PARTIAL,
        {"a": "stale", "b": "applied"},
    )
    assert "deleted since the plan" in report.outcomes[0].message
    assert [agent["name"] for agent in shop.all()] == ["b"], "nor is it made anew"


@pytest.mark.parametrize("prompt", ["theirs", "p"])
def test_an_agent_created_between_plan_and_apply(shop, prompt):
    shop.define("a")
    report = shop.apply(confirm=lambda report: shop.create(name="a", system_prompt=prompt))
    assert (report.exit_code, outcomes(report)) == (ExitCode.REFUSED, {"a": "stale"})
    assert "created since the plan" in report.outcomes[0].message
    assert len(shop.all()) == 1


def test_two_applies_at_the_confirmation_make_one_agent(shop):
    shop.define("a")
    report = shop.apply(confirm=lambda report: shop.apply().outcomes[0].written)
    assert (report.exit_code, outcomes(report)) == (ExitCode.OK, {"a": "unchanged"})
    assert len(shop.all()) == 1


def test_an_edit_just_before_the_commit_is_found_by_the_server(shop):
    shop.define("a")
    shop.apply()
    shop.redefine("a", "q")
    strike(shop, Fault(kind="race"), "POST", COMMIT)
    report = shop.apply()
    assert (report.exit_code, outcomes(report)) == (ExitCode.REFUSED, {"a": "stale"})
    assert "Edited by somebody else" in shop.live("a")["system_prompt"]


def test_an_agent_that_writes_its_memories_does_not_stop_an_apply(shop):
    shop.define("a")
    shop.apply()
    shop.redefine("a", "q")
    busy = Fault(kind="race", files={"memories/m.md": "learned"}, count=3)
    strike(shop, busy, "POST", COMMIT)
    (outcome,) = shop.apply().outcomes
    assert (outcome.status, outcome.files) == (Status.APPLIED, Guarantee.ATOMIC)
    after = shop.live("a")
    assert after["system_prompt"].strip() == "q"
    assert after["files"]["memories/m.md"]["content"] == "learned"
    assert len(shop.waits) == 3


def test_an_agent_that_never_stops_writing_is_given_up(shop):
    shop.define("a")
    shop.apply()
    shop.redefine("a", "q")
    busy = Fault(kind="race", files={"memories/m.md": "learned"}, count=None)
    strike(shop, busy, "POST", COMMIT)
    report = shop.apply()
    assert (report.exit_code, outcomes(report)) == (ExitCode.REFUSED, {"a": "stale"})
    assert shop.live("a")["system_prompt"].strip() == "p"


@pytest.mark.parametrize(
    "theirs",
    [{"metadata": {"description": "by hand"}}, {"files": {"AGENTS.md": "by hand"}}],
    ids=["metadata", "files"],
)
def test_an_edit_between_the_two_writes_is_not_overwritten(shop, theirs):
    shop.define("a", description="d")
    shop.apply()
    shop.define("a", description="e", system_prompt="q")
    strike(shop, Fault(kind="race", when="after", **theirs), "POST", COMMIT)
    report = shop.apply()
    (outcome,) = report.outcomes
    assert (report.exit_code, outcome.status) == (ExitCode.PARTIAL, Status.FAILED)
    assert "somebody changed it" in outcome.message
    assert outcome.written
    after = shop.live("a")
    assert "by hand" in (after["description"], after["system_prompt"])


def test_an_edit_after_the_last_write_is_found_by_the_read_back(shop):
    shop.define("a", description="d")
    shop.apply()
    shop.define("a", description="e")
    theirs = Fault(kind="race", when="after", files={"AGENTS.md": "by hand"})
    strike(shop, theirs, "PATCH")
    (outcome,) = shop.apply().outcomes
    assert (outcome.status, outcome.written) == (Status.FAILED, True)
    assert "/system_prompt" in outcome.message
    assert shop.live("a")["system_prompt"] == "by hand"


def test_two_creates_at_the_same_moment_leave_the_first(shop, monkeypatch):
    shop.define("a")
    original, inside = ManagedDeepAgents.create, []

    def create(self, value, marker):
        if not inside:
            inside.append(None)
            inside.append(shop.apply())
        return original(self, value, marker)

    monkeypatch.setattr(ManagedDeepAgents, "create", create)
    report = shop.apply()
    assert outcomes(inside[1]) == {"a": "applied"}
    assert (report.exit_code, outcomes(report)) == (ExitCode.REFUSED, {"a": "refused"})
    (left,) = shop.all()
    assert left["id"] == inside[1].outcomes[0].agent_id
    assert left["id"] in report.outcomes[0].message
    assert outcomes(shop.apply()) == {"a": "unchanged"}


def test_a_create_that_arrives_after_all_leaves_one_agent(shop, monkeypatch):
    shop.define("a")
    original = ManagedDeepAgents.create
    sent = []

    def create(self, value, marker):
        sent.append((value, marker))
        if len(sent) == 1:
            shop.server.add_fault(LOST[1])
        else:
            original(self, *sent[0])
        return original(self, value, marker)

    monkeypatch.setattr(ManagedDeepAgents, "create", create)
    report = shop.apply()
    assert (report.exit_code, len(sent)) == (ExitCode.OK, 2)
    (left,) = shop.all()
    assert report.outcomes[0].agent_id == left["id"]


# Failures


def test_one_agents_failure_is_its_own(shop):
    for slug in "abc":
        shop.define(slug)
    shop.apply()
    for slug in "abc":
        shop.redefine(slug, "q")
    refused = Fault(kind="status", status=422, count=None)
    strike(shop, refused, "POST", f"{HUB}/{shop.live('b')['id']}/*")
    report = shop.apply()
    assert report.exit_code is ExitCode.PARTIAL
    assert outcomes(report) == {"a": "applied", "b": "failed", "c": "applied"}
    assert "422" in report.outcomes[1].message
    assert not report.problems


def test_a_key_that_may_only_read(tmp_path):
    keys = (Key(key="k"), Key(key="look", permissions=READ))
    with running(Options(keys=keys)) as server:
        shop = Workshop(tmp_path, server)
        shop.define("a")
        shop.define("b")
        shop.apply(addresses=("a",))
        shop.redefine("a", "q")
        shop.key = "look"
        report = shop.apply()
        assert (report.exit_code, outcomes(report)) == (
            ExitCode.ERROR,
            {"a": "failed", "b": "failed"},
        )
        assert all("403" in item.message and item.request for item in report.outcomes)
        assert all("key" in item.hint for item in report.outcomes)
        shop.close()


def test_a_hub_that_may_not_be_read_is_written_through_the_agent(shop):
    shop.define("a", description="d")
    shop.apply()
    shop.define("a", description="e", system_prompt="q")
    strike(shop, Fault(kind="status", status=403, count=None), "*", f"{HUB}/*")
    (outcome,) = shop.apply().outcomes
    assert outcome.status is Status.APPLIED
    assert (outcome.files, outcome.metadata) == (Guarantee.CHECKED, Guarantee.CHECKED)
    assert shop.live("a")["system_prompt"].strip() == "q"


def test_nothing_is_written_without_a_yes(shop):
    shop.define("a")
    seen = []
    report = shop.apply(confirm=lambda report: seen.append(report))
    assert report.exit_code is ExitCode.REFUSED
    assert [problem.code for problem in report.problems] == ["not-confirmed"]
    assert seen[0].plan == report.plan
    assert not shop.writes()


def test_an_agent_that_cannot_be_planned_stops_only_itself(shop):
    shop.define("a")
    shop.create(name="b")
    shop.create(name="b")
    shop.define("b")
    shop.forget()
    report = shop.apply()
    assert (report.exit_code, outcomes(report)) == (
        ExitCode.PARTIAL,
        {"a": "applied", "b": "failed"},
    )
    assert not report.problems
    (failed,) = (item for item in report.outcomes if item.address == "b")
    assert "2 live agents are named 'b'" in failed.message
    assert shop.apply(confirm=None).exit_code is ExitCode.ERROR


def test_a_list_that_cannot_be_had_stops_everything(shop):
    shop.define("a")
    shop.server.add_fault(Fault(kind="status", status=500, method="GET", path=API, count=None))
    report = shop.apply(confirm=None)
    assert report.exit_code is ExitCode.ERROR
    assert not shop.writes()


def test_wrong_files_are_told_and_nothing_is_written(shop):
    shop.define("a")
    (shop.root / "agents" / "a" / "agent.yaml").write_text("name: [\n")
    report = shop.apply(confirm=None)
    assert report.exit_code is ExitCode.ERROR
    assert report.diagnostics
    assert not shop.writes()


def test_agentsyncs_own_failure_at_one_agent_stops_only_that(shop, monkeypatch):
    shop.define("a")
    shop.define("b")
    original = ManagedDeepAgents.create

    def create(self, value, marker):
        if value["name"] == "a":
            raise KeyError("secret")
        return original(self, value, marker)

    monkeypatch.setattr(ManagedDeepAgents, "create", create)
    report = shop.apply()
    assert (report.exit_code, outcomes(report)) == (
        ExitCode.BUG,
        {"a": "failed", "b": "applied"},
    )
    assert "a bug in agentsync" in report.outcomes[0].message
    assert "secret" not in report.outcomes[0].message


def test_an_api_that_answers_nobody_is_not_asked_for_all(shop):
    slugs = [f"a{number:02}" for number in range(20)]
    for slug in slugs:
        shop.define(slug)
    shop.apply()
    for slug in slugs:
        shop.redefine(slug, "q")
    failing = Fault(kind="status", status=401, count=None)
    strike(shop, failing, "POST", COMMIT)
    report = shop.apply(workers=1)
    assert report.exit_code is ExitCode.ERROR
    assert list(outcomes(report).values()) == ["failed"] * 8 + ["untried"] * 12


def test_ctrl_c_finishes_what_is_under_way_and_tells_the_rest(shop):
    for slug in "abcd":
        shop.define(slug)

    def progress(done, total):
        # Only after the first agent, not while planning.
        if done == 1 and shop.writes():
            raise KeyboardInterrupt

    report = shop.apply(workers=1, watch=Watch(progress=progress, note=shop.notes.append))
    assert report.exit_code is ExitCode.INTERRUPTED
    found = outcomes(report)
    assert found["a"] == "applied"
    assert "untried" in found.values()
    assert list(found) == list("abcd")
    applied = {address for address, status in found.items() if status == "applied"}
    assert {agent["name"] for agent in shop.all()} == applied
    assert any("interrupted" in note for note in shop.notes)
