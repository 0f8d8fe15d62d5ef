"""Apply the changes of one plan, many agents at a time: an outcome for each, whatever happens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from agentsync.errors import AgentsyncError, BugError
from agentsync.model import Action, Change, Outcome
from agentsync.ops.apply.aim import Terms
from agentsync.ops.apply.backoff import Backoff
from agentsync.ops.apply.creating import Creating
from agentsync.ops.apply.deleting import Deleting
from agentsync.ops.apply.duplicates import Duplicates
from agentsync.ops.apply.receipt import NotBegun, Receipt
from agentsync.ops.apply.updating import Updating
from agentsync.ops.fanout import drain
from agentsync.ops.outlook import Outlook
from agentsync.ops.roster import Roster
from agentsync.ops.watch import Watch
from agentsync.providers import Provider

_HOPELESS: Final = "not tried: the API answered none so far"
_INTERRUPTED: Final = "not tried: interrupted before anything was written to it"


def to_write(change: Change) -> bool:
    """Whether apply has anything to do for this agent."""
    return change.action is not Action.NO_OP and not change.refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """One apply on its way.

    Shape: `addresses` are those of all definitions of the project; `roster` lists the agents as
    of before the first create. `receipts` and `outcomes` are filled by the threads that do the
    work, by the number of the change, so that no interruption loses one; `bugs` are the numbers
    of those at which agentsync itself failed.
    """

    provider: Provider
    terms: Terms
    backoff: Backoff
    addresses: frozenset[str]
    changes: tuple[Change, ...]
    roster: Roster
    receipts: dict[int, Receipt] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    bugs: set[int] = field(default_factory=set)
    outlook: Outlook = field(default_factory=Outlook)

    def run(self, workers: int, watch: Watch) -> bool:
        """Whether every agent was tried; false after Ctrl-C.

        Agents that are deleted go first: they may make room under the plan's limit.
        """
        numbers = [number for number, change in enumerate(self.changes) if to_write(change)]
        numbers.sort(key=lambda number: self.changes[number].action is not Action.DELETE)
        done = 0
        watch.progress(0, len(numbers))

        def heard(number: int) -> None:
            nonlocal done
            done += 1
            watch.progress(done, len(numbers))

        def interrupted() -> None:
            self.backoff.stop.set()
            watch.note("interrupted: agents under way are finished; Ctrl-C again ends at once")

        crew = max(1, min(workers, len(numbers)))
        whole = drain(self._one, numbers, crew, heard=heard, interrupted=interrupted)
        try:
            self._settle_duplicates()
        except KeyboardInterrupt:
            if not whole:
                raise
            whole = False
        watch.progress(len(numbers), len(numbers))
        return whole

    def all_outcomes(self) -> tuple[Outcome, ...]:
        """An outcome for every change, in the order of the changes."""
        return tuple(
            self.outcomes.get(number) or self._idle(change)
            for number, change in enumerate(self.changes)
        )

    def _idle(self, change: Change) -> Outcome:
        receipt = Receipt.of(change)
        if change.refusals:
            return receipt.refused("; ".join(change.refusals))
        return receipt.untried(_INTERRUPTED) if to_write(change) else receipt.done()

    def _one(self, number: int) -> int:
        """The number of a change that is done, one way or another."""
        receipt = self.receipts[number] = Receipt.of(self.changes[number])
        if self.outlook.hopeless:
            self.outcomes[number] = receipt.untried(_HOPELESS)
            return number
        error: AgentsyncError | None = None
        try:
            self.outcomes[number] = self._work(receipt).run()
        except NotBegun:
            self.outcomes[number] = receipt.untried(_INTERRUPTED)
        except AgentsyncError as caught:
            error = caught
        except Exception as caught:
            # What one agent's answer can break must not take the others along.
            self.bugs.add(number)
            error = BugError.of(caught)
        if error:
            self.outcomes[number] = receipt.ended(error)
        self.outlook.heard(error)
        return number

    def _work(self, receipt: Receipt) -> Updating | Creating | Deleting:
        provider, terms, backoff = self.provider, self.terms, self.backoff
        if receipt.change.action is Action.CREATE:
            listed = self.roster.listed
            return Creating(
                provider=provider, terms=terms, backoff=backoff, receipt=receipt, listed=listed
            )
        kind = Deleting if receipt.change.action is Action.DELETE else Updating
        return kind(provider=provider, terms=terms, backoff=backoff, receipt=receipt)

    def _settle_duplicates(self) -> None:
        made = list(self._made())
        if not made:
            return
        try:
            listed = roster_of(self.provider, self.terms, self.addresses).listed()
        except AgentsyncError as error:
            # What was made is there, whoever else made it too; the next plan names both.
            self.backoff.note(f"not looked for agents that another apply made: {error.message}")
            return
        duplicates = Duplicates(provider=self.provider, terms=self.terms, listed=listed)
        for number in made:
            try:
                before = self.outcomes[number]
                self.outcomes[number] = duplicates.settled(self.receipts[number], before)
            except Exception as error:
                self.bugs.add(number)
                self.outcomes[number] = self.receipts[number].ended(BugError.of(error))

    def _made(self) -> Iterator[int]:
        """The changes that have made an agent."""
        for number, outcome in self.outcomes.items():
            if outcome.action is Action.CREATE and outcome.written and outcome.agent_id:
                yield number


def roster_of(provider: Provider, terms: Terms, addresses: frozenset[str]) -> Roster:
    """The live agents of this project and target, listed when they are first asked for."""
    return Roster(provider.list, project=terms.project, target=terms.target, addresses=addresses)
