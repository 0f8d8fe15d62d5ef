"""Who may do what: an assistant belongs to who made it, and is theirs alone unless it says not.

Two things differ from one real server to the next, and are switches in the environment:
READ_ONLY_ANSWER (403 or 404) is what a stranger's write to a workspace assistant gets;
SYSTEM_VISIBLE=1 shows everybody the assistants that the server makes for its graphs.
"""

import os
from functools import cache
from typing import Any
from uuid import UUID

import lifeline
from langgraph_sdk import Auth, get_client
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import NotFoundError

SCHEME = "langsmith-api-key"
USERS = {"key-alice": "alice", "key-bob": "bob", "key-carol": "carol"}
READ_ONLY_ANSWER = int(os.environ.get("READ_ONLY_ANSWER", "403"))
SYSTEM_VISIBLE = os.environ.get("SYSTEM_VISIBLE") == "1"

if starter := os.environ.get("STARTER_KEY"):
    USERS[starter] = "starter"
if os.environ.get("HOLD_ON_TO_STDIN") == "1":
    lifeline.hold_on()

auth = Auth()
Refusal = Auth.exceptions.HTTPException


@auth.authenticate
async def authenticate(headers: dict[bytes, bytes]) -> str:
    """The user whose key this is."""
    if headers.get(b"x-auth-scheme", b"").decode("latin-1") != SCHEME:
        raise Refusal(status_code=401, detail=f"X-Auth-Scheme must be {SCHEME}")
    user = USERS.get(headers.get(b"x-api-key", b"").decode("latin-1"))
    if user is None:
        raise Refusal(status_code=401, detail="Invalid API key")
    return user


def _mine(ctx: Auth.types.AuthContext) -> dict[str, Any]:
    return {"owner": ctx.user.identity}


@auth.on
async def anything_else(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> dict[str, Any]:
    """Threads and the rest: one's own."""
    value.setdefault("metadata", {}).update(_mine(ctx))
    return _mine(ctx)


@auth.on.assistants.create
async def create(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> dict[str, Any]:
    """The owner is who asks, whatever the metadata says."""
    value["metadata"].update(_mine(ctx))
    return _mine(ctx)


@auth.on.assistants.read
@auth.on.assistants.search
async def see(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> dict[str, Any]:
    """One's own, and the workspace's."""
    visible = [_mine(ctx), {"visibility": "workspace"}]
    if SYSTEM_VISIBLE:
        visible.append({"created_by": "system"})
    return {"$or": visible}


@auth.on.assistants.update
@auth.on.assistants.delete
async def change(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> dict[str, Any]:
    """One's own; the rest is absent, or refused where one can see that it is not."""
    value.get("metadata", {}).pop("owner", None)
    if READ_ONLY_ANSWER == 403 and await _only_to_read(value["assistant_id"], ctx):
        raise Refusal(status_code=403, detail="This assistant is read-only: it is somebody else's")
    return _mine(ctx)


@cache
def _everything() -> LangGraphClient:
    # Of this very process, and past the authentication.
    return get_client(url=None)


async def _only_to_read(assistant: UUID, ctx: Auth.types.AuthContext) -> bool:
    try:
        found = await _everything().assistants.get(str(assistant))
    except NotFoundError:
        return False
    metadata = found["metadata"]
    shown = SYSTEM_VISIBLE and metadata.get("created_by") == "system"
    shown = shown or metadata.get("visibility") == "workspace"
    return shown and metadata.get("owner") != ctx.user.identity
