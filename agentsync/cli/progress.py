"""Progress on stderr, so that stdout holds the answer and nothing else."""

import sys
import threading

import click

from agentsync.ops.watch import Watch

_WORTH_SHOWING = 20


def watch(noun: str) -> Watch:
    """Callbacks that draw one line on a terminal's stderr, and print notes above it.

    Shape: the line appears only when there are many agents, and is wiped when the last is done.
    Notes are printed wherever stderr goes.
    """
    lock = threading.Lock()
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
            start = "\r\x1b[K" if drawn else ""
            click.echo(f"{start}agentsync: {message}", err=True)

    return Watch(progress=progress, note=note)
