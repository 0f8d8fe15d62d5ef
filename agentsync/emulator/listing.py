"""Pages of a list, and the opaque cursor between them."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from agentsync.emulator.answers import bad_query
from agentsync.emulator.rows import AgentRow

_ORDERS: Final = ("updated_at", "created_at", "name")
_LARGEST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as asked for.

    Shape: `after` is the last item of the page before, as (value, number).
    """

    size: int
    order: str
    descending: bool
    name: str
    after: tuple[str, int] | None


def asked(query: Mapping[str, str]) -> Page:
    """The page that the query parameters ask for, 20 items when they do not say.

    Errors: Failure 400 for a size out of 1..100, an unknown order, or a cursor that was not
    given for this very list.
    """
    order = query.get("sort_by", "") or "updated_at"
    turn = query.get("sort_order", "") or "desc"
    if order not in _ORDERS:
        raise bad_query(f"sort_by must be one of {', '.join(_ORDERS)}")
    if turn not in ("asc", "desc"):
        raise bad_query("sort_order must be asc or desc")
    name = query.get("name", "")
    return Page(
        size=_size(query.get("page_size", "")),
        order=order,
        descending=turn == "desc",
        name=name,
        after=_after(query.get("cursor", ""), [order, turn, name]),
    )


def cut(rows: Iterable[AgentRow], page: Page) -> tuple[list[AgentRow], str | None]:
    """The page's rows out of all that are behind its start, and the cursor for the next one."""
    kept: list[AgentRow] = []
    for row in rows:
        if page.name.lower() not in row.name.lower():
            continue
        if len(kept) == page.size:
            return kept, _cursor(kept[-1], page)
        kept.append(row)
    return kept, None


def _size(text: str) -> int:
    if not text:
        return 20
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:5]) <= _LARGEST:
        raise bad_query(f"page_size must be an integer from 1 to {_LARGEST}")
    return int(text)


def _cursor(row: AgentRow, page: Page) -> str:
    turn = "desc" if page.descending else "asc"
    value = [page.order, turn, page.name, getattr(row, page.order), row.number]
    return base64.urlsafe_b64encode(json.dumps(value).encode("ascii")).decode("ascii")


def _after(cursor: str, expected: list[str]) -> tuple[str, int] | None:
    if not cursor:
        return None
    try:
        value = json.loads(base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise bad_query("cursor is not one this API gave") from None
    fits = isinstance(value, list) and len(value) == 5 and value[:3] == expected
    if not fits or not isinstance(value[3], str) or type(value[4]) is not int:
        raise bad_query("cursor is not one this API gave for this list")
    if not -(2**63) <= value[4] < 2**63:
        raise bad_query("cursor is not one this API gave")
    return value[3], value[4]
