"""What one agent was when it was planned for, what it shall be, and how far it is from either."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from agentsync.canonical import ABSENT, Absent, Json, resolve, same, split
from agentsync.engine import marker as markers
from agentsync.engine.diff import differences
from agentsync.engine.origins import put
from agentsync.engine.rules import Rules
from agentsync.engine.state import (
    fingerprint,
    guarded,
    intended,
    missed,
    next_marker,
    verified,
)
from agentsync.model import Change, Effect, LiveAgent, Marker, Owner

_SHOWN = 3


class Part(StrEnum):
    """What one request can write."""

    FILES = "files"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for every agent of one apply.

    Shape: `ignore` holds JSON Pointer globs; `at` is an RFC 3339 time, fine enough to tell one
    apply from another.
    """

    project: str
    target: str
    rules: Rules
    ignore: tuple[str, ...]
    commit: str
    at: str

    def owner(self, change: Change) -> Owner:
        """The definition that the agent belongs to."""
        return Owner(project=self.project, target=self.target, address=change.address)

    def marker(self, change: Change, live: LiveAgent | None) -> Marker:
        """The marker that applying `change` leaves in `live`."""
        return next_marker(change, live, self.owner(change), commit=self.commit, at=self.at)

    def touches_files(self, change: Change) -> bool:
        """Whether anything in the file tree is to change."""
        return any(split(item.pointer)[0] in self.rules.tree for item in change.to_apply)

    def planned(self, change: Change, live: LiveAgent) -> bool:
        """Whether the agent is still what the change was planned for.

        What the change itself was to do may be done already: an apply was stopped half-way, or
        somebody came to the same.
        """
        expected = change.precondition.digest if change.precondition else None
        return any(
            fingerprint(replace(live, value=value), change.desired, self.rules, self.ignore)
            == expected
            for value in _before(change, live.value)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Where one agent stands, and where it shall end.

    Shape: `first` is the agent as it was found; `wanted` the whole canonical form it shall have;
    `gone` the pointers where nothing may stand in the end.
    """

    change: Change
    terms: Terms
    first: LiveAgent
    wanted: Mapping[str, Json]
    marker: Marker
    gone: tuple[str, ...] = ()

    @classmethod
    def update(cls, change: Change, live: LiveAgent, terms: Terms) -> "Aim":
        """From the agent as it is to the agent with the fields of `change` applied."""
        return cls(
            change=change,
            terms=terms,
            first=live,
            wanted=intended(live.value, change.to_apply, change.desired or {}),
            marker=terms.marker(change, live),
            gone=_gone((item.pointer, item.after) for item in change.to_apply),
        )

    @classmethod
    def create(cls, change: Change, terms: Terms) -> "Aim":
        """From nothing to the agent that git says."""
        nothing = LiveAgent(agent_id="", revision="", value={})
        wanted, marker = change.desired or {}, terms.marker(change, None)
        return cls(change=change, terms=terms, first=nothing, wanted=wanted, marker=marker)

    @classmethod
    def met(cls, change: Change, live: LiveAgent, terms: Terms) -> bool:
        """Whether the agent is exactly as `change` would leave it, whoever did it."""
        ends = [
            (item.pointer, item.after if item.effect is Effect.APPLY else item.before)
            for item in change.fields
        ]
        aim = cls(
            change=replace(change, fields=()),
            terms=terms,
            first=live,
            wanted=_with(change.desired or {}, ends),
            marker=terms.marker(change, live),
            gone=_gone(ends),
        )
        return aim.marks(live) and not any(aim.missing(live, part) for part in Part)

    @property
    def marker_json(self) -> Json:
        """The marker as it is written."""
        return markers.to_json(self.marker)

    def marker_over(self, live: LiveAgent) -> Json:
        """The marker as it is written over `live`, whose files are as they shall be by now."""
        return markers.to_json(replace(self.marker, revision=live.revision))

    @property
    def rules(self) -> Rules:
        """What the API's fields mean."""
        return self.terms.rules

    def next(self, live: LiveAgent) -> Mapping[str, Json]:
        """The agent as it is now, with the fields applied; what a running agent writes stays."""
        return intended(live.value, self.change.to_apply, self.change.desired or {})

    def missing(self, live: LiveAgent, part: Part) -> list[str]:
        """Pointers in this part where the agent is not (yet) as it shall be."""
        now, wanted = self._both(live, self.wanted, part)
        if not same(now, wanted):
            found = missed(now, wanted, self.change.desired or {}, self.rules)
        else:
            found = []
        stands = (at for at in self.gone if resolve(now, at, ABSENT) is not ABSENT)
        return sorted({*found, *stands})

    def moved(self, live: LiveAgent, part: Part) -> list[str]:
        """Pointers in this part where the agent is not as it was found."""
        now, before = self._both(live, self.first.value, part)
        if same(now, before):
            return []
        return [item.pointer for item in differences(now, before, self.rules)]

    def marks(self, live: LiveAgent) -> bool:
        """Whether the agent's marker says what it shall say.

        One that another apply of the same content wrote in the meantime says it as well.
        """
        found = live.marker
        if found is None or found.owner != self.marker.owner:
            return False
        fresh = not self.change.to_apply or found != self.first.marker
        return fresh and same(found.base, self.marker.base)

    def unmarked(self, live: LiveAgent) -> bool:
        """Whether the agent's marker is the one that was found."""
        return _says(live) == _says(self.first)

    def marked_by_us(self, live: LiveAgent) -> bool:
        """Whether this very apply wrote the agent's marker."""
        return live.marker is not None and same(markers.to_json(live.marker), self.marker_json)

    def verified(self, live: LiveAgent) -> int:
        """How many fields were compared to find the agent as it shall be."""
        return verified(self._shown(live.value, live.hidden))

    def _both(
        self, live: LiveAgent, other: Mapping[str, Json], part: Part
    ) -> tuple[dict[str, Json], dict[str, Json]]:
        hidden = self.first.hidden | live.hidden
        tree = part is Part.FILES
        return tuple(  # type: ignore[return-value]
            {key: item for key, item in shown.items() if (key in self.rules.tree) is tree}
            for shown in (self._shown(live.value, hidden), self._shown(other, hidden))
        )

    def _shown(self, value: Mapping[str, Json], hidden: frozenset[str]) -> dict[str, Json]:
        """What of a value is an apply's business."""
        live = replace(self.first, value=value, hidden=hidden)
        shown: dict[str, Json] = guarded(live, self.change.desired, self.rules, self.terms.ignore)
        return shown


def moved_since(change: Change, live: LiveAgent, terms: Terms) -> list[str]:
    """Pointers where the agent is not as it was when `change` was planned, as far as it tells."""
    if change.desired is None:
        return []
    before = [(item.pointer, item.before) for item in change.fields]
    aim = Aim(
        change=change,
        terms=terms,
        first=live,
        wanted=_with(change.desired, before),
        marker=terms.marker(change, live),
        gone=_gone(before),
    )
    now = {item.pointer: resolve(live.value, item.pointer, ABSENT) for item in change.fields}
    moved = {at for at, old in before if not same(now[at], old)}
    moved.update(at for part in Part for at in aim.missing(live, part))
    # What is by now as it shall be is in nobody's way, unless it is all there is to tell.
    done = {item.pointer for item in change.to_apply if same(now[item.pointer], item.after)}
    return sorted(moved - done or moved)


def named(pointers: Iterable[str]) -> str:
    """A few of these pointers, and how many more there are."""
    known = list(pointers)
    rest = len(known) - _SHOWN
    return ", ".join(known[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _before(change: Change, live: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    """The live value, and as it may have been before what `change` does of it was done.

    Whether a map that has only come with its entries was there before is not known: both ways.
    """
    yield live
    back = [
        replace(item, before=item.after, after=item.before)
        for item in change.to_apply
        if same(resolve(live, item.pointer, ABSENT), item.after)
    ]
    if back:
        yield intended(live, back, change.desired or {})
        yield intended(live, back, {})


def _with(
    value: Mapping[str, Json], ends: Iterable[tuple[str, Json | Absent]]
) -> Mapping[str, Json]:
    for pointer, end in ends:
        value = put(value, pointer, end)
    return value


def _gone(ends: Iterable[tuple[str, Json | Absent]]) -> tuple[str, ...]:
    return tuple(pointer for pointer, end in ends if isinstance(end, Absent))


def _says(live: LiveAgent) -> tuple[Json, ...]:
    marker = live.marker
    return (marker.owner, marker.base, marker.damage) if marker else (live.marker_damage,)
