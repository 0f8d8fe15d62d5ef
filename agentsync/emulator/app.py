"""The emulator as an ASGI application: routes, the order of checks, and the one error handler."""

import json
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from agentsync.emulator import admin
from agentsync.emulator.agents import Agents
from agentsync.emulator.answering import AgentAnswers
from agentsync.emulator.answers import COMMITS, HUB, Failure
from agentsync.emulator.auth import authenticate
from agentsync.emulator.call import Call, Operation
from agentsync.emulator.faults import Fault, Faults
from agentsync.emulator.front import Abort, Front
from agentsync.emulator.hub import Hub
from agentsync.emulator.journal import Journal
from agentsync.emulator.keys import DEFAULT_USER, DEFAULT_WORKSPACE
from agentsync.emulator.loopback import is_loopback
from agentsync.emulator.mcp import McpServers
from agentsync.emulator.options import Options
from agentsync.emulator.rendering import named
from agentsync.emulator.rows import Repo
from agentsync.emulator.stats import Stats
from agentsync.emulator.store import Store
from agentsync.emulator.views import Views

API: Final = "/v1/deepagents"
_LOG: Final = logging.getLogger(__name__)
_AGENT_IN_PATH: Final = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
)


def build(
    options: Options,
    store: Store,
    *,
    faults: Faults,
    stats: Stats,
    journal: Journal,
    abort: Abort,
) -> Front:
    """The application over this store; `abort` is how it breaks a connection.

    Errors: UsageError for a rendering that does not exist.
    """
    views = Views(store, options.readings)
    style = named(options.rendering)
    answers = AgentAnswers(store, views, options.readings)
    agents = Agents(store, answers, options.readings, style, options.max_agents)
    hub = Hub(store, views, agents, options.readings)
    servers = McpServers(store, options.readings, options.mcp_tools)
    plant_skills(store, options)

    def race(path: str, fault: Fault) -> None:
        agent_id = _agent_in(path)
        before = journal.content(agent_id)
        try:
            if agent_id:
                agents.race(agent_id, fault.files, fault.metadata)
                journal.wrote(agent_id, before, key="", method="RACE", path=path)
        except Failure as failure:
            _LOG.error("the racing writer's change is not valid: %s", failure.detail)
            stats.internal_errors += 1

    routes = _routes(options, stats, journal, agents, hub, servers)
    if options.admin:
        routes += admin.routes(faults, stats, lambda: _reset(store, options))
    app = Starlette(
        routes=routes,
        exception_handlers={404: _no_route, 405: _no_route},
    )
    app.router.redirect_slashes = False
    return Front(
        app,
        faults=faults,
        stats=stats,
        latency_seconds=options.latency_seconds,
        loopback_only=is_loopback(options.host),
        abort=abort,
        race=race,
    )


def plant_skills(store: Store, options: Options) -> None:
    """Makes the skill repositories of the options, where they are not there yet."""
    with store.transaction():
        for handle, files in options.skills:
            if store.repo(DEFAULT_WORKSPACE, handle) is None:
                store.add_repo(
                    Repo(tenant=DEFAULT_WORKSPACE, handle=handle, owner=DEFAULT_USER, kind="skill")
                )
                store.add_commit(DEFAULT_WORKSPACE, handle, dict(files))


def _reset(store: Store, options: Options) -> None:
    store.clear()
    plant_skills(store, options)


def _agent_in(path: str) -> str:
    """The id in this path, "" when there is none."""
    found = _AGENT_IN_PATH.search(path)
    return found[0].lower() if found else ""


def _routes(
    options: Options,
    stats: Stats,
    journal: Journal,
    agents: Agents,
    hub: Hub,
    servers: McpServers,
) -> list[Route]:
    agent, server = f"{API}/agents/{{agent_id}}", f"{API}/mcp-servers/{{mcp_server_id}}"
    repo = f"{HUB}/repos/{{owner}}/{{repo}}/directories"
    commits = f"{COMMITS}/{{owner}}/{{repo}}"
    table: list[tuple[str, dict[str, Operation]]] = [
        (agent, {"GET": agents.get, "PATCH": agents.patch, "DELETE": agents.delete}),
        (f"{API}/agents", {"GET": agents.page, "POST": agents.create}),
        (repo, {"GET": hub.get, "DELETE": hub.delete}),
        (f"{repo}/commits", {"POST": hub.commit}),
        (commits, {"GET": hub.commits}),
        (f"{commits}/", {"GET": hub.commits}),
        (f"{agent}/clone", {"POST": agents.clone}),
        (f"{agent}/health", {"GET": agents.health}),
        (f"{API}/mcp-servers", {"GET": servers.index, "POST": servers.create}),
        (server, {"GET": servers.get, "PATCH": servers.update, "DELETE": servers.delete}),
        (f"{API}/mcp/tools", {"GET": servers.tools}),
    ]
    return [
        Route(path, _endpoint(operations, options, stats, journal), methods=list(operations))
        for path, operations in table
    ]


def _endpoint(
    operations: dict[str, Operation], options: Options, stats: Stats, journal: Journal
) -> Callable[[Request], Awaitable[Response]]:
    """Answers a request to one path: who is it, what did they send, then the operation.

    An operation never awaits, so requests take effect one after the other.
    """

    async def answer(request: Request) -> Response:
        hub = request.url.path.startswith((HUB, COMMITS))
        operation = operations["GET" if request.method == "HEAD" else request.method]
        try:
            caller = authenticate(request.headers, options.keys)
            call = Call(
                caller=caller,
                params=request.path_params,
                query=request.query_params,
                body=await _body(request, options.max_body_bytes),
            )
            return _journaled(operation, call, request, journal)
        except Failure as failure:
            return failure.response(hub=hub)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            _LOG.exception("the emulator failed at %s %s", request.method, request.url.path)
            stats.internal_errors += 1
            detail = "The emulator failed at this request; its log says why"
            return Failure(500, "internal_server_error", detail).response(hub=hub)

    return answer


def _journaled(operation: Operation, call: Call, request: Request, journal: Journal) -> Response:
    """The operation's answer, taken down when it was a write."""
    if not journal.kept or request.method in ("GET", "HEAD"):
        return operation(call)
    path = request.url.path
    agent_id = _agent_in(path)
    before = journal.content(agent_id)
    response = operation(call)
    if response.status_code == 201:
        agent_id, before = str(json.loads(bytes(response.body)).get("id", "")), None
    key = request.headers.get("x-api-key", "")
    journal.wrote(agent_id, before, key=key, method=request.method, path=path)
    return response


async def _body(request: Request, limit: int) -> bytes:
    if request.method in ("GET", "HEAD", "DELETE"):
        return b""
    large = Failure(413, "request_too_large", f"A request body may have {limit} bytes")
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise large
        chunks.append(chunk)
    return b"".join(chunks)


async def _no_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    code = "method_not_allowed" if status == 405 else "route_not_found"
    failure = Failure(status, code, f"No such operation: {request.method} {request.url.path}")
    return failure.response(hub=request.url.path.startswith((HUB, COMMITS)))
