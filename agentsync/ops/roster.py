"""The live agents by name, for definitions that are bound to none."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from agentsync.errors import IdentityError
from agentsync.model import AgentSummary


@dataclass(slots=True)
class Roster:
    """The list of agents, fetched when it is first asked for, and only once.

    A list that could not be fetched is not fetched again by every other definition: all of them
    get the same error.
    """

    fetch: Callable[[], Iterable[AgentSummary]]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ids: dict[str, list[str]] | None = None
    _error: Exception | None = None

    def named(self, name: str) -> str | None:
        """The id of the one agent of this name, None when there is none.

        Errors: IdentityError when there are several, and whatever the fetch raised.
        """
        found = self._by_name().get(name, [])
        if len(found) > 1:
            raise IdentityError(
                f"{len(found)} live agents are named {name!r}: {', '.join(found)}",
                hint="say which one it is: `id:` in agent.yaml or in the target's overlay",
            )
        return found[0] if found else None

    def _by_name(self) -> dict[str, list[str]]:
        with self._lock:
            if self._error:
                raise self._error
            if self._ids is None:
                try:
                    self._ids = self._fetched()
                except Exception as error:
                    self._error = error
                    raise
            return self._ids

    def _fetched(self) -> dict[str, list[str]]:
        ids: dict[str, list[str]] = {}
        for agent in self.fetch():
            ids.setdefault(agent.name, []).append(agent.agent_id)
        return ids
