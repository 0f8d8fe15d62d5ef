"""MCP servers of a workspace, and the tools they are said to have.

The emulator never calls a server: what `mcp/tools` answers is given in the options.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from starlette.responses import Response

from agentsync.emulator import requests
from agentsync.emulator.answers import (
    Failure,
    bad_query,
    invalid,
    json_response,
    missing,
    no_content,
    not_found,
)
from agentsync.emulator.auth import Caller
from agentsync.emulator.call import Call
from agentsync.emulator.readings import Readings
from agentsync.emulator.shapes import ListOf, Record, Text, clean
from agentsync.emulator.store import Store

_UPDATE: Final = Record(
    fields={
        "url": Text(),
        "headers": ListOf(item=Record(fields={"key": Text(), "value": Text()})),
        "auth_type": Text(enum=("headers", "oauth", "")),
        "oauth_mode": Text(enum=("legacy_shared_provider", "per_user_dynamic_client", "")),
        "oauth_provider_id": Text(),
    }
)
_CREATE: Final = Record(
    fields={
        **_UPDATE.fields,
        **dict.fromkeys(("name", "vendor_id", "external_system_id"), Text()),
    }
)
_ABSENT: Final = dict.fromkeys(
    ("oauth_provider_id", "mcp_vendor_id", "vendor_id", "external_system_id")
)


class McpServers:
    """The operations on MCP servers of one emulator."""

    def __init__(
        self,
        store: Store,
        readings: Readings,
        tools: tuple[tuple[str, tuple[dict[str, Any], ...]], ...],
    ) -> None:
        self._store = store
        self._readings = readings
        self._tools = {_bare(url): list(found) for url, found in tools}
        self._fetched: dict[tuple[str, str], str] = {}

    def index(self, call: Call) -> Response:
        """200 and a bare array."""
        call.caller.need("mcp-servers:read")
        rows = self._store.servers(call.caller.tenant_id)
        return json_response([_shown(body, owner, call.caller) for _, owner, body in rows])

    def get(self, call: Call) -> Response:
        """200 and one server."""
        call.caller.need("mcp-servers:read")
        _, owner, body = self._find(call)
        return json_response(_shown(body, owner, call.caller))

    def create(self, call: Call) -> Response:
        """201 and the new server."""
        call.caller.need("mcp-servers:create")
        sent = clean(_CREATE, requests.decode(call.body), self._readings)
        for field in ("name", "url"):
            if not sent.get(field, "").strip():
                raise missing(field)
        self._check(call.caller.tenant_id, sent, None)
        with self._store.transaction():
            number = self._store.number()
            now = self._store.now(number)
            body = {
                "id": self._store.identity(number),
                "tenant_id": call.caller.tenant_id,
                "auth_type": "headers",
                **_ABSENT,
                **sent,
                "created_at": now,
                "updated_at": now,
            }
            body["auth_type"] = body["auth_type"] or "headers"
            self._store.save_server(number, call.caller.tenant_id, call.caller.user_id, body)
        return json_response(_shown(body, call.caller.user_id, call.caller), 201)

    def update(self, call: Call) -> Response:
        """200 and the changed server; `headers` replaces the whole array."""
        call.caller.need("mcp-servers:update")
        number, owner, before = self._find(call)
        sent = clean(_UPDATE, requests.decode(call.body), self._readings)
        if "url" in sent and not sent["url"].strip():
            raise missing("url")
        self._check(call.caller.tenant_id, sent, before["id"])
        with self._store.transaction():
            body = {**before, **sent, "updated_at": self._store.now(self._store.number())}
            body["auth_type"] = body["auth_type"] or "headers"
            self._store.save_server(number, call.caller.tenant_id, owner, body)
        return json_response(_shown(body, owner, call.caller))

    def delete(self, call: Call) -> Response:
        """204, whether the server was there or not."""
        call.caller.need("mcp-servers:delete")
        server_id = call.identity("mcp_server_id", "mcp server")
        with self._store.transaction():
            self._store.remove_server(call.caller.tenant_id, server_id)
        return no_content()

    def tools(self, call: Call) -> Response:
        """200 and the tools of a registered server, cached from the second time on."""
        call.caller.need("mcp-servers:read")
        url = call.query.get("url", "")
        if not url.strip():
            raise bad_query("url is required")
        tenant, bare = call.caller.tenant_id, _bare(url)
        known = {_bare(body["url"]) for _, _, body in self._store.servers(tenant)}
        if bare not in known:
            raise not_found("mcp server")
        cached = (tenant, bare) in self._fetched and not call.truthy("force_refresh")
        if not cached:
            self._fetched[tenant, bare] = self._store.now(self._store.number())
        fetched = self._fetched[tenant, bare]
        tools = self._tools.get(bare, [])
        return json_response({"tools": tools, "cached": cached, "fetched_at": fetched})

    def _find(self, call: Call) -> tuple[int, str, dict[str, Any]]:
        server_id = call.identity("mcp_server_id", "mcp server")
        for number, owner, body in self._store.servers(call.caller.tenant_id):
            if body["id"] == server_id:
                return number, owner, body
        raise not_found("mcp server")

    def _check(self, tenant: str, sent: dict[str, Any], own_id: str | None) -> None:
        for index, header in enumerate(sent.get("headers", [])):
            if "key" not in header or "value" not in header:
                raise invalid(f"headers[{index}] needs key and value")
        if "url" not in sent:
            return
        if not _is_https(sent["url"]):
            raise invalid("url must be a valid HTTPS endpoint")
        for _, _, body in self._store.servers(tenant):
            if body["id"] != own_id and _bare(body["url"]) == _bare(sent["url"]):
                raise Failure(409, "mcp_server_exists", "an MCP server with this url exists")


def _shown(body: dict[str, Any], owner: str, caller: Caller) -> dict[str, Any]:
    """A server as this caller may see it: credential headers only with the right to invoke.

    Shape: `can_invoke` is absent when the key's own permissions already imply it.
    """
    shown = {key: value for key, value in body.items() if value != ""}
    if "mcp-servers:invoke" in caller.permissions:
        return shown
    may = owner == caller.user_id
    if not may:
        shown.pop("headers", None)
    return {**shown, "can_invoke": may}


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        return False


def _bare(url: str) -> str:
    return url.strip().rstrip("/").lower()
