"""Who is calling: an API key stands for a user, its workspaces and its permissions."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from agentsync.emulator.answers import MissingPermission, Refusal
from agentsync.emulator.keys import DEFAULT_WORKSPACE, Key

_LEVELS: Final = ("READ", "RUN", "WRITE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The user, the workspace and the rights of one request."""

    user_id: str
    tenant_id: str
    permissions: frozenset[str]
    user_name: str = ""

    def need(self, permission: str) -> None:
        """Lets the request pass if its key has this permission.

        Errors: MissingPermission.
        """
        if permission not in self.permissions:
            raise MissingPermission(permission)


def authenticate(headers: Mapping[str, str], keys: tuple[Key, ...]) -> Caller:
    """The caller that the headers stand for; without configured keys any key will do.

    Errors: Refusal 401 without a key, 403 for an unknown key or a workspace that is not its own.
    """
    given = headers.get("x-api-key", "").strip()
    if not given:
        raise Refusal(401)
    key = next((key for key in keys if key.key == given), None)
    if keys and key is None:
        raise Refusal(403)
    key = key or Key(key=given)
    own = tuple(map(_workspace, key.workspaces))
    named = headers.get("x-tenant-id", "").strip()
    tenant = _workspace(named) if named else (own or (DEFAULT_WORKSPACE,))[0]
    if own and tenant not in own:
        raise Refusal(403)
    return Caller(
        user_id=key.user_id,
        tenant_id=tenant,
        permissions=key.permissions,
        user_name=key.user_name,
    )


def access_level(owner: str, permissions: Mapping[str, Any], user_id: str) -> str | None:
    """What this user may do with an agent: READ, RUN, WRITE, or None for nothing at all."""
    if owner == user_id:
        return "WRITE"
    levels = set()
    if permissions["visibility"] == "tenant":
        levels.add(str(permissions["tenant_access_level"]).upper())
    shared = permissions.get("shared_users", {})
    for field, level in (("read", "READ"), ("run", "RUN"), ("update", "WRITE")):
        if user_id in shared.get(field, []):
            levels.add(level)
    return max(levels, key=_LEVELS.index, default=None)


def _workspace(tenant: str) -> str:
    try:
        return str(uuid.UUID(tenant))
    except ValueError:
        raise Refusal(403) from None
