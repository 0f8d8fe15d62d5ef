"""The `agentsync` command as a user runs it: a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Done:
    """How the process ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def agentsync(*arguments: object, cwd: object = None, **environ: str) -> Done:
    """Run `agentsync` with these arguments and, besides the clean one, this environment."""
    done = subprocess.run(
        [sys.executable, "-m", "agentsync", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)
