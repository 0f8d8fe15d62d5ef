"""What `plan` and `diff` have in common: read, compare, report, perhaps save."""

import os
from pathlib import Path
from typing import Any

from agentsync.cli.options import Output
from agentsync.cli.output import answer
from agentsync.cli.progress import watch
from agentsync.model import Report
from agentsync.ops.asking import Asked
from agentsync.ops.plan import PlanOptions, plan


def run_plan(
    name: str,
    parameters: dict[str, Any],
    output: Output,
    *,
    asked: Asked | None = None,
    save: Path | None = None,
    show_unmanaged: bool = False,
) -> int:
    """Plan as the options say, print the report, save the plan; the answer is the exit code."""
    options = PlanOptions(
        command=name,
        directory=parameters["directory"],
        addresses=parameters["agents"],
        target=parameters["target"],
        workers=parameters["workers"],
        shard=parameters["shard"],
        exit_code=parameters["exit_code"],
        show_unmanaged=show_unmanaged,
        save=save,
        asked=asked or Asked(),
    )

    def operation() -> Report:
        return plan(options, os.environ, watch("reading agents"))

    return answer(name, operation, output)
