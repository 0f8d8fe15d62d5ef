"""uvicorn, with what the emulator needs of it: readiness, counted connections, broken ones."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from agentsync.emulator.stats import Stats

_GRACE_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 0.1
_STOPPING: Final = (signal.SIGINT, signal.SIGTERM)


class Connections:
    """The open connections by the client's address, counted as they come and go."""

    def __init__(self, stats: Stats) -> None:
        self._stats = stats
        self._transports: dict[Any, asyncio.Transport] = {}

    def abort(self, scope: Scope) -> None:
        """Breaks the connection that this request came in on."""
        transport = self._transports.get(scope["client"])
        if transport is not None:
            transport.abort()

    def abort_all(self) -> None:
        """Breaks every connection."""
        for transport in list(self._transports.values()):
            transport.abort()

    def opened(self, client: Any, transport: asyncio.Transport) -> None:
        """Takes note of a new connection."""
        self._transports[client] = transport
        self._stats.connected()

    def closed(self, client: Any) -> None:
        """Takes note of the end of a connection."""
        if self._transports.pop(client, None) is not None:
            self._stats.disconnected()


class Engine:
    """One uvicorn server for an application, on a socket that listens already."""

    def __init__(self, app: ASGIApp, listener: socket.socket, connections: Connections) -> None:
        class Protocol(_Protocol):
            register = connections

        # h11 by name: what is installed beside uvicorn must not decide how a connection breaks.
        config = uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
        )
        self._server = _Server(config, connections)
        self._listener = listener

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serves until `stop`, or until SIGINT or SIGTERM in the main thread."""
        self._server.on_ready = on_ready
        self._server.run(sockets=[self._listener])

    def stop(self) -> None:
        """Lets the server finish what it is doing, and end."""
        self._server.stop()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self.on_ready: Callable[[], None] = lambda: None
        self._open = connections
        self._wake: Callable[[], Any] = lambda: None

    def stop(self) -> None:
        self.should_exit = True
        self._wake()

    async def main_loop(self) -> None:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        self._wake = lambda: loop.call_soon_threadsafe(stopped.set)
        counter = 0
        await self.on_tick(counter)
        self.on_ready()
        while not await self.on_tick(counter):
            counter = (counter + 1) % 10
            try:
                await asyncio.wait_for(stopped.wait(), _LOOK_SECONDS)
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn's own takes a tenth of a second at least, which tests would pay every time.
        for server in self.servers:
            server.close()
        state, loop = self.server_state, asyncio.get_running_loop()
        for connection in list(state.connections):
            connection.shutdown()
        deadline = loop.time() + _GRACE_SECONDS
        while (state.connections or state.tasks) and loop.time() < deadline and not self.force_exit:
            await asyncio.sleep(0.002)
        self._open.abort_all()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal again after its shutdown; the caller wants to go on.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _STOPPING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Protocol(H11Protocol):
    register: Connections

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.register.opened(self.client, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.register.closed(self.client)
        super().connection_lost(exc)
