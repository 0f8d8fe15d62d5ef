"""What is known of one agent while it is applied, and the outcome it comes to."""

from dataclasses import dataclass

from agentsync.errors import AgentsyncError, ProviderError, RefusedError
from agentsync.model import Change, Effect, Guarantee, Outcome, Status
from agentsync.ops.apply.aim import Part


class NotBegun(Exception):
    """The run is to end, and nothing was written to this agent yet: no error of the agent's."""


@dataclass(slots=True, kw_only=True)
class Receipt:
    """What one agent's requests came to so far.

    Shape: `doubtful` means that a write was sent whose effect is not known; the rest is as in
    `Outcome`.
    """

    change: Change
    agent_id: str | None = None
    before: str = ""
    after: str = ""
    files: Guarantee | None = None
    metadata: Guarantee | None = None
    verified: int = 0
    written: bool = False
    doubtful: bool = False

    @classmethod
    def of(cls, change: Change) -> "Receipt":
        """The receipt of an agent that nothing was done to yet."""
        return cls(
            change=change,
            agent_id=change.agent_id,
            before=change.revision,
            after=change.revision,
        )

    @property
    def touched(self) -> bool:
        """Whether one write was, or may have been, accepted."""
        return self.written or self.doubtful

    def seen(self, part: Part) -> bool:
        """Whether this part was written."""
        return (self.files if part is Part.FILES else self.metadata) is not None

    def wrote(self, part: Part, guarantee: Guarantee) -> None:
        """Take note of a write that was accepted."""
        self.written, self.doubtful = True, False
        if part is Part.FILES:
            self.files = guarantee
        else:
            self.metadata = guarantee

    def unseen(self, error: ProviderError) -> ProviderError:
        """`error`, of a read; after a write it says what could not be read back."""
        if self.doubtful:
            return _prefixed("it is not known what the write did, and reading failed", error)
        return _prefixed("it was written, but not read back", error) if self.written else error

    def halfway(self, error: ProviderError) -> ProviderError:
        """`error`, of a write; after another one it says which part stands and which does not."""
        if self.files and not self.metadata:
            return _prefixed("its files were written, the rest was not", error)
        return error

    def done(self) -> Outcome:
        """The outcome of an agent that is as the plan wants it."""
        return self._outcome(Status.APPLIED if self.written else Status.UNCHANGED)

    def refused(self, reason: str) -> Outcome:
        """The outcome of an agent that the plan itself refuses."""
        return self._outcome(Status.REFUSED, RefusedError(reason))

    def untried(self, reason: str) -> Outcome:
        """The outcome of an agent that was not begun."""
        return self._outcome(Status.UNTRIED, AgentsyncError(reason))

    def ended(self, error: AgentsyncError) -> Outcome:
        """The outcome of an agent that `error` stopped: a refusal only when nothing was written."""
        if isinstance(error, RefusedError) and not self.touched:
            stale = error.code == "stale"
            return self._outcome(Status.STALE if stale else Status.REFUSED, error)
        return self._outcome(Status.FAILED, error)

    def _outcome(self, status: Status, error: AgentsyncError | None = None) -> Outcome:
        change = self.change
        return Outcome(
            address=change.address,
            name=change.name,
            action=change.action,
            status=status,
            agent_id=self.agent_id,
            before=self.before,
            after=self.after,
            files=self.files,
            metadata=self.metadata,
            verified=self.verified,
            kept=sum(item.effect is Effect.KEEP for item in change.fields),
            written=self.touched,
            code=error.code if error else "",
            message=error.message if error else "",
            hint=error.hint if error else "",
            request=error.request if isinstance(error, ProviderError) else "",
        )


def _prefixed(words: str, error: ProviderError) -> ProviderError:
    return type(error)(f"{words}: {error.message}", hint=error.hint, request=error.request)
