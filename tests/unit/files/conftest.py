from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Write = Callable[[Mapping[str, str]], Path]

BASE = {
    "agentsync.yaml": "project: acme\ntargets:\n  staging: {}\n  production: {protect: true}\n",
    "agents/helper/agent.yaml": "name: Helper\nmodel: openai:gpt-5.5\n",
    "agents/helper/AGENTS.md": "You help.\n",
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Lay files over a small sound project, and return its root."""

    def lay(files: Mapping[str, str]) -> Path:
        for path, text in {**BASE, **files}.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
        return tmp_path

    return lay
