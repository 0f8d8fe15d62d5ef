"""One pull request for a branch, open while there is something on it.

In: COURIER_BODY, the file with the text; COURIER_BRANCH and COURIER_BASE; COURIER_OPEN "true"
while there is something to pull.
Out: number=N in $GITHUB_OUTPUT.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from api import Api, ApiError
from log import notice
from place import Place
from told import Told, made

_LONGEST_TITLE: Final = 200


def run(api: Api, place: Place, environ: Mapping[str, str]) -> None:
    """Open or update the pull request, or close it with a comment.

    Errors: ApiError.
    """
    told = Told.read(environ)
    branch, base = environ.get("COURIER_BRANCH", ""), environ.get("COURIER_BASE", "")
    if not branch or not base:
        raise ApiError("COURIER_BRANCH and COURIER_BASE must both be set")
    desk = _Desk(api, place, told, branch, base)
    if environ.get("COURIER_OPEN") != "true":
        desk.close()
        return
    number = desk.tell()
    notice(f"the edits are in pull request #{number}")
    if output := environ.get("GITHUB_OUTPUT"):
        with Path(output).open("a", encoding="utf-8") as file:
            file.write(f"number={number}\n")


class _Desk:
    """The pull requests from one branch of this repository."""

    def __init__(self, api: Api, place: Place, told: Told, branch: str, base: str) -> None:
        self._api, self._place, self._told = api, place, told
        self._branch, self._base = branch, base

    def tell(self) -> int:
        found = made(self._found, self._make)
        # A person who took the marker out has made the text theirs.
        if self._told.marks(found) and not self._told.same(found):
            self._api.patch(self._one(found), {"body": self._told.text})
        return int(found["number"])

    def close(self) -> None:
        found = self._found()
        if found is None:
            return
        body = f"There is no drift any more.\n\n{self._place.run_url}"
        number = int(found["number"])
        self._api.post(self._place.path(f"issues/{number}/comments"), {"body": body})
        self._api.patch(self._one(found), {"state": "closed"})

    def _found(self) -> Mapping[str, Any] | None:
        query = {
            "state": "open",
            "head": f"{self._place.owner}:{self._branch}",
            "base": self._base,
        }
        return next(self._api.pages(self._place.path("pulls"), query), None)

    def _make(self) -> Mapping[str, Any]:
        where = f" of {self._told.where}" if self._told.where else ""
        title = f"Bring edits{where} made outside git into git"[:_LONGEST_TITLE]
        body = {"title": title, "head": self._branch, "base": self._base, "body": self._told.text}
        created = self._api.post(self._place.path("pulls"), body)
        if not isinstance(created, dict) or "number" not in created:
            raise ApiError("GitHub answered without the pull request that was made")
        return created

    def _one(self, item: Mapping[str, Any]) -> str:
        return self._place.path(f"pulls/{item['number']}")
