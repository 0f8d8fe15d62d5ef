"""A project on disk whose agents live on a real Agent Server, and what it does with them."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from command import Done, agentsync

from agentsync.errors import ExitCode
from agentsync.model import Change, Report
from agentsync.ops.apply import ApplyOptions, apply
from agentsync.ops.asking import Asked
from agentsync.ops.drift import DriftOptions, drift
from agentsync.ops.plan import PlanOptions, plan
from agentsync.ops.watch import Watch

_PROJECTS = itertools.count(1)
_TICKS = itertools.count(1)


@dataclass(kw_only=True)
class Builder:
    """One clone of a project, asking at `url` with one user's key.

    Shape: `target` is more of what agentsync.yaml says of the target; `project` is new for each
    one unless it is given, so that tests of one server do not meet.
    """

    root: Path
    url: str
    key: str = "key-alice"
    target: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    project: str = ""

    def __post_init__(self) -> None:
        self.project = self.project or f"p{next(_PROJECTS)}-{id(self)}"
        self.configure(**self.target)

    def configure(self, **target: Any) -> None:
        """Write agentsync.yaml."""
        self.target = target
        (self.root / "agents").mkdir(parents=True, exist_ok=True)
        said = {"provider": "agent-server", "url": self.url, **target}
        document = {"project": self.project, **self.more, "targets": {"t": said}}
        (self.root / "agentsync.yaml").write_text(yaml.safe_dump(document), "utf-8")

    def define(self, slug: str, prompt: str | None = "You answer.", **document: Any) -> None:
        """Write a definition; None is no AGENTS.md."""
        folder = self.root / "agents" / slug
        folder.mkdir(parents=True, exist_ok=True)
        said = {"graph_id": "agent", "name": f"{self.project} {slug}", **document}
        text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True)
        (folder / "agent.yaml").write_text(text, "utf-8")
        (folder / "AGENTS.md").unlink(missing_ok=True)
        if prompt is not None:
            (folder / "AGENTS.md").write_text(prompt + "\n", "utf-8")

    def says(self, slug: str) -> dict[str, Any]:
        """What agent.yaml says now."""
        found: dict[str, Any] = yaml.safe_load(
            (self.root / "agents" / slug / "agent.yaml").read_text("utf-8")
        )
        return found

    def prompt(self, slug: str) -> str:
        return (self.root / "agents" / slug / "AGENTS.md").read_text("utf-8")

    @property
    def environ(self) -> dict[str, str]:
        return {"LANGGRAPH_API_KEY": self.key}

    def run(self, *arguments: object, **environ: str) -> Done:
        """A command in a process of its own."""
        return agentsync(*arguments, "-C", self.root, **{**self.environ, **environ})

    def apply(self, *addresses: str, plan_file: Path | None = None, **asked: Any) -> Report:
        return apply(
            ApplyOptions(
                directory=self.root,
                addresses=addresses,
                asked=Asked(**asked),
                plan_file=plan_file,
                workers=4,
            ),
            self.environ,
            Watch(),
            lambda report: True,
            lambda: f"2026-01-01T00:00:00.{next(_TICKS):06}Z",
            lambda seconds: None,
        )

    def applied(self, *addresses: str, **asked: Any) -> Report:
        """The report of an apply that went well."""
        report = self.apply(*addresses, **asked)
        assert report.exit_code is ExitCode.OK, (report.problems, report.outcomes)
        return report

    def plan(self, *addresses: str, save: Path | None = None, **asked: Any) -> Report:
        options = PlanOptions(
            command="plan",
            directory=self.root,
            addresses=addresses,
            asked=Asked(**asked),
            save=save,
        )
        return plan(options, self.environ, Watch())

    def changes(self, *addresses: str, **asked: Any) -> dict[str, Change]:
        """The changes of a plan that is complete, by address."""
        report = self.plan(*addresses, **asked)
        assert report.plan is not None, report.diagnostics
        assert not report.problems, report.problems
        return {item.address: item for item in report.plan.changes}

    def change(self, slug: str, **asked: Any) -> Change:
        return self.changes(**asked)[slug]

    def drift(self) -> Report:
        return drift(DriftOptions(directory=self.root), self.environ, Watch())

    def is_settled(self) -> bool:
        """Whether a plan would do nothing at all."""
        return all(str(item.action) == "no-op" for item in self.changes().values())


def origins(change: Change) -> dict[str, str]:
    """Who made each field differ, by pointer."""
    return {item.pointer: str(item.origin) for item in change.fields}
