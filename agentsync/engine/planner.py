"""What is to happen to one agent: its live and desired canonical forms → a `Change`.

    live agent     its marker               differs    action
    there is one   ours                     no         no-op
    there is one   ours                     yes        update
    there is one   none, found by `id:`     no / yes   no-op / update, origins unknown
    there is one   none, found by name      either     adopt, with consent
    there is one   somebody else's          either     adopt, with consent to take over
    none                                    –          create

What the choices make of each field stands in its `effect`: what was reviewed is what is applied.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from agentsync.canonical import ABSENT, Absent, Json, covers, join, matching, resolve
from agentsync.engine.diff import Difference, differences, in_sync
from agentsync.engine.identity import Claim, Match
from agentsync.engine.origins import base_of, base_token, not_set
from agentsync.engine.rules import Rules
from agentsync.engine.sides import Sides
from agentsync.engine.state import fingerprint, intended
from agentsync.model import (
    Action,
    Change,
    Choices,
    Definition,
    Effect,
    FieldChange,
    LastApply,
    LiveAgent,
    OnConflict,
    OnDrift,
    Origin,
    Precondition,
)

_ON_DRIFT = {
    OnDrift.KEEP: Effect.KEEP,
    OnDrift.REVERT: Effect.APPLY,
    OnDrift.FAIL: Effect.REFUSE,
}
_ON_CONFLICT = {
    OnConflict.FAIL: Effect.REFUSE,
    OnConflict.GIT: Effect.APPLY,
    OnConflict.LIVE: Effect.KEEP,
}


def compare(
    definition: Definition,
    match: Match | None,
    rules: Rules,
    *,
    ignore: tuple[str, ...] = (),
    choices: Choices | None = None,
    show_unmanaged: bool = False,
    namesakes: tuple[str, ...] = (),
    taken_in: frozenset[str] = frozenset(),
) -> Change:
    """The change that takes the live agent (None: there is none) to `definition`.

    Shape: `ignore` holds JSON Pointer globs; what they cover is in no change, nor in `desired`;
    `namesakes` says of agents of the same name why none of them is this one; `taken_in` are the
    pointers of texts that both sides changed and in which git has all that was edited live: they
    are git's change, and no conflict.
    """
    if ignore:
        definition = replace(definition, value=_without(definition.value, ignore, rules))
    if match is None:
        return _create(definition, rules, namesakes)
    comparison = _Comparison(definition, match, rules, ignore, choices or Choices(), taken_in)
    return comparison.change(show_unmanaged=show_unmanaged)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One definition beside its live agent."""

    definition: Definition
    match: Match
    rules: Rules
    ignore: tuple[str, ...]
    choices: Choices
    taken_in: frozenset[str]

    @property
    def live(self) -> LiveAgent:
        return self.match.live

    @property
    def base(self) -> Mapping[str, Json] | None:
        return self.match.base

    @property
    def sides(self) -> Sides:
        value = self.definition.value
        return Sides(self.live, value, self.base, self.rules, self.ignore, self.taken_in)

    def change(self, *, show_unmanaged: bool) -> Change:
        live, desired, sides = self.live.value, self.definition.value, self.sides
        fields: tuple[FieldChange, ...] = ()
        unmanaged: list[FieldChange] = []
        if show_unmanaged or not in_sync(live, desired, self.rules, sides.skipped, sides.removes):
            found = differences(live, desired, self.rules, sides.skipped)
            fields = tuple(self.field(item) for item in found if not self.left_alone(item))
            if show_unmanaged:
                unmanaged = [_told(item) for item in found if self.left_alone(item)]
        return self.decided(fields, tuple(_worth_telling(unmanaged, self.rules)))

    def left_alone(self, item: Difference) -> bool:
        return isinstance(item.desired, Absent) and not self.sides.removes(item.pointer)

    def field(self, item: Difference) -> FieldChange:
        who = self.sides.origin(item.pointer)
        return FieldChange(
            pointer=item.pointer,
            before=item.live,
            after=self.sides.after(item),
            origin=who,
            effect=self.effect(who),
            base=base_token(self.base, item.pointer),
        )

    def effect(self, who: Origin) -> Effect:
        if who is Origin.LIVE:
            return _ON_DRIFT[self.choices.on_drift]
        if who is Origin.BOTH:
            return _ON_CONFLICT[self.choices.on_conflict]
        agreed = self.choices.adopt or self.match.taken_over(self.choices)
        return Effect.APPLY if who is Origin.GIT or agreed else Effect.REFUSE

    def decided(
        self, fields: tuple[FieldChange, ...], unmanaged: tuple[FieldChange, ...]
    ) -> Change:
        action, reason = self.action(fields)
        idle = action is Action.NO_OP
        live, desired, marker = self.live, self.definition.value, self.live.marker
        expected = None if idle else fingerprint(live, desired, self.rules, self.ignore)
        return Change(
            address=self.definition.address,
            name=self.definition.name,
            action=action,
            reason=reason,
            agent_id=live.agent_id,
            fields=fields,
            precondition=Precondition(revision=live.revision, digest=expected),
            desired=None if idle else desired,
            unmanaged=unmanaged,
            notes=tuple(self.notes(fields, differs=not idle)),
            refusals=() if idle else tuple(self.refusals(fields)),
            last=LastApply(commit=marker.commit, at=marker.applied_at, revision=marker.revision)
            if marker
            else None,
            updated_at=live.updated_at,
            read_only=bool(live.read_only),
        )

    def action(self, fields: tuple[FieldChange, ...]) -> tuple[Action, str]:
        claim = self.match.claim
        if claim is Claim.ANOTHER:
            return Action.ADOPT, f"it belongs to {self.match.owned_by}"
        if claim is Claim.NONE and self.match.by_name:
            return Action.ADOPT, "the one live agent of this name, which agentsync never applied"
        to_do = sum(item.effect is not Effect.KEEP for item in fields)
        if to_do:
            return Action.UPDATE, "1 field differs" if to_do == 1 else f"{to_do} fields differ"
        if claim is Claim.OURS and self.marker_is_behind(fields):
            return Action.UPDATE, self.match.moved or "the marker does not say yet what is live"
        if claim is Claim.NONE and self.choices.adopt:
            return Action.UPDATE, "in sync; apply leaves its marker"
        if fields:
            return Action.NO_OP, "nothing is changed in git since the last apply"
        return Action.NO_OP, "in sync"

    def marker_is_behind(self, fields: tuple[FieldChange, ...]) -> bool:
        kept = tuple(item.pointer for item in fields)
        wanted = base_of(self.definition.value, self.base, kept)
        return bool(self.match.moved) or wanted != self.base

    def refusals(self, fields: tuple[FieldChange, ...]) -> Iterator[str]:
        claim = self.match.claim
        if self.live.read_only:
            yield f"it is read-only here: {self.live.read_only}"
            return
        if claim is Claim.ANOTHER and not self.choices.take_over:
            yield f"it belongs to {self.match.owned_by}; --take-over makes it this definition's"
            return
        if claim is Claim.NONE and self.match.by_name and not self.choices.adopt:
            yield (
                "it has only the name in common with this definition; --adopt takes it over, "
                f"or bind it with `id: {self.live.agent_id}`"
            )
            return
        refused = [item.origin for item in fields if item.effect is Effect.REFUSE]
        for who, why in _REFUSED.items():
            if number := refused.count(who):
                yield f"{'1 field' if number == 1 else f'{number} fields'} {why}"

    def notes(self, fields: tuple[FieldChange, ...], *, differs: bool) -> Iterator[str]:
        live, desired = self.live, self.definition.value
        if differs and not live.writable:
            yield "this key may read the agent but not change it"
        yield from self.match.notes
        yield from self.notes_on_unset()
        yield from self.notes_on_tombstones(fields)
        for pointer in sorted(live.hidden):
            if resolve(desired, pointer) is not None:
                yield f"{pointer} is not shown by the API and was not compared"
        yield from _said(live.value, desired, self.rules)

    def notes_on_tombstones(self, fields: tuple[FieldChange, ...]) -> Iterator[str]:
        """Which keys are to go that the API cannot remove."""
        done = [item for item in fields if item.effect is Effect.APPLY]
        for glob in self.rules.tombstones if done else ():
            left = intended(self.live.value, done, self.definition.value)
            for pointer, _ in sorted(matching(self.live.value, glob)):
                if isinstance(resolve(left, pointer, ABSENT), Absent):
                    yield f"{pointer} cannot be removed: null is written, which counts as gone"

    def notes_on_unset(self) -> Iterator[str]:
        """What apply once wrote, git no longer declares, and the API cannot unset."""
        for field in ("runtime", "backend"):
            declared = resolve(self.definition.value, f"/{field}", ABSENT)
            applied = resolve(self.base, f"/{field}", {}) if self.base else {}
            if isinstance(declared, Absent) and applied:
                yield f"/{field} is no longer declared; the API cannot unset it, so it stays"


