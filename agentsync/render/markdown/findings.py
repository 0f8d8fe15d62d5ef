"""What the policy's rules say, as a table: the first thing to read of any report."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from agentsync.engine.policy.catalogue import RULES
from agentsync.model import Finding, Report
from agentsync.render import wording
from agentsync.render.markdown.escape import code, prose, tag
from agentsync.render.markdown.heads import RISKS
from agentsync.render.markdown.parts import Listing, details

_MOST: Final = 25
# A pointer longer than this says of a tool's server what the message says already.
_SHORT_POINTER: Final = 40
# Rules whose reasons are told.
_RULES: Final = 40


def findings_of(report: Report) -> tuple[Finding, ...]:
    """Every finding of the report, those of single agents' files included."""
    pulled = chain.from_iterable(patch.findings for patch in report.patches)
    return report.all_findings or tuple(sorted(pulled, key=lambda item: item.order))


def finding_listing(report: Report, *, share: float = 0.25) -> Listing:
    """The findings, the greatest risk first; without rows for none."""
    found = findings_of(report)
    return Listing(
        heading="Capability changes" if report.plan and not report.patches else "Findings",
        head=("risk", "agent", "what it means", "field", "rule"),
        rows=tuple(map(_cells, found)),
        noun="finding",
        share=share,
        opened=_MOST,
        after=_reasons(found),
    )


def _cells(item: Finding) -> tuple[str, ...]:
    return (
        RISKS[item.severity],
        code(item.address),
        prose(item.message) + (f" (note: {prose(item.note)})" if item.note else ""),
        " ".join(_place(item)),
        code(item.rule),
    )


def _place(item: Finding) -> Iterator[str]:
    if item.pointer and (len(item.pointer) <= _SHORT_POINTER or not item.span):
        yield code(wording.place(item.pointer))
    if item.span and (item.line or len(item.pointer) > _SHORT_POINTER):
        yield code(str(item.span))


def _reasons(found: Sequence[Finding]) -> str:
    """Why each of the rules that fired exists, folded; "" where nobody knows."""
    known = [RULES[rule] for rule in dict.fromkeys(it.rule for it in found) if rule in RULES]
    if not known:
        return ""
    said = (f"- {code(it.id)}: {prose(it.title)}. {prose(it.reason)}" for it in known[:_RULES])
    names = ", ".join(tag(it.id) for it in known[:3])
    more = f" and {len(known) - 3} more" if len(known) > 3 else ""
    return details(f"Why it matters: {names}{more}", ["\n".join(said)])
