"""Runs agentsync in this process and counts what it did.

    python counted.py COUNTS_FILE imports|deepdiff ARGUMENT…

`imports` writes the names of the heavy modules that were loaded; `deepdiff` how often agentsync
called DeepDiff (which has to be loaded for that).
"""

import json
import sys
from typing import Any

# Not anyio: httpcore imports it wherever it is installed.
HEAVY = ("jsonschema", "deepdiff", "asyncio", "rich")


def watch_deepdiff(counts: dict[str, Any]) -> None:
    """Count the calls through the name that the package exports."""
    import deepdiff

    real = deepdiff.DeepDiff

    def counting(*args: Any, **options: Any) -> Any:
        counts["deepdiff_calls"] += 1
        return real(*args, **options)

    setattr(deepdiff, "DeepDiff", counting)  # noqa: B010  (mypy: a class gives way to a function)


counts: dict[str, Any] = {"deepdiff_calls": 0}
path, what, sys.argv = sys.argv[1], sys.argv[2], ["agentsync", *sys.argv[3:]]
if what == "deepdiff":
    watch_deepdiff(counts)
from agentsync.cli import main  # noqa: E402  (after the counter is in place)

try:
    code = main()
except SystemExit as end:
    code = end.code if isinstance(end.code, int) else 1
counts["heavy"] = [name for name in HEAVY if name in sys.modules]
with open(path, "w") as file:
    json.dump(counts, file)
sys.exit(code)
