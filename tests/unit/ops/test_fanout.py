import threading

import pytest

from agentsync.ops.fanout import fan_out


def test_every_item_is_done_once():
    assert sorted(fan_out(lambda n: n * n, range(100), 7)) == [n * n for n in range(100)]


def test_nothing_to_do():
    assert list(fan_out(str, [], 3)) == []


def test_no_more_jobs_at_a_time_than_workers():
    lock, running, most = threading.Lock(), 0, 0
    together = threading.Barrier(4)

    def job(number):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        if number < 4:
            together.wait(timeout=10)
        with lock:
            running -= 1

    list(fan_out(job, range(40), 4))
    assert most == 4


def test_a_job_that_raises_ends_it_and_is_heard():
    done = []

    def job(number):
        if number == 3:
            raise KeyError(number)
        done.append(number)

    with pytest.raises(KeyError):
        list(fan_out(job, range(10_000), 2))
    assert len(done) < 10_000


def test_a_listener_that_leaves_stops_further_jobs():
    begun, gate = [], threading.Event()
    before = set(threading.enumerate())

    def job(number):
        begun.append(number)
        if number > 1:
            gate.wait(timeout=10)

    results = fan_out(job, range(10_000), 2)
    next(results)
    results.close()
    gate.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)
    assert len(begun) < 10
