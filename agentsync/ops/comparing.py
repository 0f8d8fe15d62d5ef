"""Read the definitions and the live agents side by side, and compare.

Each worker takes one definition at a time: loads it, finds its agent, reads that, compares, and
keeps only the outcome. So memory does not grow with what did not change, and parsing happens
while other answers are under way.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from agentsync.engine.normalise import desired
from agentsync.engine.planner import compare
from agentsync.errors import (
    AgentsyncError,
    BadAnswerError,
    BugError,
    CertificateError,
    ForbiddenError,
    IdentityError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
    UsageError,
)
from agentsync.files.definition import Loaded, load
from agentsync.files.project import OpenProject
from agentsync.model import Change, Definition, Diagnostic, LiveAgent, Severity
from agentsync.ops.fanout import fan_out
from agentsync.ops.roster import Roster
from agentsync.providers import Provider

# When this many agents failed in these ways and not one answered, the rest would fail as well.
_ENOUGH_FAILURES = 8
_ANSWERS = (BadAnswerError, ForbiddenError, IdentityError, NotFoundError)
_HOPELESS = (
    CertificateError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
    UsageError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one definition: a change, or what stood in its way.

    Shape: neither change nor error nor diagnostic means that it was not tried, because nothing
    the API was asked before could be answered.
    """

    address: str
    change: Change | None = None
    error: AgentsyncError | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def invalid(self) -> bool:
        """Whether the definition itself is wrong."""
        return any(item.severity is Severity.ERROR for item in self.diagnostics)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """Everything that comparing one definition with its live agent takes.

    Shape: once `reading` is cleared, definitions are still loaded and checked, but no agent is
    read any more.
    """

    project: OpenProject
    target: str
    provider: Provider
    roster: Roster
    show_unmanaged: bool = False
    reading: threading.Event = field(default_factory=threading.Event)

    def outcomes(self, addresses: tuple[str, ...], workers: int) -> Iterator[Outcome]:
        """One outcome per address, in the order in which they are done."""
        self.reading.set()
        failures = answers = 0
        for outcome in fan_out(self._outcome, addresses, max(1, min(workers, len(addresses)))):
            hopeless = isinstance(outcome.error, _HOPELESS)
            failures += hopeless
            answers += outcome.change is not None or isinstance(outcome.error, _ANSWERS)
            if outcome.invalid or (failures >= _ENOUGH_FAILURES and not answers):
                self.reading.clear()
            yield outcome

    def _outcome(self, address: str) -> Outcome:
        found = Outcome(address=address)
        try:
            loaded = load(self.project, address, self.target)
            found = replace(found, diagnostics=loaded.diagnostics)
            if found.invalid or not self.reading.is_set():
                return found
            return replace(found, change=self._change(self._definition(loaded)))
        except AgentsyncError as error:
            return replace(found, error=error)
        except Exception as error:
            # What one agent's files or answer can break must not take the others' results along.
            return replace(found, error=BugError.of(error))

    def _definition(self, loaded: Loaded) -> Definition:
        return Definition(
            address=loaded.address,
            value=desired(loaded.document or {}, self.provider.rules),
            agent_id=loaded.agent_id,
        )

    def _change(self, definition: Definition) -> Change:
        change = compare(
            definition,
            self._live(definition),
            self.provider.rules,
            ignore=self.project.config.ignore,
            show_unmanaged=self.show_unmanaged,
        )
        if not change.fields:
            return change
        from agentsync.files.spans import Locator

        places = Locator(self.project, change.address, self.target)
        fields = (replace(item, span=places.locate(item.pointer)) for item in change.fields)
        return replace(change, fields=tuple(fields))

    def _live(self, definition: Definition) -> LiveAgent | None:
        if definition.agent_id is None:
            found = self.roster.named(definition.name)
            return self.provider.read(found) if found else None
        try:
            return self.provider.read(definition.agent_id)
        except NotFoundError as error:
            raise IdentityError(
                f"it is bound to agent {definition.agent_id}, which the API does not find",
                hint="it is gone, or in another workspace, or not visible to this key; "
                "correct `id:`, or take it out to create a new agent",
            ) from error
