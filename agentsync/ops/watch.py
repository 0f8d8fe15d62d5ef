"""How a long-running operation tells its caller how far it is."""

from collections.abc import Callable
from dataclasses import dataclass


def _ignore_progress(done: int, total: int) -> None:
    pass


def _ignore_note(message: str) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Two callbacks; both may be called from any thread.

    Shape: `progress(done, total)` counts agents; `note(message)` is a line for people, such as
    "429; trying again in 2.0 s".
    """

    progress: Callable[[int, int], None] = _ignore_progress
    note: Callable[[str], None] = _ignore_note
