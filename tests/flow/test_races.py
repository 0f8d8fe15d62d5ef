"""No lost update: two who apply and one who edits, on the same agents at the same time.

Every value that anybody writes is one of a kind, and the emulator keeps a journal of what it
accepted. So for every value that is gone it can be said who wrote over it; and when that was an
apply, its own plan must have shown the value, or agentsync has destroyed what nobody had seen.
"""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

import httpx
import pytest
from amount import ROUNDS
from gate import gate
from stage import differing, staged
from verdict import Verdict, judged
from writers import EDITS, Editor

from agentsync.emulator.faults import Fault
from agentsync.emulator.readings import Readings, every
from agentsync.emulator.serve import Options
from agentsync.errors import ExitCode
from agentsync.model import OnConflict, OnDrift

READINGS = tuple(every())
PER_READING = -(-ROUNDS // len(READINGS))
NAMES = ("a", "b", "c")
GIT_WINS = {"on_drift": OnDrift.REVERT, "on_conflict": OnConflict.GIT, "adopt": True}
CHOICES = ({}, {"on_drift": OnDrift.FAIL}, {"on_conflict": OnConflict.LIVE}, *[GIT_WINS] * 5)


def name_of(reading: Readings) -> str:
    plain = Readings()
    changed = [
        name for name in Readings.__slots__ if getattr(reading, name) != getattr(plain, name)
    ]
    return ",".join(f"{name}={getattr(reading, name)}" for name in changed) or "plain"


def document(name: str, said: str) -> dict:
    """A definition that says the same everywhere, in every kind of place."""
    return {
        "name": f"Agent {name}",
        "description": said,
        "system_prompt": f"You say {said}.",
        "tools": {
            "tools": [
                {
                    "name": "search",
                    "mcp_server_url": "https://tools.acme.example",
                    "display_name": said,
                }
            ],
            "interrupt_config": {},
        },
        "subagents": [{"name": "critic", "description": "Critic.", "instructions": f"Say {said}."}],
        "skills": [
            {
                "name": "reading",
                "description": "Reads.",
                "instructions": "Read.",
                "files": {"run.py": f"print({said!r})\n"},
            }
        ],
        "extras": {"team": said},
        "files": {"notes/guide.md": {"content": f"{said}\n"}},
    }


class Race:
    """One project on one emulator, two checkouts of it, one person at the web interface."""

    def __init__(self, stage, client, chance) -> None:
        self.stage = stage
        self.chance = chance
        self.editor = Editor(client=client)
        self.checkouts = {key: stage.checkout(key=key) for key in ("one", "two")}
        self.reports = {}
        self.refused_edits = 0

    def round(self, number: int) -> None:
        """All three at once; whoever applies has a new commit, or the old one still."""
        start, ended = threading.Barrier(3), threading.Event()
        applies = []
        for key, checkout in self.checkouts.items():
            for name in NAMES:
                if self.chance.random() < 0.7:
                    checkout.write(name, document(name, f"{key}-{number}"))
            applies.append((f"{key}-{number}", checkout, self.chance.choice(CHOICES)))
        with ThreadPoolExecutor(3) as pool:
            editing = pool.submit(self.edit, start, ended, number, list(self.edits()))
            applying = [pool.submit(self.apply, start, *each) for each in applies]
            for each in applying:
                each.exception()
            ended.set()
            for each in (*applying, editing):
                each.result()

    def edits(self):
        """What the person does in this round, at most."""
        ids = [found[0] for found in self.stage.ids().values()]
        for _ in range(60):
            yield self.chance.choice(EDITS), self.chance.choice(ids)

    def apply(self, start, key, checkout, choices) -> None:
        start.wait()
        self.reports[key] = checkout.apply(key=key, workers=3, **choices)

    def edit(self, start, ended, number, edits) -> None:
        """Edit until the others are done."""
        start.wait()
        for at, (kind, agent_id) in enumerate(edits):
            if at > 2 and ended.is_set():
                return
            self.refused_edits += not getattr(self.editor, kind)(agent_id, f"ui-{number}-{at}")

    def verdict(self) -> Verdict:
        found = judged(self.stage.server.journal(), self.reports)
        found.refused += self.refused_edits
        return found


@contextmanager
def race_on(home, reading, chance):
    with (
        staged(home, Options(readings=reading, journal=True)) as stage,
        httpx.Client(base_url=stage.server.url, headers={"X-Api-Key": "ui"}) as client,
    ):
        yield Race(stage, client, chance)


def printed(request, line: str) -> None:
    """Show a line though pytest captures what tests print."""
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n{line}")


@pytest.fixture(scope="module")
def total(request):
    """The verdict on all races together, printed at the end."""
    found = [Verdict()]
    yield found
    printed(request, f"races: {sum(found[1:], found[0])}")


@pytest.fixture(scope="module")
def forced(request):
    """For every moment at which somebody else wrote: whether that write was lost in the window."""
    found: list[bool] = []
    yield found
    printed(request, f"forced: {len(found)} moments, {sum(found)} lost in the metadata window")


@pytest.mark.parametrize("reading", READINGS, ids=name_of)
def test_no_update_is_lost(reading, tmp_path, total):
    with race_on(tmp_path, reading, random.Random(name_of(reading))) as race:
        for name in NAMES:
            for checkout in race.checkouts.values():
                checkout.write(name, document(name, "first"))
        first = race.checkouts["one"].apply()
        assert first.exit_code is ExitCode.OK, first.outcomes
        for number in range(PER_READING):
            race.round(number)
        verdict = race.verdict()
        total.append(verdict)
        assert verdict.lost == []
        assert verdict.strange == []
        assert {len(ids) for ids in race.stage.ids().values()} == {1}
        settles(race)


def settles(race) -> None:
    """When the others stop, one apply that may overwrite everything makes it all as git says."""
    checkout = race.checkouts["two"]
    last = checkout.apply(**GIT_WINS)
    assert last.exit_code is ExitCode.OK, [item for item in last.outcomes if not item.done]
    assert differing(checkout.plan()) == []
    assert checkout.drift().exit_code is ExitCode.OK
    race.stage.server.reset_stats()
    assert checkout.apply(**GIT_WINS).exit_code is ExitCode.OK
    assert race.stage.writes() == 0


@pytest.mark.parametrize("reading", READINGS, ids=name_of)
def test_two_who_create_at_once_end_with_one_agent(reading, tmp_path):
    with race_on(tmp_path, reading, random.Random(1)) as race:
        for key, checkout in race.checkouts.items():
            for name in NAMES:
                checkout.write(name, document(name, key))
        start = threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            for key, checkout in race.checkouts.items():
                pool.submit(race.apply, start, key, checkout, {})
        for checkout in race.checkouts.values():
            again = checkout.apply()
            assert not again.problems, again.problems
        assert {name: len(ids) for name, ids in race.stage.ids().items()} == {
            f"Agent {name}": 1 for name in NAMES
        }
        settles(race)


# -- one other writer, at every single moment of an apply

OTHERS = {
    "the prompt": {"files": {"AGENTS.md": "Somebody's prompt."}},
    "a memory": {"files": {"memories/a.md": "Somebody's memory."}},
    "a managed file": {"files": {"notes/guide.md": "Somebody's guide."}},
    "a skill": {"files": {"skills/reading/run.py": "somebody()"}},
    "a subagent": {"files": {"subagents/scout/AGENTS.md": "Somebody's scout."}},
    "the description": {"metadata": {"description": "somebody's"}},
    "an undeclared field": {"metadata": {"runtime": {"model": {"model_id": "m:somebody"}}}},
    "the extras, without our marker": {"metadata": {"extras": {"ui_note": "somebody's"}}},
}
_FINE = (ExitCode.OK, ExitCode.REFUSED, ExitCode.PARTIAL)
_METADATA = {"the description", "the extras, without our marker"}
"""What an apply must write itself, so that it has the one-request window."""


class Moments:
    """An apply that updates files and metadata, with somebody else's write at one moment of it."""

    def __init__(self, stage, what, after=None) -> None:
        self.stage = stage
        self.what = what
        self.after = after or document("a", "second")
        self.checkout = stage.checkout(key="first")

    def play(self, number, moment):
        """The verdict and what was asked of the agent; None when it made fewer requests."""
        stage, key = self.stage, f"apply-{number}-{moment}"
        stage.forget()
        stage.server.clear_faults()
        self.checkout.write("a", document("a", "first"))
        assert self.checkout.apply().exit_code is ExitCode.OK
        self.checkout.write("a", self.after)
        agent_id = stage.only()
        race = Fault(kind="race", path=f"*{agent_id}*", skip=number, when=moment, **self.what)
        stage.server.add_fault(race)
        with gate(stage.server.url) as keeper:
            report = self.checkout.through(keeper.url).apply(key=key)
        if not stage.server.faults()[0]["struck"]:
            return None
        entries = [item for item in stage.server.journal() if item.agent_id == agent_id]
        asked = [item.method for item in keeper.passed if agent_id in item.path]
        return report, judged(entries, {key: report}), asked


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("what", OTHERS)
def test_one_write_at_every_moment_of_an_apply(what, moment, tmp_path, forced):
    """Refused or kept, but for the one request between the last read and the PATCH."""
    with staged(tmp_path, Options(journal=True)) as stage:
        moments = Moments(stage, OTHERS[what])
        for number in count():
            played = moments.play(number, moment)
            if played is None:
                break
            report, verdict, asked = played
            where = f"{moment} request {number + 1} of {asked}"
            assert verdict.lost == verdict.strange == [], where
            assert report.exit_code in _FINE, where
            forced.append(bool(verdict.window))
            if verdict.window:
                assert what in _METADATA, where
                assert asked[number if moment == "before" else number + 1] == "PATCH", where
    assert number >= 4


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_somebody_took_back_while_it_was_applied_stays_so(moment, tmp_path):
    """An agent that has our commit, and then the old prompt again, was edited by somebody."""
    said = {"description": "second", "system_prompt": "You say second."}
    back = {"files": {"AGENTS.md": "You say first.\n"}}
    with staged(tmp_path, Options(journal=True)) as stage:
        moments = Moments(stage, back, {**document("a", "first"), **said})
        for number in count():
            played = moments.play(number, moment)
            if played is None:
                break
            report, _, asked = played
            agent_id = stage.only()
            entries = [item for item in stage.server.journal() if item.agent_id == agent_id]
            before = entries[: [item.key for item in entries].index("")]
            committed = any(item.path.endswith("/commits") for item in before)
            where = f"{moment} request {number + 1} of {asked}"
            expected = "You say first." if committed else "You say second."
            assert stage.facts(agent_id)["/system_prompt"] == expected, where
            assert report.exit_code in _FINE, where
    assert committed
