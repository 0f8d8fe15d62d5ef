"""The page of `drift`: only what was edited outside git since the last apply, and when."""

from collections.abc import Iterator
from typing import Final

from agentsync.model import Action, Change, Origin, Plan, Report
from agentsync.render import RenderOptions, wording
from agentsync.render.markdown.escape import bold, code, plain_tag, prose, tag
from agentsync.render.markdown.fields import Told, edit_parts, places, remarked, weight
from agentsync.render.markdown.findings import finding_listing
from agentsync.render.markdown.heads import closing, counts, named, risks, title
from agentsync.render.markdown.pages import Page
from agentsync.render.markdown.parts import Folded, Listing, Part
from agentsync.render.markdown.plans import orphan_listing
from agentsync.render.markdown.problems import diagnostic_listing, problem_listing
from agentsync.render.text.heads import SHORT_REVISION, agent_token, joined, moved

_NAMED: Final = 3


def drift_page(report: Report, plan: Plan, options: RenderOptions) -> Page:
    """Every agent that was edited, and those of which it cannot be told."""
    failed = {problem.address for problem in report.problems}
    drifted = [change for change in plan.changes if change.fields]
    noted = [it for it in plan.changes if not it.fields and it.notes and it.address not in failed]
    return Page(
        lead=(title(report), _summary(report, plan, len(drifted)), risks(plan.findings)),
        listings=(
            finding_listing(report),
            problem_listing(report, options),
            diagnostic_listing(report.diagnostics),
            _listing(drifted),
        ),
        folded=tuple(_folded(change, options) for change in drifted),
        last=(_noted(noted), _untold(plan), orphan_listing(plan)),
        closing=closing(report),
    )


def _summary(report: Report, plan: Plan, drifted: int) -> str:
    known = sum(map(_is_known, plan.changes))
    if drifted:
        fields = sum(len(change.fields) for change in plan.changes)
        parts = [f"{wording.counted(drifted, 'agent')} drifted"]
        parts.append(f"{wording.counted(fields, 'field')} edited outside git")
        if rest := known - drifted:
            parts.append(f"{wording.counted(rest, 'agent')} without drift")
        return counts("⚠️ ", parts)
    if nobody := wording.nobody(report):
        return nobody
    agents = wording.counted(known, "agent")
    if report.problems or not known:
        return f"{agents} without drift." if known else ""
    return f"✅ No drift in {agents}."


def _is_known(change: Change) -> bool:
    """Whether it can be told of the agent that nobody edited it: a note says that it cannot."""
    return change.last is not None and change.action is not Action.ADOPT and not change.notes


def _listing(drifted: list[Change]) -> Listing:
    return Listing(
        heading="Edited outside git",
        head=("agent", "fields", "last applied from git (UTC)", "last changed live (UTC)"),
        rows=tuple(map(_cells, drifted)),
        noun="agent",
        share=0.25,
    )


def _cells(change: Change) -> tuple[str, ...]:
    applied, at = "", change.updated_at
    if last := change.last:
        applied = prose(wording.moment(last.at)) if last.at else "unknown"
        applied += f" from {code(last.commit[:SHORT_REVISION])}" if last.commit else ""
    changed = prose(wording.moment(at)) if at else "unknown"
    return code(change.address), places(change.fields, _NAMED), applied, changed


def _folded(change: Change, options: RenderOptions) -> Folded:
    size = f"{wording.counted(len(change.fields), 'field')} edited outside git"
    return Folded(
        summary=f"<strong>{tag(change.address)}</strong> · drifted · {plain_tag(size)}",
        parts=lambda light: _parts(change, options, light),
        weight=weight(change.fields),
    )


def _parts(change: Change, options: RenderOptions, light: bool) -> Iterator[Part]:
    then, whole = change.last.revision if change.last else "", options.verbose
    known = agent_token(change, whole=whole), moved(then, change.revision, whole=whole)
    if said := prose(joined(*known)):
        yield said
    git = wording.applied(change.last) if change.last else "as last applied"
    if any(item.origin is Origin.BOTH for item in change.fields):
        git = f"as it says now, last {git}"
    at = change.updated_at
    live = f"last changed {wording.moment(at)} UTC" if at else "as it is now"
    yield f"{code('---')} git: {prose(git)}<br>{code('+++')} live: {prose(live)}"
    yield from (f"{bold('Note:')} {prose(note)}" for note in change.notes)
    remarks = {it.pointer: said for it in change.fields if (said := remarked(it))}
    yield from edit_parts(change.fields, Told(options=options, light=light, remarks=remarks))


def _noted(changes: list[Change]) -> Listing:
    return Listing(
        heading="Notes",
        head=(),
        rows=tuple((code(it.address), prose(note)) for it in changes for note in it.notes),
        noun="note",
        share=0.05,
    )


def _untold(plan: Plan) -> Listing:
    """The agents that cannot have drifted, or of which nobody knows, in a sentence each."""
    rows = tuple(
        (f"{sentence}: {named(it.address for it in changes)}",)
        for sentence, changes in wording.untold(plan)
    )
    return Listing(heading="Not told", head=(), rows=rows, noun="sentence", share=0.05)
