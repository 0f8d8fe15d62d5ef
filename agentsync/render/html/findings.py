"""What the policy's rules say, and why each rule exists: the first thing to read of any report."""

from typing import Final

from agentsync.engine.policy.catalogue import RULES
from agentsync.model import Finding, Risk
from agentsync.render.html.markup import NOTHING, Markup, joined, tag, when
from agentsync.render.html.page import Page
from agentsync.render.html.tables import Head, cell, table
from agentsync.render.wording import counted, place

_HEADS: Final = (Head("risk"), Head("agent"), Head("what it means"), Head("rule"))
# Findings that are shown unfolded.
_MOST: Final = 25


def finding_section(page: Page) -> Markup:
    """The findings, the greatest risk first; nothing for none."""
    every = page.findings
    if not every:
        return NOTHING
    plan = page.report.plan and not page.report.patches
    heading = "Capability changes" if plan else "Findings"
    # One more takes no more room than to say that it is folded.
    first = len(every) if len(every) <= _MOST + 1 else _MOST
    rows = [_row(item, page) for item in every]
    shown = table(heading, _HEADS, rows[:first], class_="findings")
    rest = rows[first:]
    folded = tag(
        "details",
        tag("summary", counted(len(rest), "more finding")),
        table(f"{heading}, continued", _HEADS, rest, class_="findings"),
    )
    title = tag("h2", heading, id="findings")
    return tag("section", title, shown, when(rest, folded), aria_labelledby="findings")


def badge(risk: Risk) -> Markup:
    """The word for a risk, in its colour."""
    return tag("span", risk.value, class_=f"badge risk-{risk.value}")


def _row(item: Finding, page: Page) -> Markup:
    origin = page.origin_of(item)
    return tag(
        "tr",
        cell(badge(item.severity)),
        tag("th", page.name(item.address), scope="row"),
        cell(*_meaning(item)),
        cell(tag("code", item.rule), class_="rule"),
        data_finding=item.severity.value,
        data_origin=origin.value if origin else "",
    )


def _meaning(item: Finding) -> list[Markup]:
    rule = RULES.get(item.rule)
    where = [when(item.pointer, tag("code", place(item.pointer), data_pointer=True))]
    if item.span:
        where.append(tag("span", str(item.span), class_="place"))
    return [
        tag("p", item.message, class_="message"),
        when(item.pointer or item.span, tag("p", joined(where, " "))),
        when(item.note, tag("p", tag("span", "note: ", class_="r-hint"), item.note)),
        tag("p", rule.reason, class_="reason") if rule else NOTHING,
    ]
