"""What every group of goals works with: the command under test, corpora, repeats, peers."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus_options import Options
from measure import BenchError, Case, Samples, honest, measure
from peers import Peers
from serving import HERE, Corpora, LiveServer

LATENCY = 50.0
BASELINES = HERE / "baselines"
_SUMMARY_BYTES = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The fixed part of one run.

    Shape: `factor` multiplies the repeats; `python` is the interpreter the command runs in.
    """

    agentsync: str
    python: str
    corpora: Corpora
    work: Path
    schema: Path
    peers: Peers
    factor: float
    tell: Callable[[str], None]

    def corpus(self, agents: int, **options: Any) -> Path:
        """The corpus folder with these options."""
        self.tell(f"corpus of {agents}")
        return self.corpora.get(Options(agents=agents, **options))

    def measure(self, cases: dict[str, Case], repeats: int, control: str | None) -> Samples:
        """The cases, measured as often as this run wants it."""
        times = max(round(repeats * self.factor), 3)
        return measure(cases, repeats=times, work=self.work, control=control, tell=self.tell)

    def python_case(self, *arguments: object) -> Case:
        """A case of this interpreter."""
        return Case(argv=[self.python, *map(str, arguments)])

    def baseline(self, name: str, *arguments: object) -> Case:
        """A case of one of the small scripts beside this file."""
        return self.python_case(BASELINES / name, *arguments)

    def validate(self, corpus: Path) -> Case:
        """`agentsync validate` of the corpus."""
        argv = [self.agentsync, "validate", "-C", str(corpus / "project"), "--format", "json"]
        return Case(argv=argv)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """`agentsync plan` of a corpus against its running server.

    Shape: `unchanged` agents have nothing to be done, `drifted` ones of them because edits are
    kept; `counted` collects the server's counters, one entry per run.
    """

    bench: Bench
    server: LiveServer
    corpus: Path
    workers: int
    latency: float
    unchanged: int
    drifted: int
    counted: list[dict[str, Any]]

    def command(self) -> list[str]:
        """The command's arguments, without the program."""
        project = str(self.corpus / "project")
        workers = str(self.workers)
        return ["plan", "-C", project, "--format", "json", "--workers", workers]

    def case(self, *program: str) -> Case:
        """The plan, run by `program` or by agentsync itself; its result is checked."""
        return Case(
            argv=[*(program or [self.bench.agentsync]), *self.command()],
            env={"LANGSMITH_ENDPOINT": self.server.endpoint, "LANGSMITH_API_KEY": "bench"},
            before=self._before,
            after=self._after,
        )

    def bare(self) -> Case:
        """The same GETs, with nothing done but parsing the JSON."""
        arguments = (self.server.endpoint, self.workers, ids_file(self.corpus))
        case = self.bench.baseline("bare_get.py", *arguments)
        return Case(argv=case.argv, before=self._before)

    def _before(self) -> None:
        self.server.reset(self.latency)

    def _after(self, output: Path) -> None:
        self.counted.append(self.server.counters())
        found = no_ops(output)
        if found != self.unchanged:
            raise BenchError(f"plan found {found} unchanged agents, there are {self.unchanged}")
        found = in_state("drifted", output)
        if found != self.drifted:
            raise BenchError(f"plan found {found} drifted agents, there are {self.drifted}")


def ids_file(corpus: Path) -> Path:
    """A text file with the ids of the corpus, made by another process if need be."""
    path = corpus / "ids.txt"
    if not path.exists():
        raise BenchError(f"{path} is missing: remove the corpus and run again")
    return path


def no_ops(output: Path) -> int | None:
    """How many agents the JSON report counts as unchanged, None when it does not say.

    Only the end of the file is read: parsing it would make this process, and with it every
    measured peak, larger.
    """
    with output.open("rb") as file:
        file.seek(max(output.stat().st_size - _SUMMARY_BYTES, 0))
        found = re.findall(rb'"summary":\s*\{[^}]*"no-op":\s*(\d+)', file.read())
    return int(found[-1]) if found else None


def in_state(state: str, output: Path) -> int:
    """How many agents the JSON report says are in this state; another process reads it."""
    found = subprocess.run(
        ["grep", "-o", f'"state": "{state}"', str(output)], capture_output=True, check=False
    )
    return found.stdout.count(b"\n")


def void(samples: Samples, metric: str = "wall") -> bool:
    """Whether the A/A pair of these samples says that nothing can be believed."""
    return not honest(samples.noise(metric))


def executable(path: str) -> str:
    """The program of that name beside the interpreter that runs this."""
    return str(Path(sys.executable).with_name(path))
