"""API keys as options give them: a user, its workspaces and its permissions."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from agentsync.errors import UsageError

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

_FORM: Final = "it looks like KEY[:USER[:read|write]], such as look:ann:read"

DEFAULT_USER: Final = "33499cf9-4c02-49af-909d-b8f42e051eab"
DEFAULT_WORKSPACE: Final = "0b8d3e5c-6f0a-4b5f-9a55-1f6f6f3a7c01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One API key.

    Shape: no `workspaces` makes it organisation-wide: `X-Tenant-Id` may name any workspace;
    `user_name` is "" for a user without a name.
    """

    key: str
    user_id: str = DEFAULT_USER
    user_name: str = ""
    workspaces: tuple[str, ...] = ()
    permissions: frozenset[str] = ALL


def parse(texts: Iterable[str]) -> tuple[Key, ...]:
    """The keys that `KEY[:USER[:read|write]]` texts describe.

    Shape: USER is a user's UUID, or a name that stands for one, always the same; without it the
    key is the default user's. Without the last part the key may write.
    Errors: UsageError for anything else, and for one key with two meanings.
    """
    found: dict[str, Key] = {}
    for text in texts:
        key = _one(text)
        if found.setdefault(key.key, key) != key:
            raise UsageError("--key gives the same key twice, with different rights")
    return tuple(found.values())


def _one(text: str) -> Key:
    key, _, rest = text.partition(":")
    user, _, level = rest.partition(":")
    # A header carries nothing else, so no request could match such a key.
    if not key or not all("!" <= letter <= "~" for letter in key):
        raise UsageError("--key needs a key of visible ASCII characters", hint=_FORM)
    if level not in ("", "read", "write"):
        raise UsageError(f"--key may end in read or write, not in {level!r}", hint=_FORM)
    permissions = READ if level == "read" else ALL
    user_id, name = _user(user)
    return Key(key=key, user_id=user_id, user_name=name, permissions=permissions)


def _user(user: str) -> tuple[str, str]:
    """The user's id and name."""
    if not user:
        return DEFAULT_USER, ""
    try:
        return str(uuid.UUID(user)), ""
    except ValueError:
        # As the API has it, an owner is a UUID.
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"agentsync-emulator/user/{user}")), user
