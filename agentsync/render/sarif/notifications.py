"""What a run has to say of no place in a file: what stood in the way of it, or of one agent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from agentsync.model import PatchStatus, Report
from agentsync.render.sarif.locations import logical_location
from agentsync.render.sarif.texts import identifier, message

_STOPPED: Final = (PatchStatus.CONFLICT, PatchStatus.REFUSED, PatchStatus.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One thing that readers of the run should know.

    Shape: the texts are as the report has them; `level` is `error` or `warning`.
    """

    code: str
    level: str
    message: str
    hint: str = ""
    address: str = ""

    def to_json(self) -> dict[str, Any]:
        """The notification as SARIF."""
        who = f"{self.address}: " if self.address else ""
        located = {"locations": [logical_location(self.address)]} if self.address else {}
        return {
            "descriptor": {"id": identifier(self.code)},
            "level": self.level,
            "message": {"text": message(f"{who}{self.message}", self.hint)},
            **located,
        }


def notifications(report: Report) -> Iterator[Notification]:
    """The problems, then the refusals, then the agents with which it came to nothing."""
    for item in report.problems:
        yield Notification(
            code=item.code,
            level="error",
            message=item.message,
            hint=item.hint,
            address=item.address,
        )
    known = {item.message for item in report.problems}
    for text in report.plan.refusals if report.plan else ():
        if text not in known:
            yield Notification(code="refused", level="warning", message=text)
    for outcome in report.outcomes:
        if not outcome.done:
            yield Notification(
                code=outcome.status.value,
                level="error",
                message=outcome.message,
                hint=outcome.hint,
                address=outcome.address,
            )
    for patch in report.patches:
        if patch.status in _STOPPED:
            yield Notification(
                code=patch.code or patch.status.value,
                level="error",
                message=patch.message,
                hint=patch.hint,
                address=patch.address,
            )
