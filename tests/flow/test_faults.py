"""A bad day: most of what can go wrong on the way to the API, all at once.

Whatever happens, no agent is made twice, nothing of somebody else's is damaged, what the outcomes
say is true, and a later run ends where a good day would have ended.
"""

import pytest
from stage import AGENTS, differing, hurry, numbered, outcomes, staged

from agentsync.emulator.faults import Fault
from agentsync.emulator.serve import Options
from agentsync.errors import ExitCode
from agentsync.model import Status

MANY = 50
RUNS = 6
SHARE = 0.3
KINDS = (
    {"kind": "status", "status": 429, "retry_after": "0"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "when": "after"},
    {"kind": "status", "status": 502, "body": "<html>upstream</html>"},
    {"kind": "drop"},
    {"kind": "drop", "when": "after"},
    {"kind": "truncate"},
    {"kind": "garbage"},
    {"kind": "garbage", "when": "after"},
)
EACH = 1 - (1 - SHARE) ** (1 / len(KINDS))
"""How likely each fault is, so that together they spoil this share of all answers."""

OWN = {"files": {"memories/a.md": {"content": "its own"}}}


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    hurry(monkeypatch)


@pytest.fixture
def stage(tmp_path):
    with staged(tmp_path, Options(journal=True)) as found:
        yield found


def bad_day(stage, seed: int) -> None:
    for number, kind in enumerate(KINDS):
        fault = Fault(**kind, count=None, probability=EACH, seed=1000 * seed + number)
        stage.server.add_fault(fault)


@pytest.mark.parametrize("planned", ["on a bad day", "on a good day"])
@pytest.mark.parametrize("seed", range(3))
def test_fifty_agents_on_a_bad_day(stage, seed, planned, request):
    """Planned on a bad day, few plans are whole and most runs write nothing at all."""
    checkout = stage.checkout()
    half = MANY // 2
    for number in range(half):
        checkout.write(f"agent-{number}", numbered(number, "first"))
    assert checkout.apply().exit_code is ExitCode.OK
    for (agent_id,) in stage.ids().values():
        stage.client.patch(f"{AGENTS}/{agent_id}", json=OWN).raise_for_status()
    for number in range(MANY):
        checkout.write(f"agent-{number}", numbered(number, f"second-{seed}"))
    told = [f"bad day {seed}, planned {planned}:"]
    for number in range(RUNS):
        told.append(one_run(stage, checkout, seed * RUNS + number, planned))
        if told[-1].endswith("ok"):
            break
    last = checkout.apply()
    assert last.exit_code is ExitCode.OK, [item for item in last.outcomes if not item.done]
    as_on_a_good_day(stage, checkout, half, f"second-{seed}")
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("\n" + "\n  ".join(told))


def one_run(stage, checkout, seed: int, planned: str) -> str:
    """One apply with faults in force; what it claims is held against what the server did."""
    key, seen = f"run-{seed}", len(stage.server.journal())
    stage.server.reset_stats()

    def confirm(report) -> bool:
        if planned == "on a good day":
            bad_day(stage, seed)
        return True

    if planned == "on a bad day":
        bad_day(stage, seed)
    report = checkout.apply(key=key, confirm=confirm)
    asked = stage.server.stats()["total_requests"]
    spoiled = sum(fault["struck"] for fault in stage.server.faults())
    stage.server.clear_faults()
    written = [item for item in stage.server.journal()[seen:] if item.key == key]
    claims_are_true(stage, report, {item.agent_id for item in written})
    assert {len(ids) for ids in stage.ids().values()} == {1}
    counts = {status.value: list(outcomes(report).values()).count(status) for status in Status}
    done = "ok" if report.exit_code is ExitCode.OK else f"exit {int(report.exit_code)}"
    shown = ", ".join(f"{number} {status}" for status, number in counts.items() if number)
    return f"{spoiled} of {asked} answers spoiled; {shown or report.problems[0].code}; {done}"


def claims_are_true(stage, report, written: set[str]) -> None:
    """Nothing was written that no outcome admits, and nothing claimed that is not so."""
    if report.problems:
        assert written == set()
        assert all(problem.message for problem in report.problems)
        return
    ids = {name: found[0] for name, found in stage.ids().items()}
    admitted = {ids.get(item.name, item.agent_id) for item in report.outcomes if item.written}
    assert written <= admitted
    for item in report.outcomes:
        assert item.message or item.done, item
        if item.status is Status.APPLIED:
            assert item.agent_id in written
            assert stage.facts(item.agent_id)["/description"].startswith("second")


def as_on_a_good_day(stage, checkout, half: int, said: str) -> None:
    ids = stage.ids()
    assert sorted(ids) == sorted(f"Agent {number}" for number in range(MANY))
    assert {len(found) for found in ids.values()} == {1}
    for number in range(MANY):
        found = stage.facts(ids[f"Agent {number}"][0])
        assert found["/system_prompt"] == f"You say {said}."
        assert found["/description"] == found["/extras/team"] == said
        assert found["/files/notes~1guide.md/content"] == f"{said}\n"
        assert found.get("/files/memories~1a.md/content") == ("its own" if number < half else None)
    assert differing(checkout.plan()) == []
    assert checkout.drift().exit_code is ExitCode.OK
    stage.server.reset_stats()
    checkout.apply()
    assert stage.writes() == 0
