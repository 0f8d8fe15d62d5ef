"""What a report finds at places of the project's files, as results of rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from agentsync.canonical import digest
from agentsync.model import Finding, Report, Risk, Severity, Span
from agentsync.render.edits import edits
from agentsync.render.sarif.texts import identifier, message

LEVELS: Final = {Risk.HIGH: "error", Risk.MEDIUM: "warning", Risk.LOW: "note"}
"""The risk of a finding → SARIF's level."""

_ORDER: Final = ("error", "warning", "note")
_DIGITS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One result.

    Shape: `rule` and `message` are as SARIF wants them (sarif/texts.py), the other texts as the
    report has them; `family` is `policy`, `edit` or `diagnostic`.
    """

    family: str
    rule: str
    level: str
    message: str
    address: str = ""
    pointer: str = ""
    span: Span | None = None

    @property
    def fingerprint(self) -> str:
        """What stays the same when the lines move: of rule, agent and pointer.

        Shape: a diagnostic is about no agent, and has its file and its text for it.
        """
        same = [self.rule, self.address, self.pointer]
        if not self.address:
            same += [self.span.path if self.span else "", self.message]
        return digest([*same])[:_DIGITS]


def results(report: Report) -> list[Result]:
    """Every result, the greatest first."""
    found = [*_findings(report), *_edits(report), *_diagnostics(report)]
    return sorted(found, key=lambda item: _ORDER.index(item.level))


def _findings(report: Report) -> Iterator[Result]:
    """What rules say: of a pull, what they say of what comes home."""
    if report.command not in ("pull", "import"):
        yield from map(_finding, report.all_findings)
    yield from (_finding(item) for patch in report.patches for item in patch.findings)


def _finding(item: Finding) -> Result:
    return Result(
        family="policy",
        rule=identifier(item.rule),
        level=LEVELS[item.severity],
        message=message(f"{item.address}: {item.message}", item.note),
        address=item.address,
        pointer=item.pointer,
        span=item.span,
    )


def _edits(report: Report) -> Iterator[Result]:
    for edit in edits(report):
        yield Result(
            family="edit",
            rule="conflict" if edit.conflict else "drift",
            level="error" if edit.conflict else "warning",
            message=message(f"{edit.address}: {edit.message}"),
            address=edit.address,
            pointer=edit.pointer,
            span=edit.span,
        )


def _diagnostics(report: Report) -> Iterator[Result]:
    for item in report.diagnostics:
        yield Result(
            family="diagnostic",
            rule=identifier(item.code),
            level="error" if item.severity is Severity.ERROR else "warning",
            message=message(item.message, item.hint),
            span=item.span,
        )
