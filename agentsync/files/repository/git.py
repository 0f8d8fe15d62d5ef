"""What git knows of a project's folder, and how it is asked."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentsync.errors import ProjectError

_TIMEOUT: Final = 60
_LINES: Final = 12
_LONGEST: Final = 200

# What says which repository is meant, and how paths are read: it is the one that the project lies
# in, and paths are paths, whoever started us.
_LOCAL: Final = frozenset(
    {"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE"}
    | {"GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY"}
    | {"GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_WORK_TREE", "GIT_LITERAL_PATHSPECS"}
    | {"GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"}
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What git answered.

    Shape: `told` is what it, or a hook, complained about, on one line and of bounded length.
    """

    code: int
    output: bytes
    told: str

    @property
    def text(self) -> str:
        """The output as text, its last line feed aside."""
        return self.output.decode("utf-8", "surrogateescape").removesuffix("\n")

    @property
    def items(self) -> list[str]:
        """The output of a command with `-z`."""
        return [item for item in self.text.split("\0") if item]

    def checked(self, *fine: int) -> "Answer":
        """The same, when its exit code is 0 or one of these.

        Errors: ProjectError.
        """
        if self.code and self.code not in fine:
            raise ProjectError(self.told or f"git ended with {self.code}")
        return self


def head(root: Path) -> str:
    """The commit that is checked out, or "" outside git, before the first commit, or without git.

    Only `rev-parse` is run: unlike `status`, it runs nothing that a repository can configure.
    """
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "--verify", "--quiet", "HEAD"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def prefix(root: Path) -> str:
    """The folder below its working tree, with a slash at its end; "" at the top or outside git."""
    try:
        answer = ask(root, "rev-parse", "--show-prefix")
    except ProjectError:
        return ""
    return "" if answer.code else answer.text


def ask(
    root: Path,
    *arguments: str,
    given: bytes = b"",
    environ: Mapping[str, str] | None = None,
    timeout: float | None = _TIMEOUT,
) -> Answer:
    """What `git -C root …` answers to `given`.

    Shape: `environ` None is ours, with whatever the person has configured. Units: seconds.
    Errors: ProjectError when it cannot be run.
    """
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            input=given,
            capture_output=True,
            timeout=timeout,
            check=False,
            env=_ours() if environ is None else dict(environ),
        )
    except FileNotFoundError as error:
        raise ProjectError("git is not installed", hint="install it, and try again") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProjectError(f"git cannot be run: {error}") from error
    told = (done.stderr or done.stdout).decode("utf-8", "replace")
    return Answer(done.returncode, done.stdout, _shortened(told))


def alone(folder: Path) -> dict[str, str]:
    """The environment of a git that knows of no repository and of nobody's configuration."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    own = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    return {**kept, **own, "GIT_CEILING_DIRECTORIES": str(folder.parent)}


def _ours() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in _LOCAL}


def _shortened(text: str) -> str:
    """The last lines of what git or a hook said."""
    said = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(line[:_LONGEST] for line in said[-_LINES:])
