"""API keys as options give them: a user, its workspaces and its permissions."""

from dataclasses import dataclass
from typing import Final

READ: Final = frozenset({"agents:read", "mcp-servers:read", "hub:read"})
ALL: Final = READ | {
    "agents:create",
    "agents:update",
    "agents:delete",
    "hub:write",
    "mcp-servers:create",
    "mcp-servers:update",
    "mcp-servers:delete",
    "mcp-servers:invoke",
}
"""Every permission the emulator knows."""

DEFAULT_USER: Final = "33499cf9-4c02-49af-909d-b8f42e051eab"
DEFAULT_WORKSPACE: Final = "0b8d3e5c-6f0a-4b5f-9a55-1f6f6f3a7c01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One API key.

    Shape: no `workspaces` makes it organisation-wide: `X-Tenant-Id` may name any workspace.
    """

    key: str
    user_id: str = DEFAULT_USER
    workspaces: tuple[str, ...] = ()
    permissions: frozenset[str] = ALL
