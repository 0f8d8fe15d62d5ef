"""Git over HTTP with a password, as GitHub has it, in front of git's own server."""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

_USER = "x-access-token"


@dataclass
class GitServer:
    """What clients tried.

    Shape: `users` are the names that came with the right password; `elsewhere` is where every
    request is sent on to, "" for nowhere.
    """

    token: str
    url: str = ""
    elsewhere: str = ""
    users: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    server_: GitServer
    root: Path

    def handle_one(self) -> None:
        told = self.server_
        told.requests.append(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if told.elsewhere:
            self._end(302, {"Location": told.elsewhere + self.path})
        elif not self._known():
            self._end(401, {"WWW-Authenticate": 'Basic realm="git"'})
        else:
            self._git(body)

    do_GET = do_POST = handle_one

    def _known(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        user, _, password = base64.b64decode(given).decode().partition(":")
        if given:
            self.server_.passwords.append(password)
        if password != self.server_.token or user != _USER:
            return False
        self.server_.users.append(user)
        return True

    def _git(self, body: bytes) -> None:
        url = urlsplit(self.path)
        done = subprocess.run(
            ["git", "http-backend"],
            env={
                **os.environ,
                "GIT_PROJECT_ROOT": str(self.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": _USER,
                "REQUEST_METHOD": self.command,
                "PATH_INFO": url.path,
                "QUERY_STRING": url.query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            },
            input=body,
            capture_output=True,
            check=True,
        )
        head, _, payload = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self._end(int(headers.pop("Status", "200").split()[0]), headers, payload)

    def _end(self, status: int, headers: dict[str, str], payload: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *arguments: object) -> None:
        """Nothing: a test's output is for what failed."""


@contextmanager
def git_server(root: Path, token: str) -> Iterator[GitServer]:
    """The repositories below this folder, for whoever knows the token."""
    told = GitServer(token=token)
    handler = type("Handler", (_Handler,), {"server_": told, "root": root})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        told.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()
