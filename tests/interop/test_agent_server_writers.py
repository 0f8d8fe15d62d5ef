"""Two writers, lost answers, kill -9 and restarts, with a real Agent Server at the other end."""

import os
import subprocess
import sys
import threading
from collections import Counter

import pytest
from builder import Builder, origins
from gate import gate

from agentsync.errors import ExitCode
from agentsync.model import OnConflict, OnDrift, Status

pytestmark = pytest.mark.interop

_PAUSE = 0.03
"""Seconds between two edits of the other writer."""

WINS = {"on_drift": OnDrift.REVERT, "on_conflict": OnConflict.GIT}


@pytest.fixture
def keeper(agent_server):
    with gate(agent_server.url) as found:
        yield found


@pytest.fixture
def shop(tmp_path, agent_server, keeper):
    """Asks through the gate."""
    return Builder(root=tmp_path, url=keeper.url)


def defined(shop, number, **more):
    shop.define("a", f"Prompt {number}.", context={"model": f"git:{number}"}, **more)


def made(shop):
    defined(shop, 0)
    return shop.applied().outcomes[0].agent_id


def just_before_the_patch(keeper, edit):
    """Have somebody write once, after the last look and before our write."""
    edits = [edit]

    def arrived(passage):
        if passage.method == "PATCH" and edits:
            edits.pop()()
        return True

    keeper.arrived = arrived


# Two writers.


def test_an_edit_that_a_write_came_over_stands_again(shop, keeper, alice):
    agent_id = made(shop)
    theirs = {"context": {"system_prompt": "Theirs.", "model": "git:0", "more": [1]}}
    just_before_the_patch(keeper, lambda: alice.patch(agent_id, **theirs, metadata={"ui": 1}))
    defined(shop, 1, description="new")
    report = shop.apply()
    (outcome,) = report.outcomes
    assert (report.exit_code, outcome.status, outcome.code) == (
        ExitCode.PARTIAL,
        Status.FAILED,
        "overtaken",
    )
    assert "/context/more, /system_prompt" in outcome.message
    assert "version 2" in outcome.message
    live, seen = alice.read(agent_id), {it["version"]: it for it in alice.versions(agent_id)}
    assert sorted(seen) == [1, 2, 3, 4], "theirs, ours, and theirs again"
    for key in ("context", "config", "metadata", "name", "description"):
        assert (live[key] or "") == (seen[2][key] or "")
    change = shop.change("a")
    assert origins(change) == {
        "/context/model": "git",
        "/context/more": "live",
        "/description": "git",
        "/system_prompt": "both",
    }


def test_an_edit_elsewhere_at_the_same_time_is_told_and_no_reason_to_give_way(shop, keeper, alice):
    agent_id = made(shop)
    just_before_the_patch(
        keeper, lambda: alice.patch(agent_id, description="Theirs.", metadata={"ui": 1})
    )
    defined(shop, 1)
    report = shop.apply()
    (outcome,) = report.outcomes
    assert (outcome.status, outcome.code) == (Status.FAILED, "error")
    assert outcome.message.endswith("/description")
    live = alice.read(agent_id)
    assert (live["version"], live["description"], live["metadata"]["ui"]) == (3, "Theirs.", 1)
    assert live["context"] == {"system_prompt": "Prompt 1.", "model": "git:1"}
    assert shop.is_settled(), "git says nothing of the description"


def test_the_same_edit_at_the_same_time_is_none(shop, keeper, alice):
    agent_id = made(shop)
    same = {"context": {"system_prompt": "Prompt 1.", "model": "git:1"}}
    just_before_the_patch(keeper, lambda: alice.patch(agent_id, **same))
    defined(shop, 1)
    assert shop.apply().exit_code is ExitCode.OK
    assert shop.is_settled()


