"""A server that its starter left behind ends: it holds on to standard input, a pipe from there."""

import os
import signal
import sys
import threading


def hold_on() -> None:
    """From now on, the end of standard input is the end of this process."""
    threading.Thread(target=_until_the_end, daemon=True).start()


def _until_the_end() -> None:
    while sys.stdin.buffer.raw.read(1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
