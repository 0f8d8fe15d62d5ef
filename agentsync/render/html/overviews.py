"""A line for each agent: of a plan, of what was edited, of how all stand."""

from collections.abc import Iterable, Sequence
from typing import Final

from agentsync.model import Action, Change, Orphan, Plan, State
from agentsync.render import wording
from agentsync.render.html.findings import badge
from agentsync.render.html.markup import Markup, joined, tag, unseen, when
from agentsync.render.html.page import Page
from agentsync.render.html.signs import chip, differences, plan_chip, state_chip
from agentsync.render.html.tables import Head, cell, table
from agentsync.render.text.heads import SHORT_ID, SHORT_REVISION

_PLAN: Final = ("action", "agent", "differs", "live revision")
_DRIFT: Final = ("drift", "agent", "edited", "applied (UTC)", "live since (UTC)", "live revision")
_STATUS: Final = ("state", "agent", "differs", "applied (UTC)", "id", "revision")


def plan_overview(page: Page, plan: Plan) -> Markup:
    """What would be done to each agent."""
    rows = (_planned(change, page) for change in plan.changes)
    heads = (*_PLAN[:-1], "findings", _PLAN[-1]) if page.findings else _PLAN
    return overview("Agents", heads, rows)


def drift_overview(page: Page, plan: Plan) -> Markup:
    """What was edited outside git, agent by agent."""
    return overview("Agents", _DRIFT, (_drifted(change, page) for change in plan.changes))


def status_overview(page: Page, plan: Plan) -> Markup:
    """How each agent stands, with definition or without."""
    rows = [_standing(change, page) for change in plan.changes]
    rows += [_undefined(orphan, page) for orphan in plan.orphans]
    return overview("Agents", _STATUS, rows)


def overview(title: str, heads: Sequence[str], rows: Iterable[Markup]) -> Markup:
    """The section with one row for each agent; nothing without agents."""
    listed = list(rows)
    inner = table(title, [Head(it) for it in heads], listed, class_="agents")
    heading = tag("h2", title, id="overview")
    return when(listed, tag("section", heading, inner, aria_labelledby="overview"))


def agent_row(
    page: Page, number: int, address: str, cells: Iterable[Markup], *, calm: bool, origins: str = ""
) -> Markup:
    """The row of one agent, with all that filters need to know of it."""
    return tag(
        "tr",
        *cells,
        data_agent=number,
        data_risk=page.risk_words(address),
        data_calm=calm,
        data_origins=origins,
    )


def titled(page: Page, address: str, name: str) -> Markup:
    """The cell that says which agent the row is about."""
    other = tag("span", f" ({name})", class_="remark") if name else ""
    return tag("th", page.name(address), other, scope="row")


def token(text: str | None, size: int, page: Page) -> Markup:
    """A cell with the beginning of an id or a revision, or all of it for those who ask."""
    known = text or ""
    return cell(when(known, tag("code", known if page.options.verbose else known[:size])))


def _row(change: Change, page: Page, cells: Sequence[Markup], *, calm: bool) -> Markup:
    origins = " ".join(sorted({item.origin.value for item in change.fields}))
    number = page.number_of(change)
    return agent_row(page, number, change.address, cells, calm=calm, origins=origins)


def _planned(change: Change, page: Page) -> Markup:
    risks = page.risks(change.address)
    cells = [
        cell(plan_chip(change, page.report.command)),
        titled(page, change.address, wording.other_name(change)),
        cell(_differs(change)),
        when(page.findings, cell(joined(map(badge, risks), " ") if risks else unseen("none"))),
        token(change.revision, SHORT_REVISION, page),
    ]
    calm = change.action is Action.NO_OP and not change.fields and not change.refusals
    return _row(change, page, cells, calm=calm)


def _differs(change: Change) -> str:
    return "" if change.action in (Action.CREATE, Action.DELETE) else differences(change)


def _drifted(change: Change, page: Page) -> Markup:
    last, edited = change.last, len(change.fields)
    cells = [
        cell(_drift_chip(change)),
        titled(page, change.address, wording.other_name(change)),
        cell(wording.counted(edited, "field") if edited else ""),
        cell(wording.moment(last.at) if last else "never" if change.agent_id else ""),
        cell(wording.moment(change.updated_at) if change.updated_at else ""),
        token(change.revision, SHORT_REVISION, page),
    ]
    return _row(change, page, cells, calm=not (edited or change.notes))


def _drift_chip(change: Change) -> Markup:
    """Whether the agent drifted, or why that cannot be told."""
    if change.fields:
        return chip("*", "drifted", "warning")
    if change.state is State.MISSING:
        return chip("+", "no live agent", "quiet")
    if change.state is State.FOREIGN:
        return chip("!", "not this definition's", "quiet")
    if change.last is None or change.notes:
        return chip("?", "cannot be told", "quiet")
    return chip(" ", "no drift", "good")


def _standing(change: Change, page: Page) -> Markup:
    last = change.last
    one_sided = change.state in (State.MISSING, State.ORPHAN)
    cells = [
        cell(state_chip(change.state)),
        titled(page, change.address, wording.other_name(change)),
        cell("" if one_sided else differences(change)),
        cell(wording.moment(last.at) if last else "never" if change.agent_id else ""),
        token(change.agent_id, SHORT_ID, page),
        token(change.revision, SHORT_REVISION, page),
    ]
    return _row(change, page, cells, calm=change.state is State.IN_SYNC)


def _undefined(orphan: Orphan, page: Page) -> Markup:
    """A live agent without definition: what apply once left, or somebody else's."""
    ours = bool(orphan.address)
    cells = [
        cell(state_chip(State.ORPHAN) if ours else chip(" ", "no definition", "quiet")),
        titled(page, orphan.address or orphan.name, ""),
        cell(),
        cell(),
        token(orphan.agent_id, SHORT_ID, page),
        cell(),
    ]
    number = page.number(orphan.agent_id, "orphan")
    return agent_row(page, number, orphan.address, cells, calm=False)
