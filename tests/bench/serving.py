"""Corpora made once and kept, and the server of one of them, from the measuring process.

Plain sockets and child processes only: what is imported here counts in every peak memory.
"""

import hashlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from corpus_options import Options

HERE = Path(__file__).parent
MADE_BY = ("corpus.py", "corpus_options.py", "words.txt")


class Corpora:
    """Corpus folders below one cache folder, by what they were made from."""

    def __init__(self, cache: Path) -> None:
        made_by = b"".join((HERE / name).read_bytes() for name in MADE_BY)
        self._folder = cache / hashlib.sha256(made_by).hexdigest()[:12]

    def get(self, options: Options) -> Path:
        """The corpus with these options, made now if it is not there yet."""
        folder = self._folder / options.name
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, HERE / "corpus.py", folder, *options.arguments()]
            subprocess.run(command, check=True)
        return folder


class LiveServer:
    """The bench server of one corpus, running while the `with` block does."""

    def __init__(self, corpus: Path) -> None:
        self._corpus = corpus

    def __enter__(self) -> "LiveServer":
        self._process = subprocess.Popen(
            [sys.executable, HERE / "server.py", self._corpus],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)

    @property
    def endpoint(self) -> str:
        """What LANGSMITH_ENDPOINT has to be."""
        return f"http://127.0.0.1:{self.port}"

    def reset(self, latency: float) -> None:
        """Zero the counters. Units: milliseconds of latency from now on."""
        self._ask(f"/reset?latency={latency}")

    def counters(self) -> dict[str, Any]:
        """What was counted since the last reset."""
        counted: dict[str, Any] = json.loads(self._ask("/counters"))
        return counted

    def cpu(self) -> float | None:
        """Seconds of CPU the server has used, where /proc can say it."""
        stat = Path(f"/proc/{self._process.pid}/stat")
        if not stat.exists():
            return None
        user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def _ask(self, target: str) -> str:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as sock:
            sock.sendall(f"GET {target} HTTP/1.1\r\nhost: bench\r\n\r\n".encode())
            answer = b""
            while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
                answer += sock.recv(65536)
        return answer.partition(b"\r\n\r\n")[2].decode()
