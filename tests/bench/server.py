"""The API's read side with precomputed bodies, a fixed latency, and counters.

    python tests/bench/server.py CORPUS [--latency 50]

Prints its port on the first line of stdout and serves until stdin closes. One process, one
epoll-style loop, HTTP/1.1 keep-alive, no pipelining. Answers of the API wait `latency`
milliseconds from the arrival of the request; these do not:

    GET /counters          what was counted since the last reset
    GET /reset?latency=MS  zero the counters, set the latency
    GET /quit              stop

It knows nothing of keys and never looks at a body: it is here to be faster than what it measures
(`run.py --only server` shows by how much).
"""

import argparse
import gzip
import heapq
import itertools
import json
import mmap
import os
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

PREFIX = "/v1/deepagents/agents"
HEAD_END = b"\r\n\r\n"


@dataclass(slots=True)
class Answer:
    """One answer ready to send, and what it is counted as."""

    kind: str
    data: bytes


class Corpus:
    """The bodies of a corpus folder, read where they lie."""

    def __init__(self, folder: Path) -> None:
        index = json.loads((folder / "live.json").read_text())
        self.items: list[Any] = index["items"]
        self._places: dict[str, list[int]] = index["places"]
        self._raw = _mapped(folder / "raw.pack")
        self._gzip = _mapped(folder / "gzip.pack")

    def agent(self, agent_id: str, zipped: bool) -> bytes | None:
        """The body of one agent, or None."""
        place = self._places.get(agent_id)
        if place is None:
            return None
        at, size = place[2:] if zipped else place[:2]
        return (self._gzip if zipped else self._raw)[at : at + size]


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


class Api:
    """Request heads in, answers out."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._pages: dict[tuple[str, bool], bytes] = {}

    def answer(self, target: str, zipped: bool) -> Answer:
        """The API's answer to GET `target`."""
        path, _, query = target.partition("?")
        if path == PREFIX:
            return Answer("list", self._page(query, zipped))
        if path.startswith(PREFIX + "/"):
            body = self._corpus.agent(path[len(PREFIX) + 1 :], zipped)
            if body is not None:
                kind = "get" if "include_files=" in query else "get-without-files"
                return Answer(kind, response(body, zipped=zipped))
        missing = b'{"type":"about:blank","code":"not_found","detail":"no such thing","status":404}'
        return Answer("not-found", response(missing, status="404 Not Found"))

    def _page(self, query: str, zipped: bool) -> bytes:
        key = (query, zipped)
        if key not in self._pages:
            body = json.dumps(self._slice(query), separators=(",", ":")).encode()
            self._pages[key] = response(gzip.compress(body) if zipped else body, zipped=zipped)
        return self._pages[key]

    def _slice(self, query: str) -> dict[str, Any]:
        wanted = {key: values[-1] for key, values in parse_qs(query).items()}
        name = wanted.get("name", "")
        items = [item for item in self._corpus.items if name in item["name"]]
        size = min(max(int(wanted.get("page_size", 20)), 1), 100)
        start = int(wanted.get("cursor") or 0)
        after = start + size
        return {
            "items": items[start:after],
            "next_cursor": str(after) if after < len(items) else None,
        }


def response(body: bytes, *, zipped: bool = False, status: str = "200 OK") -> bytes:
    """A complete HTTP/1.1 answer."""
    encoding = "content-encoding: gzip\r\n" if zipped else ""
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{encoding}"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(slots=True)
class Counters:
    """What one measurement did to the server."""

    connections: int = 0
    open_now: int = 0
    max_open: int = 0
    in_flight: int = 0
    max_in_flight: int = 0
    bytes_sent: int = 0
    first: float = 0.0
    last: float = 0.0
    requests: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        """The counters as plain JSON; `span` is seconds from the first arrival to the last."""
        return {
            "connections": self.connections,
            "max_open": self.max_open,
            "max_in_flight": self.max_in_flight,
            "bytes_sent": self.bytes_sent,
            "span": self.last - self.first,
            "requests": dict(self.requests),
        }


@dataclass(slots=True, eq=False)
class Connection:
    """One client, and what is under way for it."""

    sock: socket.socket
    received: bytearray = field(default_factory=bytearray)
    unsent: bytes = b""
    counted_by: Counters | None = None
    alive: bool = True


