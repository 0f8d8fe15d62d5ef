"""Many small jobs on a few threads, with the results as they come."""

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from typing import Generic, TypeVar

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
    crew = _Crew(work, items, workers)
    try:
        yield from crew.results()
    finally:
        crew.stop.set()


def drain(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    *,
    heard: Callable[[Result], None],
    interrupted: Callable[[], None],
) -> bool:
    """Whether every item was done: for jobs that must not be left in the middle.

    `heard` gets every result as it comes. After a first Ctrl-C no further job is begun,
    `interrupted` is called, and those under way are waited for; a second one ends the wait.
    Errors: KeyboardInterrupt after a second Ctrl-C, and whatever a job raised.
    """
    crew = _Crew(work, items, workers)
    try:
        for result in crew.results():
            heard(result)
        return True
    except KeyboardInterrupt:
        crew.stop.set()
        interrupted()
        crew.wait()
        return False
    finally:
        crew.stop.set()


class _Crew(Generic[Item, Result]):
    """Threads that do jobs until there are no more, or until `stop`."""

    def __init__(self, work: Callable[[Item], Result], items: Iterable[Item], workers: int) -> None:
        self.stop = threading.Event()
        self._work = work
        self._waiting = iter(items)
        self._lock = threading.Lock()
        self._queue: SimpleQueue[Result | _Failed | _Finished] = SimpleQueue()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def results(self) -> Iterator[Result]:
        """Every result as it comes, until the last thread has ended.

        Errors: what a job raised.
        """
        running = len(self._threads)
        while running:
            result = self._queue.get()
            if isinstance(result, _Finished):
                running -= 1
            elif isinstance(result, _Failed):
                raise result.error
            else:
                yield result

    def wait(self) -> None:
        """Return when every thread has ended."""
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        try:
            while True:
                with self._lock:
                    item = _END if self.stop.is_set() else next(self._waiting, _END)
                if isinstance(item, _Finished):
                    return
                self._queue.put(self._work(item))
        except BaseException as error:
            self._queue.put(_Failed(error))
        finally:
            self._queue.put(_END)


class _Finished:
    """No more: of the items, or of one thread's results."""


class _Failed:
    """A job that raised."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


_END = _Finished()
