"""The wait between a write whose effect is not known and the next look at what it did."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from agentsync.errors import AgentsyncError, ProviderError

# Seconds before the second look, doubled for each further one, and where the doubling ends.
_FIRST: Final = 0.5
_LONGEST: Final = 8.0
# Seconds that a server may ask for; longer is waited for by running apply again.
_LONGEST_ASKED: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Waits, each about twice as long as the one before.

    Shape: `stop` ends every wait at once when it is set; `note` is told before each; `pause`
    waits and `jitter` draws from 0..1, both given so that tests need neither time nor luck.
    """

    stop: threading.Event
    note: Callable[[str], None]
    pause: Callable[[float], object] | None = None
    jitter: Callable[[], float] = random.random

    def wait(self, number: int, error: AgentsyncError) -> None:
        """Wait because of `error`, for the `number`th time (from 1)."""
        asked = error.retry_after if isinstance(error, ProviderError) else None
        if asked is not None:
            seconds = min(asked, _LONGEST_ASKED) * (1 + self.jitter() / 10)
        else:
            seconds = min(_FIRST * 2 ** (number - 1), _LONGEST) * (0.5 + self.jitter() / 2)
        self.note(f"{error.message}; looking at what is there in {seconds:.1f} s")
        (self.pause or self.stop.wait)(seconds)
