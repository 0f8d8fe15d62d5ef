"""One issue that is open while there is something to tell.

In: COURIER_BODY, the file with the text; COURIER_LABEL; COURIER_OPEN "true" while there is
something to tell; COURIER_INSTEAD, the number of the pull request that tells it now, or "".
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from api import Api, ApiError, Denied
from log import notice
from place import Place
from told import Authors, Told, made

_LONGEST_TITLE: Final = 200
_COLOR: Final = "d4c5f9"


def run(api: Api, place: Place, environ: Mapping[str, str]) -> None:
    """Open or update the issue, or close it with a comment; of several, the oldest stays open.

    Errors: ApiError.
    """
    told = Told.read(environ)
    label = environ.get("COURIER_LABEL", "")
    if not label:
        raise ApiError("COURIER_LABEL is empty: the issue could not be found again")
    tracker = _Tracker(api, place, told, label)
    if environ.get("COURIER_OPEN") == "true":
        tracker.tell()
    else:
        instead = environ.get("COURIER_INSTEAD", "")
        tracker.close(f"This is told in #{instead}." if instead else "There is no drift any more.")


class _Tracker:
    """The issues of one repository that carry our label."""

    def __init__(self, api: Api, place: Place, told: Told, label: str) -> None:
        self._api, self._place, self._told, self._label = api, place, told, label
        self._authors = Authors(api)

    def tell(self) -> None:
        found = self._found()
        if not found:
            self._need_label()
            found = [made(self._first, self._make)]
        oldest, *younger = found
        if not self._told.same(oldest):
            self._api.patch(self._one(oldest), {"body": self._told.text})
        for item in younger:
            self._end(item, f"This is told in #{oldest['number']}.", "not_planned")
        notice(f"drift is told in issue #{oldest['number']}")

    def close(self, reason: str) -> None:
        for item in self._found():
            self._end(item, reason, "completed")

    def _end(self, item: Mapping[str, Any], why: str, how: str) -> None:
        body = f"{why}\n\n{self._place.run_url}"
        self._api.post(f"{self._one(item)}/comments", {"body": body})
        self._api.patch(self._one(item), {"state": "closed", "state_reason": how})

    def _found(self) -> list[Mapping[str, Any]]:
        query = {"state": "open", "labels": self._label}
        listed = self._api.pages(self._place.path("issues"), query)
        # GitHub lists pull requests as issues, too.
        issues = (item for item in listed if "pull_request" not in item)
        return self._authors.ours(filter(self._told.akin, issues))

    def _first(self) -> Mapping[str, Any] | None:
        return next(iter(self._found()), None)

    def _make(self) -> Mapping[str, Any]:
        where = f" in {self._told.where}" if self._told.where else ""
        title = f"Agents were edited outside git{where}"[:_LONGEST_TITLE]
        body = {"title": title, "body": self._told.text, "labels": [self._label]}
        created = self._api.post(self._place.path("issues"), body)
        if not isinstance(created, dict) or "number" not in created:
            raise ApiError("GitHub answered without the issue that was made")
        return created

    def _need_label(self) -> None:
        """Make the label where it is not there: without it, the issue is not found again."""
        try:
            self._api.get(self._place.path(f"labels/{quote(self._label, safe='')}"))
        except Denied:
            body = {"name": self._label, "color": _COLOR, "description": "Found by agentsync"}
            self._api.post(self._place.path("labels"), body)

    def _one(self, item: Mapping[str, Any]) -> str:
        return self._place.path(f"issues/{item['number']}")
