"""Two writers at the same time, where no request can tell them apart: whoever was first stays.

    version   who      what
    7                  what was read, compared, and found as planned
    8         they     their edit, between that look and our write
    9         we       our write, which undid part of theirs
    10        we       that part of theirs again; and our apply says so, and failed

What they changed and our write left alone is no reason to give way. Somebody who sets the agent
back with /latest makes no version: that cannot be told, but what it was is a version of its own.
Nor can it be told of a write whose answer was lost, since nobody knows its number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from agentsync.canonical import Json
from agentsync.engine import marker as markers
from agentsync.errors import OvertakenError, ProviderError
from agentsync.providers.assistants import mirror, versions
from agentsync.providers.base import Held

if TYPE_CHECKING:
    from agentsync.engine.rules import Rules
    from agentsync.providers.http import Http

_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Overtaking:
    """One write that may have come over somebody else's.

    Shape: `path` is the assistant's; `body` was sent to change what `held` is, and made `version`;
    `canonical` brings what the server has of a version to the canonical form.
    """

    http: "Http"
    path: str
    held: Held
    body: Mapping[str, Any]
    version: int
    canonical: Callable[[Mapping[str, Any], str], Mapping[str, Json]]
    rules: "Rules"

    def check(self, intended: Mapping[str, Json]) -> None:
        """Take the write back if it undid something that was written after the last look.

        Errors: OvertakenError when it did; ProviderError when nobody can tell.
        """
        others = versions.between(self.http, self.path, int(self.held.head), self.version)
        if not others:
            return
        last = others[0]
        theirs = self.canonical(last, f"{self.path}/versions")
        before = self.held.live.value
        lost = mirror.overwritten(self.body, before, theirs, intended, self.rules)
        lost += ["its marker"] if self._taken_over(last) else []
        if lost:
            more = len(lost) - _NAMED
            where = ", ".join(lost[:_NAMED]) + (f" and {more} more" if more > 0 else "")
            raise OvertakenError(
                f"somebody else changed {where} at the same time, as version {last['version']}: "
                + self._taken_back(last),
                hint="plan again to see what they changed",
                request=f"PATCH {self.path}",
            )

    def _taken_over(self, theirs: Mapping[str, Any]) -> bool:
        """Whether somebody has made the assistant another definition's, or nobody's."""
        marker = self.held.live.marker
        sides = (theirs.get("metadata") or {}, self.body["metadata"])
        owner, ours = (markers.owner_of(side, self.rules) for side in sides)
        return owner not in (marker.owner if marker else None, ours)

    def _taken_back(self, theirs: Mapping[str, Any]) -> str:
        """What became of their edit, in words."""
        over = f"version {self.version} came over it"
        try:
            if versions.newest(self.http, self.path) != self.version:
                return f"{over}, and others after that"
            self.http.send("PATCH", self.path, mirror.restoring(self.body, theirs))
        except ProviderError as error:
            return f"{over}, and could not be taken back: {error.message}"
        return "that was put back, and nothing else was written"
