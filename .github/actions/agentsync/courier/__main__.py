"""Carries a report to GitHub: `python -I courier comment|issue|pull-request`.

Run as a folder and in isolation: nothing of the workspace is ever imported. The environment says
what is to be told; see `place.py` and the three commands.

    comment        tells a pull request; whatever GitHub answers, the job does not fail for it
    issue          keeps one issue open while there is something to tell, and closes it after that
    pull-request   keeps one pull request open for a branch, and closes it when it is not needed
"""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Final

import comment
import issue
import pulls
from api import Api, ApiError, Denied
from log import error, warning
from place import Place

Command = Callable[[Api, Place, Mapping[str, str]], None]

_COMMANDS: Final[dict[str, Command]] = {
    "comment": comment.run,
    "issue": issue.run,
    "pull-request": pulls.run,
}


def main(name: str, environ: Mapping[str, str]) -> int:
    """The exit code of one command."""
    try:
        place = Place.of(environ)
        with Api(environ.get("GITHUB_API_URL", ""), environ.get("COURIER_TOKEN", "")) as api:
            _COMMANDS[name](api, place, environ)
    except Denied as denied:
        return _denied(name, place, denied)
    except ApiError as failure:
        if name == "comment":
            warning(f"no comment: {failure}; the job summary has the report")
            return 0
        error(f"{name}: {failure}")
        return 1
    return 0


def _denied(name: str, place: Place, denied: Denied) -> int:
    need = {
        "comment": "pull-requests: write",
        "issue": "issues: write",
        "pull-request": "pull-requests: write, and GitHub Actions allowed to create them",
    }[name]
    if name != "comment":
        error(f"{name}: {denied}; this takes the permission {need}")
        return 1
    if place.fork:
        # Nothing that anybody could repair: such a pull request has no token that may write.
        warning("no comment: a fork's pull request has no token that may write; see the summary")
    else:
        warning(f"no comment: {denied}; it takes the permission {need}; see the job summary")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in _COMMANDS:
        sys.exit(f"usage: courier {'|'.join(_COMMANDS)}")
    sys.exit(main(sys.argv[1], os.environ))
