"""Delete one live agent, if it is still the one that was to be deleted, and see that it is gone."""

from dataclasses import dataclass
from typing import Final

from agentsync.errors import AgentsyncError, ForbiddenError, NotFoundError, ProviderError
from agentsync.model import LiveAgent, Outcome
from agentsync.ops.apply.aim import Terms
from agentsync.ops.apply.backoff import Backoff
from agentsync.ops.apply.receipt import NotBegun, Receipt
from agentsync.ops.apply.updating import stale
from agentsync.providers import Provider

_TRIES: Final = 5
_STILL_THERE: Final = "the API says that it is deleted, and still shows it"
_LATER: Final = "run apply again later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleting:
    """One agent that is to go."""

    provider: Provider
    terms: Terms
    backoff: Backoff
    receipt: Receipt

    def run(self) -> Outcome:
        """The outcome, once the agent is gone, or was gone already.

        Errors: StaleError when it is not what was planned for; ProviderError; AgentsyncError
        when the API says it is deleted and still shows it.
        """
        trouble: AgentsyncError | None = None
        for number in range(_TRIES + 1):
            live = self._live()
            if live is None:
                self.receipt.written, self.receipt.doubtful = self.receipt.touched, False
                return self.receipt.done()
            self.receipt.doubtful = False
            if not self.terms.planned(self.receipt.change, live):
                raise stale(self.receipt.change, live, self.terms)
            if trouble:
                self.backoff.wait(number, trouble)
            if number < _TRIES:
                trouble = self._delete() or AgentsyncError(_STILL_THERE, hint=_LATER)
        raise trouble or AgentsyncError(_STILL_THERE)

    def _live(self) -> LiveAgent | None:
        """The agent, None when it is gone."""
        try:
            return self.provider.read(self.receipt.change.agent_id or "")
        except NotFoundError:
            return None
        except ForbiddenError:
            # An API may answer so for what is not there; before the delete it means what it says.
            if self.receipt.touched:
                return None
            raise
        except ProviderError as error:
            raise self.receipt.unseen(error) from None

    def _delete(self) -> AgentsyncError | None:
        """Delete it in one request; the reason to look and try again, None when accepted.

        A delete may be repeated: it is only ever sent for content that was just read.
        """
        if self.backoff.stop.is_set() and not self.receipt.touched:
            raise NotBegun
        try:
            self.provider.delete(self.receipt.change.agent_id or "")
        except ProviderError as error:
            if not error.sent:
                raise
            self.receipt.doubtful = True
            return error
        self.receipt.written, self.receipt.doubtful = True, False
        return None
