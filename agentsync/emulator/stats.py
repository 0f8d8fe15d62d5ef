"""What the emulator was asked, counted."""

import re
from collections import Counter
from typing import Any, Final

_IDENTITY: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ROUTES: Final = 1000


class Stats:
    """Counters of one emulator since its start or the last reset."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Sets every counter to zero; what is open or in flight right now goes on counting."""
        self.requests: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.in_flight = getattr(self, "in_flight", 0)
        self.max_in_flight = self.in_flight
        self.connections = 0
        self.open_connections = getattr(self, "open_connections", 0)
        self.max_open_connections = self.open_connections
        self.internal_errors = 0

    def began(self, method: str, path: str) -> None:
        """Counts a request that came in."""
        route = f"{method} {_IDENTITY.sub('{id}', path)}"
        if route not in self.requests and len(self.requests) >= _ROUTES:
            route = "other"
        self.requests[route] += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)

    def ended(self) -> None:
        """Counts a request that is over, whatever became of it."""
        self.in_flight -= 1

    def connected(self) -> None:
        """Counts a connection that was opened."""
        self.connections += 1
        self.open_connections += 1
        self.max_open_connections = max(self.max_open_connections, self.open_connections)

    def disconnected(self) -> None:
        """Counts a connection that is gone."""
        self.open_connections -= 1

    def to_json(self) -> dict[str, Any]:
        """Every counter.

        Shape: `requests` by "METHOD path" with ids as `{id}`; `statuses` by status code.
        """
        return {
            "requests": dict(sorted(self.requests.items())),
            "total_requests": self.requests.total(),
            "statuses": dict(sorted(self.statuses.items())),
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "connections": self.connections,
            "open_connections": self.open_connections,
            "max_open_connections": self.max_open_connections,
            "internal_errors": self.internal_errors,
        }
