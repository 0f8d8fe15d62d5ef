"""What git knows of a project's folder."""

import subprocess
from pathlib import Path


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
