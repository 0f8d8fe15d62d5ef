"""`plan` and `diff` as a user runs them, against the emulator over a socket."""

import json

import httpx
import jsonschema
import pytest
from command import agentsync
from written import write_definition, write_project

from agentsync.canonical import digest
from agentsync.emulator.faults import Fault
from agentsync.emulator.serve import Options, running
from agentsync.errors import ExitCode
from agentsync.files import planfile, shipped

API = "/v1/deepagents/agents"
TOOL = {"name": "search", "mcp_server_url": "https://tools.acme.example"}
ANSWERING = {"name": "A", "description": "d", "system_prompt": "You answer.\n\nShortly."}


@pytest.fixture
def server():
    with running(Options(admin=True)) as server:
        yield server


@pytest.fixture
def api(server):
    with httpx.Client(base_url=server.url, headers={"X-Api-Key": "k"}) as client:
        yield client


@pytest.fixture
def project(tmp_path):
    write_project(tmp_path, ANSWERING)
    return tmp_path


@pytest.fixture
def run(server, project):
    def command(*arguments, **environ):
        known = {"LANGSMITH_ENDPOINT": server.url, "LANGSMITH_API_KEY": "k"}
        return agentsync(*arguments, "-C", project, **{**known, **environ})

    return command


def create(api, **body):
    answer = api.post(API, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def bind(project, slug, agent_id):
    path = project / "agents" / slug / "agent.yaml"
    path.write_text(f"id: {agent_id}\n" + path.read_text())


def planned(done):
    """The one change of a JSON report, which is checked against its schema on the way."""
    jsonschema.validate(done.json, shipped.schema("report"))
    (change,) = done.json["plan"]["changes"]
    return change


def test_an_agent_that_is_not_live_would_be_created(run, server):
    change = planned(run("plan", "--format", "json"))
    assert change["action"] == "create"
    assert change["desired"]["system_prompt"] == "You answer.\n\nShortly."
    assert {item["pointer"] for item in change["fields"]} == {
        "/name",
        "/description",
        "/system_prompt",
    }
    assert server.stats()["requests"]


def test_an_agent_of_that_name_would_be_adopted(run, api):
    live = create(api, **ANSWERING)
    create(api, name="B")
    change = planned(run("plan", "--format", "json"))
    assert (change["action"], change["agent_id"]) == ("adopt", live["id"])
    assert change["fields"] == []
    assert change["precondition"]["revision"] == live["revision"]


def test_a_bound_agent_is_in_sync_or_updated(run, api, project):
    live = create(api, **ANSWERING)
    bind(project, "a", live["id"])
    assert planned(run("plan", "--format", "json"))["action"] == "no-op"
    assert run("plan", "--exit-code").code == ExitCode.OK
    api.patch(f"{API}/{live['id']}", json={"description": "edited", "tools": {"tools": [TOOL]}})
    done = run("plan", "--format", "json", "--exit-code")
    change = planned(done)
    assert done.code == ExitCode.DIFFERENCES
    assert run("plan").code == ExitCode.OK
    assert change["action"] == "update"
    assert [(i["pointer"], i["op"], i["origin"]) for i in change["fields"]] == [
        ("/description", "replace", "unknown"),
        ("/tools/tools/https:~1~1tools.acme.example::search", "remove", "unknown"),
    ]
    assert change["fields"][0]["before"] == "edited"
    assert change["fields"][0]["after"] == "d"
    assert change["fields"][0]["span"] == {"path": "agents/a/agent.yaml", "line": 3, "column": 16}


def test_text_and_exit_code_agree(run, api, project):
    live = create(api, **ANSWERING)
    bind(project, "a", live["id"])
    done = run("plan", "--exit-code")
    assert "No changes. 1 agent is in sync." in done.out
    api.patch(f"{API}/{live['id']}", json={"system_prompt": "You answer.\n\nAt length."})
    done = run("diff", "--exit-code")
    assert done.code == ExitCode.DIFFERENCES
    assert "[-At length-]{+Shortly+}" in done.out.replace("\n", "") or "Shortly" in done.out
    assert api.get(f"{API}/{live['id']}").json()["revision"] in done.out


def test_two_agents_of_that_name_are_not_guessed_between(run, api):
    ids = {create(api, **ANSWERING)["id"], create(api, **ANSWERING)["id"]}
    done = run("plan", "--format", "json")
    assert done.code == ExitCode.ERROR
    (problem,) = done.json["problems"]
    assert problem["code"] == "identity"
    assert all(agent_id in problem["message"] for agent_id in ids)


def test_a_bound_agent_that_is_gone_is_an_error_not_a_create(run, project):
    bind(project, "a", "00000000-0000-4000-8000-000000000000")
    done = run("plan", "--format", "json")
    assert done.code == ExitCode.ERROR
    assert done.json["plan"]["changes"] == []
    assert "which the API does not find" in done.json["problems"][0]["message"]


def test_two_definitions_of_one_live_agent_are_refused(run, api, project):
    live = create(api, **ANSWERING)
    bind(project, "a", live["id"])
    write_definition(project / "agents" / "b", ANSWERING)
    done = run("plan", "--format", "json")
    assert done.code == ExitCode.ERROR
    assert {item["address"] for item in done.json["problems"]} == {"a", "b"}
    assert "claimed by a and b" in done.json["problems"][0]["message"]


def test_an_agent_of_a_definition_that_was_not_asked_for_is_not_adopted(run, api, project):
    live = create(api, **ANSWERING)
    bind(project, "a", live["id"])
    write_definition(project / "agents" / "b", ANSWERING)
    for part in (("b",), ("--shard", "2/2")):
        done = run("plan", *part)
        assert done.code == ExitCode.ERROR
        assert "claimed by a and b" in done.out


def test_a_saved_plan_is_whole_and_sealed(run, api, project, tmp_path):
    live = create(api, **ANSWERING)
    bind(project, "a", live["id"])
    write_definition(project / "agents" / "b", {"name": "B", "system_prompt": "b"})
    saved = tmp_path / "plan.json"
    done = run("plan", "-o", saved, "--format", "json")
    data = json.loads(saved.read_text())
    jsonschema.validate(data, shipped.schema("plan"))
    body = {key: item for key, item in data.items() if key != "digest"}
    assert data["digest"] == digest(body)
    assert done.json["plan"]["changes"] == data["changes"]
    assert [item["action"] for item in data["changes"]] == ["no-op", "create"]
    assert planfile.read(saved).to_json() == data
    assert saved.stat().st_mode & 0o777 == 0o600


def test_a_plan_that_is_not_complete_is_not_saved(run, project, tmp_path):
    bind(project, "a", "00000000-0000-4000-8000-000000000000")
    done = run("plan", "-o", tmp_path / "plan.json")
    assert done.code == ExitCode.ERROR
    assert not (tmp_path / "plan.json").exists()
    assert "not saved" in done.out


def test_invalid_files_are_told_all_at_once_and_nothing_is_planned(run, project):
    for slug in ("b", "c"):
        write_definition(project / "agents" / slug, {"name": slug, "system_prompt": "x"})
        path = project / "agents" / slug / "agent.yaml"
        path.write_text(path.read_text() + "colour: red\n")
    done = run("plan", "--format", "json", "-o", project / "p.json")
    assert done.code == ExitCode.ERROR
    assert done.json["plan"] is None
    assert [item["code"] for item in done.json["diagnostics"]] == ["unknown-key"] * 2
    assert not (project / "p.json").exists()


def test_a_failing_api_ends_in_one_problem_per_agent(run, server, project, api):
    live = create(api, **ANSWERING)
    bind(project, "a", live["id"])
    write_definition(project / "agents" / "b", {"name": "B", "system_prompt": "b"})
    server.add_fault(Fault(kind="garbage", path=f"{API}/{live['id']}", count=None))
    done = run("plan", "--format", "json")
    assert done.code == ExitCode.ERROR
    assert [item["address"] for item in done.json["plan"]["changes"]] == ["b"]
    (problem,) = done.json["problems"]
    assert (problem["address"], problem["code"]) == ("a", "garbled")
    assert problem["request"] == f"GET {API}/{live['id']}"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="status", status=429, retry_after="0", method="GET", count=3),
        Fault(kind="status", status=503, retry_after="0", method="GET", count=3),
        Fault(kind="drop", method="GET", count=1),
        Fault(kind="truncate", method="GET", count=1),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.count}",
)
def test_passing_failures_are_survived(run, server, project, api, fault):
    live = create(api, **ANSWERING)
    bind(project, "a", live["id"])
    server.add_fault(fault)
    done = run("plan", "--format", "json")
    assert planned(done)["action"] == "no-op"
    assert done.err.count("trying again") == fault.count


