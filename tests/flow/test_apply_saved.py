"""`apply FILE`: exactly the plan that was saved, or a reason of its own, and nothing written."""

import json

import pytest
from command import agentsync
from workshop import API, TOOL, Workshop, outcomes

from agentsync.canonical import digest
from agentsync.emulator.faults import Fault
from agentsync.emulator.serve import Options, running
from agentsync.errors import ExitCode, ProjectError, RefusedError, UsageError
from agentsync.model import Action, OnDrift, Status


@pytest.fixture
def server():
    with running(Options()) as server:
        yield server


@pytest.fixture
def shop(server, tmp_path):
    """Two agents, applied, both changed in git since."""
    shop = Workshop(tmp_path, server)
    for slug in "ab":
        shop.define(slug, description="d")
    shop.apply()
    for slug in "ab":
        shop.define(slug, description="e", system_prompt="q")
    yield shop
    shop.close()


def never(report):
    raise AssertionError("a saved plan was reviewed: nobody is asked")


def told(shop, path, **options):
    """What an apply that is refused as a whole says; it must have written nothing."""
    shop.forget()
    report = shop.apply(plan_file=path, confirm=never, **options)
    assert report.exit_code is ExitCode.REFUSED
    assert not report.outcomes
    assert report.plan is not None
    assert not shop.writes()
    return {problem.address: problem.message for problem in report.problems}


def refused(shop, path, **options):
    """The message of an apply that cannot even begin."""
    shop.forget()
    with pytest.raises(RefusedError) as caught:
        shop.apply(plan_file=path, confirm=never, **options)
    assert caught.value.hint
    assert not shop.server.stats()["requests"]
    return caught.value.message


def resealed(path, **changes):
    """The plan with these parts, and a digest that fits."""
    body = {**json.loads(path.read_text()), **changes}
    del body["digest"]
    path.write_text(json.dumps({**body, "digest": digest(body)}) + "\n")
    return path


def test_the_plan_is_done_and_doing_it_again_writes_nothing(shop):
    path = shop.save()
    report = shop.apply(plan_file=path, confirm=never)
    assert report.exit_code is ExitCode.OK
    assert outcomes(report) == {"a": "applied", "b": "applied"}
    assert shop.live("a")["description"] == "e"
    shop.forget()
    again = shop.apply(plan_file=path, confirm=never)
    assert (again.exit_code, outcomes(again)) == (ExitCode.OK, {"a": "unchanged", "b": "unchanged"})
    assert not shop.writes()


def test_creates_and_deletes_are_done_once(shop):
    shop.configure("limits: {max_deletes: 1}\n")
    shop.define("c")
    for path in sorted((shop.root / "agents" / "b").rglob("*"), reverse=True):
        path.unlink()
    (shop.root / "agents" / "b").rmdir()
    path = shop.save(asked={"delete": ("b",)})
    report = shop.apply(plan_file=path)
    assert outcomes(report) == {"a": "applied", "b": "applied", "c": "applied"}
    assert sorted(agent["name"] for agent in shop.all()) == ["a", "c"]
    shop.forget()
    assert set(outcomes(shop.apply(plan_file=path)).values()) == {"unchanged"}
    assert not shop.writes()


def test_kept_drift_is_no_reason_not_to_be_done(shop):
    shop.define("a", description="d", system_prompt="q")
    shop.edit("a", description="by hand")
    path = shop.save()
    assert shop.apply(plan_file=path).outcomes[0].kept == 1
    assert outcomes(shop.apply(plan_file=path)) == {"a": "unchanged", "b": "unchanged"}


def test_a_plan_that_was_done_and_edited_since_is_not_done_again(shop):
    path = shop.save()
    shop.apply(plan_file=path)
    shop.edit("a", description="by hand")
    assert told(shop, path) == {"a": "it changed since the plan: /description"}


def test_what_git_says_by_now_does_not_count(shop):
    path = shop.save()
    shop.define("a", description="later")
    assert shop.apply(plan_file=path).exit_code is ExitCode.OK
    assert shop.live("a")["description"] == "e"


@pytest.mark.parametrize("saved", [True, False])
def test_a_plan_that_was_stopped_half_way_is_finished(shop, saved):
    shop.define("a", system_prompt="q", extras={"team": "ops"}, tools={"tools": [TOOL]})
    path = shop.save()
    broken = Fault(kind="status", status=422, method="PATCH", path=f"{API}/*", count=1)
    shop.server.add_fault(broken)
    first = shop.apply(plan_file=path, workers=1)
    assert outcomes(first) == {"a": "failed", "b": "applied"}
    assert "its files were written, the rest was not" in first.outcomes[0].message
    report = shop.apply(plan_file=path if saved else None)
    assert outcomes(report) == {"a": "applied", "b": "unchanged"}, report
    assert shop.live("a")["extras"]["team"] == "ops"
    assert shop.plan()["a"].action is shop.plan()["b"].action is Action.NO_OP


