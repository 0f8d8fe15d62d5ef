"""What every page begins and ends with: the title, what it comes to, the next steps, the source."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from agentsync.model import Finding, Plan, Report, Risk
from agentsync.render.markdown.escape import bold, code, prose
from agentsync.render.markdown.parts import Listing
from agentsync.render.steps import next_steps
from agentsync.render.text.heads import SHORT_REVISION

RISKS: Final = {Risk.HIGH: "🔴\u00a0high", Risk.MEDIUM: "🟠\u00a0medium", Risk.LOW: "🟡\u00a0low"}
"""Risk → a colour, and the word that says the same."""

# A space at which no row ends.
_GAP: Final = "\u00a0"


def title(report: Report) -> str:
    """The heading: which command, which project, against which target."""
    plan = report.plan
    names = [code(name, 80) for name in (plan.project, plan.target) if name] if plan else []
    where = f": {' → '.join(names)}" if names else ""
    return f"### agentsync {prose(report.command) or code(report.command)}{where}"


def counts(before: str, parts: Iterable[str]) -> str:
    """What the page comes to, as one sentence; "" for nothing."""
    text = ", ".join(parts)
    return f"{before}{bold(prose(text))}." if text else ""


def risks(findings: Iterable[Finding]) -> str:
    """How many findings there are of each risk, "" for none."""
    numbers = Counter(item.severity for item in findings)
    told = (
        bold(said.replace(_GAP, f"{_GAP}{numbers[risk]}{_GAP}"))
        for risk, said in RISKS.items()
        if numbers[risk]
    )
    text = ", ".join(told)
    return f"Risk: {text}." if text else ""


def named(addresses: Iterable[str], most: int = 6) -> str:
    """The first agents by name, and how many more there are."""
    every = list(addresses)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(map(code, every[:most])) + more


def refusals(plan: Plan, told: Iterable[str] = ()) -> Listing:
    """Why apply does nothing of the plan at all; without rows when it may."""
    known = set(told)
    return Listing(
        heading="⛔ Refused: apply does nothing of this plan",
        head=(),
        rows=tuple((prose(text),) for text in plan.refusals if text not in known),
        noun="reason",
        share=0.06,
    )


def closing(report: Report, *, cut: bool = False) -> tuple[str, ...]:
    """What to do now, and where all of this comes from."""
    steps = "\n".join(f"- {text}" for text in map(prose, next_steps(report, cut)) if text)
    return f"**Next**\n\n{steps}" if steps else "", footer(report)


def footer(report: Report) -> str:
    """The endpoint, the commit and the version of the tool, in small print."""
    return f"<sub>{' · '.join(_source(report))}</sub>"


def _source(report: Report) -> Iterator[str]:
    if plan := report.plan:
        yield code(plan.provider)
        yield code(plan.endpoint)
        if plan.commit:
            yield f"commit {code(plan.commit[:SHORT_REVISION])}"
    yield f"agentsync {code(report.tool_version)}"
