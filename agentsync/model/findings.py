"""What a rule says of one change or of one text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agentsync.canonical import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A policy rule that fired on one change. Rules come with the review issue.

    Shape: `rule` is a stable id, `severity` one of low, medium, high.
    """

    rule: str
    severity: str
    address: str
    pointer: str
    message: str

    def to_json(self) -> Json:
        """The finding as plain JSON."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "address": self.address,
            "pointer": self.pointer,
            "message": self.message,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Finding":
        """The finding that `to_json` wrote."""
        return cls(**data)
