"""The live agents as a list, for definitions that are bound to none, and to find orphans."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from agentsync.engine.identity import Listed
from agentsync.model import AgentSummary


@dataclass(slots=True)
class Roster:
    """The list of agents, fetched when it is first asked for, and only once.

    A list that could not be fetched is not fetched again by every other definition: all of them
    get the same error.
    """

    fetch: Callable[[], Iterable[AgentSummary]]
    project: str
    target: str
    addresses: frozenset[str]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listed: Listed | None = None
    _error: Exception | None = None

    def listed(self) -> Listed:
        """The agents, by marker and by name.

        Errors: whatever the fetch raised.
        """
        with self._lock:
            if self._error:
                raise self._error
            if self._listed is None:
                try:
                    self._listed = Listed(
                        self.fetch(),
                        project=self.project,
                        target=self.target,
                        addresses=self.addresses,
                    )
                except Exception as error:
                    self._error = error
                    raise
            return self._listed
