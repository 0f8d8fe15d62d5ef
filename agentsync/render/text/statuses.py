"""What `status` shows: a line for each agent, with definition or without."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agentsync.model import Change, Origin, Orphan, Plan, Report, State
from agentsync.render import RenderOptions, wording
from agentsync.render.text.heads import SHORT_ID, SHORT_REVISION, counts, head
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.text.plans import notes
from agentsync.render.visible import visible

_NO_DEFINITION: Final = "no definition"
_STATES: Final[dict[str, Piece]] = {
    State.CONFLICT: ("! conflict", "error"),
    State.FOREIGN: ("! foreign", "error"),
    State.UNKNOWN: ("? unknown", "warning"),
    State.DRIFTED: ("* drifted", "warning"),
    State.AHEAD: ("~ ahead", "update"),
    State.MARKER: ("~ marker", "update"),
    State.MISSING: ("+ missing", "create"),
    State.ADOPTABLE: ("= adoptable", "adopt"),
    State.IN_SYNC: ("  in sync", "good"),
    State.ORPHAN: ("- orphan", "delete"),
    _NO_DEFINITION: (f"  {_NO_DEFINITION}", "quiet"),
}
_HEADING: Final[tuple[Piece, ...]] = tuple(
    (title, "quiet") for title in ("  state", "agent", "differs", "applied (UTC)", "id", "revision")
)
_REVISION: Final = 5
_GAP: Final = "  "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One agent.

    Shape: a cell for each column of the heading, its text already visible.
    """

    state: str
    cells: tuple[Piece, ...]


def status_sections(report: Report, plan: Plan, options: RenderOptions) -> Iterator[list[Line]]:
    """The head, the numbers, a line for each agent, and what is to be said of some."""
    rows = [_defined(change, options) for change in plan.changes]
    rows += [_undefined(orphan, options) for orphan in plan.orphans]
    yield head(plan, "Status")
    yield _summary(report, rows)
    yield _table(rows, 0 if options.verbose else options.width)
    for change in plan.changes:
        if change.notes and options.verbose:
            yield [line((visible(change.address), "title")), *notes(change)]


def _summary(report: Report, rows: Iterable[_Row]) -> list[Line]:
    if nobody := wording.nobody(report):
        return [line((nobody, "quiet"))]
    numbers = Counter(row.state for row in rows)
    parts = [
        (f"{numbers[state]} {text[2:]}", role)
        for state, (text, role) in _STATES.items()
        if numbers[state]
    ]
    if number := wording.missing(report):
        parts.append((f"{number} not read", "error"))
    return counts(parts)


def _defined(change: Change, options: RenderOptions) -> _Row:
    last = change.last
    return _Row(
        state=change.state,
        cells=(
            _STATES[change.state],
            (visible(change.address), "title"),
            (_differs(change), ""),
            (wording.moment(last.at) if last else "never" if change.agent_id else "", "quiet"),
            (_short(change.agent_id, SHORT_ID, options), "quiet"),
            (_short(change.revision, SHORT_REVISION, options), "quiet"),
        ),
    )


def _undefined(orphan: Orphan, options: RenderOptions) -> _Row:
    """A live agent without definition: what apply once left, or somebody else's."""
    state = State.ORPHAN.value if orphan.address else _NO_DEFINITION
    nothing = ("", "quiet")
    return _Row(
        state=state,
        cells=(
            _STATES[state],
            (visible(orphan.address or orphan.name), "title" if orphan.address else "quiet"),
            nothing,
            nothing,
            (_short(orphan.agent_id, SHORT_ID, options), "quiet"),
            nothing,
        ),
    )


def _differs(change: Change) -> str:
    """How many fields differ, by who made them differ."""
    if change.state in (State.MISSING, State.ORPHAN):
        return ""
    who = Counter(item.origin for item in change.fields)
    return ", ".join(f"{who[origin]} {origin.value}" for origin in Origin if who[origin])


def _short(token: str | None, size: int, options: RenderOptions) -> str:
    return visible(token or "" if options.verbose else (token or "")[:size])


def _table(rows: Sequence[_Row], width: int) -> list[Line]:
    """The rows in columns; where they have no room, the revision stands back."""
    if not rows:
        return []
    table = [_HEADING, *(row.cells for row in rows)]
    sizes = [max(line(cell).cells for cell in column) for column in zip(*table, strict=True)]
    kept = [at for at in range(len(sizes)) if any(row.cells[at][0] for row in rows)]
    if width and sum(sizes[at] + len(_GAP) for at in kept) - len(_GAP) > width:
        kept = [at for at in kept if at != _REVISION]
    return [line(*_spaced(row, kept, sizes), hang=4) for row in table]


def _spaced(row: Sequence[Piece], kept: Iterable[int], sizes: Sequence[int]) -> Iterator[Piece]:
    """The kept cells of a row, each filled up to its column's size."""
    for at in kept:
        text, role = row[at]
        yield text, role
        yield " " * (sizes[at] - line(text).cells) + _GAP, ""