_REFUSED = {
    Origin.LIVE: "edited outside git; --on-drift keep leaves them, revert overwrites them",
    Origin.BOTH: "changed in git and outside it; --on-conflict git or live says which one wins",
    Origin.UNKNOWN: "never applied by agentsync, so nobody knows who made them differ; "
    "--adopt lets git win",
}


def _told(item: Difference) -> FieldChange:
    return FieldChange(pointer=item.pointer, before=item.live, after=item.desired)


def _worth_telling(fields: Iterable[FieldChange], rules: Rules) -> list[FieldChange]:
    """Unmanaged fields without those that hold what the API documents for "not set"."""
    return [item for item in fields if not not_set(item.pointer, item.before, rules)]


def _said(live: Mapping[str, Json], desired: Mapping[str, Json], rules: Rules) -> Iterator[str]:
    for pattern in rules.said:
        there, here = dict(matching(live, pattern)), dict(matching(desired, pattern))
        for pointer in sorted(there.keys() | here.keys()):
            left, right = there.get(pointer, "not set"), here.get(pointer, "not set")
            if left != right:
                yield f"{pointer} is {right} in git and {left} live: the API may resolve it itself"


def _without(
    value: Mapping[str, Json], ignore: tuple[str, ...], rules: Rules, at: str = ""
) -> dict[str, Json]:
    """What git says, less what is ignored: that is out of the plan and out of the apply.

    A map that ignoring has emptied is gone too, unless its being there says something. The name
    stays: an agent cannot be created without one.
    """
    kept: dict[str, Json] = {}
    for key, item in value.items():
        pointer = at + join((key,))
        if pointer != "/name" and any(covers(glob, pointer) for glob in ignore):
            continue
        if isinstance(item, dict):
            rest = _without(item, ignore, rules, pointer)
            if rest or not item or rules.owns(pointer):
                kept[key] = rest
        else:
            kept[key] = item
    return kept


def _create(definition: Definition, rules: Rules, namesakes: tuple[str, ...]) -> Change:
    found = differences({}, definition.value, rules)
    fields = (_told(item) for item in found if not _says_nothing(item, rules))
    return Change(
        address=definition.address,
        name=definition.name,
        action=Action.CREATE,
        reason="no agent that this key lists has this name; bind one that exists with `id:`"
        if not namesakes
        else "no agent that this key lists is this definition's",
        fields=tuple(replace(item, origin=Origin.GIT) for item in fields),
        desired=definition.value,
        notes=namesakes,
    )


def _says_nothing(item: Difference, rules: Rules) -> bool:
    """Whether creating the agent without it comes to the same; a bare tool is `{}` but counts."""
    return item.desired == "" or (item.desired == {} and not rules.owns(item.pointer))
