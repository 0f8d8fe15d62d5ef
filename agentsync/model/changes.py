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


class Action(StrEnum):
    """What apply would do with one agent."""

    NO_OP = "no-op"
    CREATE = "create"
    UPDATE = "update"
    ADOPT = "adopt"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One differing field.

    before → after reads as live → desired:

        before   after    what apply would do
        ABSENT   value    add it
        value    ABSENT   remove it
        value    value    replace it

    Shape: `pointer` is a JSON Pointer into the canonical form; `base` the digest last applied,
    None while there is no base (then `origin` is unknown); `span` where git says it, None when
    git does not mention it.
    """

    pointer: str
    before: Json | Absent
    after: Json | Absent
    origin: Origin = Origin.UNKNOWN
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
            base=data["base"],
            span=Span.from_json(data["span"]) if data["span"] else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Precondition:
    """What must still be true of the live agent when the change is applied.

    Shape: `digest` is over the whole canonical live value, None for a no-op, which nothing is
    done to; a moved `revision` alone is fine.
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
class Change:
    """What is to happen to one agent, and why.

    Shape: `reason` is a sentence for people; `fields` sorted by pointer; `unmanaged` holds
    pointers of live content that git does not own (only when asked for); `desired` is the
    canonical form to reach, None for a no-op (nothing has to be kept) and for a delete;
    `notes` are remarks that are no differences.
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
            "reason": self.reason,
            "agent_id": self.agent_id,
            "precondition": self.precondition.to_json() if self.precondition else None,
            "fields": [item.to_json() for item in self.fields],
            "unmanaged": [item.to_json() for item in self.unmanaged],
            "notes": list(self.notes),
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
            desired=data["desired"],
        )
