"""A real git repository, and a machine on which nobody has configured git."""

import os
import subprocess
from pathlib import Path

import pytest

AGENT = "agents/a/AGENTS.md"


def nobody(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Let git see no configuration but that of its repositories."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_")) or name == "EMAIL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


class Repository:
    """A repository on a branch of its own; `root` is a folder in it, at its top or below."""

    def __init__(self, top: Path, below: str = "") -> None:
        self.top = top
        self.root = top / below
        self.root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@acme.example")

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.top), *words], capture_output=True, text=True, check=True
        )
        return done.stdout

    def commit(self, message: str) -> str:
        """Commit everything that there is."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def write(self, path: str, text: str) -> None:
        there = self.root / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text, "utf-8", newline="")

    def committed(self) -> list[str]:
        """The files of the newest commit with their letters, as git names them."""
        return self.git("show", "--format=", "--name-status", "--no-renames", "HEAD").split("\n")

    def status(self) -> list[str]:
        return self.git("status", "--porcelain", "--untracked-files=all").split("\n")

    def hook(self, name: str, script: str) -> None:
        path = self.top / ".git" / "hooks" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
