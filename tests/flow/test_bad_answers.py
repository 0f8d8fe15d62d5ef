"""Answers that are nonsense, keys that may not, agents that are gone: through the command line.

Each ends in one clear message per agent and the right exit code, and once the answers make sense
again the next apply converges.
"""

import json

import pytest
from gate import gate
from stage import AGENTS, HUB, differing, hurry, numbered, staged

from agentsync.cli.app import run
from agentsync.emulator.keys import ALL, READ, Key
from agentsync.emulator.serve import Options
from agentsync.errors import ExitCode


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    hurry(monkeypatch)


@pytest.fixture
def stage(tmp_path):
    with staged(tmp_path) as found:
        yield found


@pytest.fixture
def keeper(stage):
    with gate(stage.server.url) as found:
        yield found


class Live:
    """One agent that was applied, with a change in git, and the command line before a gate."""

    def __init__(self, stage, keeper, monkeypatch, capsys) -> None:
        self.stage, self.keeper, self.capsys = stage, keeper, capsys
        self.checkout = stage.checkout()
        self.checkout.write("a", numbered(1, "first"))
        assert self.checkout.apply().exit_code is ExitCode.OK
        self.agent_id = stage.only()
        self.before = stage.facts(self.agent_id)
        self.checkout.write("a", numbered(1, "second"))
        monkeypatch.setenv("LANGSMITH_ENDPOINT", keeper.url)
        monkeypatch.setenv("LANGSMITH_API_KEY", "git")

    def run(self, *arguments) -> tuple[int, str]:
        """Exit code and standard output of agentsync, in this process."""
        code = run([*arguments, "-C", str(self.checkout.root)])
        return code, self.capsys.readouterr().out

    def apply(self) -> tuple[int, list[dict], str]:
        """Exit code, everything that was not done, and what a person reads."""
        code, out = self.run("apply", "--yes", "--format", "json")
        report = json.loads(out)
        assert report["exit_code"] == code
        left = [
            item for item in report["outcomes"] if item["status"] not in ("applied", "unchanged")
        ]
        return code, [*left, *report["problems"]], out

    def settles(self) -> None:
        """Once the answers make sense again, the next apply converges."""
        self.keeper.answered = lambda passage, body: body
        self.keeper.arrived = lambda passage: True
        code, left, _ = self.apply()
        assert (code, left) == (0, [])
        assert list(self.stage.ids().values()) == [[self.agent_id]]
        assert self.stage.facts(self.agent_id)["/description"] == "second"
        assert differing(self.checkout.plan()) == []


@pytest.fixture
def live(stage, keeper, monkeypatch, capsys):
    return Live(stage, keeper, monkeypatch, capsys)


def agent_with(**fields):
    return lambda body: json.dumps({**json.loads(body), **fields}).encode()


def text(value: str):
    return lambda body: value.encode()


