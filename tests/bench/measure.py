"""Medians of interleaved repeats, every measurement in a fresh process.

A machine that does other work is noisy, and noise comes in stretches. So the cases are shuffled
inside each repeat, a ratio is taken within its repeat, and the median of those ratios is the
result. `noise` runs one case under two names: it must come out between 0.95 and 1.05, or every
ratio of that run is void.

Peak memory is what wait4 says. Linux lets a child start with its parent's peak, so the process
that measures has to stay smaller than what it measures: no corpus and no client in here.
"""

import os
import random
import signal
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

A, A_AGAIN = "A", "A again"
HONEST = (0.95, 1.05)
DEADLINE = 300.0

_scale = 1 if sys.platform == "darwin" else 1024


class BenchError(Exception):
    """A measured command did not do what it is measured for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One command to measure.

    Shape: `before` and `after` run around each measurement, outside the clock; `after` gets the
    file with what the command printed, and raises BenchError when that is not the expected result.
    """

    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    exit_codes: tuple[int, ...] = (0,)
    before: Callable[[], None] | None = None
    after: Callable[[Path], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One run. Units: seconds, seconds of user and system time, bytes."""

    wall: float
    cpu: float
    rss: int


def run_once(case: Case, output: Path) -> Sample:
    """One run of the case, with its output in the file `output`.

    Errors: BenchError for an exit code that is not expected, or no end within DEADLINE seconds.
    """
    if case.before:
        case.before()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (
            os.POSIX_SPAWN_OPEN,
            2,
            str(output) + ".err",
            os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
            0o600,
        ),
    ]
    with _working_in(case.cwd):
        start = time.perf_counter()
        pid = os.posix_spawnp(
            case.argv[0], list(case.argv), {**os.environ, **case.env}, file_actions=actions
        )
        status, usage = _waited(pid)
        wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code not in case.exit_codes:
        tail = Path(str(output) + ".err").read_text(errors="replace")[-600:]
        raise BenchError(f"exit {code} of {' '.join(case.argv)}: {tail.strip()}")
    if case.after:
        case.after(output)
    return Sample(wall=wall, cpu=usage.ru_utime + usage.ru_stime, rss=usage.ru_maxrss * _scale)


class _working_in:
    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        self._back = Path.cwd()
        if self._folder:
            os.chdir(self._folder)

    def __exit__(self, *_: object) -> None:
        os.chdir(self._back)


class _Late(Exception):
    pass


def _late(*_: object) -> None:
    raise _Late


def _waited(pid: int) -> tuple[int, Any]:
    """wait4 with a deadline: an alarm, so that nothing polls beside the clock."""
    signal.signal(signal.SIGALRM, _late)
    signal.setitimer(signal.ITIMER_REAL, DEADLINE)
    try:
        _, status, usage = os.wait4(pid, 0)
    except _Late:
        os.kill(pid, signal.SIGKILL)
        os.wait4(pid, 0)
        raise BenchError(f"no end within {DEADLINE:.0f} s") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return status, usage


class Samples:
    """What all repeats measured, by case."""

    def __init__(self) -> None:
        self._runs: dict[str, list[Sample]] = {}

    def add(self, name: str, sample: Sample) -> None:
        """Keep one run."""
        self._runs.setdefault(name, []).append(sample)

    def each(self, name: str, metric: str) -> list[float]:
        """The numbers of one case, in the order of the repeats."""
        return [float(getattr(sample, metric)) for sample in self._runs[name]]

    @property
    def repeats(self) -> int:
        """How often each case ran."""
        return len(next(iter(self._runs.values())))

    def has(self, name: str) -> bool:
        """Whether the case was measured at all."""
        return name in self._runs

    def median(self, name: str, metric: str = "wall") -> float:
        """The middle number of one case."""
        return statistics.median(self.each(name, metric))

    def ratio(self, name: str, base: str, metric: str = "wall") -> float:
        """The median of the ratios taken within each repeat."""
        pairs = zip(self.each(name, metric), self.each(base, metric), strict=True)
        return statistics.median(top / bottom for top, bottom in pairs)

    def noise(self, metric: str = "wall") -> float | None:
        """The ratio of the case that ran under two names, None when there was none."""
        return self.ratio(A_AGAIN, A, metric) if A_AGAIN in self._runs else None


def measure(
    cases: Mapping[str, Case],
    *,
    repeats: int,
    work: Path,
    control: str | None = None,
    seed: int = 1,
    tell: Callable[[str], None] = lambda _: None,
) -> Samples:
    """All cases, shuffled inside each repeat, after one run of each that does not count.

    `control` names the case that runs twice more in each repeat, for `Samples.noise`.
    """
    todo = dict(cases)
    if control:
        todo[A] = todo[A_AGAIN] = cases[control]
    output = work / "output"
    for case in cases.values():
        run_once(case, output)
    dice = random.Random(seed)
    samples = Samples()
    for repeat in range(repeats):
        names = list(todo)
        dice.shuffle(names)
        for name in names:
            tell(f"{repeat + 1}/{repeats} {name}")
            samples.add(name, run_once(todo[name], output))
    return samples


def honest(noise: float | None) -> bool:
    """Whether a run with this A/A ratio may be believed."""
    return noise is None or HONEST[0] <= noise <= HONEST[1]
