"""Git and live side by side: what is compared, what goes, and who made it so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agentsync.canonical import (
    ABSENT,
    Absent,
    Json,
    covers,
    join,
    leaves,
    matching,
    resolve,
    same,
    split,
)
from agentsync.engine.diff import Difference
from agentsync.engine.origins import not_set, origin, outline
from agentsync.engine.rules import Rules
from agentsync.model import LiveAgent, Origin


@dataclass(frozen=True, slots=True)
class Sides:
    """One agent as it is and as git says, and what was applied last.

    Shape: `desired` is a canonical form; `base` the tree of tokens (engine/origins.py), None when
    nobody knows; `ignore` holds JSON Pointer globs; `taken_in` the pointers of texts in which git
    has every edit that was made outside it.
    """

    live: LiveAgent
    desired: Mapping[str, Json]
    base: Mapping[str, Json] | None
    rules: Rules
    ignore: tuple[str, ...] = ()
    taken_in: frozenset[str] = frozenset()

    def skipped(self, pointer: str) -> bool:
        """Whether what stands at `pointer` is out of the comparison."""
        hidden = any(pointer == item or pointer.startswith(item + "/") for item in self.live.hidden)
        return (
            hidden
            or any(covers(glob, pointer) for glob in self.ignore)
            or (self.is_said(pointer) and not self.goes_along(pointer))
        )

    def is_said(self, pointer: str) -> bool:
        """Whether the API may answer otherwise than it was told."""
        return any(covers(glob, pointer) for glob in self.rules.said)

    def goes_along(self, pointer: str) -> bool:
        """Whether what the API may answer otherwise is written all the same.

        It is when git says something new, and when the entry that it belongs to is written.
        """
        wanted = resolve(self.desired, pointer, ABSENT)
        applied = resolve(self.base, pointer, ABSENT) if self.base is not None else ABSENT
        token = wanted if isinstance(wanted, Absent) else outline(wanted)
        if self.base is not None and token != applied:
            return True
        *above, key = split(pointer)
        sides = (resolve(side, join(above), {}) for side in (self.live.value, self.desired))
        left, right = ({k: item for k, item in side.items() if k != key} for side in sides)
        return not same(left, right)

    def removes(self, pointer: str) -> bool:
        """Whether what stands live at `pointer`, and not in git, is to go."""
        return (
            self.rules.removes(pointer, self.desired)
            or self.taken_back(pointer)
            or bool(self.replaced_with(pointer))
        )

    def replaced_with(self, pointer: str) -> str:
        """The field whose new value leaves no room for what stands at `pointer`, "" for none."""
        for pattern, (other, value) in self.rules.only_with.items():
            if not pointer.startswith(pattern) or not covers(pattern, pointer):
                continue
            if resolve(self.live.value, other) == value != resolve(self.desired, other, value):
                return other
        return ""

    def taken_back(self, pointer: str) -> bool:
        """Whether apply once wrote what git no longer declares, and it can be unset."""
        return (
            self.base is not None
            and resolve(self.base, pointer, ABSENT) is not ABSENT
            and any(covers(glob, pointer) for glob in self.rules.unset)
            and not not_set(pointer, resolve(self.live.value, pointer, ABSENT), self.rules)
        )

    def after(self, item: Difference) -> Json | Absent:
        """What a differing place is to become: what is taken back falls to its default."""
        taken_back = isinstance(item.desired, Absent) and not self.rules.removes(
            item.pointer, self.desired
        )
        return resolve(self.rules.defaults, item.pointer, ABSENT) if taken_back else item.desired

    def origin(self, pointer: str) -> Origin:
        """Who made the sides differ at `pointer`.

        A field and what its new value leaves no room for are one decision: somebody's edit in
        there is a conflict about all of it.
        """
        other = self.replaced_with(pointer) or self.replacing(pointer)
        who = self._origin(other or pointer)
        if self.is_said(pointer) and who is not Origin.UNKNOWN:
            return Origin.GIT
        if other and who is Origin.GIT and any(map(self._edited, self._without_room(other))):
            return Origin.BOTH
        return who

    def replacing(self, pointer: str) -> str:
        """`pointer` itself, when its new value leaves no room for something live; else ""."""
        return pointer if any(self._without_room(pointer)) else ""

    def _without_room(self, other: str) -> Iterator[str]:
        """The live leaves that the new value at `other` leaves no room for."""
        for pattern, (decisive, _) in self.rules.only_with.items():
            if decisive == other and self.replaced_with(pattern):
                for pointer, item in matching(self.live.value, pattern):
                    yield from (leaf for leaf, _ in leaves(item, pointer))

    def _edited(self, pointer: str) -> bool:
        return self._origin(pointer) in (Origin.LIVE, Origin.BOTH)

    def _origin(self, pointer: str) -> Origin:
        who = origin(pointer, self.live.value, self.desired, self.base, self.rules)
        return Origin.GIT if who is Origin.BOTH and pointer in self.taken_in else who
