"""The emulator's own routes, for tests in other processes; absent unless asked for.

GET    /_emulator/stats     counters
GET    /_emulator/faults    the faults in force, each with how often it struck
POST   /_emulator/faults    one fault or a list of them
DELETE /_emulator/faults    none any more
POST   /_emulator/reset     forget agents, repositories, servers, faults and counters
"""

import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agentsync.emulator.answers import Failure, json_response, no_content
from agentsync.emulator.faults import Faults, from_json
from agentsync.emulator.stats import Stats
from agentsync.errors import UsageError

_Endpoint = Callable[[Request], Awaitable[Response]]


def routes(faults: Faults, stats: Stats, forget: Callable[[], None]) -> list[Route]:
    """The admin routes; `forget` empties the store."""

    async def read_stats(request: Request) -> Response:
        return json_response(stats.to_json())

    async def read_faults(request: Request) -> Response:
        return json_response(faults.to_json())

    async def add_faults(request: Request) -> Response:
        try:
            value = json.loads(await request.body())
            fresh = [from_json(item) for item in (value if isinstance(value, list) else [value])]
        except (ValueError, RecursionError):
            return Failure(400, "invalid_request_body", "not JSON").response(hub=False)
        except UsageError as error:
            return Failure(400, "invalid_fault", error.message).response(hub=False)
        for fault in fresh:
            faults.add(fault)
        return json_response(faults.to_json(), 201)

    async def clear_faults(request: Request) -> Response:
        faults.clear()
        return no_content()

    async def reset(request: Request) -> Response:
        forget()
        faults.clear()
        stats.reset()
        return no_content()

    return [
        Route("/_emulator/stats", _local(read_stats), methods=["GET"]),
        Route("/_emulator/faults", _local(read_faults), methods=["GET"]),
        Route("/_emulator/faults", _local(add_faults), methods=["POST"]),
        Route("/_emulator/faults", _local(clear_faults), methods=["DELETE"]),
        Route("/_emulator/reset", _local(reset), methods=["POST"]),
    ]


def _local(endpoint: _Endpoint) -> _Endpoint:
    """The endpoint, closed to web pages: no key guards these routes, and a page may POST."""

    async def guarded(request: Request) -> Response:
        if "origin" in request.headers:
            detail = "Admin routes are not for web pages"
            return Failure(403, "forbidden", detail).response(hub=False)
        return await endpoint(request)

    return guarded
