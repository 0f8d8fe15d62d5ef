"""The `agentsync` command in this very process: as a user types it, without a process to start."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command import Done

from agentsync.cli import app


def typing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, url: str
) -> Callable[..., Done]:
    """The function that runs `agentsync` with some words in `folder`, against this API."""
    known = {"LANGSMITH_ENDPOINT": url, "LANGSMITH_API_KEY": "k"}

    def run(*words: object, cwd: Path = folder, **environ: str) -> Done:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.chdir(cwd)
            # Nobody is there to be asked.
            patch.setattr("sys.stdin", None)
            for name, value in {**known, **environ}.items():
                patch.setenv(name, value)
            code = app.run([str(word) for word in words])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return Done(code, shown.out, shown.err)

    return run