def test_an_edit_after_a_plan_was_stopped_half_way_is_not_overwritten(shop):
    path = shop.save()
    broken = Fault(kind="status", status=422, method="PATCH", path=f"{API}/*", count=1)
    shop.server.add_fault(broken)
    shop.apply(plan_file=path, workers=1)
    shop.edit("a", description="by hand")
    assert told(shop, path).keys() == {"a"}


def test_one_moved_agent_refuses_the_whole_plan(shop):
    path = shop.save()
    shop.edit("a", system_prompt="by hand", description="by hand")
    assert told(shop, path) == {"a": "it changed since the plan: /description, /system_prompt"}
    assert shop.live("b")["description"] == "d"


def test_many_moved_fields_are_counted(shop):
    path = shop.save()
    names = ["s1", "s2", "s3", "s4"]
    shop.edit("a", skills=[{"name": n, "description": "d", "instructions": "i"} for n in names])
    said = told(shop, path)["a"]
    assert said == "it changed since the plan: /skills/s1, /skills/s2, /skills/s3 and 1 more"


def test_a_moved_marker_is_stale_too(shop):
    path = shop.save()
    marker = {**shop.live("a")["extras"]["agentsync"], "fields": {}}
    shop.edit("a", extras={"agentsync": marker})
    assert told(shop, path) == {
        "a": "it changed since the plan: its marker, or a part git does not own"
    }


def test_what_is_none_of_an_applys_business_is_not_stale(shop):
    path = shop.save()
    shop.edit("a", files={"memories/m.md": {"content": "learned"}})
    shop.edit("a", description="x")
    shop.edit("a", description="d")
    assert shop.apply(plan_file=path).exit_code is ExitCode.OK
    assert shop.live("a")["files"]["memories/m.md"]["content"] == "learned"


def test_an_agent_deleted_since_the_plan(shop):
    path = shop.save()
    shop.client.delete(f"{API}/{shop.live('a')['id']}")
    assert "deleted since the plan" in told(shop, path)["a"]
    assert len(shop.all()) == 1


def test_an_agent_created_since_the_plan(shop):
    shop.define("c")
    path = shop.save()
    made = shop.create(name="c", system_prompt="theirs")["id"]
    assert told(shop, path) == {"c": f"it was created since the plan, as {made}"}
    shop.create(name="c")
    assert "2 live agents are named 'c'" in told(shop, path)["c"]


def test_an_agent_that_cannot_be_read_is_an_error_and_nothing_is_written(shop):
    path = shop.save()
    failing = Fault(kind="status", status=401, method="GET", path=f"{API}/{shop.live('a')['id']}")
    shop.server.add_fault(failing)
    shop.forget()
    report = shop.apply(plan_file=path)
    assert report.exit_code is ExitCode.ERROR
    assert [(item.address, item.code) for item in report.problems] == [("a", "unauthorized")]
    assert not shop.writes()


def test_an_api_that_answers_nobody_is_not_asked_for_all(shop):
    for number in range(20):
        shop.define(f"n{number:02}")
    shop.apply()
    for number in range(20):
        shop.redefine(f"n{number:02}", "q")
    path = shop.save()
    shop.server.add_fault(Fault(kind="status", status=401, method="GET", count=None))
    shop.forget()
    report = shop.apply(plan_file=path, workers=1)
    assert report.exit_code is ExitCode.ERROR
    assert 8 <= sum(shop.server.stats()["requests"].values()) < 20
    assert report.problems[-1].message.startswith("12 more agents were not read")


# Not for here


def test_another_project(shop):
    path = shop.save()
    (shop.root / "agentsync.yaml").write_text("version: 1\nproject: other\n")
    assert refused(shop, path) == "the plan is for project tests, and this is other"


def test_another_target(shop):
    shop.configure("targets: {one: {}, two: {}}\n")
    path = shop.save(target="one")
    assert refused(shop, path, target="two") == "the plan is for target one, not for two"
    shop.configure("targets: {two: {}}\n")
    assert "does not have any more" in refused(shop, path)
    assert "there is no target `one`" in refused(shop, path, target="one")


def test_a_project_that_has_targets_by_now(shop):
    path = shop.save()
    shop.configure("targets: {one: {}}\n")
    assert told(shop, path)[""] == "the project has targets by now, and the plan names none"


def test_another_endpoint_or_workspace(shop, server):
    path = shop.save()
    with running(Options()) as other:
        shop.server = other
        assert told(shop, path) == {
            "": f"the plan is for {server.url}, and the endpoint is {other.url}"
        }
        assert not other.stats()["requests"]
    shop.server = server
    shop.configure("targets: {one: {workspace_id: 6f0d5c1e-8b1a-4f0e-9c57-2f4f2a9d7b13}}\n")
    path = shop.save(target="one")
    shop.configure("targets: {one: {workspace_id: c2a7e9b4-35d6-4e0b-a1f8-7d90b6e4c851}}\n")
    assert told(shop, path) == {
        "": "the plan is for workspace 6f0d5c1e-8b1a-4f0e-9c57-2f4f2a9d7b13, "
        "not for c2a7e9b4-35d6-4e0b-a1f8-7d90b6e4c851"
    }
    shop.configure("targets: {one: {}}\n")
    assert told(shop, path)[""].endswith("not for the key's own")