def test_an_edit_before_the_last_look_is_stale(shop, alice):
    agent_id = made(shop)
    defined(shop, 1)
    path = shop.root / "plan.json"
    shop.plan(save=path)
    alice.patch(agent_id, context={"system_prompt": "Theirs.", "model": "git:0"})
    report = shop.apply(plan_file=path)
    assert report.exit_code is ExitCode.REFUSED
    assert "it changed since the plan: /system_prompt" in report.problems[0].message
    assert len(alice.versions(agent_id)) == 2, "nothing was written"


def test_an_empty_version_in_between_is_no_edit(shop, keeper, alice):
    agent_id = made(shop)
    path = shop.root / "plan.json"
    defined(shop, 1)
    shop.plan(save=path)
    alice.patch(agent_id)
    just_before_the_patch(keeper, lambda: alice.patch(agent_id))
    assert shop.apply(plan_file=path).exit_code is ExitCode.OK
    assert shop.is_settled()


def test_two_writers_racing(tmp_path, agent_server, alice, capsys):
    """Nothing that somebody wrote goes under without being told, whatever came when."""
    shop = Builder(root=tmp_path, url=agent_server.url)
    agent_id = made(shop)
    rounds = int(os.environ.get("AGENTSYNC_ROUNDS", "50"))
    done = threading.Event()

    def edit_without_pause():
        with agent_server.user("alice") as somebody:
            number = 0
            while not done.is_set():
                number += 1
                somebody.patch(agent_id, context={"system_prompt": "p", "model": f"ui:{number}"})
                done.wait(_PAUSE)

    thread = threading.Thread(target=edit_without_pause)
    thread.start()
    outcomes = {}
    try:
        for number in range(1, rounds + 1):
            defined(shop, number)
            report = shop.apply(**WINS)
            outcomes[f"git:{number}"] = report.outcomes[0]
    finally:
        done.set()
        thread.join()
    history = {it["version"]: it["context"]["model"] for it in alice.versions(agent_id)}
    told = Counter()
    for version, model in history.items():
        before = history.get(version - 1, "")
        outcome = outcomes.get(model)
        if outcome is None or not before.startswith("ui:"):
            continue
        if int(outcome.before) == version - 1:
            told["over what was compared, as planned"] += 1
            continue
        assert outcome.code == "overtaken", f"version {version} went under in silence"
        back = history.get(version + 1) == before
        told["put back" if back else "told, and others wrote after it"] += 1
    told.update(str(outcome.status) for outcome in outcomes.values())
    with capsys.disabled():
        print(f"\n{rounds} applies, a writer with a pause of {_PAUSE} s: {dict(told)}")


