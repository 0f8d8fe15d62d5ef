"""Count what an apply that can only be checked lets through, with and without the look afterwards.

    .venv/bin/python tests/bench/race.py [--rounds 200] [--pauses 0.03 0.1]

A real Agent Server (extra `interop`), one assistant, and two writers of the same field: agentsync
applies, one after the other, and somebody who edits with a pause in between. What each write came
over is told afterwards by the server's own versions. Both ways in one run, one after the other.
"""

import argparse
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import agentserver
from builder import Builder

from agentsync.model import OnConflict, OnDrift
from agentsync.providers.assistants import overtaking

WINS = {"on_drift": OnDrift.REVERT, "on_conflict": OnConflict.GIT}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--pauses", type=float, nargs="+", default=[0.03, 0.1])
    options = parser.parse_args()
    print("pause   look afterwards  silent  put back  told  stale  failed  applied")
    with agentserver.running() as server:
        for pause in options.pauses:
            for looks in (False, True):
                told = race(server, options.rounds, pause, looks=looks)
                words = ("silent", "put back", "told", "stale", "failed", "applied")
                numbers = "  ".join(f"{told[word]:>{len(word)}}" for word in words)
                print(f"{pause:<7} {'yes' if looks else 'no':<15}  {numbers}", flush=True)


def race(
    server: agentserver.AgentServer, rounds: int, pause: float, *, looks: bool
) -> "Counter[str]":
    """How so many applies ended, and what became of the edits that they came over unseen."""
    with tempfile.TemporaryDirectory() as folder, server.user("alice") as alice:
        shop = Builder(root=Path(folder), url=server.url)
        define(shop, 0)
        agent_id = str(shop.applied().outcomes[0].agent_id)
        outcomes = {}
        with editing(server, agent_id, pause), looking(looks):
            for number in range(1, rounds + 1):
                define(shop, number)
                outcomes[f"git:{number}"] = shop.apply(**WINS).outcomes[0]
        history = {it["version"]: it["context"]["model"] for it in alice.versions(agent_id)}
    told = Counter(str(outcome.status) for outcome in outcomes.values())
    for version, model in history.items():
        before, outcome = history.get(version - 1, ""), outcomes.get(model)
        if outcome and before.startswith("ui:") and int(outcome.before) < version - 1:
            put_back = history.get(version + 1) == before
            known = "put back" if put_back else "told"
            told[known if outcome.code == "overtaken" else "silent"] += 1
    return told


def define(shop: Builder, number: int) -> None:
    shop.define("a", "p", context={"model": f"git:{number}"})


@contextmanager
def editing(server: agentserver.AgentServer, agent_id: str, pause: float) -> Iterator[None]:
    """Somebody who edits the same field all the time."""
    done = threading.Event()

    def edit() -> None:
        with server.user("alice") as somebody:
            number = 0
            while not done.wait(pause):
                number += 1
                somebody.patch(agent_id, context={"system_prompt": "p", "model": f"ui:{number}"})

    thread = threading.Thread(target=edit)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def looking(looks: bool) -> Iterator[None]:
    """Whether a write looks afterwards at what it came over."""
    check = overtaking.Overtaking.check
    if not looks:
        overtaking.Overtaking.check = lambda self, intended: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        overtaking.Overtaking.check = check  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
