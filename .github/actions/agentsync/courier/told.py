"""A report as GitHub gets to see it, and what of it was told there before."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from api import Api, ApiError, Denied, Unclear

_MARKER: Final = re.compile(r"<!-- agentsync (?P<what>[a-z-]+)(?: (?P<where>\S+))? -->")
_KEPT: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._-")
_LONGEST: Final = 65_536
_TRIES: Final = 3
_UNKNOWN: Final = "?"
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Marker:
    """The first line by which a text is found again.

    Shape: `where` is "PROJECT/TARGET" or "PROJECT", percent-encoded. A run that failed early knows
    no project: then it is "?/TARGET" or "?", which no project can be called.
    """

    what: str
    where: str

    @classmethod
    def of(cls, body: str | None) -> "Marker | None":
        """The marker on the first line of a text, None where there is none."""
        found = _MARKER.fullmatch((body or "").partition("\n")[0].rstrip())
        return cls(found["what"], found["where"] or _UNKNOWN) if found else None

    @property
    def known(self) -> bool:
        """Whether the project is."""
        return not self.where.startswith(_UNKNOWN)

    @property
    def target(self) -> str:
        """The target, "" for none."""
        return self.where.partition("/")[2]

    def may_be(self, other: "Marker") -> bool:
        """Whether both may be about the same, since one of them does not know its project."""
        same = self.what == other.what and self.target == other.target
        return same and self.known is not other.known

    def __str__(self) -> str:
        return f"<!-- agentsync {self.what} {self.where} -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A text for GitHub, its marker on the first line."""

    text: str
    marker: Marker

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Told":
        """The text in the file COURIER_BODY; COURIER_TARGET helps where it does not say its own.

        Errors: ApiError when there is none, or it could not be found again.
        """
        try:
            text = Path(environ.get("COURIER_BODY", "")).read_text("utf-8")
        except (OSError, ValueError):
            raise ApiError("there is no report to tell") from None
        marker = Marker.of(text)
        if marker is None:
            raise ApiError("the report does not begin with agentsync's marker")
        if not marker.known:
            target = _encoded(environ.get("COURIER_TARGET", ""))
            marker = Marker(marker.what, f"{_UNKNOWN}/{target}" if target else _UNKNOWN)
        text = f"{marker}\n{text.partition(chr(10))[2]}"
        if len(text) > _LONGEST:
            raise ApiError(f"the report is longer than {_LONGEST} characters")
        return cls(text=text, marker=marker)

    @property
    def where(self) -> str:
        """The project and target for a title, "" where they are not known."""
        return self.marker.where if self.marker.known else ""

    def marks(self, item: Mapping[str, Any]) -> bool:
        """Whether this comment, issue or pull request begins with the same marker."""
        return Marker.of(item.get("body")) == self.marker

    def may_mark(self, item: Mapping[str, Any]) -> bool:
        """Whether it may be about the same, since one of the two does not know its project."""
        marker = Marker.of(item.get("body"))
        return marker is not None and self.marker.may_be(marker)

    def akin(self, item: Mapping[str, Any]) -> bool:
        """Whether it begins with a marker for the same project and target, of any command."""
        marker = Marker.of(item.get("body"))
        return marker is not None and marker.where == self.marker.where

    def same(self, item: Mapping[str, Any]) -> bool:
        """Whether it says the same already; GitHub may give line ends back in another form."""
        return _plain(item.get("body") or "") == _plain(self.text)


@dataclass(slots=True)
class Authors:
    """Who may have written on our behalf: any bot, and the user whose token this is.

    Anybody can write our marker into a comment; what a person wrote is never touched.
    """

    api: Api
    _me: str | None = field(default=None)

    def ours(self, items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those of the items that we may have written, oldest first."""
        return sorted(
            (item for item in items if self._ours(item.get("user") or {})),
            key=lambda item: item["id"],
        )

    def _ours(self, user: Mapping[str, Any]) -> bool:
        login = user.get("login") or ""
        return user.get("type") == "Bot" or (login != "" and login == self.me())

    def me(self) -> str:
        """The login of the token's user, "" for a token that is no user's."""
        if self._me is None:
            try:
                self._me = str(self.api.get("/user").get("login", ""))
            except Denied:
                self._me = ""
        return self._me


def made(find: Callable[[], _Made | None], make: Callable[[], _Made]) -> _Made:
    """What `find` finds, or else what `make` makes.

    After an answer that leaves it open whether something was made, `find` looks again before
    anything is sent again: nothing is made twice.
    Errors: Unclear when even that does not help.
    """
    for number in range(1, _TRIES + 1):
        found = find()
        if found is not None:
            return found
        try:
            return make()
        except Unclear:
            if number == _TRIES:
                raise
    raise AssertionError("the last try raises")


def _encoded(name: str) -> str:
    """A target as agentsync's own markers have it."""
    text = "".join(chr(byte) if byte in _KEPT else f"%{byte:02x}" for byte in name.encode())
    return re.sub("(?<=-)-", "%2d", text)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip()
