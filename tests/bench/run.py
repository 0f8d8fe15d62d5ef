"""Print agentsync's speed as ratios measured side by side in one run.

    .venv/bin/python tests/bench/run.py [--quick] [--only startup] [--only plan]

Nothing here is asserted: a busy machine must not fail a change. The A/A line of each group says
whether the machine was quiet enough to be believed. What can be counted is exact at any load.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from bench import Bench, executable
from goals import GROUPS
from measure import BenchError
from peers import Peers
from serving import HERE, Corpora
from table import Row, rendered

# PYTHONDONTWRITEBYTECODE would make every measured start compile agentsync from its sources.
UNWANTED = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPYCACHEPREFIX")
OURS = ("LANGSMITH_", "LANGGRAPH_", "AGENTSYNC_")


def main() -> int:
    """Run the groups asked for; 1 when a measured command did not do its work."""
    options = parsed()
    for name in list(os.environ):
        if name in UNWANTED or name.startswith(OURS):
            del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="agentsync-bench-") as work:
        bench = Bench(
            agentsync=options.agentsync,
            python=sys.executable,
            corpora=Corpora(options.cache),
            work=Path(work),
            schema=HERE.parents[1] / "schemas" / "agent.schema.json",
            peers=Peers(deepagents=options.deepagents, octodns_validate=options.octodns_validate),
            factor=0.34 if options.quick else options.factor,
            tell=tell,
        )
        return run_groups(bench, options.only or list(GROUPS))


def run_groups(bench: Bench, names: list[str]) -> int:
    """Print the table of these groups; a group that breaks does not take the others along."""
    rows: list[Row] = []
    broken: list[str] = []
    for name in names:
        try:
            rows += GROUPS[name](bench)
        except BenchError as error:
            broken.append(f"{name}: {error}")
    tell("")
    print(rendered(rows))
    for line in broken:
        print(f"BROKEN {line}", file=sys.stderr)
    return 1 if broken else 0


def tell(text: str) -> None:
    """Progress, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text[:78]}", end="", file=sys.stderr, flush=True)


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a third of the repeats")
    parser.add_argument("--factor", type=float, default=1.0, help="multiply the repeats")
    parser.add_argument("--only", action="append", choices=list(GROUPS), metavar="GROUP")
    parser.add_argument("--agentsync", default=executable("agentsync"))
    parser.add_argument("--deepagents", default=peer("deepagents"))
    parser.add_argument("--octodns-validate", default=peer("octodns-validate"))
    cache = Path(tempfile.gettempdir()) / "agentsync-bench-corpora"
    parser.add_argument("--cache", type=Path, default=cache, help="where corpora are kept")
    return parser.parse_args()


def peer(name: str) -> str | None:
    """The executable that BENCH_<NAME> or PATH names."""
    return os.environ.get("BENCH_" + name.upper().replace("-", "_")) or shutil.which(name)


if __name__ == "__main__":
    sys.exit(main())
