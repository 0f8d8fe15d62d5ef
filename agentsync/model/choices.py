"""What the person who applies has decided beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agentsync.canonical import Json


class OnDrift(StrEnum):
    """What happens to a field that was edited outside git."""

    KEEP = "keep"
    REVERT = "revert"
    FAIL = "fail"


class OnConflict(StrEnum):
    """What happens to a field that was changed in git and outside it."""

    FAIL = "fail"
    GIT = "git"
    LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The decisions that a plan is made under; a saved plan holds them.

    Shape: `adopt` lets git win over live content that agentsync has never applied; `take_over`
    over an agent that another project's marker claims; `delete` names the agents without
    definition that are to go.
    """

    on_drift: OnDrift = OnDrift.KEEP
    on_conflict: OnConflict = OnConflict.FAIL
    adopt: bool = False
    take_over: bool = False
    delete: tuple[str, ...] = ()

    def to_json(self) -> Json:
        """The choices as plain JSON."""
        return {
            "on_drift": self.on_drift.value,
            "on_conflict": self.on_conflict.value,
            "adopt": self.adopt,
            "take_over": self.take_over,
            "delete": list(self.delete),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Choices":
        """The choices that `to_json` wrote."""
        return cls(
            on_drift=OnDrift(data["on_drift"]),
            on_conflict=OnConflict(data["on_conflict"]),
            adopt=data["adopt"],
            take_over=data["take_over"],
            delete=tuple(data["delete"]),
        )
