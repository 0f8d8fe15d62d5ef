"""Bring one live agent to what its change wants, always going from what was just read.

Each round reads the agent and finds each part (the file tree, the metadata) as it was when the
change was planned, or as it shall be; the first part that is not yet as it shall be is written,
and the next round sees what came of that. So a killed apply, a lost answer and the read-back
need nothing of their own. Whatever is neither as before nor as intended was written by somebody
else, and is never overwritten.
"""

from dataclasses import dataclass
from typing import Final

from agentsync.errors import (
    AgentsyncError,
    NotFoundError,
    OvertakenError,
    ProviderError,
    StaleError,
)
from agentsync.model import Change, Guarantee, LiveAgent, Outcome
from agentsync.ops.apply.aim import Aim, Part, Terms, moved_since, named
from agentsync.ops.apply.backoff import Backoff
from agentsync.ops.apply.receipt import NotBegun, Receipt
from agentsync.providers import Held, Provider

_TRIES: Final = 5
_AGAIN: Final = "plan again to see what they changed; nothing of theirs was overwritten"


@dataclass(slots=True, kw_only=True)
class Updating:
    """One agent on its way.

    Shape: `sent` is the part that was written last, with the guarantee it was written under,
    until a read shows it as intended; `accepted` says that the API has confirmed that write;
    `trouble` is what the last of so many `tries` ended in.
    """

    provider: Provider
    terms: Terms
    backoff: Backoff
    receipt: Receipt
    sent: tuple[Part, Guarantee] | None = None
    accepted: bool = False
    tries: int = 0
    trouble: AgentsyncError | None = None

    @property
    def change(self) -> Change:
        """What is to happen."""
        return self.receipt.change

    def run(self) -> Outcome:
        """The outcome, once all is written and read back, or was so already.

        Errors: StaleError when the agent is not what was planned for; AgentsyncError when
        somebody else wrote in between, or the API cannot or will not do it.
        """
        held = self._held(files=self.terms.touches_files(self.change))
        self.receipt.before = held.live.revision
        if not self.terms.planned(self.change, held.live):
            if Aim.met(self.change, held.live, self.terms):
                return self.receipt.done()
            raise stale(self.change, held.live, self.terms)
        aim = Aim.update(self.change, held.live, self.terms)
        while part := self._pending(aim, held.live):
            self._step(aim, part, held)
            held = self._held(files=part is Part.FILES and not self.accepted)
        self.receipt.verified = aim.verified(held.live)
        return self.receipt.done()

    def _held(self, *, files: bool) -> Held:
        try:
            held = self.provider.hold(self.change.agent_id or "", files=files)
        except NotFoundError as error:
            raise self._gone(error) from None
        except ProviderError as error:
            raise self.receipt.unseen(error) from None
        self.receipt.after = held.live.revision
        return held

    def _gone(self, error: NotFoundError) -> AgentsyncError:
        if self.receipt.touched:
            return AgentsyncError("it was deleted while it was applied", hint=error.hint)
        return StaleError(
            "it was deleted since the plan, or this key may not see it any more",
            hint="plan again; a definition whose agent is gone is created anew",
        )

    def _pending(self, aim: Aim, live: LiveAgent) -> Part | None:
        """The part to write next, None when all is as intended.

        Errors: StaleError, AgentsyncError when somebody else wrote.
        """
        missing = {part: found for part in Part if (found := aim.missing(live, part))}
        for part, found in missing.items():
            if self.receipt.seen(part) and (self.sent is None or self.sent[0] is not part):
                # It was as intended, and is not any more: somebody took it back.
                raise self._foreign(found)
        moved = [at for part in missing for at in aim.moved(live, part)]
        if not aim.marks(live):
            missing.setdefault(Part.METADATA, [])
            if not aim.unmarked(live):
                moved.append("its marker")
        if moved:
            theirs = [at for at in moved if any(at in found for found in missing.values())]
            raise self._foreign(theirs or moved)
        self._take_stock(missing)
        return next(iter(missing), None)

    def _foreign(self, moved: list[str]) -> AgentsyncError:
        if not self.receipt.touched:
            return StaleError(f"it changed while it was applied: {named(moved)}", hint=_AGAIN)
        return AgentsyncError(
            "somebody changed it while it was applied, or the API did not take what was written: "
            + named(moved),
            hint=_AGAIN,
        )

    def _take_stock(self, pending: dict[Part, list[str]]) -> None:
        """Tell from what was just read what the write before it came to."""
        if self.sent and self.sent[0] not in pending:
            self.receipt.wrote(*self.sent)
            self.sent = None
        elif self.sent and not self.accepted:
            # It had no effect: that part is still as it was.
            self.receipt.doubtful = False
            self.sent = None

    def _step(self, aim: Aim, part: Part, held: Held) -> None:
        """Write this part, or wait for the write before to be seen.

        Errors: ProviderError when it certainly had no effect; the last trouble after many.
        """
        if self.trouble and self.tries >= _TRIES:
            raise self.trouble
        if self.backoff.stop.is_set() and not self.receipt.touched:
            raise NotBegun
        trouble = (
            AgentsyncError(_UNSEEN, hint=_LATER) if self.sent else self._write(aim, part, held)
        )
        if trouble:
            self.trouble = trouble
            self.tries += 1
            self.backoff.wait(self.tries, trouble)

    def _write(self, aim: Aim, part: Part, held: Held) -> AgentsyncError | None:
        """Write this part in one request; the reason to read and try again, None when accepted."""
        atomic = part is Part.FILES and held.head
        guarantee = Guarantee.ATOMIC if atomic else Guarantee.CHECKED
        wanted = aim.next(held.live)
        try:
            if part is Part.FILES:
                guarantee = self.provider.write_files(held, wanted)
            else:
                self.provider.write_metadata(held, wanted, aim.marker_over(held.live))
        except StaleError as error:
            return error
        except OvertakenError:
            self.receipt.written = True
            raise
        except ProviderError as error:
            if not error.sent:
                raise self.receipt.halfway(error) from None
            self.sent, self.accepted = (part, guarantee), False
            self.receipt.doubtful = True
            return error
        self.sent, self.accepted = (part, guarantee), True
        self.receipt.wrote(part, guarantee)
        return None


_UNSEEN: Final = "the API accepted the write, and still answers with what was there before"
_LATER: Final = "run apply again: it goes on from what is live by then"


def stale(change: Change, live: LiveAgent, terms: Terms) -> StaleError:
    """The error that says that, and where, an agent is not what was planned for."""
    where = named(moved_since(change, live, terms)) or "its marker, or a part git does not own"
    return StaleError(f"it changed since the plan: {where}", hint=_AGAIN)
