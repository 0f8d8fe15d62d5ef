"""A real git repository in a test's own folder, whatever this machine's git is configured to do."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_OURS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@acme.example",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@acme.example",
}


@dataclass(frozen=True)
class Versioned:
    """The repository at `root`."""

    root: Path

    @classmethod
    def made(cls, root: Path) -> "Versioned":
        root.mkdir(parents=True, exist_ok=True)
        found = cls(root)
        found.git("init", "--quiet", "--initial-branch=main")
        return found

    def git(self, *words: str, said: str = "") -> str:
        """What git answers to what is `said` to it; it must succeed."""
        done = subprocess.run(
            ["git", "-C", str(self.root), *words],
            env={**os.environ, **_OURS},
            input=said,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str = "c") -> str:
        """The commit of everything as it is now."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")


class Unversioned(Versioned):
    """A folder that nobody put under version control."""

    def commit(self, message: str = "c") -> str:
        return ""
