"""The list of assistants: pages by offset, read so that none can slip between two of them."""

import re
from typing import TYPE_CHECKING, Any, Final

from agentsync.canonical import Json
from agentsync.errors import BadAnswerError, ForbiddenError, NotFoundError

if TYPE_CHECKING:
    from agentsync.providers.http import Http

_SEARCH: Final = "/assistants/search"
_PAGE: Final = 1000
_WALKS: Final = 4
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_FIELDS: Final = ["assistant_id", "graph_id", "name", "metadata", "created_at", "updated_at"]


def walked(http: "Http") -> list[dict[str, Any]]:
    """All assistants, oldest first; from the beginning again when one goes while they are listed.

    Errors: ProviderError.
    """
    for _ in range(_WALKS):
        found = _walk(http)
        if found is not None:
            return found
    raise _bad_answer("the list of assistants changes faster than it can be read")


def _walk(http: "Http") -> list[dict[str, Any]] | None:
    """All assistants, page by page; None when one that was listed went meanwhile.

    Each page begins with the last one of the page before, so that nothing can slip through.
    """
    found: list[dict[str, Any]] = []
    while True:
        page = _page(http, max(0, len(found) - 1))
        if found and (not page or page[0]["assistant_id"] != found[-1]["assistant_id"]):
            return None
        found += page[1 if found else 0 :]
        if len(page) < _PAGE:
            return found


def _page(http: "Http", offset: int) -> list[dict[str, Any]]:
    body = {"limit": _PAGE, "offset": offset, "select": _FIELDS}
    answer = http.ask(_SEARCH, {**body, "sort_by": "created_at", "sort_order": "asc"})
    if not isinstance(answer, list) or not all(map(is_assistant, answer)):
        raise _bad_answer("the answer is no list of assistants")
    return answer


def one_of(http: "Http", graph: str) -> str:
    """The id of any assistant of that graph, "" when this key sees none.

    Errors: ProviderError.
    """
    try:
        answer = http.ask(_SEARCH, {"graph_id": graph, "limit": 1, "select": _FIELDS})
    except (BadAnswerError, ForbiddenError, NotFoundError):
        # The server may well refuse the name of a graph that it does not have.
        return ""
    found = answer[:1] if isinstance(answer, list) else []
    return str(found[0]["assistant_id"]) if all(map(is_assistant, found)) and found else ""


def is_assistant(item: Json) -> bool:
    """Whether an answer is an assistant, as far as everything needs it to be one."""
    return (
        isinstance(item, dict)
        and isinstance(item.get("assistant_id"), str)
        and _ID.fullmatch(item["assistant_id"]) is not None
        and isinstance(item.get("metadata"), dict)
    )


def _bad_answer(message: str) -> BadAnswerError:
    return BadAnswerError(message, request=f"POST {_SEARCH}")
