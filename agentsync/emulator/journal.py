"""Every write that took effect, in order: whose it was, what stood there before, and after.

What a client was told may be lost on its way; what it did is written here.
"""

from dataclasses import dataclass
from typing import Any

from agentsync.emulator.store import Store

Content = dict[str, Any]
"""A whole agent: `name`, `metadata`, and `files` by path, as the emulator keeps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One accepted write to one agent.

    Shape: `number` counts from 1; `key` is the API key it came with, "" for the racing writer of
    a fault; `before` and `after` are None where there was no agent.
    """

    number: int
    key: str
    method: str
    path: str
    agent_id: str
    before: Content | None
    after: Content | None


class Journal:
    """The accepted writes of one emulator; it keeps none unless it is `kept`."""

    def __init__(self, store: Store, *, kept: bool) -> None:
        self._store = store
        self.kept = kept
        self._entries: list[Entry] = []

    def entries(self) -> tuple[Entry, ...]:
        """Every accepted write so far, oldest first."""
        return tuple(self._entries)

    def content(self, agent_id: str) -> Content | None:
        """The agent as it is now; None when there is none, or nothing is kept of it."""
        row = self._store.agent(agent_id) if self.kept and agent_id else None
        if row is None:
            return None
        head = self._store.head(row.tenant, row.id)
        files = self._store.tree(head.tree) if head else {}
        return {"name": row.name, "metadata": row.metadata, "files": files}

    def wrote(
        self, agent_id: str, before: Content | None, *, key: str, method: str, path: str
    ) -> None:
        """Takes down the write that has just made the agent what it is."""
        after = self.content(agent_id)
        if before is None and after is None:
            return
        self._entries.append(
            Entry(
                number=len(self._entries) + 1,
                key=key,
                method=method,
                path=path,
                agent_id=agent_id,
                before=before,
                after=after,
            )
        )