def test_two_applies_of_one_new_definition_make_one_agent(shop, agent_server, tmp_path, alice):
    defined(shop, 1)
    other = Builder(root=tmp_path / "other", url=agent_server.url, project=shop.project)
    other.define("a", "Other.", name=shop.says("a")["name"])
    reports = {}
    together = threading.Barrier(2)

    def apply(name, builder):
        together.wait()
        reports[name] = builder.apply()

    threads = [
        threading.Thread(target=apply, args=pair) for pair in (("one", shop), ("two", other))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [it for it in alice.search(name=shop.project) if "agentsync" in it["metadata"]]
    assert len(found) == 1
    statuses = sorted(str(report.outcomes[0].status) for report in reports.values())
    assert statuses in (["applied", "stale"], ["applied", "applied"], ["applied", "refused"])


# Lost answers.


def losing(keeper, call, moment):
    """Have the first such call get no answer, before or after it arrived; it is in this list."""
    lost = []

    def lose(passage):
        if passage.name == call and not lost:
            lost.append(passage)
            return True
        return False

    if moment == "before":
        keeper.arrived = lambda passage: not lose(passage)
    else:
        keeper.answered = lambda passage, body: None if lose(passage) else body
    return lost


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_create_without_an_answer_makes_one_agent(shop, keeper, alice, moment):
    lost = losing(keeper, "POST /assistants", moment)
    defined(shop, 1)
    shop.applied()
    assert lost
    assert len(alice.search(name=shop.project)) == 1
    assert shop.is_settled()


def test_a_create_whose_agent_no_list_shows_is_sent_again_and_not_made_twice(shop, keeper, alice):
    """The id that is sent follows from the marker: the server itself refuses a second one."""
    posts = []

    def answered(passage, body):
        if passage.name == "POST /assistants":
            posts.append(passage)
            return None if len(posts) == 1 else body
        return b"[]" if passage.path.endswith("/search") else body

    keeper.answered = answered
    defined(shop, 1)
    report = shop.apply()
    assert report.exit_code is ExitCode.OK, report.outcomes
    assert len(posts) == 2
    assert len(alice.search(name=shop.project)) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_update_without_an_answer_is_looked_into(shop, keeper, alice, moment):
    agent_id = made(shop)
    lost = losing(keeper, f"PATCH /assistants/{agent_id}", moment)
    defined(shop, 1)
    shop.applied()
    assert lost
    assert len(alice.versions(agent_id)) == 2, "one write took effect"
    assert shop.is_settled()


# Crashes and restarts.


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", ["create", "update"])
def test_a_killed_apply_run_again_converges(tmp_path, agent_server, keeper, alice, kind, moment):
    for number in range(1, 30):
        shop = Builder(root=tmp_path / f"{number}", url=keeper.url)
        keeper.arrived, keeper.answered = lambda passage: True, lambda passage, body: body
        if kind == "update":
            made(shop)
        defined(shop, 1, metadata={"team": "x"})
        killed = _killed(shop, keeper, number, moment)
        keeper.arrived, keeper.answered = lambda passage: True, lambda passage, body: body
        shop.applied()
        found = alice.search(name=shop.project)
        assert [it["context"]["model"] for it in found] == ["git:1"]
        assert shop.is_settled()
        if not killed:
            break
    assert number > 4, "it was never killed"


def _killed(shop, keeper, number, moment):
    """Whether `agentsync apply` got as far as its request `number`, and was killed there."""
    struck = []

    def strike():
        process.kill()
        struck.append(process.wait())
        return True

    def arrived(passage):
        return not (moment == "before" and passage.number == number and strike())

    def answered(passage, body):
        return None if moment == "after" and passage.number == number and strike() else body

    keeper.passed.clear()
    keeper.arrived, keeper.answered = arrived, answered
    command = [sys.executable, "-m", "agentsync", "apply", "--yes", "--workers", "1"]
    with subprocess.Popen(
        [*command, "-C", str(shop.root)],
        env={**os.environ, **shop.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        output = process.communicate(timeout=60)[0].decode()
    assert struck or process.returncode == ExitCode.OK, output
    return bool(struck)


def test_a_restart_between_plan_and_apply(tmp_path, agent_server_of_its_own):
    server = agent_server_of_its_own
    shop = Builder(root=tmp_path, url=server.url)
    defined(shop, 0)
    shop.applied()
    defined(shop, 1)
    shop.define("new", "A new one.")
    path = shop.root / "plan.json"
    shop.plan(save=path)
    server.stop()
    gone = shop.run("apply", path, "--yes")
    assert gone.code == ExitCode.ERROR
    assert "no connection" in gone.out + gone.err
    server.start()
    report = shop.apply(plan_file=path)
    assert report.exit_code is ExitCode.OK, report.problems
    assert shop.is_settled()
    again = shop.apply(plan_file=path)
    assert {str(item.status) for item in again.outcomes} == {"unchanged"}


def test_another_place_for_the_prompt_is_another_plan(shop):
    defined(shop, 1)
    path = shop.root / "plan.json"
    shop.plan(save=path)
    shop.configure(prompt="/context/instructions")
    report = shop.apply(plan_file=path)
    assert report.exit_code is ExitCode.REFUSED
    assert "`prompt` of the target has changed since the plan" in report.problems[0].message
