"""A real Agent Server on loopback: `langgraph dev` on a copy of tests/interop/agent_server."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

SOURCE = Path(__file__).parents[1] / "interop" / "agent_server"
SCHEME = "langsmith-api-key"
USERS = {"alice": "key-alice", "bob": "key-bob", "carol": "key-carol"}

_READY_WITHIN = 60.0
_STOPPED_WITHIN = 30.0
# Below what the kernel gives to outgoing connections: nobody gets the port during a restart.
_PORTS = range(20_000, 32_000)
_TRIES = 3
# It warns so, and takes another port; or it ends so, when somebody was faster even then.
_TAKEN = "already in use"
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT")
_QUIET = {
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "LANGGRAPH_NO_VERSION_CHECK": "1",
    "LANGSMITH_TRACING": "false",
    "HOLD_ON_TO_STDIN": "1",
}


class NotStartedError(RuntimeError):
    """The server ended, or did not answer in time; the message ends with its log."""


@dataclass(kw_only=True)
class AgentServer:
    """A server that can be stopped and started again, with or without its memory.

    Shape: `settings` are environment variables that auth.py knows: READ_ONLY_ANSWER ("403" or
    "404"), SYSTEM_VISIBLE ("1").
    Errors: NotStartedError from `start` and `restart`.
    """

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    _key: str = field(default_factory=lambda: uuid.uuid4().hex)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return None if self._process is None else self._process.pid

    @property
    def log(self) -> str:
        """What it printed since it was started last."""
        path = self.folder / "log.txt"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    @contextmanager
    def user(self, name: str) -> "Iterator[Assistants]":
        """What this user can do, on a connection of its own."""
        timeout = httpx.Timeout(_READY_WITHIN)
        with httpx.Client(
            base_url=self.url, headers=headers(name), trust_env=False, timeout=timeout
        ) as http:
            yield Assistants(http=http)

    def start(self) -> None:
        """It answers when this returns; the port is chosen at the first start and kept."""
        assert self._process is None, "it runs already"
        for _ in range(1 if self.port else _TRIES):
            port = self.port or _free_port()
            self._launch(port)
            if self._answers(port):
                self.port = port
                return
            self.kill()
            if _TAKEN not in self.log:
                break
        raise NotStartedError(f"no Agent Server at port {port}:\n{self.log}")

    def stop(self) -> None:
        """It has ended, and what it knew is on disk."""
        process = self._process
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOPPED_WITHIN)
        finally:
            self.kill()

    def restart(self) -> None:
        """A new process at the same address that knows what the old one knew."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """It is gone at once, with all it started; what it had not saved is lost."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def _launch(self, port: int) -> None:
        command = [sys.executable, "-m", "langgraph_cli", "dev", "--host", "127.0.0.1"]
        command += ["--port", str(port), "--no-browser", "--no-reload"]
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with (self.folder / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**kept, **_QUIET, **self.settings, "STARTER_KEY": self._key},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _answers(self, port: int) -> bool:
        """Whether it answered before it ended or the time was over."""
        process = self._process
        assert process is not None
        deadline = time.monotonic() + _READY_WITHIN
        # The key is known to this process only: whoever else has the port refuses it.
        carried = {"X-Api-Key": self._key, "X-Auth-Scheme": SCHEME}
        url = f"http://127.0.0.1:{port}/assistants/search"
        with httpx.Client(trust_env=False, timeout=1, headers=carried) as client:
            while process.poll() is None and _TAKEN not in self.log:
                if time.monotonic() > deadline:
                    break
                with suppress(httpx.TransportError):
                    if client.post(url, json={}).is_success:
                        return True
                _wait(process, 0.02)
        return False


@dataclass(frozen=True, kw_only=True)
class Assistants:
    """What one user does with assistants, where it goes well.

    Shape: a body is given by its fields.
    Errors: AssertionError with the server's answer; ask `http` itself for what is refused.
    """

    http: httpx.Client

    def make(self, **body: Any) -> Any:
        """The new assistant; `agent` is its graph unless the body has another."""
        return self._told("POST", "", {"graph_id": "agent", **body})

    def read(self, identifier: str) -> Any:
        return self._told("GET", f"/{identifier}", None)

    def patch(self, identifier: str, **body: Any) -> Any:
        return self._told("PATCH", f"/{identifier}", body)

    def step_back(self, identifier: str, version: int) -> Any:
        return self._told("POST", f"/{identifier}/latest", {"version": version})

    def versions(self, identifier: str, **body: Any) -> Any:
        """The entries of the history, the newest first."""
        return self._told("POST", f"/{identifier}/versions", {"limit": 1000, **body})

    def search(self, **body: Any) -> Any:
        return self._told("POST", "/search", {"limit": 1000, **body})

    def _told(self, method: str, path: str, body: Any) -> Any:
        answer = self.http.request(method, f"/assistants{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def headers(user: str) -> dict[str, str]:
    """What this user's requests carry."""
    return {"X-Api-Key": USERS[user], "X-Auth-Scheme": SCHEME}


@contextmanager
def running(**settings: str) -> Iterator[AgentServer]:
    """A server in a new folder; both are gone at the end."""
    with tempfile.TemporaryDirectory(prefix="agent-server-") as scratch:
        folder = Path(scratch) / "server"
        shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        server = AgentServer(folder=folder, settings=settings)
        try:
            server.start()
            yield server
        finally:
            server.kill()


def _free_port() -> int:
    while True:
        port = random.choice(_PORTS)
        with socket.socket() as probe:
            # As the server itself does, so that its own last connections are no obstacle.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


def _wait(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Return after this long, or as soon as the process ends."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
