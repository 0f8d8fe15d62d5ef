"""What `import` is asked for."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from agentsync.errors import UsageError

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")


SHOWN: Final = 20
"""In a dry run of no more agents than this, the files are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """Which agents become definitions, and what of them.

    Shape: exactly one of `ids`, `everything` and `source` says where they come from; `name` is a
    glob on the agent's name, in whatever case; `owner` the id of a user, or "me"; `files` are
    globs of the raw files that come along; `source` a folder with definitions of other tools.
    """

    directory: Path
    ids: tuple[str, ...] = ()
    everything: bool = False
    name: str = ""
    owner: str = ""
    target: str = ""
    workers: int = 16
    files: tuple[str, ...] = ()
    dry_run: bool = False
    source: Path | None = None

    def check(self) -> None:
        """Nothing, when the options go together.

        Errors: UsageError.
        """
        ways = (bool(self.ids), self.everything, self.source is not None)
        if sum(ways) != 1:
            raise UsageError(
                "choose what to import" if not any(ways) else "choose one of the three",
                hint="ids of agents, --all, or --from DIR; --name and --owner only narrow it",
            )
        if self.source is not None and (self.owner or self.files):
            raise UsageError("--owner and --files are about live agents, not about --from DIR")
        for agent_id in self.ids:
            if not _ID.fullmatch(agent_id):
                raise UsageError(
                    f"{agent_id[:80]!r} is not the id of an agent",
                    hint="it looks like dfa71115-c971-4197-8f02-20826fbc6f40; "
                    "`agentsync status` lists them",
                )

    def fits(self, name: str) -> bool:
        """Whether an agent of this name is asked for."""
        return not self.name or fnmatchcase(name.casefold(), self.name.casefold())
