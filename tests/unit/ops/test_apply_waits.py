"""How long is waited, and when the API is not asked any more."""

import threading

import pytest

from agentsync.errors import (
    AgentsyncError,
    ForbiddenError,
    RateLimitedError,
    ServerError,
    StaleError,
    UnauthorizedError,
    UnreachableError,
)
from agentsync.ops.apply.backoff import Backoff
from agentsync.ops.outlook import Outlook


def waited(number, error, jitter):
    """The seconds that are waited, and what is said before."""
    waits, notes = [], []
    backoff = Backoff(
        stop=threading.Event(), note=notes.append, pause=waits.append, jitter=lambda: jitter
    )
    backoff.wait(number, error)
    return waits[0], notes[0]


@pytest.mark.parametrize(
    ("number", "shortest", "longest"),
    [(1, 0.25, 0.5), (2, 0.5, 1), (4, 2, 4), (5, 4, 8), (9, 4, 8)],
)
def test_each_wait_is_twice_as_long_up_to_an_end(number, shortest, longest):
    error = AgentsyncError("gone")
    assert waited(number, error, 0)[0] == shortest
    assert waited(number, error, 1)[0] == longest


def test_the_server_may_say_how_long():
    assert waited(1, ServerError("503", retry_after=3.0), 0)[0] == 3
    assert waited(1, ServerError("503", retry_after=3.0), 1)[0] == pytest.approx(3.3)
    assert waited(1, ServerError("503", retry_after=0.0), 1)[0] == 0
    assert waited(1, ServerError("503", retry_after=1e9), 0)[0] == 60
    assert waited(1, ServerError("503"), 1)[0] == 0.5


def test_the_reason_is_told():
    said = waited(1, ServerError("POST /a answered 503"), 1)[1]
    assert said == "POST /a answered 503; looking at what is there in 0.5 s"


def test_an_interruption_ends_every_wait():
    stop = threading.Event()
    stop.set()
    Backoff(stop=stop, note=lambda text: None, jitter=lambda: 1).wait(9, AgentsyncError("x"))


def test_many_failures_without_an_answer_are_hopeless():
    outlook = Outlook()
    for number in range(8):
        assert not outlook.hopeless
        outlook.heard(UnauthorizedError("401") if number % 2 else RateLimitedError("429"))
    assert outlook.hopeless


@pytest.mark.parametrize("answer", [None, StaleError("s"), ForbiddenError("403")], ids=repr)
def test_one_answer_gives_hope(answer):
    outlook = Outlook()
    outlook.heard(answer)
    for _ in range(20):
        outlook.heard(UnreachableError("down"))
    assert not outlook.hopeless
