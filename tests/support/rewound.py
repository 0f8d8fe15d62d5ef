"""A checkout that is a git repository, its agent's history, and ways back."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stage import AGENTS, HUB, Checkout, Stage, staged, tick
from versioned import Unversioned, Versioned

from agentsync.emulator.keys import parse
from agentsync.emulator.readings import Readings
from agentsync.emulator.serve import Options
from agentsync.errors import ExitCode
from agentsync.model import Change, History, Report, Revision
from agentsync.ops.history import LogOptions, log
from agentsync.ops.rollback import RollbackOptions, rollback
from agentsync.ops.watch import Watch

KEYS = parse(["git:ann", "truth:ann", "ui:bob", "blind:cy:read"])


@dataclass(frozen=True, kw_only=True)
class Rewound:
    """One agent `a` of a project in git, on a stage of its own."""

    stage: Stage
    checkout: Checkout
    repo: Versioned

    def define(self, said: str, *, address: str = "a", **more: Any) -> str:
        """The git commit of a definition that says this in its files and its metadata."""
        self.checkout.write(address, document(said, **more))
        return self.repo.commit(said)

    def release(self, said: str, **more: Any) -> tuple[str, str]:
        """The git commit of such a definition, and the revision that applying it made."""
        commit = self.define(said, **more)
        report = self.checkout.apply()
        assert report.exit_code is ExitCode.OK, report
        return commit, self.head()

    @property
    def agent_id(self) -> str:
        return self.stage.only()

    def head(self) -> str:
        tree = self.stage.client.get(f"{HUB}/{self.agent_id}/directories").raise_for_status()
        return str(tree.json()["commit_hash"])

    def edit(self, **body: Any) -> str:
        """The revision after somebody's edit in the UI."""
        answer = self.stage.client.patch(
            f"{AGENTS}/{self.agent_id}", json=body, headers={"X-Api-Key": "ui"}
        )
        answer.raise_for_status()
        return self.head()

    def log(self, address: str = "a", **options: Any) -> Report:
        asked = LogOptions(directory=self.checkout.root, address=address, **options)
        return log(asked, self.checkout.environ, Watch())

    def history(self, **options: Any) -> History:
        report = self.log(**options)
        assert report.exit_code is ExitCode.OK, report.problems
        assert report.history is not None
        return report.history

    def revision(self, token: str) -> Revision:
        (found,) = [it for it in self.history().revisions if it.token == token]
        return found

    def back(
        self,
        to: str,
        *,
        address: str = "a",
        confirm: Callable[[Report], bool] = bool,
        key: str = "git",
        **options: Any,
    ) -> Report:
        asked = RollbackOptions(directory=self.checkout.root, address=address, to=to, **options)
        environ = {**self.checkout.environ, "LANGSMITH_API_KEY": key}
        return rollback(asked, environ, Watch(), confirm, tick, pause=lambda _: None)


def document(said: str, **more: Any) -> dict[str, Any]:
    """A definition that says the same in every kind of place; Bob may edit its agent."""
    return {
        "name": "Agent",
        "description": said,
        "permissions": {"tenant_access_level": "write"},
        "system_prompt": f"You say {said}.",
        "subagents": [{"name": "critic", "description": "c", "instructions": f"Say {said}."}],
        "skills": [{"name": "s", "description": "d", "instructions": said, "files": {}}],
        "files": {"notes/guide.md": {"content": f"{said}\n"}},
        **more,
    }


def only_change(report: Report) -> Change:
    """The one change of the report's plan."""
    assert report.plan is not None, report.problems
    (change,) = report.plan.changes
    return change


@contextmanager
def rewound(home: Path, readings: Readings | None = None, *, more: str = "", git: bool = True):
    """A stage with one project; `more` goes into agentsync.yaml, `git=False` leaves git out."""
    options = Options(keys=KEYS, readings=readings or Readings(), journal=True)
    with staged(home, options) as stage:
        checkout = stage.checkout(more=more)
        repo = Versioned.made(checkout.root) if git else Unversioned(checkout.root)
        yield Rewound(stage=stage, checkout=checkout, repo=repo)
