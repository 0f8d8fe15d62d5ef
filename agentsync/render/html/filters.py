"""The controls that hide what the reader does not look for; without JavaScript there are none."""

from typing import Final

from agentsync.model import Action, Origin, Report
from agentsync.render.html.markup import NOTHING, Markup, tag, unseen, when
from agentsync.render.html.page import RISKS, Page

_ORIGINS: Final = tuple(origin.value for origin in Origin)
_RISKS: Final = (*(risk.value for risk in RISKS), "none")


def filters(page: Page) -> Markup:
    """The controls, hidden until the script shows them; nothing where there is no agent."""
    report = page.report
    if not (report.plan and report.plan.changes) and not report.patches:
        return NOTHING
    return tag(
        "div",
        _choices("Origin", "origin", _ORIGINS),
        when(page.findings, _choices("Severity", "risk", _RISKS)),
        _search(),
        _calm(report),
        tag("p", role="status", aria_live="polite", id="shown"),
        tag(
            "div",
            tag("button", "Show all", type="button", id="reset"),
            tag("button", "Unfold", unseen(" all texts"), type="button", id="unfold"),
            tag("button", "Fold", unseen(" all texts"), type="button", id="fold"),
            class_="buttons",
        ),
        id="filters",
        role="search",
        aria_label="Filters",
        hidden=True,
    )


def _choices(title: str, name: str, values: tuple[str, ...]) -> Markup:
    boxes = (_choice(name, value) for value in values)
    return tag("fieldset", tag("legend", title), *boxes)


def _choice(name: str, value: str) -> Markup:
    box = tag("input", type="checkbox", name=name, value=value, id=f"{name}-{value}", checked=True)
    return tag("label", box, tag("span", value), class_="choice")


def _search() -> Markup:
    field = tag(
        "input",
        type="search",
        id="text",
        autocomplete="off",
        spellcheck="false",
        placeholder="agent or field",
    )
    return tag("label", tag("span", "Name or field"), field, class_="search")


def _calm(report: Report) -> Markup:
    # A page with nothing but agents in sync, or whose purpose is to name all, shows them.
    shown = report.command == "status" or not _differs(report)
    box = tag("input", type="checkbox", id="calm", checked=shown)
    return tag("label", box, tag("span", "show agents in sync"), class_="choice")


def _differs(report: Report) -> bool:
    if report.patches:
        return True
    changes = report.plan.changes if report.plan else ()
    return any(it.action is not Action.NO_OP or it.fields or it.notes for it in changes)
