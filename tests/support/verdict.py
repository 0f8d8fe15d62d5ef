"""Whether any accepted write was lost: judged from the server's journal and the plans alone."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from truth import METADATA, facts, same_but

from agentsync.canonical import Absent, canonical_json, leaves, split
from agentsync.emulator.journal import Entry
from agentsync.model import Change, Effect, Report, Status

_TEXTS = ("/system_prompt", "/instructions")


_RECENT = 8
"""How many writes of others may come between an apply's read of an agent and its next write."""


@dataclass(kw_only=True)
class Verdict:
    """What became of the writes of some runs.

    Shape: `lost` are values that an apply wrote over without its plan having shown them; `strange`
    are values that an apply wrote and its plan did not hold; `window` are those of both that no
    client of this API can prevent: metadata has no compare-and-swap.
    """

    accepted: int = 0
    applied: int = 0
    refused: int = 0
    lost: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    window: list[str] = field(default_factory=list)

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(
            accepted=self.accepted + other.accepted,
            applied=self.applied + other.applied,
            refused=self.refused + other.refused,
            lost=self.lost + other.lost,
            strange=self.strange + other.strange,
            window=self.window + other.window,
        )

    def __str__(self) -> str:
        return (
            f"{self.accepted} writes accepted, {self.refused} refused, {len(self.lost)} lost; "
            f"{self.applied} agents applied whole; "
            f"{len(self.window)} in the one-request window of metadata"
        )


def judged(entries: Iterable[Entry], reports: Mapping[str, Report]) -> Verdict:
    """The verdict on a journal, given the report of each apply by the key it used.

    Whoever has no report may write over anything: that is somebody's own decision.
    """
    found = Verdict()
    for report in reports.values():
        undone = (Status.REFUSED, Status.STALE, Status.FAILED)
        found.refused += sum(item.status in undone for item in report.outcomes)
        found.applied += sum(item.status is Status.APPLIED for item in report.outcomes)
    states: dict[str, deque[dict[str, Any]]] = {}
    for entry in entries:
        found.accepted += 1
        recent = states.setdefault(entry.agent_id, deque(maxlen=_RECENT))
        if entry.before:
            recent.append(facts(_flat(entry.before)))
        if entry.key in reports and entry.before and entry.after:
            _judge(entry, _change(reports[entry.key], entry.agent_id), recent, found)
    return found


def _judge(
    entry: Entry, change: Change | None, recent: Iterable[dict[str, Any]], found: Verdict
) -> None:
    shown = set(_leaves(change, "before"))
    meant = set(_leaves(change, "after"))
    moved = same_but(facts(_flat(entry.before)), facts(_flat(entry.after)))
    for pointer, (old, new) in moved.items():
        said = f"#{entry.number} {entry.key} {entry.method} {pointer}: {old!r} -> {new!r}"
        lost = old is not None and _leaf(pointer, old) not in shown
        strange = new is not None and _leaf(pointer, new) not in meant
        dropped = new is None and not _touches(change, pointer)
        copied = any(state.get(pointer) == new for state in recent)
        if lost and (copied or not (strange or dropped)) and _written(pointer, entry, change):
            found.window.append(said)
        elif lost:
            found.lost.append(said)
        elif strange or dropped:
            found.strange.append(said)


def _touches(change: Change | None, pointer: str) -> bool:
    """Whether a plan has a field at or above this pointer, and its apply writes it."""
    above = (item.pointer for item in change.to_apply) if change else ()
    return any(pointer == at or pointer.startswith(at + "/") for at in above)


def _written(pointer: str, entry: Entry, change: Change | None) -> bool:
    """Whether it is metadata of a field that this request had to write whole."""
    section = split(pointer)[0]
    written = {split(item.pointer)[0] for item in change.to_apply} if change else set()
    return entry.method == "PATCH" and section in METADATA and section in {*written, "extras"}


def _flat(content: Mapping[str, Any] | None) -> dict[str, Any]:
    assert content is not None
    return {**content["metadata"], "name": content["name"], "files": content["files"]}


def _change(report: Report, agent_id: str) -> Change | None:
    changes = report.plan.changes if report.plan else ()
    return next((item for item in changes if item.agent_id == agent_id), None)


def _leaves(change: Change | None, side: str) -> Iterator[tuple[str, str]]:
    """Every leaf that a plan shows on this side, and that its apply writes."""
    for item in change.fields if change else ():
        value = getattr(item, side)
        if item.effect is Effect.APPLY and not isinstance(value, Absent):
            yield from (_leaf(pointer, leaf) for pointer, leaf in leaves(value, item.pointer))


def _leaf(pointer: str, value: Any) -> tuple[str, str]:
    if pointer.endswith(_TEXTS):
        value = str(value).strip()
    return pointer, canonical_json(value)
