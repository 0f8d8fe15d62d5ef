"""kill -9 of `agentsync apply` at every request it makes: the next apply ends where this one would.

A process of its own talks to the emulator through a gate. At one request, before it reaches the
server or after it took effect and before it is answered, the process is killed.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import count

import pytest
from gate import gate
from stage import AGENTS, Checkout, Stage, differing, outcomes, staged
from truth import same_but

from agentsync.errors import ExitCode
from agentsync.model import Report

TOOL = {"name": "search", "mcp_server_url": "https://tools.acme.example"}
SKILL = {"name": "reading", "description": "Reads.", "instructions": "Read.", "files": {}}
FIRST = {
    "name": "Answering",
    "description": "first",
    "system_prompt": "You answer.",
    "tools": {"tools": [TOOL], "interrupt_config": {}},
    "skills": [SKILL],
    "extras": {"team": "one"},
    "files": {"notes/guide.md": {"content": "first\n"}},
}
SECOND = {
    **FIRST,
    "description": "second",
    "system_prompt": "You answer, shortly.",
    "skills": [{**SKILL, "instructions": "Read twice.", "files": {"run.py": "print()\n"}}],
    "extras": {"team": "two"},
    "files": {},
}
FOREIGN = {
    "files": {"memories/a.md": {"content": "its own"}},
    "runtime": {"model": {"model_id": "m:x"}},
}


@dataclass
class Story:
    """What an apply is to do, told once for each moment at which it is killed."""

    stage: Stage
    checkout: Checkout

    def begin(self) -> None:
        self.stage.forget()
        self.checkout.write("a", FIRST)

    def apply(self) -> Report:
        return self.checkout.apply("a")

    arguments = ("a",)


class Create(Story):
    """One POST makes it all."""


class Update(Story):
    """The file tree first, then the metadata; what is not ours stands beside it."""

    def begin(self) -> None:
        super().begin()
        assert self.apply().exit_code is ExitCode.OK
        at = f"{AGENTS}/{self.stage.only()}"
        self.stage.client.patch(at, json=FOREIGN).raise_for_status()
        self.checkout.write("a", SECOND)


class Adopt(Update):
    """An agent that only its name leads to becomes ours."""

    arguments = ("a", "--adopt")

    def begin(self) -> None:
        self.stage.forget()
        made = {"name": FIRST["name"], "system_prompt": "Somebody's.", **FOREIGN}
        self.stage.client.post(AGENTS, json=made).raise_for_status()
        self.checkout.write("a", SECOND)

    def apply(self) -> Report:
        return self.checkout.apply("a", adopt=True)


class Rename(Update):
    """Folder and name change at once; the agent stays the same one."""

    def begin(self) -> None:
        super().begin()
        self.checkout.write("a", {**SECOND, "name": "Replying"})


@pytest.fixture
def stage(tmp_path):
    with staged(tmp_path) as found:
        yield found


@pytest.fixture
def keeper(stage):
    with gate(stage.server.url) as found:
        yield found


class Killed:
    """A real apply, and the moment at which it dies."""

    def __init__(self, checkout, keeper, arguments) -> None:
        self.keeper = keeper
        self.command = [
            *(sys.executable, "-m", "agentsync", "apply", *arguments),
            *("--yes", "--workers", "1", "-C", str(checkout.root)),
        ]
        known = {"LANGSMITH_ENDPOINT": keeper.url, "LANGSMITH_API_KEY": "git"}
        self.environ = {**os.environ, **known}

    def run(self, number: int, moment: str) -> bool:
        """Whether it got as far as request `number` and was killed there."""
        struck = []

        def arrived(passage) -> bool:
            return not (moment == "before" and passage.number == number and strike())

        def answered(passage, body):
            return None if moment == "after" and passage.number == number and strike() else body

        def strike() -> bool:
            process.kill()
            struck.append(process.wait())
            return True

        self.keeper.passed.clear()
        self.keeper.arrived, self.keeper.answered = arrived, answered
        process = subprocess.Popen(
            self.command, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        output = process.communicate(timeout=60)[0].decode()
        assert struck or process.returncode == ExitCode.OK, output
        return bool(struck)


@pytest.mark.parametrize("kind", [Create, Update, Adopt, Rename], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_apply_run_again_converges(stage, keeper, kind, moment, tmp_path):
    checkout = stage.checkout()
    expected = ideal(kind, stage)
    story = kind(stage, checkout)
    killed = Killed(checkout, keeper, story.arguments)
    for number in count(1):
        story.begin()
        if not killed.run(number, moment):
            break
        converges(stage, checkout, story, expected, f"request {number}, {moment}")
    assert number > 3, "it was never killed at all"
    assert any(item.method != "GET" for item in keeper.passed)


def ideal(kind, stage) -> dict:
    """What is live after an apply that nobody kills."""
    story = kind(stage, stage.checkout())
    story.begin()
    assert story.apply().exit_code is ExitCode.OK
    return stage.facts(stage.only())


def converges(stage, checkout, story, expected, where) -> None:
    second = story.apply()
    assert second.exit_code is ExitCode.OK, (where, second.problems, second.outcomes)
    agent_id = stage.only()
    assert same_but(expected, stage.facts(agent_id)) == {}, where
    marker = stage.marker(agent_id)
    assert (marker["project"], marker["agent"]) == ("tests", "a"), where
    drifted = checkout.drift()
    assert (drifted.exit_code, differing(checkout.plan())) == (ExitCode.OK, []), where
    stage.server.reset_stats()
    third = story.apply()
    assert (stage.writes(), outcomes(third)) == (0, {"a": "unchanged"}), where


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_delete_run_again_converges(stage, keeper, moment):
    checkout = stage.checkout(more="limits: {max_deletes: 1}\n")
    checkout.write("b", {**FIRST, "name": "Staying"})
    killed = Killed(checkout, keeper, ("--delete", "a"))
    for number in count(1):
        stage.forget()
        checkout.write("a", FIRST)
        assert checkout.apply().exit_code is ExitCode.OK
        checkout.remove("a")
        if not killed.run(number, moment):
            break
        gone = FIRST["name"] not in stage.ids()
        again = checkout.apply() if gone else checkout.apply(delete=("a",))
        assert again.exit_code is ExitCode.OK, (number, again.problems, again.outcomes)
        assert list(stage.ids()) == ["Staying"], number
        assert checkout.plan().plan.orphans == ()
        assert checkout.drift().exit_code is ExitCode.OK
        stage.server.reset_stats()
        assert checkout.apply().exit_code is ExitCode.OK
        assert stage.writes() == 0
    assert number > 3
    assert [item.method for item in keeper.passed].count("DELETE") == 1
