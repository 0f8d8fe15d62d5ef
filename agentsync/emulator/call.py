"""One request, as the operations of the API see it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from agentsync.emulator.answers import Failure
from agentsync.emulator.auth import Caller

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who asks, for what, with which body."""

    caller: Caller
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes

    def identity(self, name: str, what: str) -> str:
        """The UUID in the path.

        Errors: Failure 400 when it is none; `what` is the thing it should identify.
        """
        text = self.params[name]
        if not _UUID.fullmatch(text):
            code = f"invalid_{what.replace(' ', '_')}_id"
            raise Failure(400, code, f"Provide a valid UUID as the {what} ID")
        return text.lower()

    def truthy(self, name: str) -> bool:
        """Whether a query flag is set; only `true` and `1` set one."""
        return self.query.get(name, "") in ("true", "1")


Operation = Callable[[Call], Response]
"""Answers one call, or raises a Failure."""
