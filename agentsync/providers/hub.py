"""An agent's file tree as the hub keeps it: commits, and the API's only compare-and-swap.

Source: the hub's OpenAPI file; an agent's id is its repository's handle.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from agentsync.canonical import Json
from agentsync.errors import (
    BadAnswerError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    StaleError,
)

if TYPE_CHECKING:
    from agentsync.providers.http import Http

_HUB: Final = "/v1/platform/hub/repos/-"
_TOKEN: Final = range(8, 65)
"""How many characters a commit's hash may have that is to be named as a parent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A file tree at one commit; `head` is "" when the hub does not show it."""

    head: str = ""
    files: Mapping[str, Json] = field(default_factory=dict)


def read_directory(http: "Http", agent_id: str) -> Directory:
    """The newest file tree of the agent, an empty one when this key may not see it.

    Errors: ProviderError, except for 403 and 404.
    """
    path = f"{_HUB}/{agent_id}/directories"
    try:
        answer = http.get(path)
    except (ForbiddenError, NotFoundError):
        return Directory()
    head = answer.get("commit_hash") if isinstance(answer, dict) else None
    if not isinstance(head, str) or len(head) not in _TOKEN:
        raise BadAnswerError(
            "the answer is no file tree: it has no commit_hash", request=f"GET {path}"
        )
    files = answer.get("files") or {}
    if not isinstance(files, dict) or not all(map(_is_entry, files.values())):
        raise BadAnswerError(
            "the answer is no file tree: its files are no entries", request=f"GET {path}"
        )
    return Directory(head=head, files=files)


def commit(http: "Http", agent_id: str, files: Mapping[str, Json], head: str) -> None:
    """Write these entries, None to delete one, on top of the commit `head` and no other.

    Errors: StaleError when there is a newer commit; ProviderError, with `sent`.
    """
    body = {"files": dict(files), "parent_commit": head}
    try:
        http.send("POST", f"{_HUB}/{agent_id}/directories/commits", body, expect=(200, 201))
    except ConflictError:
        raise StaleError(
            "the file tree moved just before it was to be written: somebody else wrote to it",
            hint="nothing was overwritten; plan again to see what they changed",
        ) from None


def _is_entry(value: Json) -> bool:
    return isinstance(value, dict) and isinstance(value.get("content"), str | None)
