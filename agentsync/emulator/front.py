"""The layer before the application: counts requests, and spoils those a fault waits for."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentsync.emulator.answers import HUB, Failure
from agentsync.emulator.faults import Fault, Faults
from agentsync.emulator.loopback import asks_for_loopback
from agentsync.emulator.stats import Stats

_LOG: Final = logging.getLogger(__name__)
_ADMIN: Final = "/_emulator/"
_GARBAGE: Final = "<html><body><h1>Service temporarily degraded</h1></body></html>"
_CODES: Final = {429: "rate_limited", 500: "internal_server_error", 502: "bad_gateway"}

Abort = Callable[[Scope], None]
"""Breaks the connection that a request came in on, at once."""

Race = Callable[[str, Fault], None]
"""Lets the racing writer of a fault change the agent in this path."""


class Front:
    """An ASGI application around another one."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        faults: Faults,
        stats: Stats,
        latency_seconds: float,
        loopback_only: bool,
        abort: Abort,
        race: Race,
    ) -> None:
        self._app = app
        self._faults = faults
        self._stats = stats
        self._latency = latency_seconds
        self._loopback_only = loopback_only
        self._abort = abort
        self._race = race

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; admin requests are neither counted nor spoiled."""
        if scope["type"] != "http":
            return
        if self._loopback_only and _is_for_another_host(scope):
            await _wrong_host(scope["path"])(scope, receive, send)
            return
        if scope["path"].startswith(_ADMIN):
            await self._app(scope, receive, send)
            return
        self._stats.began(scope["method"], scope["path"])
        try:
            await self._serve(scope, receive, send)
        except asyncio.CancelledError:
            # The server is going down and the connection is broken: nobody is left to tell, and
            # uvicorn would log a traceback for each request that was still waiting.
            return
        finally:
            self._stats.ended()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        faults = self._faults.strike(scope["method"], path)
        delay = self._latency + sum(fault.seconds for fault in faults if fault.kind == "latency")
        if delay:
            await asyncio.sleep(delay)
        races = [fault for fault in faults if fault.kind == "race"]
        spoiling = next((fault for fault in faults if fault.spoils), None)
        for fault in races:
            if not fault.late:
                self._race(path, fault)
        if spoiling is None:
            await self._app(scope, receive, self._counted(send))
        elif spoiling.late:
            answer = _Answer()
            await self._app(scope, receive, answer.collect)
            await self._spoil(spoiling, answer, scope, receive, send)
        else:
            await self._spoil(spoiling, _Answer(), scope, receive, send)
        for fault in races:
            if fault.late:
                self._race(path, fault)

    async def _spoil(
        self, fault: Fault, answer: "_Answer", scope: Scope, receive: Receive, send: Send
    ) -> None:
        if fault.kind == "drop":
            await self._drop(scope, receive)
        elif fault.kind == "truncate":
            await answer.send_half(send)
            await self._drop(scope, receive)
        else:
            response = _garbage() if fault.kind == "garbage" else _failure(fault, scope["path"])
            await response(scope, receive, self._counted(send))

    async def _drop(self, scope: Scope, receive: Receive) -> None:
        self._abort(scope)
        # The server would answer 500 for an application that returns without a word while it
        # still thinks that the client is there.
        while (await receive())["type"] != "http.disconnect":
            pass

    def _counted(self, send: Send) -> Send:
        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._stats.statuses[str(message["status"])] += 1
            await send(message)

        return counting


@dataclass(slots=True)
class _Answer:
    """An answer that was caught on its way out."""

    start: Message = field(default_factory=dict)
    body: bytes = b""

    async def collect(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    async def send_half(self, send: Send) -> None:
        await send(self.start)
        half: dict[str, Any] = {"body": self.body[: len(self.body) // 2], "more_body": True}
        await send({"type": "http.response.body", **half})


def _is_for_another_host(scope: Scope) -> bool:
    """Whether a name of somebody else was made to point here, as a hostile web page can do."""
    # Without the header it is HTTP/1.0, which no browser speaks.
    named = next((value for name, value in scope["headers"] if name == b"host"), None)
    return named is not None and not asks_for_loopback(named)


def _wrong_host(path: str) -> Response:
    detail = "The emulator listens on this machine only: the Host header must name localhost"
    return Failure(403, "forbidden", detail).response(hub=path.startswith(HUB))


def _garbage() -> Response:
    return Response(_GARBAGE, 200, media_type="text/html")


def _failure(fault: Fault, path: str) -> Response:
    code = _CODES.get(fault.status, "service_unavailable" if fault.status >= 500 else "refused")
    failure = Failure(fault.status, code, "The emulator was asked to fail this request")
    response = failure.response(hub=path.startswith(HUB))
    if fault.body is not None:
        response = Response(fault.body, fault.status, media_type="text/plain")
    if fault.retry_after is not None:
        response.headers["Retry-After"] = fault.retry_after
    return response
