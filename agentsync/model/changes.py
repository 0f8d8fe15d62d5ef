"""What differs between the two sides, field by field and agent by agent."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agentsync.canonical import ABSENT, Absent, Json
from agentsync.model.diagnostics import Span


class Origin(StrEnum):
    """Who made a field differ."""

    GIT = "git"
    LIVE = "live"
    BOTH = "both"
    UNKNOWN = "unknown"


class Effect(StrEnum):
    """What apply does with a differing field."""

    APPLY = "apply"
    KEEP = "keep"
    REFUSE = "refuse"


class Action(StrEnum):
    """What apply would do with one agent."""

    NO_OP = "no-op"
    CREATE = "create"
    UPDATE = "update"
    ADOPT = "adopt"
    DELETE = "delete"


class State(StrEnum):
    """How one agent stands between git and live, whatever an apply would be asked to do."""

    IN_SYNC = "in-sync"
    AHEAD = "ahead"
    DRIFTED = "drifted"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    MARKER = "marker"
    MISSING = "missing"
    ADOPTABLE = "adoptable"
    FOREIGN = "foreign"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One differing field.

    before → after reads as live → desired:

        before   after    what apply would do
        ABSENT   value    add it
        value    ABSENT   remove it
        value    value    replace it

    Shape: `pointer` is a JSON Pointer into the canonical form; `base` the token of what was last
    applied, None when nothing was; `effect` what apply does with it, and when that is REFUSE, it
    does nothing to the whole agent; `span` where git says it, None when git does not mention it.
    """

    pointer: str
    before: Json | Absent
    after: Json | Absent
    origin: Origin = Origin.UNKNOWN
    effect: Effect = Effect.APPLY
    base: str | None = None
    span: Span | None = None

    @property
    def op(self) -> str:
        """`add`, `remove` or `replace`."""
        if isinstance(self.before, Absent):
            return "add"
        return "remove" if isinstance(self.after, Absent) else "replace"

    def to_json(self) -> Json:
        """The change as plain JSON; an absent side is an absent key."""
        data: dict[str, Json] = {
            "pointer": self.pointer,
            "op": self.op,
            "origin": self.origin.value,
            "effect": self.effect.value,
            "base": self.base,
            "span": self.span.to_json() if self.span else None,
        }
        if not isinstance(self.before, Absent):
            data["before"] = self.before
        if not isinstance(self.after, Absent):
            data["after"] = self.after
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "FieldChange":
        """The change that `to_json` wrote."""
        return cls(
            pointer=data["pointer"],
            before=data.get("before", ABSENT),
            after=data.get("after", ABSENT),
            origin=Origin(data["origin"]),
            effect=Effect(data["effect"]),
            base=data["base"],
            span=Span.from_json(data["span"]) if data["span"] else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Precondition:
    """What must still be true of the live agent when the change is applied.

    Shape: `digest` is over all that git owns, that a write would replace, and the marker
    (engine/state.py), None for a no-op, which nothing is done to; a moved `revision` alone is
    fine.
    """

    revision: str
    digest: str | None

    def to_json(self) -> Json:
        """The precondition as plain JSON."""
        return {"revision": self.revision, "digest": self.digest}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Precondition":
        """The precondition that `to_json` wrote."""
        return cls(revision=data["revision"], digest=data["digest"])


@dataclass(frozen=True, slots=True, kw_only=True)
class LastApply:
    """What the marker says of the last apply.

    Shape: `revision` is the live token just before it, "" for a created agent; `at` an RFC 3339
    time.
    """

    commit: str
    at: str
    revision: str

    def to_json(self) -> Json:
        """The last apply as plain JSON."""
        return {"commit": self.commit, "at": self.at, "revision": self.revision}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "LastApply":
        """The last apply that `to_json` wrote."""
        return cls(commit=data["commit"], at=data["at"], revision=data["revision"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to happen to one agent, and why.

    Shape: `reason` is a sentence for people; `fields` sorted by pointer; `unmanaged` holds
    pointers of live content that git does not own (only when asked for); `desired` is the
    canonical form that git says, None for a no-op (nothing has to be kept) and for a delete;
    `notes` are remarks that are no differences; `refusals` are sentences that say why apply will
    not touch this agent; `updated_at` is when the live agent last changed, as the API says;
    `read_only` says that no key may change it that the target is for.

    An update without any field to apply writes the marker alone: what git and the live agent
    agree on is not what the marker says.
    """

    address: str
    name: str
    action: Action
    reason: str
    agent_id: str | None = None
    fields: tuple[FieldChange, ...] = ()
    precondition: Precondition | None = None
    desired: Mapping[str, Json] | None = None
    unmanaged: tuple[FieldChange, ...] = ()
    notes: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    last: LastApply | None = None
    updated_at: str = ""
    read_only: bool = False

    @property
    def to_apply(self) -> tuple[FieldChange, ...]:
        """The fields that apply will change."""
        return tuple(item for item in self.fields if item.effect is Effect.APPLY)

    @property
    def kept(self) -> tuple[FieldChange, ...]:
        """The fields that apply will leave as somebody edited them."""
        return tuple(item for item in self.fields if item.effect is Effect.KEEP)

    @property
    def state(self) -> State:
        """How the agent stands; of several differences the one that people must decide on."""
        if self.action is Action.ADOPT:
            return State.FOREIGN if self.last else State.ADOPTABLE
        if self.action in _ONE_SIDED:
            return _ONE_SIDED[self.action]
        origins = {item.origin for item in self.fields}
        for origin, state in _BY_ORIGIN.items():
            if origin in origins:
                return state
        return State.MARKER if self.action is Action.UPDATE else State.IN_SYNC

    @property
    def revision(self) -> str:
        """The live revision token that was compared, "" when there is no live agent."""
        return self.precondition.revision if self.precondition else ""

    def to_json(self) -> Json:
        """The change as plain JSON."""
        return {
            "address": self.address,
            "name": self.name,
            "action": self.action.value,
            "state": self.state.value,
            "reason": self.reason,
            "agent_id": self.agent_id,
            "precondition": self.precondition.to_json() if self.precondition else None,
            "fields": [item.to_json() for item in self.fields],
            "unmanaged": [item.to_json() for item in self.unmanaged],
            "notes": list(self.notes),
            "refusals": list(self.refusals),
            "last": self.last.to_json() if self.last else None,
            "updated_at": self.updated_at,
            "read_only": self.read_only,
            "desired": self.desired,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Change":
        """The change that `to_json` wrote."""
        pre = data["precondition"]
        return cls(
            address=data["address"],
            name=data["name"],
            action=Action(data["action"]),
            reason=data["reason"],
            agent_id=data["agent_id"],
            precondition=Precondition.from_json(pre) if pre else None,
            fields=tuple(map(FieldChange.from_json, data["fields"])),
            unmanaged=tuple(map(FieldChange.from_json, data["unmanaged"])),
            notes=tuple(data["notes"]),
            refusals=tuple(data["refusals"]),
            last=LastApply.from_json(data["last"]) if data["last"] else None,
            updated_at=data["updated_at"],
            read_only=data.get("read_only", False),
            desired=data["desired"],
        )


_ONE_SIDED = {Action.CREATE: State.MISSING, Action.DELETE: State.ORPHAN}
# The first that any field has decides.
_BY_ORIGIN = {
    Origin.BOTH: State.CONFLICT,
    Origin.UNKNOWN: State.UNKNOWN,
    Origin.LIVE: State.DRIFTED,
    Origin.GIT: State.AHEAD,
}
