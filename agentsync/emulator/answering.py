"""An agent as the API shows it: the row's metadata, and the content read from the tree."""

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from agentsync.emulator import writes
from agentsync.emulator.answers import json_text
from agentsync.emulator.auth import Caller, access_level
from agentsync.emulator.call import Call
from agentsync.emulator.readings import Readings
from agentsync.emulator.rows import AgentRow
from agentsync.emulator.store import Store
from agentsync.emulator.tree import without_empty
from agentsync.emulator.views import Views

_LEGACY: Final = {"thread": "thread_scoped_sandbox", "agent": "agent_scoped_sandbox"}


class AgentAnswers:
    """Shows the agents of one emulator to whoever asks."""

    def __init__(self, store: Store, views: Views, readings: Readings) -> None:
        self._store = store
        self._views = views
        self._readings = readings

    def summary(self, row: AgentRow, caller: Caller) -> dict[str, Any]:
        """The agent as in a list."""
        metadata = {key: value for key, value in row.metadata.items() if key != "configurable"}
        shown: dict[str, Any] = {
            "id": row.id,
            "name": row.name,
            "owner_id": row.owner,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "description": "",
            "runtime": {},
            "extras": {},
            **metadata,
            "access_level": level_of(row, caller),
            "is_owner": row.owner == caller.user_id,
        }
        if "backend" in shown and self._readings.backend_names == "legacy":
            shown["backend"] = _legacy(shown["backend"])
        return without_empty(shown) if self._readings.empty_fields == "omitted" else shown

    def whole(self, row: AgentRow, call: Call, status: int) -> Response:
        """The agent with its content, and its file map when the call asks for it."""
        files = call.truthy("include_files")
        head = self._store.head(row.tenant, row.id)
        summary = self.summary(row, call.caller)
        summary["revision"] = self._revision(row, head.hash if head else "")
        first = json.dumps(summary, ensure_ascii=False, separators=(",", ":"))
        second = self._views.content(row.tenant, head.tree if head else "", files=files)
        joint = "," if second != "{}" else ""
        return json_text(first[:-1] + joint + second[1:], status)

    def _revision(self, row: AgentRow, head: str) -> str:
        if self._readings.revision_is_commit:
            return head
        return writes.token(f"{row.id}/{row.revision}")


def level_of(row: AgentRow, caller: Caller) -> str | None:
    """What the caller may do with this agent: READ, RUN, WRITE, or None for nothing."""
    return access_level(row.owner, row.metadata["permissions"], caller.user_id)


def _legacy(backend: Mapping[str, Any]) -> dict[str, Any]:
    """A backend in the names of the official SDK's older types."""
    rest = {key: value for key, value in backend.items() if key != "sandbox_config"}
    if backend.get("type") == "state":
        return {**rest, "type": "default"}
    if backend.get("type") != "sandbox":
        return dict(backend)
    config = dict(backend.get("sandbox_config", {}))
    scope = config.pop("scope", "thread")
    return {**rest, "type": _LEGACY[scope], "sandbox": config}
