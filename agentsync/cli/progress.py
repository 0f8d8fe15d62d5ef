"""Progress on stderr, so that stdout holds the answer and nothing else."""

import re
import sys
import threading
from collections import Counter

import click

from agentsync.ops.watch import Watch
from agentsync.render.visible import visible

_WORTH_SHOWING = 20
_ENOUGH = 4
_AGENT = re.compile(r"/agents/[\w-]+")


def watch(noun: str) -> Watch:
    """Callbacks that draw one line on a terminal's stderr, and print notes above it.

    Shape: the line appears only when there are many agents, and is wiped when the last is done.
    Notes are printed wherever stderr goes; of those that differ only in the agent, the first few.
    """
    lock = threading.Lock()
    told: Counter[str] = Counter()
    on_terminal = sys.stderr.isatty()
    drawn = False

    def progress(done: int, total: int) -> None:
        nonlocal drawn
        if not on_terminal or total < _WORTH_SHOWING:
            return
        with lock:
            if done >= total:
                click.echo("\r\x1b[K", err=True, nl=False)
                drawn = False
            elif done % max(1, total // 200) == 0:
                bar = "━" * (30 * done // total)
                click.echo(f"\r\x1b[K{noun} {bar:<30} {done}/{total}", err=True, nl=False)
                drawn = True

    def note(message: str) -> None:
        with lock:
            kind = _AGENT.sub("agent", message.partition(";")[0])
            told[kind] += 1
            if told[kind] > _ENOUGH:
                return
            start = "\r\x1b[K" if drawn else ""
            more = " (further ones like this are not shown)" if told[kind] == _ENOUGH else ""
            click.echo(f"{start}agentsync: {visible(message)}{more}", err=True)

    return Watch(progress=progress, note=note)