def test_unmanaged_content_is_shown_when_asked_for(run, api, project):
    live = create(api, **ANSWERING, files={"memories/a.md": {"content": "m"}}, extras={"x": 1})
    bind(project, "a", live["id"])
    assert "memories" not in run("diff").out
    done = run("diff", "--all", "--exit-code")
    assert done.code == ExitCode.OK
    assert '/files/"memories/a.md"' in done.out
    assert "/extras/x" in done.out


def test_ignored_fields_are_in_no_plan(run, api, project):
    live = create(api, **{**ANSWERING, "description": "theirs"})
    bind(project, "a", live["id"])
    config = project / "agentsync.yaml"
    config.write_text(config.read_text() + "ignore: [/description]\n")
    assert planned(run("plan", "--format", "json"))["action"] == "no-op"


def test_an_overlay_binds_and_changes_for_one_target(run, api, project):
    live = create(api, **{**ANSWERING, "description": "staged"})
    config = project / "agentsync.yaml"
    config.write_text(config.read_text() + "targets: {staging: {}, production: {}}\n")
    overlay = project / "agents" / "a" / "agent.staging.yaml"
    overlay.write_text(f"id: {live['id']}\ndescription: staged\n")
    assert planned(run("plan", "-t", "staging", "--format", "json"))["action"] == "no-op"
    overlay.write_text(f"id: {live['id']}\ndescription: other\n")
    change = planned(run("plan", "-t", "staging", "--format", "json"))
    assert change["fields"][0]["span"]["path"] == "agents/a/agent.staging.yaml"
    assert planned(run("plan", "-t", "production", "--format", "json"))["action"] == "adopt"
    assert run("plan").code == ExitCode.USAGE
    assert "production" in run("plan", "-t", "prodution").err


