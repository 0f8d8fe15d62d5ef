"""The pull request of README: an agent that git changes and that somebody has edited live."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from command import agentsync

from agentsync.emulator.serve import Options, running
from agentsync.errors import ExitCode
from agentsync.ops.demo import EDITED, TARGET, Stage

OFFICIAL = "https://api.smith.langchain.com"


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    """A checkout of the pull request, and the environment in which its plan is made."""

    folder: Path
    environ: dict[str, str]

    def told(self, text: str) -> str:
        """What a command printed, with nothing in it that differs from run to run."""
        text = text.replace(self.environ["LANGSMITH_ENDPOINT"], OFFICIAL)
        return re.sub(r"applied [0-9-]+ [0-9:]+ UTC", "applied 2026-05-04 09:12 UTC", text)


@contextmanager
def pull_request(folder: Path) -> Iterator[PullRequest]:
    """The pull request in `folder`, while its agent is live on an emulator."""
    with running(Options(deterministic=True)) as server:
        stage = Stage(folder=folder, url=server.url)
        stage.build()
        known = {"LANGSMITH_ENDPOINT": server.url, "LANGSMITH_API_KEY": "k"}
        applied = agentsync("apply", EDITED, "-t", TARGET, "--yes", cwd=folder, **known)
        assert applied.code == ExitCode.OK, applied.err
        stage.edit_the_description()
        stage.change_another_field_in_git()
        stage.take_an_approval_away()
        _change_more_in_git(folder / "agents" / EDITED)
        yield PullRequest(folder=folder, environ=known)


def _change_more_in_git(agent: Path) -> None:
    """A further tool, and one sentence of the prompt."""
    _rewrite(agent / "AGENTS.md", "handing over, hand over.", "handing over, answer.")
    server = "mcp_server_url: https://mcp.acme.example/billing"
    tool = f"    - name: close_account\n      {server}\n      mcp_server_name: Billing\n"
    _rewrite(agent / "agent.yaml", "\n    # Incidents.", f"{tool}\n    # Incidents.")


def _rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
