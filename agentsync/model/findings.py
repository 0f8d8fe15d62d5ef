"""What a policy rule says of one change or of one text, and what a project wants of the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from agentsync.canonical import Json
from agentsync.model.diagnostics import Span


class Risk(StrEnum):
    """How much a reviewer should care about a finding."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def weight(self) -> int:
        """A number that grows with the risk."""
        return _WEIGHTS[self]


_WEIGHTS = {Risk.LOW: 1, Risk.MEDIUM: 2, Risk.HIGH: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A policy rule that fired on one change, or on one text.

    Shape: `rule` is an id of engine/policy/catalogue.py, where its reason stands too; `pointer` a
    JSON Pointer into the agent's canonical form; `span` where git says it, or the closest place
    that git has; `line` where in a text of several lines it is, 0 for all of it; `note` the reason
    that agentsync.yaml gives for the severity, "" for the rule's own.
    """

    rule: str
    severity: Risk
    address: str
    pointer: str
    message: str
    span: Span | None = None
    line: int = 0
    note: str = ""

    @property
    def order(self) -> tuple[int, str, str, str, str]:
        """The key that sorts findings, the greatest risk first."""
        return (-self.severity.weight, self.address, self.rule, self.pointer, self.message)

    def to_json(self) -> Json:
        """The finding as plain JSON."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "address": self.address,
            "pointer": self.pointer,
            "message": self.message,
            "span": self.span.to_json() if self.span else None,
            "line": self.line,
            "note": self.note,
        }

    def placed(self, span: Span) -> "Finding":
        """The finding with its place in git; within a file's text, on the very line."""
        text = span.column == 1 and not span.path.endswith((".yaml", ".yml"))
        if text and self.line:
            span = replace(span, line=span.line + self.line - 1)
        return replace(self, span=span)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Finding":
        """The finding that `to_json` wrote."""
        span = Span.from_json(data["span"]) if data["span"] else None
        return cls(**{**data, "severity": Risk(data["severity"]), "span": span})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetting:
    """What agentsync.yaml says of one rule.

    Shape: `agents` are globs of folder names, () for all; `severity` and `threshold` None leave
    the rule's own.
    """

    rule: str
    reason: str
    enabled: bool = True
    severity: Risk | None = None
    threshold: int | None = None
    agents: tuple[str, ...] = ()

    def holds_for(self, address: str) -> bool:
        """Whether this agent is meant."""
        return not self.agents or any(fnmatchcase(address, glob) for glob in self.agents)

    def to_json(self) -> Json:
        """The setting as plain JSON."""
        return {
            "rule": self.rule,
            "reason": self.reason,
            "enabled": self.enabled,
            "severity": self.severity.value if self.severity else None,
            "threshold": self.threshold,
            "agents": list(self.agents),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "RuleSetting":
        """The setting that `to_json` wrote, or that agentsync.yaml has."""
        severity = data.get("severity")
        return cls(
            rule=data["rule"],
            reason=data["reason"],
            enabled=data.get("enabled", True),
            severity=Risk(severity) if severity else None,
            threshold=data.get("threshold"),
            agents=tuple(data.get("agents", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """From which risk on a plan is refused, and what the project wants of single rules.

    Shape: `fail_on` is a Risk, "none" for never, "" where nothing is said; of several `settings`
    of one rule, the first that holds for an agent counts.
    """

    fail_on: str = ""
    settings: tuple[RuleSetting, ...] = ()

    def over(self, general: "Policy") -> "Policy":
        """What this policy says, and where it says nothing, the `general` one."""
        return Policy(
            fail_on=self.fail_on or general.fail_on,
            settings=(*self.settings, *general.settings),
        )

    def setting(self, rule: str, address: str) -> RuleSetting | None:
        """What is said of this rule for this agent, None for nothing."""
        named = (item for item in self.settings if item.rule == rule)
        return next((item for item in named if item.holds_for(address)), None)

    def refuses(self, finding: Finding) -> bool:
        """Whether a plan with this finding is refused."""
        if self.fail_on in ("", "none"):
            return False
        return finding.severity.weight >= Risk(self.fail_on).weight

    def to_json(self) -> Json:
        """The policy as plain JSON."""
        return {
            "fail_on": self.fail_on,
            "settings": [item.to_json() for item in self.settings],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Policy":
        """The policy that `to_json` wrote."""
        settings = tuple(map(RuleSetting.from_json, data["settings"]))
        return cls(fail_on=data["fail_on"], settings=settings)
