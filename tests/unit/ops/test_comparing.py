"""Many agents at a time: when to give up, what is kept, and in which order."""

import shutil
import subprocess
import threading

import pytest
from written import write_definition

from agentsync.errors import (
    BadAnswerError,
    CertificateError,
    ExitCode,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
    UsageError,
)
from agentsync.files import planfile
from agentsync.model import LiveAgent
from agentsync.ops import comparing
from agentsync.ops import draft as draft_module
from agentsync.ops.comparing import load as comparing_load
from agentsync.ops.plan import PlanOptions, plan
from agentsync.ops.watch import Watch
from agentsync.providers import Connection, Provider
from agentsync.providers.managed import ManagedDeepAgents

HOPELESS = [
    CertificateError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
    UsageError,
]
LIVE = {"name": "A", "system_prompt": "p"}


class Playing(Provider):
    """Answers with what the test wants: `play` gets the number of the agent, from 1."""

    rules = ManagedDeepAgents.rules
    official_origins = ManagedDeepAgents.official_origins
    endpoint_variable = key_variables = workspace_variable = ""
    connection = Connection(base_url="http://played", key="k")

    def __init__(self, play):
        self.play, self.asked, self.closed, self.lists = play, [], 0, 0

    def list(self):
        self.lists += 1
        return iter(())

    def read(self, agent_id):
        number = int(agent_id[-12:])
        self.asked.append(number)
        failure = self.play(number)
        if failure:
            raise failure
        return LiveAgent(agent_id=agent_id, revision=f"r{number}", value=LIVE)

    def _never(self, *arguments, **options):
        raise AssertionError("a plan writes nothing, and holds nothing for a write")

    hold = history = read_at = create = write_files = write_metadata = delete = _never

    @classmethod
    def request_body(cls, value):
        return value

    def close(self):
        self.closed += 1


@pytest.fixture
def project(tmp_path):
    """Makes a project of so many agents, a01 bound to the agent of number 1 and so on."""

    def make(count):
        (tmp_path / "agentsync.yaml").write_text("version: 1\nproject: tests\n")
        for number in range(1, count + 1):
            folder = tmp_path / "agents" / f"a{number:02}"
            write_definition(folder, {"name": f"A{number}", "system_prompt": "p"})
            path = folder / "agent.yaml"
            path.write_text(f"id: 00000000-0000-4000-8000-{number:012}\n" + path.read_text())
        return tmp_path

    return make


@pytest.fixture
def planned(monkeypatch):
    """The report of a plan of `root` against a played API.

    Unless `workers` are asked for, no definition is begun before the outcome of the one before
    was heard of, so that nothing depends on who is faster.
    """

    def run(root, provider, progress=lambda *_: None, **options):
        heard = [threading.Event() for _ in range(50)]

        def told(done, total):
            progress(done, total)
            heard[done].set()

        def load(project, address, target):
            assert "workers" in options or heard[int(address[1:]) - 1].wait(10)
            return comparing_load(project, address, target)

        monkeypatch.setattr(draft_module, "connect", lambda *_: provider)
        monkeypatch.setattr(comparing, "load", load)
        try:
            asked = PlanOptions(**{"directory": root, "workers": 1, "command": "plan", **options})
            return plan(asked, {}, Watch(progress=told))
        finally:
            for each in heard:
                each.set()

    return run


def addresses(*numbers):
    return [f"a{number:02}" for number in numbers]


@pytest.mark.parametrize("kind", HOPELESS)
def test_an_api_that_answers_nobody_is_not_asked_for_everybody(project, planned, kind):
    provider = Playing(lambda number: kind(f"failure {number}"))
    report = planned(project(14), provider)
    assert provider.asked == list(range(1, 9))
    assert [item.address for item in report.problems[:-1]] == addresses(*range(1, 9))
    last = report.problems[-1]
    assert (last.code, last.address) == ("untried", "")
    assert last.message.startswith("6 more agents were not tried")
    assert report.exit_code is ExitCode.ERROR
    assert report.checked == 14
    assert report.plan.changes == ()


def test_seven_failures_are_not_enough(project, planned):
    provider = Playing(lambda number: ServerError("down") if number <= 7 else None)
    report = planned(project(10), provider)
    assert provider.asked == list(range(1, 11))
    assert [item.code for item in report.problems] == ["server"] * 7
    assert [item.address for item in report.plan.changes] == addresses(8, 9, 10)


