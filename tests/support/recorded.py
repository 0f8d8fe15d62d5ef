"""An assistant whose versions are known, and a project in git that defines it.

The provider is the real one, but what it would ask the server is told here.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assisted import RULES, matched
from versioned import Versioned

from agentsync.engine import revisions
from agentsync.engine.normalise import desired
from agentsync.errors import NotFoundError
from agentsync.files.definition import load
from agentsync.files.project import open_project
from agentsync.model import Definition, LiveAgent, Marker
from agentsync.ops.pairing import Pair
from agentsync.providers.assistants import Assistants
from agentsync.providers.base import Commit, Connection, Held, Objection

SERVER = "{provider: agent-server, url: https://a.example, prompt: /context/p}"


@dataclass(frozen=True)
class Version:
    """One version: its number, what the assistant was, and the marker that was in it."""

    token: str
    value: Mapping[str, Any]
    marker: Marker | None = None


class Recorded(Assistants):
    """An assistant whose versions are known, the newest first."""

    def __init__(self, *versions: Version) -> None:
        connection = Connection(base_url="http://127.0.0.1:9", key="k", prompt="/context/p")
        super().__init__(connection, lambda _: None)
        self.versions = versions
        self.complaints: tuple[Objection, ...] = ()

    def history(self, agent_id: str, limit: int) -> Iterator[Commit]:
        """The versions that there are."""
        for item in self.versions[:limit]:
            yield Commit(token=item.token, at="2026-01-01T00:00:00Z", marker=item.marker)

    def read_at(self, agent_id: str, token: str) -> Mapping[str, Any]:
        """What the assistant was."""
        for item in self.versions:
            if item.token == token:
                return revisions.content(item.value, RULES)
        raise NotFoundError(f"there is no version {token}", request="")

    def hold(self, agent_id: str, *, files: bool) -> Held:
        """Nobody is to write."""
        raise AssertionError

    def objections(self, value: Mapping[str, Any]) -> tuple[Objection, ...]:
        """What the server is said to say."""
        return self.complaints


@dataclass(frozen=True)
class Repository:
    """A project in git with one assistant."""

    root: Path
    repo: Versioned

    def commit(self, prompt: str | None, **document: Any) -> tuple[str, dict[str, Any]]:
        """A git commit of such a definition, and its canonical form."""
        at = self.root / "agents/a"
        at.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"graph_id": "agent", "name": "A", **document})
        (at / "agent.yaml").write_text(text)
        (at / "AGENTS.md").unlink(missing_ok=True)
        if prompt is not None:
            (at / "AGENTS.md").write_text(prompt)
        loaded = load(open_project(self.root), "a", "t")
        return self.repo.commit(), desired(loaded.document or {}, RULES)

    def pair(self, live: LiveAgent, *versions: Version) -> Pair:
        project = open_project(self.root)
        loaded = load(project, "a", "t")
        value = desired(loaded.document or {}, RULES)
        return Pair(
            project=project,
            target=project.target("t"),
            provider=Recorded(*versions),
            definition=Definition(address="a", value=value),
            match=matched(live),
        )


def repository(root: Path) -> Repository:
    """A project with one target for assistants, in a repository of its own."""
    (root / "agentsync.yaml").write_text(f"project: tests\ntargets:\n  t: {SERVER}\n")
    return Repository(root, Versioned.made(root))
