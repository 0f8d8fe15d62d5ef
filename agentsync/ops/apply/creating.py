"""Make one live agent, once: whatever happens to the answer, and whoever else makes it too.

The API makes a second agent for a second POST. So after an answer that was lost the agent is
looked for by the marker it was sent with, and when two applies have made it at the same time, the
later of both agents is taken away again by the one that made it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from agentsync.engine.identity import Listed
from agentsync.errors import (
    AgentsyncError,
    IdentityError,
    NotFoundError,
    ProviderError,
    StaleError,
)
from agentsync.model import AgentSummary, LiveAgent, Outcome
from agentsync.ops.apply.aim import Aim, Part, Terms, named
from agentsync.ops.apply.backoff import Backoff
from agentsync.ops.apply.receipt import NotBegun, Receipt
from agentsync.providers import Provider

# Listings after an answer that was lost, before the create counts as one that never arrived.
_LISTINGS: Final = 3
_READS: Final = 4
_AGAIN: Final = "run apply again: it finds the agent by its marker, if there is one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Creating:
    """One agent that is to be made.

    Shape: `listed` gives the live agents as of the beginning of this run.
    """

    provider: Provider
    terms: Terms
    backoff: Backoff
    receipt: Receipt
    listed: Callable[[], Listed]

    def run(self) -> Outcome:
        """The outcome, once the agent is made and read back, or was there already.

        Errors: StaleError when somebody else's agent took its place since the plan;
        ProviderError; AgentsyncError when it is not what was sent, or may or may not be there.
        """
        change = self.receipt.change
        known = existing(self.provider, self.listed(), self.receipt, self.terms)
        if known:
            return known
        if self.backoff.stop.is_set():
            raise NotBegun
        aim = Aim.create(change, self.terms)
        self.receipt.agent_id = self._made(aim)
        self.receipt.written, self.receipt.doubtful = True, False
        live = self._read_back(self.receipt.agent_id)
        self.receipt.after = live.revision
        wrong = [at for part in Part for at in aim.missing(live, part)]
        wrong += [] if aim.marks(live) else ["its marker"]
        if wrong:
            raise AgentsyncError(
                f"it was created, and is not as it was sent: {named(wrong)}",
                hint="plan again to see whether somebody changed it, or the API did",
            )
        self.receipt.verified = aim.verified(live)
        return self.receipt.done()

    def _made(self, aim: Aim) -> str:
        """The id of the agent.

        An answer that was lost, and an agent that several listings do not show: then the request
        most likely never arrived, and is sent once more. Should it arrive later all the same, the
        listing at the end of the run shows both, and the later one goes.
        Errors: ProviderError.
        """
        lost: ProviderError | None = None
        for _ in range(2):
            try:
                return self.provider.create(aim.wanted, aim.marker_json)
            except ProviderError as error:
                if not error.sent:
                    raise
                self.receipt.doubtful = True
                lost = error
            found = self._sought(aim, lost)
            if found:
                return found
        raise _not_known(lost) if lost else AssertionError("unreachable")

    def _sought(self, aim: Aim, lost: ProviderError) -> str | None:
        """The id of the agent that a create without an answer has made after all."""
        for number in range(1, _LISTINGS + 1):
            self.backoff.wait(number, lost)
            try:
                for agent in self.provider.list():
                    if self._may_be(agent) and aim.marked_by_us(self.provider.read(agent.agent_id)):
                        return agent.agent_id
            except ProviderError:
                raise _not_known(lost) from None
        return None

    def _may_be(self, agent: AgentSummary) -> bool:
        owner = self.terms.owner(self.receipt.change)
        # A list may leave out the extras, and with them the marker.
        return agent.owner == owner or (
            agent.owner is None and agent.name == self.receipt.change.name
        )

    def _read_back(self, agent_id: str) -> LiveAgent:
        number = 1
        while True:
            try:
                return self.provider.read(agent_id)
            except NotFoundError as error:
                # A new agent may take a moment to be found.
                if number == _READS:
                    raise self.receipt.unseen(error) from None
                self.backoff.wait(number, error)
            except ProviderError as error:
                raise self.receipt.unseen(error) from None
            number += 1


def _not_known(lost: ProviderError) -> ProviderError:
    message = f"it is not known whether it was created: {lost.message}"
    return type(lost)(message, hint=_AGAIN, request=lost.request)


def existing(provider: Provider, listed: Listed, receipt: Receipt, terms: Terms) -> Outcome | None:
    """The outcome of an agent that is there already just as it was to be made; None: make it.

    Errors: StaleError when another one is in its place, ProviderError.
    """
    change = receipt.change
    try:
        found = listed.find(change.address, change.name)
    except IdentityError as error:
        raise StaleError(error.message, hint=error.hint) from None
    if found is None:
        return None
    live = provider.read(found[0])
    if not Aim.met(change, live, terms):
        raise StaleError(
            f"it was created since the plan, as {live.agent_id}", hint="plan again to see it"
        )
    receipt.agent_id, receipt.after = live.agent_id, live.revision
    receipt.before = live.revision
    return receipt.done()
