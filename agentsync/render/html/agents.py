"""The section of one agent of a plan: what would be done to it, why, and every field."""

from collections.abc import Iterator

from agentsync.model import Action, Change, Effect
from agentsync.render import wording
from agentsync.render.html.fields import Telling, edit_parts, field_parts
from agentsync.render.html.findings import badge
from agentsync.render.html.markup import NOTHING, Markup, joined, tag, when
from agentsync.render.html.page import Page
from agentsync.render.html.sides import Columns
from agentsync.render.html.signs import plan_chip
from agentsync.render.html.told import paragraphs, verbatim
from agentsync.render.text.creation import creation_lines
from agentsync.render.text.fields import told_fields
from agentsync.render.text.heads import agent_token, revision_token
from agentsync.render.text.heads import joined as facts_of
from agentsync.render.visible import visible

# What becomes of the live side.
_ROLLED_BACK = Columns(before="live", after="as it was")
_KEPT = {"rollback": "left as it is"}


def agent_sections(page: Page) -> Markup:
    """A section for each agent of the plan that has something to tell."""
    changes = page.report.plan.changes if page.report.plan else ()
    return joined(_agent(change, page) for change in changes if _is_told(change, page))


def _is_told(change: Change, page: Page) -> bool:
    unmanaged = page.options.show_all and change.unmanaged
    if page.report.command == "drift":
        return bool(change.fields or change.notes)
    calm = change.action is Action.NO_OP and not change.fields
    return bool(not calm or change.notes or change.refusals or unmanaged)


def section(page: Page, number: int, address: str, name: str, head: str, body: str) -> Markup:
    """The frame of one agent's section: its name as a heading, then what is told of it."""
    key = page.told(address, number)
    title = tag("h3", tag("span", address, class_="name", data_name=True), id=key)
    other = tag("span", f"({name})", class_="remark") if name else NOTHING
    risks = joined(map(badge, page.risks(address)))
    return tag(
        "section",
        tag("div", head, title, other, risks, class_="head"),
        body,
        class_="agent",
        aria_labelledby=key,
        data_agent=number,
        data_risk=page.risk_words(address),
    )


def _agent(change: Change, page: Page) -> Markup:
    body = joined(
        [
            *(tag("p", text, class_="refusal r-error") for text in change.refusals),
            _facts(change, page),
            *(note(text) for text in change.notes),
            _fields(change, page),
            _unmanaged(change, page),
        ]
    )
    chip = plan_chip(change, page.report.command)
    name = wording.other_name(change)
    return section(page, page.number_of(change), change.address, name, chip, body)


def note(text: str) -> Markup:
    """A remark that is no difference."""
    return tag("p", tag("span", "note: ", class_="r-hint"), text)


def _facts(change: Change, page: Page) -> Markup:
    known = facts_of(*_tokens(change, page), *_what(change, page))
    return when(known, tag("p", known, class_="facts"))


def _tokens(change: Change, page: Page) -> Iterator[str]:
    whole = page.options.verbose
    yield agent_token(change, whole=whole or change.action is Action.ADOPT)
    yield revision_token(change, whole=whole)


def _what(change: Change, page: Page) -> Iterator[str]:
    """What there is to do, in words, and since when that can be known."""
    if page.report.command == "drift":
        yield f"git {wording.applied(change.last)}" if change.last else ""
        yield f"live last changed {wording.moment(at)} UTC" if (at := change.updated_at) else ""
        return
    kind = wording.kind(change)
    if kind == "refused":
        yield f"to {change.action.value}"
    if kind == "marker":
        yield "only the marker is written"
    if change.last and (change.kept or kind == "refused"):
        yield wording.applied(change.last)
    yield change.reason


def _fields(change: Change, page: Page) -> Markup:
    whose = visible(change.address)
    told = Telling(room=page.room, origins=page.origins)
    if page.report.command == "drift":
        return edit_parts(change.fields, Telling(room=page.room), whose)
    if page.report.command == "rollback":
        told = Telling(room=page.room, columns=_ROLLED_BACK)
    moving = [item for item in change.fields if item.effect is not Effect.KEEP]
    return joined([_creation(change), field_parts(moving, told, whose), _kept(change, page, whose)])


def _creation(change: Change) -> Markup:
    """What an agent that is to be created would be, in a few lines."""
    if change.action is not Action.CREATE or not change.desired:
        return NOTHING
    lines = list(creation_lines(change.desired))
    return when(lines, verbatim(lines))


def _kept(change: Change, page: Page, whose: str) -> Markup:
    """The edits that apply leaves alone: they are not what the plan is about."""
    if not change.kept:
        return NOTHING
    said = _KEPT.get(page.report.command, "kept as edited outside git")
    heading = tag("h4", f"{said} (git → live)", class_="r-warning")
    told = Telling(room=page.room, folded=True)
    return joined([heading, edit_parts(change.kept, told, f"{whose}, {said}")])


def _unmanaged(change: Change, page: Page) -> Markup:
    """Live content that git does not own, for those who ask for it."""
    if not (page.options.show_all and change.unmanaged):
        return NOTHING
    return tag("div", paragraphs(told_fields(change.unmanaged)), class_="unmanaged")
