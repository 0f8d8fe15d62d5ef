"""An emulator on a socket, checkouts of a project on disk, and what is really live."""

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from truth import METADATA, facts
from written import write_definition

from agentsync.emulator.serve import Options, Server, running
from agentsync.model import Report
from agentsync.ops.apply import ApplyOptions, apply
from agentsync.ops.asking import Asked
from agentsync.ops.drift import DriftOptions, drift
from agentsync.ops.plan import PlanOptions, plan
from agentsync.ops.watch import Watch

AGENTS = "/v1/deepagents/agents"
HUB = "/v1/platform/hub/repos/-"
_TICKS = itertools.count()


def tick() -> str:
    """A time that no apply of this test run had before, without a look at the clock."""
    number = next(_TICKS)
    return f"2026-01-01T{number // 3600000 % 24:02}:{number // 60000 % 60:02}:" + (
        f"{number // 1000 % 60:02}.{number % 1000:03}000Z"
    )


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """One clone of the project, and the key of whoever works in it.

    Shape: `more` goes into agentsync.yaml.
    """

    root: Path
    url: str
    key: str = "git"
    more: str = ""

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        head = "version: 1\nproject: tests\n"
        (self.root / "agentsync.yaml").write_text(head + self.more, "utf-8")

    def through(self, url: str) -> "Checkout":
        """The same folder, asking another address."""
        return replace(self, url=url)

    @property
    def environ(self) -> dict[str, str]:
        return {"LANGSMITH_ENDPOINT": self.url, "LANGSMITH_API_KEY": self.key}

    def write(self, address: str, document: Mapping[str, Any]) -> None:
        """Make this the definition, whatever was there before."""
        shutil.rmtree(self.root / "agents" / address, ignore_errors=True)
        write_definition(self.root / "agents" / address, dict(document))

    def remove(self, address: str) -> None:
        shutil.rmtree(self.root / "agents" / address)

    def plan(self, *addresses: str, key: str = "", **asked: Any) -> Report:
        options = PlanOptions(
            command="plan", directory=self.root, addresses=addresses, asked=Asked(**asked)
        )
        return plan(options, self._environ(key), Watch())

    def drift(self, *addresses: str) -> Report:
        options = DriftOptions(directory=self.root, addresses=addresses)
        return drift(options, self.environ, Watch())

    def apply(
        self,
        *addresses: str,
        key: str = "",
        workers: int = 16,
        confirm: Callable[[Report], bool] = bool,
        **asked: Any,
    ) -> Report:
        options = ApplyOptions(
            directory=self.root, addresses=addresses, workers=workers, asked=Asked(**asked)
        )
        return apply(options, self._environ(key), Watch(), confirm, tick, pause=lambda _: None)

    def _environ(self, key: str) -> dict[str, str]:
        return {**self.environ, **({"LANGSMITH_API_KEY": key} if key else {})}


@dataclass(kw_only=True)
class Stage:
    """A running emulator, and a client that sees all of it."""

    server: Server
    client: httpx.Client
    home: Path
    _checkouts: Iterator[int] = field(default_factory=itertools.count)

    def checkout(self, key: str = "git", more: str = "") -> Checkout:
        """A new clone of the project."""
        root = self.home / f"checkout-{next(self._checkouts)}"
        return Checkout(root=root, url=self.server.url, key=key, more=more)

    def ids(self) -> dict[str, list[str]]:
        """The ids of the live agents, by name."""
        found: dict[str, list[str]] = {}
        params = {"page_size": "100"}
        while True:
            page = self._get(AGENTS, params)
            for item in page["items"]:
                found.setdefault(item["name"], []).append(item["id"])
            if not page.get("next_cursor"):
                return found
            params["cursor"] = page["next_cursor"]

    def only(self) -> str:
        """The id of the one live agent."""
        ((agent_id,),) = self.ids().values()
        return agent_id

    def raw(self, agent_id: str) -> dict[str, Any]:
        """The agent's metadata and its whole file tree, as the API shows them."""
        answer = self._get(f"{AGENTS}/{agent_id}")
        tree = self._get(f"{HUB}/{agent_id}/directories")
        return {**{key: answer.get(key) for key in METADATA}, "files": tree["files"]}

    def facts(self, agent_id: str) -> dict[str, Any]:
        return facts(self.raw(agent_id))

    def marker(self, agent_id: str) -> dict[str, Any]:
        return dict((self.raw(agent_id)["extras"] or {}).get("agentsync", {}))

    def writes(self) -> int:
        """How many requests asked for a write since the last reset, whatever came of them."""
        asked = self.server.stats()["requests"].items()
        return sum(number for route, number in asked if not route.startswith(("GET ", "HEAD ")))

    def forget(self) -> None:
        """Delete every agent."""
        for ids in self.ids().values():
            for agent_id in ids:
                self.client.delete(f"{AGENTS}/{agent_id}").raise_for_status()

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return self.client.get(path, params=params).raise_for_status().json()


@contextmanager
def staged(home: Path, options: Options | None = None) -> Iterator[Stage]:
    """A stage below this folder."""
    with (
        running(options or Options()) as server,
        httpx.Client(base_url=server.url, headers={"X-Api-Key": "truth"}, timeout=30) as client,
    ):
        yield Stage(server=server, client=client, home=home)


def differing(report: Report) -> list[tuple[str, str, str]]:
    """Everything that a plan would still do or tells: address, pointer, origin."""
    assert report.plan is not None, report.problems
    assert not report.problems, report.problems
    return [
        (change.address, item.pointer, item.origin.value)
        for change in report.plan.changes
        for item in change.fields
    ] + [
        (change.address, change.action.value, change.reason)
        for change in report.plan.changes
        if change.action != "no-op"
    ]


def outcomes(report: Report) -> dict[str, str]:
    """How each agent came out, by address."""
    return {item.address: item.status.value for item in report.outcomes}


def numbered(number: int, said: str) -> dict[str, Any]:
    """A small definition, one of many, that says the same in its files and its metadata."""
    return {
        "name": f"Agent {number}",
        "description": said,
        "system_prompt": f"You say {said}.",
        "extras": {"team": said},
        "files": {"notes/guide.md": {"content": f"{said}\n"}},
    }


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make waits take no time: how long they would be is tested elsewhere."""
    for name in ("providers.http._FIRST_WAIT", "ops.apply.backoff._FIRST"):
        monkeypatch.setattr(f"agentsync.{name}", 0.0)
