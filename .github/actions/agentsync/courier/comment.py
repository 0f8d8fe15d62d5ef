"""One comment on a pull request, kept up to date.

In: COURIER_BODY, the file with the text; COURIER_TARGET; COURIER_QUIET "true" when nothing changes,
so that a pull request which was never told anything need not be told that.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from api import Api, ApiError, Denied
from log import notice
from place import Place
from told import Authors, Told, made


def run(api: Api, place: Place, environ: Mapping[str, str]) -> None:
    """Make or update the comment; of several, as a race can leave behind, the oldest stays.

    The younger ones are deleted: each of them shows a plan that is not kept up to date, and
    somebody might approve by it. The oldest is the one that links may lead to.
    Errors: ApiError.
    """
    if place.pull_request is None:
        notice("no comment: this run is about no pull request")
        return
    told = Told.read(environ)
    _Thread(api, place, told).tell(quiet=environ.get("COURIER_QUIET") == "true")


class _Thread:
    """The comments of one pull request."""

    def __init__(self, api: Api, place: Place, told: Told) -> None:
        self._api, self._place, self._told = api, place, told
        self._path = place.path(f"issues/{place.pull_request}/comments")
        self._authors = Authors(api)

    def tell(self, *, quiet: bool) -> None:
        found = self._found()
        if not found and quiet:
            return
        if not found:
            # Made by this run, or by its request whose answer was lost.
            found = [made(self._first, self._make)]
        oldest, *younger = found
        if not self._told.same(oldest):
            self._api.patch(self._one(oldest), {"body": self._told.text})
        for item in younger:
            # Another run may have been faster.
            with suppress(Denied):
                self._api.delete(self._one(item))

    def _found(self) -> list[Mapping[str, Any]]:
        """What was told before, oldest first.

        A run that failed before it knew the project takes the place of the one comment it may be
        about, and leaves it to the next run; of more than one it touches none.
        """
        told = self._told
        listed = list(self._api.pages(self._path))
        same = self._authors.ours(filter(told.marks, listed))
        maybe = self._authors.ours(filter(told.may_mark, listed))
        if told.marker.known:
            return sorted([*same, *maybe], key=lambda item: item["id"])
        return same or (maybe if len(maybe) == 1 else [])

    def _first(self) -> Mapping[str, Any] | None:
        return next(iter(self._found()), None)

    def _make(self) -> Mapping[str, Any]:
        created = self._api.post(self._path, {"body": self._told.text})
        if not isinstance(created, dict) or "id" not in created:
            raise ApiError("GitHub answered without the comment that was made")
        return created

    def _one(self, item: Mapping[str, Any]) -> str:
        return self._place.path(f"issues/comments/{item['id']}")
