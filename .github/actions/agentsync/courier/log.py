"""What the job's log is told: workflow commands with words of our own, never what GitHub sent."""

import sys


def notice(text: str) -> None:
    """A remark."""
    _say("notice", text)


def warning(text: str) -> None:
    """Something that was not done."""
    _say("warning", text)


def error(text: str) -> None:
    """What makes the job fail."""
    _say("error", text)


def _say(kind: str, text: str) -> None:
    safe = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::{kind} title=agentsync::{safe}\n")
    sys.stdout.flush()
