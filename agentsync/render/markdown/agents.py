"""The agents of a plan: a line for each in a table, and all that is known of it folded below."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from agentsync.model import Action, Change, Effect, FieldChange, Finding, Plan, Risk
from agentsync.render import RenderOptions, wording
from agentsync.render.markdown.escape import bold, code, plain_tag, prose, tag
from agentsync.render.markdown.fields import (
    Told,
    edit_parts,
    field_parts,
    places,
    quoted,
    told_parts,
    weight,
)
from agentsync.render.markdown.heads import RISKS
from agentsync.render.markdown.parts import Folded, Items, Listing, Part
from agentsync.render.text.creation import creation_lines
from agentsync.render.text.heads import SHORT_REVISION, agent_token, joined, revision_token

_SIGNS: Final = {"refused": "!", "conflict": "!", "drifted": "*", "marker": "~"}
_LOUD: Final = ("refused", "conflict")
_ORDER: Final = ("refused", "conflict", "delete", "drifted", "adopt", "update", "create", "marker")
# Places of fields that a row names.
_NAMED: Final = 3


class Agents:
    """The agents of one plan that have something to tell, the riskiest first."""

    def __init__(
        self,
        plan: Plan,
        options: RenderOptions,
        *,
        kept: str,
        update: str = "update",
        full: bool = False,
    ) -> None:
        self._options, self._kept, self._full = options, kept, full
        self._words = {"no-op": "in sync", "marker": "marker only", "update": update}
        self._origins = wording.origin_known(plan)
        self._risks = _risks(plan.findings)
        self._risky = _risky(plan.findings)
        named = (
            it for it in plan.changes if options.verbose or not _is_calm(it) or self._tells(it)
        )
        self.changes = sorted(named, key=self._order)

    def listing(self, *, share: float = 0.25) -> Listing:
        """The table of the agents."""
        risks = ("risk",) if self._risks else ()
        return Listing(
            heading="Agents",
            head=(*risks, "action", "agent", "what differs", "live revision"),
            rows=tuple(self._cells(change) for change in self.changes),
            noun="agent",
            share=share,
        )

    def folded(self) -> tuple[Folded, ...]:
        """The details of each agent that has more to tell than its row."""
        return tuple(self.one(change) for change in self.changes if self._has_more(change))

    def one(self, change: Change, sign: str = "") -> Folded:
        """The details of one agent."""
        kind = wording.kind(change)
        risk = self._risks.get(change.address)
        facts = (
            f"<strong>{tag(change.address)}</strong>",
            plain_tag(sign or self._word(kind)),
            plain_tag(change.reason if kind != "refused" else f"to {change.action.value}"),
            RISKS[risk] if risk else "",
        )
        return Folded(
            summary=" · ".join(filter(None, facts)),
            parts=lambda light: self._parts(change, light),
            weight=weight(change.fields),
        )

    def _word(self, kind: str) -> str:
        return self._words.get(kind, kind)

    def _has_more(self, change: Change) -> bool:
        """Whether the row does not say all of it."""
        marker = wording.kind(change) == "marker" and not change.fields
        return not (marker or _is_calm(change)) or self._tells(change)

    def _tells(self, change: Change) -> bool:
        """Whether there is something to be said of the agent that is no difference."""
        return bool(change.notes or (self._options.show_all and change.unmanaged))

    def _order(self, change: Change) -> tuple[int, int, str]:
        risk, kind = self._risks.get(change.address), wording.kind(change)
        place = _ORDER.index(kind) if kind in _ORDER else len(_ORDER)
        return -(risk.weight if risk else 0), place, change.address

    def _cells(self, change: Change) -> tuple[str, ...]:
        kind = wording.kind(change)
        risk = self._risks.get(change.address)
        sign = _SIGNS.get(kind) or wording.SIGNS[change.action].strip()
        word = self._word(kind).replace(" ", "\u00a0")
        word = bold(word) if kind in _LOUD else word
        name = wording.other_name(change)
        return (
            *((RISKS[risk] if risk else "",) if self._risks else ()),
            f"{code(sign)}\u00a0{word}" if sign else word,
            code(change.address) + (f" ({code(name)})" if name else ""),
            self._differs(change, kind),
            code(change.revision[:SHORT_REVISION]) if change.revision else "",
        )

    def _differs(self, change: Change, kind: str) -> str:
        """What is to be known of the agent on one line."""
        if kind == "refused":
            return prose(change.refusals[0])
        if kind == "marker":
            return f"only the marker is written: {prose(change.reason)}"
        if change.action in (Action.CREATE, Action.DELETE):
            return prose(change.reason)
        moving, kept = self._sides(change)
        said = [places(moving, _NAMED, self._risky)] if moving else []
        common = wording.common_origin(change) if self._origins else None
        if common and moving:
            said.append(prose(wording.origin_said(*common)[0]))
        if kept:
            said.append(f"{self._kept}: {places(kept, _NAMED, self._risky)}")
        return " · ".join(said) or prose(change.reason)

    def _parts(self, change: Change, light: bool) -> Iterator[Part]:
        moving, kept = self._sides(change)
        yield from _warned(change)
        yield from filter(None, [prose(joined(*self._facts(change)))])
        yield from _notes(change)
        if change.action is Action.CREATE and not self._options.verbose and change.desired:
            yield quoted(creation_lines(change.desired), "text")
        else:
            mixed = self._origins and (self._full or wording.common_origin(change) is None)
            told = Told(options=self._options, full=self._full, light=light, origins=mixed)
            yield from field_parts(moving, told)
        if kept:
            yield f"{bold(self._kept[0].upper() + self._kept[1:])} (git → live):"
            yield from edit_parts(kept, Told(options=self._options, brief=True, light=light))
        if self._options.show_all and change.unmanaged:
            yield from told_parts(change.unmanaged)

    def _sides(self, change: Change) -> tuple[Sequence[FieldChange], Sequence[FieldChange]]:
        """The fields that the page is about, and the edits that are told beside them."""
        if self._full:
            return change.fields, ()
        return [item for item in change.fields if item.effect is not Effect.KEEP], change.kept

    def _facts(self, change: Change) -> Iterator[str]:
        whole = self._options.verbose
        # Who is to bind an agent needs all of its id.
        yield agent_token(change, whole=whole or change.action is Action.ADOPT)
        yield revision_token(change, whole=whole or self._full)
        if change.last:
            yield wording.applied(change.last)
        # Of any other agent the summary says it already.
        if change.refusals and change.action is not Action.ADOPT:
            yield change.reason
        common = wording.common_origin(change) if self._origins else None
        if common and change.action is not Action.CREATE:
            yield wording.origin_said(*common)[0]


def _is_calm(change: Change) -> bool:
    return change.action is Action.NO_OP and not change.fields


def _warned(change: Change) -> Iterator[Part]:
    """Why apply will not touch the agent: nobody may miss it."""
    if change.refusals:
        yield Items(texts=tuple(f"⛔ {prose(text)}" for text in change.refusals))


def _notes(change: Change) -> Iterator[Part]:
    """What is to be said about an agent that is no difference."""
    yield from (f"{bold('Note:')} {prose(note)}" for note in change.notes)


def _risks(findings: Iterable[Finding]) -> Mapping[str, Risk]:
    """Each agent's greatest risk."""
    found: dict[str, Risk] = {}
    for item in findings:
        found.setdefault(item.address, item.severity)
    return found


def _risky(findings: Iterable[Finding]) -> frozenset[str]:
    """The places that a finding is about."""
    return frozenset(item.pointer for item in findings)
