"""What becomes of an agent that two applies have made at the same time.

Neither could see the other's before it sent its own create. Afterwards both list the agents and
come to the same answer: the one that was made first stays, and whoever made another takes it away.
"""

from dataclasses import dataclass, replace

from agentsync.engine.identity import Listed
from agentsync.errors import AgentsyncError, RefusedError
from agentsync.model import AgentSummary, LiveAgent, Outcome
from agentsync.ops.apply.aim import Aim, Part, Terms
from agentsync.ops.apply.receipt import Receipt
from agentsync.providers import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """The agents that this run made, and those of others with the same marker.

    Shape: `listed` is a list of all live agents from after the last create.
    """

    provider: Provider
    terms: Terms
    listed: Listed

    def settled(self, receipt: Receipt, outcome: Outcome) -> Outcome:
        """The outcome of an agent that was made, once none is beside it that this run made."""
        marked = sorted(self.listed.marked(outcome.address), key=_age)
        if len(marked) < 2:
            return outcome
        try:
            return self._first_stays(marked, receipt, outcome)
        except AgentsyncError as error:
            return receipt.ended(_both(marked, error))

    def _first_stays(
        self, marked: list[AgentSummary], receipt: Receipt, outcome: Outcome
    ) -> Outcome:
        aim = Aim.create(receipt.change, self.terms)
        lives = [self.provider.read(agent.agent_id) for agent in marked]
        ours = [live for live in lives if self._made_here(live, aim, receipt)]
        for live in ours:
            if live is not lives[0]:
                self._take_away(live, aim)
        if lives[0] in ours:
            # The other one was ours as well: a create that arrived after all, or is not ours.
            return replace(outcome, agent_id=lives[0].agent_id, after=lives[0].revision)
        receipt.agent_id, receipt.written, receipt.doubtful = lives[0].agent_id, False, False
        raise RefusedError(
            f"another apply created it first, as {lives[0].agent_id}; "
            "the one made here is deleted again",
            hint="run apply again: it goes on with that agent",
        )

    def _made_here(self, live: LiveAgent, aim: Aim, receipt: Receipt) -> bool:
        return live.agent_id == receipt.agent_id or aim.marked_by_us(live)

    def _take_away(self, live: LiveAgent, aim: Aim) -> None:
        """Delete an agent that this run made, unless somebody has changed it since."""
        if not aim.marked_by_us(live) or any(aim.missing(live, part) for part in Part):
            raise AgentsyncError(f"{live.agent_id}, which was made here, is changed by now")
        self.provider.delete(live.agent_id)


def _age(agent: AgentSummary) -> tuple[str, str]:
    return agent.created_at, agent.agent_id


def _both(marked: list[AgentSummary], error: AgentsyncError) -> AgentsyncError:
    if isinstance(error, RefusedError):
        return error
    ids = " and ".join(agent.agent_id for agent in marked)
    return AgentsyncError(
        f"two applies created it, as {ids}: {error.message}",
        hint="delete one of them, or bind the right one with `id:`",
    )
