"""Runs the emulator on a real socket: in a thread beside the caller, or in the foreground."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentsync.emulator.faults import Fault, Faults
from agentsync.emulator.journal import Entry, Journal
from agentsync.emulator.loopback import is_loopback
from agentsync.emulator.options import Options
from agentsync.emulator.stats import Stats
from agentsync.emulator.store import Store
from agentsync.errors import AgentsyncError, RefusedError, UsageError

if TYPE_CHECKING:
    from agentsync.emulator.server import Engine

__all__ = ["Options", "Server", "running", "serve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running emulator.

    Shape: `url` is the origin, as LANGSMITH_ENDPOINT wants it; the API is below /v1/deepagents.
    """

    url: str
    _faults: Faults
    _stats: Stats
    _journal: Journal

    def add_fault(self, fault: Fault) -> None:
        """Puts a fault in force."""
        self._faults.add(fault)

    def clear_faults(self) -> None:
        """Takes every fault out of force."""
        self._faults.clear()

    def faults(self) -> list[dict[str, Any]]:
        """The faults in force, each with how often it `struck`."""
        return self._faults.to_json()

    def stats(self) -> dict[str, Any]:
        """The counters, as GET /_emulator/stats answers them."""
        return self._stats.to_json()

    def reset_stats(self) -> None:
        """Sets the counters to zero."""
        self._stats.reset()

    def journal(self) -> tuple[Entry, ...]:
        """Every accepted write so far, oldest first, when the options ask for a journal."""
        return self._journal.entries()


@contextmanager
def running(options: Options) -> Iterator[Server]:
    """An emulator in a thread of this process: ready when entered, gone when left.

    Errors: UsageError and RefusedError as `serve`.
    """
    with _prepared(options) as (engine, server):
        ready = threading.Event()
        failures: list[BaseException] = []

        def run() -> None:
            try:
                engine.run(ready.set)
            except BaseException as error:
                failures.append(error)
            finally:
                ready.set()

        thread = threading.Thread(target=run, name="agentsync-emulator", daemon=True)
        thread.start()
        try:
            ready.wait()
            if not failures:
                yield server
        finally:
            engine.stop()
            thread.join()
        if failures:
            raise failures[0]


def serve(options: Options, on_ready: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM, then shuts down cleanly and returns.

    Shape: `on_ready` gets the origin once requests are answered.
    Errors: UsageError when the port is taken, the database is unusable, an option makes no sense
    or Starlette and uvicorn are missing; RefusedError for an address that others can reach.
    """
    with _prepared(options) as (engine, server):
        engine.run(lambda: on_ready(server.url))


@contextmanager
def _prepared(options: Options) -> Iterator[tuple["Engine", Server]]:
    _check(options)
    try:
        from agentsync.emulator.app import build
        from agentsync.emulator.server import Connections, Engine
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in ("starlette", "uvicorn", "anyio"):
            raise
        raise UsageError(
            f"the emulator needs {error.name}, which is not installed",
            hint="pip install 'agentsync[emulator]'",
        ) from None
    faults, stats = Faults(options.faults), Stats()
    store = Store(options.database, deterministic=options.deterministic)
    journal = Journal(store, kept=options.journal)
    try:
        with _listening(options) as listener:
            connections = Connections(stats)
            app = build(
                options,
                store,
                faults=faults,
                stats=stats,
                journal=journal,
                abort=connections.abort,
            )
            url = _url(options.host, listener.getsockname()[1])
            server = Server(url=url, _faults=faults, _stats=stats, _journal=journal)
            yield Engine(app, listener, connections), server
    finally:
        store.close()


def _check(options: Options) -> None:
    if not 0 <= options.port <= 65535:
        raise UsageError(f"{options.port} is not a port", hint="0 takes a free one")
    if not 0 <= options.latency_seconds <= 3600:
        raise UsageError("the latency must be from 0 to 3600 seconds")
    if is_loopback(options.host):
        return
    if not options.allow_remote:
        raise RefusedError(
            f"{options.host or 'an empty host'} can be reached from other machines"
            + ("" if options.keys else ", and the emulator accepts any key"),
            hint="use 127.0.0.1, or allow it explicitly (--allow-remote)",
        )
    if (options.admin or options.faults) and not options.allow_remote_admin:
        raise RefusedError(
            f"admin routes and faults on {options.host} could be used by other machines",
            hint="leave them out, or allow them explicitly (--allow-remote-admin)",
        )


@contextmanager
def _listening(options: Options) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is named; without it every other answer
    # waits 40 ms for an acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((options.host, options.port))
            listener.listen(2048)
        except OSError as error:
            raise _cannot_listen(options, error) from None
        listener.set_inheritable(False)
        yield listener


def _cannot_listen(options: Options, error: OSError) -> AgentsyncError:
    return UsageError(
        f"cannot listen on {options.host}:{options.port}: {error.strerror or error}",
        hint="choose another port; 0 takes a free one",
    )


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
