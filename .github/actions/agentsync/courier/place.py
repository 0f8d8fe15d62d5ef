"""Where a job runs: repository, run, and the pull request that it is about."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api import ApiError


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the runner says of this job.

    Shape: `repository` is "OWNER/NAME"; `pull_request` is None where there is none; `fork` says
    that the pull request's branch lies in another repository.
    """

    repository: str
    run_url: str
    pull_request: int | None = None
    fork: bool = False

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Place":
        """The place that the runner's variables and the event's file tell.

        Errors: ApiError when they tell none.
        """
        repository = environ.get("GITHUB_REPOSITORY", "")
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository, re.ASCII):
            raise ApiError("GITHUB_REPOSITORY names no repository")
        event = _event(environ.get("GITHUB_EVENT_PATH", ""))
        pull = event.get("pull_request") or {}
        number = pull.get("number")
        head = ((pull.get("head") or {}).get("repo") or {}).get("full_name", "")
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        return cls(
            repository=repository,
            run_url=f"{server}/{repository}/actions/runs/{environ.get('GITHUB_RUN_ID', '')}",
            pull_request=number if isinstance(number, int) else None,
            # GitHub says null for a fork that is gone.
            fork=bool(pull) and head.lower() != repository.lower(),
        )

    @property
    def owner(self) -> str:
        """Who the repository belongs to."""
        return self.repository.partition("/")[0]

    def path(self, rest: str) -> str:
        """The API's path of something in this repository."""
        return f"/repos/{self.repository}/{rest}"


def _event(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        found = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError):
        raise ApiError("the file of the event cannot be read") from None
    return found if isinstance(found, dict) else {}
