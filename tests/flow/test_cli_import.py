"""`agentsync import` as a user types it, from an empty folder to a plan that is empty."""

import json

import httpx
import jsonschema
import pytest
from typed import typing

from agentsync.emulator.serve import Options, running
from agentsync.errors import ExitCode
from agentsync.files import shipped

API = "/v1/deepagents/agents"
TOOLS = {"tools": [{"name": "search", "mcp_server_url": "https://tools.acme.example"}]}


@pytest.fixture
def server():
    with running(Options()) as server:
        yield server


@pytest.fixture
def create(server):
    """Somebody makes a live agent; the answer is its id."""
    with httpx.Client(base_url=server.url, headers={"X-Api-Key": "k"}) as client:

        def make(name, **body):
            answer = client.post(API, json={"name": name, "system_prompt": "You do.", **body})
            answer.raise_for_status()
            return answer.json()["id"]

        yield make


@pytest.fixture
def run(tmp_path, server, monkeypatch, capsys):
    call = typing(monkeypatch, capsys, tmp_path, server.url)
    assert call("init", "--bare", "--project", "tests").code == ExitCode.OK
    return call


def as_json(done):
    report = json.loads(done.out)
    jsonschema.validate(report, shipped.schema("report"))
    assert report["exit_code"] == done.code
    return report


def test_after_import_the_plan_is_empty(tmp_path, run, create):
    create("Support triage", tools=TOOLS, description="Reads tickets")
    create("Support triage")
    done = run("import", "--all")
    assert done.code == ExitCode.OK, done.out + done.err
    assert "\n2 agents imported\n" in done.out
    assert "+ imported support-triage " in done.out
    assert "+ imported support-triage-2 " in done.out
    assert (tmp_path / "agents" / "support-triage" / "AGENTS.md").read_text() == "You do.\n"
    planned = run("plan")
    assert planned.code == ExitCode.OK
    assert "2 agents are in sync" in planned.out, planned.out


def test_a_second_import_finds_nothing_to_do(run, create):
    create("A")
    assert run("import", "--all").code == ExitCode.OK
    done = run("import", "--all")
    assert done.code == ExitCode.OK
    assert "Nothing to import: 1 agent is in git already.\n" in done.out


def test_a_dry_run_writes_nothing_and_shows_the_files(tmp_path, run, create):
    create("A", description="does")
    done = run("import", "--all", "--dry-run")
    assert done.code == ExitCode.OK
    assert "A dry run: nothing was written." in done.out
    assert "\n    +description: does\n" in done.out
    assert not (tmp_path / "agents").exists()


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("--all", "--name", "team *"), ["team-a"]),
        (("--all", "--owner", "me"), ["other", "team-a"]),
    ],
)
def test_filters_choose_among_all(run, create, words, names):
    create("Team A")
    create("Other")
    report = as_json(run("import", *words, "--format", "json"))
    assert [item["address"] for item in report["patches"]] == names


def test_an_agent_by_its_id(run, create):
    create("A")
    wanted = create("B")
    report = as_json(run("import", wanted, "--format", "json"))
    assert [(it["address"], it["agent_id"]) for it in report["patches"]] == [("b", wanted)]


def test_a_secret_is_a_finding_and_its_value_is_nowhere(tmp_path, run, create):
    key = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"
    create("A", system_prompt=f"Use {key} for the repository.")
    done = run("import", "--all")
    assert done.code == ExitCode.REFUSED
    assert "! high    a  secret  a GitHub token  /system_prompt" in done.out
    assert "Nothing was written." in done.out
    told = run("import", "--all", "--format", "json", "-v")
    as_json(told)
    assert key not in done.out + done.err + told.out
    assert not list(tmp_path.rglob("AGENTS.md"))


def test_a_project_of_the_official_client_moves_in_without_a_key(tmp_path, run):
    old = tmp_path / "old"
    old.mkdir()
    (old / "agent.json").write_text(json.dumps({"name": "Old bot", "description": "does"}))
    (old / "AGENTS.md").write_text("You do.\n")
    (old / "mcp.json").write_text("{}")
    done = run("import", "--from", "old", LANGSMITH_API_KEY="", LANGSMITH_ENDPOINT="")
    assert done.code == ExitCode.OK, done.out + done.err
    assert "+ imported old-bot" in done.out
    assert "mcp.json" in done.out
    assert run("validate").code == ExitCode.OK


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--all",), ExitCode.USAGE),
        (("--all", "--name", "x*"), ExitCode.USAGE),
        (("5f0c7a1e-1111-4222-8333-944455566677",), ExitCode.ERROR),
    ],
)
def test_nothing_to_import_is_an_error(run, words, code):
    report = as_json(run("import", *words, "--format", "json"))
    assert report["exit_code"] == code


def test_without_a_project_the_way_to_one_is_told(tmp_path_factory, run):
    done = run("import", "--all", cwd=tmp_path_factory.mktemp("nothing"))
    assert done.code == ExitCode.ERROR
    assert "agentsync init --bare" in done.err


def test_files_get_the_report(tmp_path, run, create):
    create("A")
    done = run("import", "--all", "--output", "json=report.json", "--output", "text=report.txt")
    assert done.code == ExitCode.OK
    report = json.loads((tmp_path / "report.json").read_text())
    jsonschema.validate(report, shipped.schema("report"))
    assert "1 agent imported" in (tmp_path / "report.txt").read_text()
