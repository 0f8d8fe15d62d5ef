"""The versions of an assistant: every write makes one, and the server keeps them all.

Nothing makes a write depend on what it replaces. But versions are numbered in the order in which
they were written, so whoever wrote can tell afterwards whether somebody else wrote in between.
Source: seen on a real server, version 0.16.7 (tests/interop/test_agent_server_facts.py).
"""

from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from agentsync.canonical import Json
from agentsync.errors import BadAnswerError, ForbiddenError, NotFoundError

if TYPE_CHECKING:
    from agentsync.providers.http import Http

_PAGE: Final = 100
_NEWEST: Final = 1
_NOT_SHOWN: Final = (ForbiddenError, NotFoundError)


def newest(http: "Http", path: str) -> int | None:
    """The number of the newest version, None when the server does not show any.

    Shape: `path` is the assistant's.
    Errors: ProviderError.
    """
    try:
        return next((item["version"] for item in listed(http, path, _NEWEST)), None)
    except _NOT_SHOWN:
        return None


def between(http: "Http", path: str, before: int, after: int) -> list[dict[str, Any]]:
    """The versions that lie between these two, newest first.

    Errors: ProviderError.
    """
    recent = takewhile(lambda item: item["version"] > before, listed(http, path))
    return [item for item in recent if item["version"] < after]


def listed(http: "Http", path: str, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The newest versions as the server has them, each once, `limit` of them or all.

    Errors: ProviderError.
    """
    seen: set[int] = set()
    size = _PAGE if limit is None else min(_PAGE, limit)
    while limit is None or len(seen) < limit:
        try:
            page = _page(http, f"{path}/versions", {"limit": size, "offset": len(seen)})
        except NotFoundError:
            # Past the end there is no empty page, but none.
            if seen:
                return
            raise
        # One that was made meanwhile moves all others down by one.
        fresh = [item for item in page if item["version"] not in seen]
        fresh = fresh if limit is None else fresh[: limit - len(seen)]
        seen.update(item["version"] for item in fresh)
        yield from fresh
        if len(page) < size or not fresh:
            return


def _page(http: "Http", path: str, body: Json) -> list[dict[str, Any]]:
    answer = http.ask(path, body)
    if not isinstance(answer, list) or not all(map(_is_version, answer)):
        raise BadAnswerError("the answer is no list of versions", request=f"POST {path}")
    return answer


def _is_version(item: Json) -> bool:
    number = item.get("version") if isinstance(item, dict) else None
    return isinstance(number, int) and not isinstance(number, bool)
