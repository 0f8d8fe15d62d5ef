"""The revisions of one live agent that the API still knows."""

from dataclasses import dataclass

from agentsync.canonical import Json
from agentsync.model.changes import FieldChange, LastApply


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One revision of an agent's file tree.

    Shape: `token` is the hub's commit hash; `at` an RFC 3339 time, "" when unknown; `author` whom
    the API names, "" when it names nobody; `fields` lead from the revision before to this one
    (`before` is older), all of them for the first; `readable` is False when nobody can tell what
    changed, because the API does not show the content, or the one before; `applied` is the last
    apply, at the revision that it left; `commit` the newest git commit whose files say the same,
    "" when none does.
    """

    token: str
    at: str = ""
    author: str = ""
    current: bool = False
    fields: tuple[FieldChange, ...] = ()
    readable: bool = True
    applied: LastApply | None = None
    commit: str = ""

    def to_json(self) -> Json:
        """The revision as plain JSON."""
        return {
            "token": self.token,
            "at": self.at,
            "author": self.author,
            "current": self.current,
            "fields": [item.to_json() for item in self.fields],
            "readable": self.readable,
            "applied": self.applied.to_json() if self.applied else None,
            "commit": self.commit,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is known of an agent's past.

    Shape: `revisions` newest first; `complete` is False when there are older ones that were not
    asked for, or that the API would not list; `notes` are remarks for people.
    """

    address: str
    name: str
    agent_id: str
    target: str = ""
    revisions: tuple[Revision, ...] = ()
    complete: bool = True
    notes: tuple[str, ...] = ()

    def to_json(self) -> Json:
        """The history as plain JSON."""
        return {
            "address": self.address,
            "name": self.name,
            "agent_id": self.agent_id,
            "target": self.target,
            "revisions": [item.to_json() for item in self.revisions],
            "complete": self.complete,
            "notes": list(self.notes),
        }
