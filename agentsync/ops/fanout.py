"""Many small jobs on a few threads, with the results as they come."""

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def fan_out(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """What `work` makes of every item, in the order in which it is done.

    At most `workers` jobs run at a time. When the caller stops listening, or a job raises, no
    further job is begun; the exception reaches the caller. Threads are daemons, so that an
    interrupted program does not wait for an answer that may never come.
    """
    waiting = iter(items)
    lock = threading.Lock()
    stop = threading.Event()
    results: SimpleQueue[Result | _Failed | _Finished] = SimpleQueue()

    def run() -> None:
        try:
            while True:
                with lock:
                    item = _END if stop.is_set() else next(waiting, _END)
                if isinstance(item, _Finished):
                    return
                results.put(work(item))
        except BaseException as error:
            results.put(_Failed(error))
        finally:
            results.put(_END)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    running = len(threads)
    try:
        while running:
            result = results.get()
            if isinstance(result, _Finished):
                running -= 1
            elif isinstance(result, _Failed):
                raise result.error
            else:
                yield result
    finally:
        stop.set()


class _Finished:
    """No more: of the items, or of one thread's results."""


class _Failed:
    """A job that raised."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


_END = _Finished()