def test_shards_are_disjoint_and_whole(run, project):
    for slug in "bcdefg":
        write_definition(project / "agents" / slug, {"name": slug, "system_prompt": "x"})
    parts = []
    for number in (1, 2, 3):
        done = run("plan", "--shard", f"{number}/3", "--format", "json")
        parts.append([item["address"] for item in done.json["plan"]["changes"]])
    assert sorted(slug for part in parts for slug in part) == list("abcdefg")
    assert all(parts)


def test_every_agent_is_read_once_over_few_connections(run, server, api, project):
    for number in range(60):
        name = f"agent-{number}"
        live = create(api, name=name, system_prompt="p")
        write_definition(project / "agents" / name, {"name": name, "system_prompt": "p"})
        bind(project, name, live["id"])
    bind(project, "a", create(api, **ANSWERING)["id"])
    server.reset_stats()
    done = run("plan", "--workers", "8", "--format", "json")
    assert done.json["summary"]["no-op"] == 61
    stats = server.stats()
    assert stats["requests"] == {f"GET {API}": 1, f"GET {API}/{{id}}": 61}
    assert stats["connections"] <= 8
    assert stats["max_in_flight"] <= 8


def test_a_report_goes_to_files_as_well(run, project, tmp_path):
    done = run(
        "plan", "--output", f"json={tmp_path / 'r.json'}", "--output", f"text={tmp_path / 'r.txt'}"
    )
    assert json.loads((tmp_path / "r.json").read_text())["plan"]["changes"]
    assert (tmp_path / "r.txt").read_text() == done.out
    assert "\x1b" not in done.out


def test_an_unknown_agent_is_a_usage_error_with_a_hint(run):
    done = run("plan", "aa")
    assert done.code == ExitCode.USAGE
    assert "did you mean `a`" in done.err


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"LANGSMITH_WORKSPACE_ID": "é"}, "not the id of a workspace"),
        ({"LANGSMITH_WORKSPACE_ID": "x\ny"}, "not the id of a workspace"),
    ],
)
def test_a_wrong_environment_is_a_usage_error(run, environ, said):
    done = run("plan", **environ)
    assert done.code == ExitCode.USAGE
    assert said in done.err


def test_a_plan_is_not_saved_over_what_is_no_file(run, project, tmp_path):
    assert run("plan", "-o", tmp_path).code == ExitCode.USAGE
    assert run("plan", "-o", "/dev/full").code == ExitCode.USAGE
    assert run("plan", "-o", tmp_path / "no" / "where").code == ExitCode.ERROR
    (tmp_path / "real.json").write_text("")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    done = run("plan", "-o", tmp_path / "link.json")
    assert done.code == ExitCode.OK
    assert "saved in" in done.err
    assert (tmp_path / "link.json").is_symlink()
    assert planfile.read(tmp_path / "real.json").changes


def test_a_hostile_answer_cannot_reach_the_terminal(run, server):
    hostile = "\x1b]0;PWNED\x07\x1b[31mred\u202e ##[group]"
    server.add_fault(Fault(kind="status", status=500, body=hostile, retry_after="0", count=None))
    done = run("plan")
    assert "trying again" in done.err
    assert not {"\x1b", "\x07", "\u202e"} & set(done.out + done.err)


def test_what_breaks_on_one_agent_leaves_the_others_their_results(project, server, monkeypatch):
    import os

    from agentsync.ops import comparing
    from agentsync.ops.plan import PlanOptions, plan
    from agentsync.ops.watch import Watch

    write_definition(project / "agents" / "b", {"name": "B", "system_prompt": "b"})
    original = comparing.compare

    def broken(definition, *arguments, **options):
        if definition.address == "a":
            raise KeyError("the text of a bug may hold secrets")
        return original(definition, *arguments, **options)

    monkeypatch.setattr(comparing, "compare", broken)
    environ = {**os.environ, "LANGSMITH_ENDPOINT": server.url, "LANGSMITH_API_KEY": "k"}
    report = plan(PlanOptions(command="plan", directory=project), environ, Watch())
    assert report.exit_code == ExitCode.BUG
    assert [change.address for change in report.plan.changes] == ["b"]
    assert "KeyError at test_plan.py" in report.problems[0].message
    assert "secrets" not in report.problems[0].message


def test_dotenv_that_is_no_text_is_said_so(run, project):
    (project / ".env").write_bytes(b"\xff\xfe")
    assert "cannot read .env" in run("plan", LANGSMITH_API_KEY="").err
    assert run("plan").code == ExitCode.OK
