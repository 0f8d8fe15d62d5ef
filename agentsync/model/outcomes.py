"""What became of each agent when a plan was applied."""

from dataclasses import dataclass
from enum import StrEnum

from agentsync.canonical import Json
from agentsync.model.changes import Action


class Status(StrEnum):
    """How one agent came out of an apply."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    STALE = "stale"
    FAILED = "failed"
    UNTRIED = "untried"


class Guarantee(StrEnum):
    """What stood between a write and somebody else's."""

    ATOMIC = "atomic"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One agent's receipt.

    Shape: `files` and `metadata` say how each part was written, None when it was not; `verified`
    counts the fields that were read back and found as intended, untouched ones included; `kept`
    the fields that were left as somebody edited them; `before` and `after` are revision tokens,
    "" when there is none. `written` is true as soon as one write was, or may have been, accepted.
    A reason stands with everything but success, in `message` and `hint`; `code` is its stable
    name, as in `Problem`.
    """

    address: str
    name: str
    action: Action
    status: Status
    agent_id: str | None = None
    before: str = ""
    after: str = ""
    files: Guarantee | None = None
    metadata: Guarantee | None = None
    verified: int = 0
    kept: int = 0
    written: bool = False
    code: str = ""
    message: str = ""
    hint: str = ""
    request: str = ""

    @property
    def done(self) -> bool:
        """Whether the agent is now as the plan wants it."""
        return self.status in (Status.APPLIED, Status.UNCHANGED)

    def to_json(self) -> Json:
        """The outcome as plain JSON."""
        return {
            "address": self.address,
            "name": self.name,
            "action": self.action.value,
            "status": self.status.value,
            "agent_id": self.agent_id,
            "revision_before": self.before,
            "revision_after": self.after,
            "files": self.files.value if self.files else None,
            "metadata": self.metadata.value if self.metadata else None,
            "verified": self.verified,
            "kept": self.kept,
            "written": self.written,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "request": self.request,
        }