def test_another_provider(shop):
    path = resealed(shop.save(), provider="other")
    assert told(shop, path) == {"": "the plan is for provider other, and the target says managed"}


def test_other_rules_in_the_project(shop):
    path = shop.save()
    shop.configure("ignore: [/extras/ui_*]\n")
    assert told(shop, path) == {"": "`ignore` in agentsync.yaml has changed since the plan"}
    shop.configure("limits: {max_changes: 1}\n")
    assert told(shop, path) == {
        "": "2 agents to change, and agentsync.yaml allows 1 (limits.max_changes)"
    }


def test_a_plan_that_was_refused_when_it_was_made(shop):
    shop.configure("limits: {max_changes: 1}\n")
    path = shop.save()
    shop.configure()
    assert "2 agents to change" in told(shop, path)[""]


def test_protection_since_the_plan(shop):
    shop.configure("limits: {max_deletes: 1}\ntargets: {one: {}}\n")
    shop.apply()
    for path in sorted((shop.root / "agents" / "b").rglob("*"), reverse=True):
        path.unlink()
    (shop.root / "agents" / "b").rmdir()
    path = shop.save(asked={"delete": ("b",)})
    shop.configure("limits: {max_deletes: 1}\ntargets: {one: {protect: true}}\n")
    assert "protected" in told(shop, path)[""]


def test_a_plan_that_was_touched_is_refused_before_anything_is_asked(shop):
    path = shop.save()
    text = path.read_bytes()
    for place in range(0, len(text), max(1, len(text) // 50)):
        flipped = bytearray(text)
        flipped[place] ^= 1
        path.write_bytes(bytes(flipped))
        assert str(path) in refused(shop, path)


def test_a_newer_format_is_refused_an_older_tool_is_not(shop):
    path = resealed(shop.save(), format_version=2)
    assert "has plan format 2; this agentsync reads 1" in refused(shop, path)
    path = resealed(shop.save(), tool_version="0.0.1")
    assert shop.apply(plan_file=path).exit_code is ExitCode.OK


def test_a_plan_that_is_not_there(shop):
    with pytest.raises(ProjectError, match="cannot read the plan"):
        shop.apply(plan_file=shop.root / "none.json")


@pytest.mark.parametrize(
    "beside",
    [
        {"addresses": ("a",)},
        {"shard": (1, 2)},
        {"asked": {"adopt": True}},
        {"asked": {"on_drift": OnDrift.KEEP}},
    ],
    ids=str,
)
def test_nothing_stands_beside_a_saved_plan(shop, beside):
    path = shop.save()
    shop.forget()
    with pytest.raises(UsageError, match="applied as it is"):
        shop.apply(plan_file=path, **beside)
    assert not shop.server.stats()["requests"]


def test_an_agent_that_the_plan_refuses_stays_refused(shop):
    shop.edit("a", description="by hand")
    path = shop.save()
    report = shop.apply(plan_file=path)
    assert (report.exit_code, outcomes(report)) == (
        ExitCode.PARTIAL,
        {"a": "refused", "b": "applied"},
    )
    assert shop.live("a")["description"] == "by hand"


def test_broken_files_do_not_matter_but_a_broken_project_does(shop):
    path = shop.save()
    (shop.root / "agents" / "a" / "agent.yaml").write_text("name: [\n")
    assert shop.apply(plan_file=path).exit_code is ExitCode.OK
    (shop.root / "agentsync.yaml").write_text("version: 9\n")
    report = shop.apply(plan_file=path)
    assert report.exit_code is ExitCode.ERROR
    assert report.diagnostics


def test_as_a_user_runs_it(shop):
    path = shop.save()
    done = agentsync("apply", path, "-C", shop.root, "--format", "json", **shop.environ)
    assert done.code == ExitCode.OK
    assert [item["status"] for item in done.json["outcomes"]] == ["applied", "applied"]
    shop.redefine("a", "r")
    path = shop.save()
    shop.edit("a", system_prompt="by hand")
    done = agentsync("apply", path, "-C", shop.root, "--format", "json", **shop.environ)
    assert done.code == done.json["exit_code"] == ExitCode.REFUSED
    assert [(item["code"], item["address"]) for item in done.json["problems"]] == [("stale", "a")]


def test_the_agents_may_change_while_the_plan_is_applied(shop):
    path = shop.save()
    a = shop.live("a")["id"]
    # The second read is the one before the write: the first is for the plan as a whole.
    theirs = Fault(kind="race", metadata={"description": "by hand"}, path=f"{API}/{a}", skip=1)
    shop.server.add_fault(theirs)
    report = shop.apply(plan_file=path)
    assert (report.exit_code, outcomes(report)) == (
        ExitCode.PARTIAL,
        {"a": "stale", "b": "applied"},
    )
    assert report.outcomes[0].status is Status.STALE
    assert shop.live("a")["description"] == "by hand"
