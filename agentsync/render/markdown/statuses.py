"""The pages of `status` and `validate`: a table of agents, or of what is wrong in the files."""

from collections import Counter
from typing import Final

from agentsync.errors import ExitCode
from agentsync.model import Change, Origin, Orphan, Plan, Report, State
from agentsync.render import RenderOptions, wording
from agentsync.render.markdown.escape import bold, code, prose
from agentsync.render.markdown.findings import finding_listing
from agentsync.render.markdown.heads import closing, counts, risks, title
from agentsync.render.markdown.pages import Page
from agentsync.render.markdown.parts import Listing
from agentsync.render.markdown.problems import diagnostic_listing, problem_listing
from agentsync.render.text.heads import SHORT_ID, SHORT_REVISION

_NO_DEFINITION: Final = "no definition"
# State → its sign and its word, in the order in which they are counted.
_STATES: Final = {
    State.CONFLICT: ("!", "conflict"),
    State.FOREIGN: ("!", "foreign"),
    State.UNKNOWN: ("?", "unknown"),
    State.DRIFTED: ("*", "drifted"),
    State.AHEAD: ("~", "ahead"),
    State.MARKER: ("~", "marker"),
    State.MISSING: ("+", "missing"),
    State.ADOPTABLE: ("=", "adoptable"),
    State.IN_SYNC: ("", "in sync"),
    State.ORPHAN: ("-", "orphan"),
    _NO_DEFINITION: ("", _NO_DEFINITION),
}


def status_page(report: Report, plan: Plan, options: RenderOptions) -> Page:
    """A row for each agent, with definition or without."""
    listing = Listing(
        heading="",
        head=("state", "agent", "differs", "applied (UTC)", "id", "revision"),
        rows=(
            *(_defined(change, options) for change in plan.changes),
            *(_undefined(orphan, options) for orphan in plan.orphans),
        ),
        noun="agent",
        share=0.5,
    )
    return Page(
        lead=(title(report), _numbers(report, plan), risks(plan.findings)),
        listings=(
            finding_listing(report, share=0.15),
            problem_listing(report, options),
            diagnostic_listing(report.diagnostics, share=0.1),
            listing,
        ),
        last=(_notes(plan, options),),
        closing=closing(report),
    )


def validate_page(report: Report, options: RenderOptions) -> Page:
    """What is wrong in the files, and where."""
    stopped = wording.errors(report) or report.exit_code is ExitCode.REFUSED
    sign = "❌" if stopped else "⚠️" if report.diagnostics else "✅"
    said = report.diagnostics or report.checked or not report.problems
    verdict = f"{sign} {bold(prose(wording.verdict(report)))}." if said else ""
    return Page(
        lead=(title(report), verdict),
        listings=(
            finding_listing(report, share=0.3),
            problem_listing(report, options),
            diagnostic_listing(report.diagnostics, share=0.5),
        ),
        closing=closing(report),
    )


def _numbers(report: Report, plan: Plan) -> str:
    if nobody := wording.nobody(report):
        return nobody
    states: list[str] = [change.state for change in plan.changes]
    states += [_state(orphan) for orphan in plan.orphans]
    numbers = Counter(states)
    parts = [f"{numbers[state]} {word}" for state, (_, word) in _STATES.items() if numbers[state]]
    if number := wording.missing(report):
        parts.append(f"{number} not read")
    return counts("", parts)


def _state(orphan: Orphan) -> str:
    return State.ORPHAN if orphan.address else _NO_DEFINITION


def _named(state: str) -> str:
    sign, word = _STATES[state]
    return f"{code(sign)}\u00a0{word}" if sign else word


def _defined(change: Change, options: RenderOptions) -> tuple[str, ...]:
    last = change.last
    never = "never" if change.agent_id else ""
    return (
        _named(change.state),
        code(change.address),
        _differs(change),
        prose(wording.moment(last.at)) if last else never,
        _token(change.agent_id or "", SHORT_ID, options),
        _token(change.revision, SHORT_REVISION, options),
    )


def _undefined(orphan: Orphan, options: RenderOptions) -> tuple[str, ...]:
    """A live agent without definition: what apply once left, or somebody else's."""
    name = code(orphan.address or orphan.name)
    return _named(_state(orphan)), name, "", "", _token(orphan.agent_id, SHORT_ID, options), ""


def _differs(change: Change) -> str:
    """How many fields differ, by who made them differ."""
    if change.state in (State.MISSING, State.ORPHAN):
        return ""
    who = Counter(item.origin for item in change.fields)
    return ", ".join(f"{who[origin]} {origin.value}" for origin in Origin if who[origin])


def _token(token: str, size: int, options: RenderOptions) -> str:
    return code(token if options.verbose else token[:size]) if token else ""


def _notes(plan: Plan, options: RenderOptions) -> Listing:
    return Listing(
        heading="Notes",
        head=(),
        rows=tuple(
            (code(change.address), prose(note))
            for change in plan.changes
            for note in change.notes
            if options.verbose
        ),
        noun="note",
        share=0.05,
    )
