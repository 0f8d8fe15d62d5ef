"""What a command that compares git with live agents is asked for."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from agentsync.model import Choices, OnConflict, OnDrift, ProjectConfig


class Judged(Enum):
    """What the policy's rules are asked about."""

    CHANGES = "what apply would write"
    EDITS = "what was edited outside git"
    NOTHING = "nothing: the command is not about changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The choices as the command line makes them; None leaves one to agentsync.yaml."""

    on_drift: OnDrift | None = None
    on_conflict: OnConflict | None = None
    adopt: bool = False
    take_over: bool = False
    delete: tuple[str, ...] = ()

    def choices(self, config: ProjectConfig) -> Choices:
        """The choices that hold for this project."""
        return Choices(
            on_drift=self.on_drift or config.on_drift,
            on_conflict=self.on_conflict or config.on_conflict,
            adopt=self.adopt,
            take_over=self.take_over,
            delete=tuple(sorted(set(self.delete))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOptions:
    """Which agents are compared, and under which choices.

    Shape: `addresses` () means every definition; `target` "" the only one; `shard` is (I, N);
    `others_too` also lists live agents that have nothing to do with the project; `with_commit`
    asks git for the commit of the definitions.
    """

    directory: Path
    addresses: tuple[str, ...] = ()
    target: str = ""
    workers: int = 16
    shard: tuple[int, int] = (1, 1)
    show_unmanaged: bool = False
    others_too: bool = False
    with_commit: bool = False
    asked: Asked = field(default=Asked())

    @property
    def judged(self) -> Judged:
        """What the policy's rules are asked about."""
        return Judged.CHANGES

    @property
    def whole(self) -> bool:
        """Whether this run looks at the project as a whole: one does, of several shards."""
        return not self.addresses and self.shard[0] == 1
