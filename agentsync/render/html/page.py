"""What all parts of one page know."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from agentsync.model import Action, Change, Finding, Origin, Report, Risk
from agentsync.render import RenderOptions, wording
from agentsync.render.html.markup import Markup, tag
from agentsync.render.html.room import Room

RISKS: Final = (Risk.HIGH, Risk.MEDIUM, Risk.LOW)
"""The greatest first."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A report and how much of it is shown; each agent of it has a number."""

    report: Report
    options: RenderOptions
    room: Room
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    _sections: dict[str, str] = field(default_factory=dict)
    _used: Counter[int] = field(default_factory=Counter)

    def number(self, address: str, kind: str = "") -> int:
        """The number by which the parts of the page know one agent.

        Shape: an agent that is deleted, or an orphan, may have the address of one that is not:
        it is of another `kind`.
        """
        return self._numbers.setdefault((address, kind), len(self._numbers) + 1)

    def number_of(self, change: Change) -> int:
        """The number of the agent that changes."""
        return self.number(change.address, "delete" * (change.action is Action.DELETE))

    def told(self, address: str, number: int) -> str:
        """The id of the agent's section, to which its name leads from now on."""
        self._used[number] += 1
        again = f"-{self._used[number]}" if self._used[number] > 1 else ""
        name = f"agent-{number}{again}"
        self._sections.setdefault(address, name)
        return name

    def name(self, address: str) -> Markup:
        """The agent's address, which leads to its section if it has one."""
        shown = tag("span", address, class_="name", data_name=True)
        where = self._sections.get(address)
        return tag("a", shown, href=f"#{where}") if where else shown

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, those of single agents' files included, the greatest risk first."""
        pulled = (item for patch in self.report.patches for item in patch.findings)
        return self.report.all_findings or tuple(sorted(pulled, key=lambda item: item.order))

    @cached_property
    def _risks(self) -> Mapping[str, frozenset[Risk]]:
        found: dict[str, set[Risk]] = {}
        for item in self.findings:
            found.setdefault(item.address, set()).add(item.severity)
        return {address: frozenset(risks) for address, risks in found.items()}

    def risks(self, address: str) -> list[Risk]:
        """How grave the agent's findings are, the greatest first."""
        known = self._risks.get(address, frozenset())
        return [risk for risk in RISKS if risk in known]

    def risk_words(self, address: str) -> str:
        """The same as words between spaces, `none` for none."""
        return " ".join(self.risks(address)) or "none"

    @cached_property
    def origins(self) -> bool:
        """Whether it can be said of any field who made it differ."""
        plan = self.report.plan
        return bool(plan and wording.origin_known(plan))

    def origin_of(self, finding: Finding) -> Origin | None:
        """Who made the field differ that a finding is about, None where no field differs."""
        return self._origins.get((finding.address, finding.pointer))

    @cached_property
    def _origins(self) -> Mapping[tuple[str, str], Origin]:
        changes = self.report.plan.changes if self.report.plan else ()
        return {
            (change.address, item.pointer): item.origin
            for change in changes
            for item in change.fields
        }