def test_after_one_answer_everybody_is_asked(project, planned):
    provider = Playing(lambda number: None if number == 3 else ServerError("down"))
    report = planned(project(14), provider)
    assert len(provider.asked) == 14
    assert [item.code for item in report.problems] == ["server"] * 13
    assert [item.address for item in report.plan.changes] == addresses(3)


@pytest.mark.parametrize("refusal", [ForbiddenError, NotFoundError])
def test_a_refusal_of_one_agent_is_an_answer(project, planned, refusal):
    """The API is there and knows the key; the others may well be readable."""
    provider = Playing(lambda number: refusal("no") if number == 1 else ServerError("down"))
    report = planned(project(14), provider)
    assert len(provider.asked) == 14
    assert "untried" not in {item.code for item in report.problems}


@pytest.mark.parametrize("refusal", [ForbiddenError, NotFoundError, BadAnswerError])
def test_refusals_of_single_agents_are_told_one_by_one(project, planned, refusal):
    provider = Playing(lambda number: refusal("no") if number <= 12 else None)
    report = planned(project(14), provider)
    assert len(provider.asked) == 14
    assert [item.address for item in report.problems] == addresses(*range(1, 13))
    assert [item.address for item in report.plan.changes] == addresses(13, 14)


def test_an_invalid_definition_stops_reading_but_not_checking(project, planned):
    root = project(12)
    for slug in ("a01", "a12"):
        with (root / "agents" / slug / "agent.yaml").open("a") as file:
            file.write("colour: red\n")
    provider = Playing(lambda _: None)
    report = planned(root, provider)
    assert provider.asked == []
    assert [item.span.path.split("/")[1] for item in report.diagnostics] == ["a01", "a12"]
    assert report.plan is None


@pytest.mark.parametrize("stopping", [RuntimeError, KeyboardInterrupt])
def test_connections_are_closed_whatever_happens(project, planned, stopping):
    root = project(2)
    provider = Playing(lambda _: None)
    planned(root, provider)
    assert provider.closed == 1

    def progress(done, _):
        if done:
            raise stopping

    provider = Playing(lambda _: None)
    with pytest.raises(stopping):
        planned(root, provider, progress)
    assert provider.closed == 1


def test_changes_and_problems_stand_by_address_not_by_speed(project, planned):
    done = [threading.Event() for _ in range(7)]

    def play(number):
        # Each waits for the one after it, so that they end in reverse order.
        assert number == 6 or done[number + 1].wait(10)
        return BadAnswerError("no") if number % 2 else None

    heard = []

    def progress(count, _):
        heard.append(count)
        if count:
            done[7 - count].set()

    provider = Playing(play)
    report = planned(project(6), provider, progress, workers=6)
    assert heard == list(range(7))
    assert [item.address for item in report.problems] == addresses(1, 3, 5)
    assert [item.address for item in report.plan.changes] == addresses(2, 4, 6)


@pytest.mark.parametrize("saves", [True, False])
def test_an_empty_shard_plans_nothing_and_asks_nobody(project, planned, tmp_path, saves):
    root, provider = project(2), Playing(lambda _: None)
    save = tmp_path / "plan.json" if saves else None
    report = planned(root, provider, shard=(3, 3), save=save, exit_code=True)
    assert report.exit_code is ExitCode.OK
    assert (report.checked, report.plan.changes, report.problems) == (0, (), ())
    assert (provider.asked, provider.lists, provider.closed) == ([], 0, 1)
    assert not saves or planfile.read(save).changes == ()


@pytest.fixture
def git(monkeypatch, tmp_path):
    """Runs git in a folder, with nobody's settings."""
    if not shutil.which("git"):
        pytest.skip("there is no git")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    def run(*arguments):
        who = ["-c", "user.name=a", "-c", "user.email=a@acme.example", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(tmp_path), *who, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    return run


def test_a_saved_plan_says_which_commit_it_was_made_from(project, planned, tmp_path, git):
    root, save = project(1), tmp_path / "plan.json"

    def commit():
        assert not planned(root, Playing(lambda _: None), save=save).problems
        return planfile.read(save).commit

    assert commit() == ""
    git("init", "-q")
    assert commit() == ""
    git("add", "agents")
    git("commit", "-q", "-m", "first")
    first = commit()
    assert first == git("rev-parse", "HEAD")
    assert len(first) == 40
    git("commit", "-q", "--allow-empty", "-m", "second")
    assert commit() == git("rev-parse", "HEAD") != first
