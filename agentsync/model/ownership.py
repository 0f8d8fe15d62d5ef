"""Who manages a live agent, and what was applied to it last: the marker that apply leaves."""

from collections.abc import Mapping
from dataclasses import dataclass

from agentsync.canonical import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The definition that a live agent belongs to.

    Shape: `target` is "" in a project that names none; `address` is the definition's folder.
    """

    project: str
    target: str
    address: str

    def __str__(self) -> str:
        return f"{self.project}/{self.target}/{self.address}".replace("//", "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """What apply left in the agent itself, so that no state file is needed.

    Shape: `base` is the canonical form that was applied, every leaf as its token
    (engine/origins.py); None when that part cannot be read, and then `damage` says why.
    `revision` is the live token just before the marker was written, when the files were as they
    should be, "" for a created agent;
    `commit` the git commit of the definition; `applied_at` an RFC 3339 time in UTC.
    """

    owner: Owner
    commit: str = ""
    applied_at: str = ""
    revision: str = ""
    base: Mapping[str, Json] | None = None
    damage: str = ""