class Server:
    """The loop: reads heads, waits out the latency, writes answers."""

    def __init__(self, api: Api, latency: float) -> None:
        self._api = api
        self._latency = latency
        self._counters = Counters()
        self._due: list[tuple[float, int, Connection, bytes]] = []
        self._order = itertools.count()
        self._running = True
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._watch(self._listener, self._accept)
        self._watch(sys.stdin, self._stop)

    def _watch(self, file: Any, callback: Callable[[], None]) -> None:
        self._selector.register(file, selectors.EVENT_READ, callback)

    def run(self) -> None:
        """Serve until stdin closes or somebody asks to quit."""
        while self._running:
            for key, _ in self._selector.select(self._patience()):
                key.data()
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                _, _, connection, data = heapq.heappop(self._due)
                self._send(connection, data)

    def _patience(self) -> float | None:
        return max(self._due[0][0] - time.monotonic(), 0.0) if self._due else None

    def _stop(self) -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            self._running = False

    def _accept(self) -> None:
        sock, _ = self._listener.accept()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(sock)
        self._watch(sock, lambda: self._readable(connection))

    def _readable(self, connection: Connection) -> None:
        try:
            data = connection.sock.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            self._close(connection)
            return
        connection.received += data
        end = connection.received.find(HEAD_END)
        if end >= 0:
            head = bytes(connection.received[:end]).decode("latin-1")
            del connection.received[: end + len(HEAD_END)]
            self._take(connection, head)

    def _take(self, connection: Connection, head: str) -> None:
        method, target, _ = head.split("\r\n", 1)[0].split(" ", 2)
        if not target.startswith(PREFIX):
            self._control(connection, target)
            return
        counters = self._counters
        now = time.monotonic()
        if connection.counted_by is not counters:
            connection.counted_by = counters
            counters.connections += 1
            counters.open_now += 1
            counters.max_open = max(counters.max_open, counters.open_now)
        zipped = "gzip" in _header(head, "accept-encoding")
        answer = self._api.answer(target, zipped)
        counters.requests[answer.kind if method == "GET" else f"write:{method}"] += 1
        counters.in_flight += 1
        counters.max_in_flight = max(counters.max_in_flight, counters.in_flight)
        counters.first = counters.first or now
        counters.last = now
        due = now + self._latency
        heapq.heappush(self._due, (due, next(self._order), connection, answer.data))

    def _control(self, connection: Connection, target: str) -> None:
        path, _, query = target.partition("?")
        body = json.dumps(self._counters.to_json()).encode()
        if path == "/reset":
            self._counters = Counters()
            self._latency = float(parse_qs(query).get("latency", ["0"])[0]) / 1000
        elif path == "/quit":
            self._running = False
        elif path != "/counters":
            body = b"{}"
        connection.unsent = response(body)
        self._write(connection)

    def _send(self, connection: Connection, data: bytes) -> None:
        counters = connection.counted_by or self._counters
        counters.in_flight -= 1
        if connection.alive:
            counters.bytes_sent += len(data)
            connection.unsent = data
            self._write(connection)

    def _write(self, connection: Connection) -> None:
        try:
            sent = connection.sock.send(connection.unsent)
        except BlockingIOError:
            sent = 0
        except ConnectionError:
            self._close(connection)
            return
        connection.unsent = connection.unsent[sent:]
        waiting = selectors.EVENT_WRITE if connection.unsent else selectors.EVENT_READ
        if self._selector.get_key(connection.sock).events != waiting:
            callback = self._write if connection.unsent else self._readable
            self._selector.modify(connection.sock, waiting, lambda: callback(connection))

    def _close(self, connection: Connection) -> None:
        if connection.alive:
            connection.alive = False
            if connection.counted_by:
                connection.counted_by.open_now -= 1
            self._selector.unregister(connection.sock)
            connection.sock.close()


def _header(head: str, name: str) -> str:
    """The value of one request header in lower case, "" when it is missing."""
    lowered = head.lower()
    start = lowered.find(f"\r\n{name}:")
    return "" if start < 0 else lowered[start + len(name) + 3 :].split("\r\n", 1)[0]


def main() -> None:
    """Serve one corpus."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--latency", type=float, default=0.0, help="milliseconds per request")
    arguments = parser.parse_args()
    server = Server(Api(Corpus(arguments.corpus)), arguments.latency / 1000)
    print(server.port, flush=True)
    server.run()


if __name__ == "__main__":
    main()
