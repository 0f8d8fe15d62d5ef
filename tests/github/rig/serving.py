"""The fake GitHub on a real loopback socket."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fakegithub import FakeGitHub, RefusedError, Token


class _Handler(BaseHTTPRequestHandler):
    github: FakeGitHub
    protocol_version = "HTTP/1.1"

    def handle_one(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        with self.github.lock:
            self._answer(url.path, query, body)

    do_GET = do_POST = do_PATCH = do_DELETE = handle_one

    def _answer(self, path: str, query: dict[str, str], body: Any) -> None:
        github = self.github
        github.requests.append((self.command, path))
        fault = next((it for it in github.faults if it.strikes(self.command, path)), None)
        try:
            if fault and not fault.late:
                return self._send(fault.status, {"message": "on order"}, fault.headers)
            status, answer = github.answer(self.command, path, query, body, self._token())
        except RefusedError as error:
            return self._send(error.status, {"message": error.message}, {})
        if fault:
            return self._send(fault.status, {"message": "on order"}, fault.headers)
        return self._send(status, answer, {})

    def _token(self) -> Token:
        if not self.headers.get("User-Agent"):
            raise RefusedError(403, "Request forbidden by administrative rules")
        kind, _, word = (self.headers.get("Authorization") or "").partition(" ")
        if kind != "Bearer" or word not in self.github.tokens:
            raise RefusedError(401, "Bad credentials")
        return self.github.tokens[word]

    def _send(self, status: int, answer: Any, headers: dict[str, str]) -> None:
        payload = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *arguments: object) -> None:
        """Nothing: a test's output is for what failed."""


@contextmanager
def fake_github() -> Iterator[FakeGitHub]:
    """A repository at an address of its own."""
    github = FakeGitHub()
    handler = type("Handler", (_Handler,), {"github": github})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        github.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield github
        finally:
            server.shutdown()
            thread.join()