NONSENSE = {
    "not JSON": text("<html>Sorry</html>"),
    "empty": text(""),
    "half": lambda body: body[: len(body) // 2],
    "null": text("null"),
    "a list": text("[]"),
    "a number": text("1e999"),
    "another object": text('{"items": "none", "files": 3, "commit_hash": {}}'),
}
BROKEN_AGENT = {
    "no name": agent_with(name=None),
    "another id": agent_with(id="00000000-0000-4000-8000-000000000000"),
    "tools are text": agent_with(tools="all"),
    "skills are numbers": agent_with(skills=[1]),
    "files are a list": agent_with(files=[]),
    "permissions are text": agent_with(permissions="all"),
}
HARMLESS = {
    "no revision": agent_with(revision=None),
    "an odd revision": agent_with(revision=7),
    "no times": agent_with(updated_at=None, created_at=None),
    "no owner": agent_with(owner_id=None, is_owner=None, access_level=None),
}


def whenever(method: str, part: str, change):
    """Change the answer to every request of this method with this in its path."""

    def answered(passage, body):
        return change(body) if passage.method == method and part in passage.path else body

    return answered


@pytest.mark.parametrize("change", NONSENSE | BROKEN_AGENT)
def test_an_agent_that_is_nonsense_is_one_clear_error_and_nothing_is_written(live, change):
    found = (NONSENSE | BROKEN_AGENT)[change]
    live.keeper.answered = whenever("GET", live.agent_id, found)
    live.stage.server.reset_stats()
    code, left, _ = live.apply()
    (problem,) = left
    assert (code, problem["address"]) == (1, "a")
    assert problem["code"] in ("bad-answer", "garbled")
    assert problem["request"] == f"GET {AGENTS}/{live.agent_id}"
    assert live.stage.writes() == 0
    code, out = live.run("apply", "--yes")
    assert code == 1
    assert out.count(problem["message"]) == 1
    live.settles()


@pytest.mark.parametrize("change", HARMLESS)
def test_what_nobody_needs_may_be_missing(live, change):
    live.keeper.answered = whenever("GET", live.agent_id, HARMLESS[change])
    assert live.apply()[:2] == (0, [])
    live.settles()


def test_unknown_fields_are_kept(live):
    live.keeper.answered = whenever("GET", f"{AGENTS}/{live.agent_id}", agent_with(mood="good"))
    assert live.apply()[:2] == (0, [])
    live.settles()


@pytest.mark.parametrize("change", NONSENSE)
def test_a_file_tree_that_is_nonsense_is_an_error_and_nothing_is_written(live, change):
    live.keeper.answered = whenever("GET", "/directories", NONSENSE[change])
    live.stage.server.reset_stats()
    code, left, _ = live.apply()
    (outcome,) = left
    assert (code, outcome["address"], outcome["status"]) == (1, "a", "failed")
    assert outcome["request"] == f"GET {HUB}/{live.agent_id}/directories"
    assert not outcome["written"]
    assert live.stage.writes() == 0
    live.settles()


@pytest.mark.parametrize("change", NONSENSE)
@pytest.mark.parametrize("write", ["POST", "PATCH"])
def test_a_write_whose_answer_is_nonsense_is_looked_at_and_never_repeated(live, write, change):
    live.keeper.answered = whenever(write, live.agent_id, NONSENSE[change])
    live.stage.server.reset_stats()
    code, left, _ = live.apply()
    assert (code, left) == (0, [])
    assert live.stage.writes() == 2
    live.settles()


@pytest.mark.parametrize("change", [*NONSENSE, "no id", "a hostile id"])
def test_a_create_whose_answer_is_nonsense_makes_one_agent(live, change):
    more = {"no id": agent_with(id=None), "a hostile id": agent_with(id="../../x")}
    live.checkout.write("b", numbered(2, "first"))
    live.keeper.answered = whenever("POST", AGENTS, (NONSENSE | more)[change])
    code, left, _ = live.apply()
    assert (code, left) == (0, [])
    assert {name: len(ids) for name, ids in live.stage.ids().items()} == {
        "Agent 1": 1,
        "Agent 2": 1,
    }


@pytest.mark.parametrize("change", NONSENSE)
def test_a_list_that_is_nonsense_stops_everything(live, change):
    live.keeper.answered = lambda passage, body: (
        NONSENSE[change](body) if passage.path == AGENTS else body
    )
    live.stage.server.reset_stats()
    code, left, _ = live.apply()
    assert code == 1
    assert {item["code"] for item in left} <= {"bad-answer", "garbled"}
    assert left
    assert live.stage.writes() == 0
    live.settles()


def test_an_agent_that_is_deleted_between_plan_and_apply(live):
    def arrived(passage):
        if passage.path.endswith("/directories"):
            live.stage.client.delete(f"{AGENTS}/{live.agent_id}").raise_for_status()
        return True

    live.keeper.arrived = arrived
    live.checkout.write("b", numbered(2, "first"))
    code, left, _ = live.apply()
    (outcome,) = left
    assert (code, outcome["address"], outcome["status"]) == (4, "a", "stale")
    assert "deleted" in outcome["message"]
    live.keeper.arrived = lambda passage: True
    code, left, _ = live.apply()
    assert (code, left) == (0, [])
    assert {name: len(ids) for name, ids in live.stage.ids().items()} == {
        "Agent 1": 1,
        "Agent 2": 1,
    }


MAY = {
    "read only": READ,
    "no hub": ALL - {"hub:read", "hub:write"},
    "no hub writes": ALL - {"hub:write"},
    "no updates": ALL - {"agents:update"},
    "no creates": ALL - {"agents:create"},
}


@pytest.mark.parametrize(
    ("may", "expected", "statuses"),
    [
        ("read only", 1, {"a": "failed", "b": "failed"}),
        ("no hub", 0, {"a": "applied", "b": "applied"}),
        ("no hub writes", 4, {"a": "failed", "b": "applied"}),
        ("no updates", 4, {"a": "failed", "b": "applied"}),
        ("no creates", 4, {"a": "applied", "b": "failed"}),
    ],
)
def test_a_key_that_may_not_do_everything(tmp_path, may, expected, statuses, monkeypatch, capsys):
    keys = (Key(key="git"), Key(key="truth"), Key(key="less", permissions=MAY[may]))
    with staged(tmp_path, Options(keys=keys)) as stage, gate(stage.server.url) as keeper:
        live = Live(stage, keeper, monkeypatch, capsys)
        live.checkout.write("b", numbered(2, "first"))
        monkeypatch.setenv("LANGSMITH_API_KEY", "less")
        code, left, out = live.apply()
        found = {item["address"]: item["status"] for item in json.loads(out)["outcomes"]}
        assert (code, found) == (expected, statuses), left
        for item in left:
            assert item["message"], item
            assert item["hint"], item
        monkeypatch.setenv("LANGSMITH_API_KEY", "git")
        live.checkout.remove("b")
        live.apply()
        assert stage.facts(live.agent_id)["/description"] == "second"
