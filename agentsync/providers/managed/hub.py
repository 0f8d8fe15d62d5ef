"""An agent's file tree as the hub keeps it: commits, and the API's only compare-and-swap.

Source: the hub's OpenAPI file, and the platform's for the list of commits; an agent's id is its
repository's handle.
"""

import re
from collections.abc import Iterator, Mapping
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
from agentsync.providers.base import Commit

if TYPE_CHECKING:
    from agentsync.providers.http import Http

ROOT: Final = "/v1/platform/hub/repos/-"
_COMMITS: Final = "/commits/-"
_LARGEST_PAGE: Final = 100
_TOKEN: Final = range(8, 65)
"""How many characters a commit's hash may have that is to be named as a parent."""
_HASH: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A file tree at one commit; `head` is "" when the hub does not show it."""

    head: str = ""
    files: Mapping[str, Json] = field(default_factory=dict)


def read_directory(http: "Http", agent_id: str) -> Directory:
    """The newest file tree of the agent, an empty one when this key may not see it.

    Errors: ProviderError, except for 403 and 404.
    """
    try:
        return _directory(http, agent_id, None)
    except (ForbiddenError, NotFoundError):
        return Directory()


def read_directory_at(http: "Http", agent_id: str, token: str) -> Directory:
    """The file tree of the agent at the commit that `token` is, or begins.

    Errors: NotFoundError, ForbiddenError, BadAnswerError for another commit; ProviderError.
    """
    found = _directory(http, agent_id, token)
    if not found.head.lower().startswith(token.lower()):
        raise BadAnswerError(
            f"the answer is another revision than the one that was asked for: {found.head}",
            request=f"GET {ROOT}/{agent_id}/directories",
        )
    return found


def _directory(http: "Http", agent_id: str, token: str | None) -> Directory:
    path = f"{ROOT}/{agent_id}/directories"
    answer = http.get(path, {"commit": token} if token else None)
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
        http.send("POST", f"{ROOT}/{agent_id}/directories/commits", body, expect=(200, 201))
    except ConflictError:
        raise StaleError(
            "the file tree moved just before it was to be written: somebody else wrote to it",
            hint="nothing was overwritten; plan again to see what they changed",
        ) from None


def commits(http: "Http", agent_id: str, limit: int) -> Iterator[Commit]:
    """The newest `limit` commits, newest first, each once though others are made meanwhile.

    Errors: NotFoundError or ForbiddenError when they are not listed; ProviderError.
    """
    path, seen, offset = f"{_COMMITS}/{agent_id}", set[str](), 0
    while len(seen) < limit:
        size = min(limit - len(seen), _LARGEST_PAGE)
        params = {"limit": str(size), "offset": str(offset), "include_stats": "false"}
        answer = http.get(path, params)
        listed = answer.get("commits") if isinstance(answer, dict) else None
        if not isinstance(listed, list):
            raise BadAnswerError("the answer is no list of commits", request=f"GET {path}")
        found = {item.token: item for item in (_commit(each, path) for each in listed)}
        fresh = [item for token, item in found.items() if token not in seen][:size]
        seen.update(item.token for item in fresh)
        yield from fresh
        offset += len(listed)
        total = answer.get("total")
        if not fresh or (isinstance(total, int) and offset >= total):
            return


def _commit(item: Json, path: str) -> Commit:
    token = item.get("commit_hash") if isinstance(item, dict) else None
    if not isinstance(token, str) or not _HASH.fullmatch(token):
        raise BadAnswerError(
            "the list of commits holds something that is no commit", request=f"GET {path}"
        )
    told = (item.get(key) for key in ("created_at", "full_name", "parent_commit_hash"))
    at, author, parent = (text if isinstance(text, str) else "" for text in told)
    return Commit(token=token, at=at, author=author, parent=parent)


def _is_entry(value: Json) -> bool:
    return isinstance(value, dict) and isinstance(value.get("content"), str | None)
