import threading

import pytest

from agentsync.ops.fanout import drain, fan_out


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


def test_draining_does_every_job():
    heard = []
    whole = drain(str, range(50), 4, heard=heard.append, interrupted=pytest.fail)
    assert whole
    assert sorted(heard, key=int) == list(map(str, range(50)))


def test_an_interruption_waits_for_the_jobs_under_way_and_begins_no_other():
    begun, finished, told = [], [], []
    both, gate = threading.Barrier(3), threading.Event()

    def job(number):
        begun.append(number)
        if number:
            both.wait(timeout=10)
            gate.wait(timeout=10)
        finished.append(number)

    def heard(_):
        # Job 0 is done; jobs 1 and 2 are in the middle.
        both.wait(timeout=10)
        raise KeyboardInterrupt

    def interrupted():
        told.append(True)
        gate.set()

    assert not drain(job, range(50), 2, heard=heard, interrupted=interrupted)
    assert told == [True]
    assert sorted(begun) == sorted(finished) == [0, 1, 2]


def test_a_second_interruption_ends_the_wait():
    gate = threading.Event()

    def job(number):
        if number:
            gate.wait(timeout=10)

    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drain(job, range(50), 2, heard=interrupt, interrupted=interrupt)
    gate.set()


def test_a_job_that_raises_ends_draining():
    def job(number):
        raise KeyError(number)

    with pytest.raises(KeyError):
        drain(job, range(50), 2, heard=print, interrupted=print)
