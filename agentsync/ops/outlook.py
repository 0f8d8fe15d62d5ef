"""Whether it is worth asking the API again after so many failures."""

import threading
from dataclasses import dataclass, field
from typing import Final

from agentsync.errors import (
    AgentsyncError,
    CertificateError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
    UsageError,
)

# When this many agents failed in these ways and not one was answered, the rest would fail as well.
_ENOUGH: Final = 8
_HOPELESS: Final = (
    CertificateError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
    UsageError,
)


@dataclass(slots=True)
class Outlook:
    """How the agents so far came out; may be asked and told from any thread."""

    _failures: int = 0
    _answers: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def hopeless(self) -> bool:
        """Whether many agents failed and none was answered."""
        return self._failures >= _ENOUGH and not self._answers

    def heard(self, error: AgentsyncError | None) -> None:
        """Take note of one agent; None when all went well."""
        with self._lock:
            if isinstance(error, _HOPELESS):
                self._failures += 1
            else:
                self._answers += 1
