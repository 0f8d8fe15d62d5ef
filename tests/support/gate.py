"""A proxy on loopback that every request passes, one at a time, and that may have its own way."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One request at the gate.

    Shape: `number` counts from 1; `path` is without the query.
    """

    number: int
    method: str
    path: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def _let_in(passage: Passage) -> bool:
    return True


def _let_out(passage: Passage, body: bytes) -> bytes | None:
    return body


@dataclass(kw_only=True)
class Gate:
    """What passes between a client and a server.

    Shape: `arrived` says whether a request may reach the server; `answered` gives the answer's
    body, changed or not, or None: then the connection breaks, though the request took effect.
    """

    upstream: str
    arrived: Callable[[Passage], bool] = _let_in
    answered: Callable[[Passage, bytes], bytes | None] = _let_out
    url: str = ""
    passed: list[Passage] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def gate(upstream: str) -> Iterator[Gate]:
    """A gate in front of this server, wide open at first."""
    keeper = Gate(upstream=upstream)

    class Keeper(_Handler):
        found = keeper

    with ThreadingHTTPServer(("127.0.0.1", 0), Keeper) as server:
        server.daemon_threads = True
        keeper.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield keeper
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    found: Gate
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.found.lock:
            answer = self._decided(body)
        if answer is None:
            self.close_connection = True
            return
        status, kind, text = answer
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(text)))
        if kind:
            self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text)
        self.wfile.flush()

    def _decided(self, body: bytes) -> tuple[int, str, bytes] | None:
        keeper = self.found
        path = urlsplit(self.path).path
        passage = Passage(number=len(keeper.passed) + 1, method=self.command, path=path)
        keeper.passed.append(passage)
        if not keeper.arrived(passage):
            return None
        status, kind, text = self._forwarded(body)
        changed = keeper.answered(passage, text)
        return None if changed is None else (status, kind, changed)

    def _forwarded(self, body: bytes) -> tuple[int, str, bytes]:
        upstream = http.client.HTTPConnection(urlsplit(self.found.upstream).netloc)
        skipped = ("host", "connection", "accept-encoding", "content-length")
        kept = {key: item for key, item in self.headers.items() if key.lower() not in skipped}
        try:
            upstream.request(self.command, self.path, body or None, kept)
            answer = upstream.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read()
        finally:
            upstream.close()

    do_GET = do_POST = do_PATCH = do_DELETE = _pass
