"""GitHub's REST API: bounded patience, no redirects, and a token that nobody gets to see."""

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

_TRIES: Final = 4
_LONGEST_WAIT: Final = 60.0
_PAGE: Final = 100
_MOST_PAGES: Final = 100
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_UNCLEAR: Final = 500


class ApiError(Exception):
    """GitHub did not do it; the message says what was asked, never with what token."""


class Denied(ApiError):
    """401, 403 or 404: this token may not do it, or may not even see it."""


class Unclear(ApiError):
    """5xx or a lost connection, to the last try: a write may have taken effect."""


class Api:
    """One token at one API."""

    def __init__(self, base: str, token: str) -> None:
        """Errors: ApiError for a base that is no place for a token, or without a token."""
        url = urlsplit(base or "https://api.github.com")
        if url.scheme != "https" and url.hostname not in _LOOPBACK:
            raise ApiError("GITHUB_API_URL is not https")
        if not token:
            raise ApiError("there is no token")
        self._client = httpx.Client(
            base_url=url.geturl(),
            follow_redirects=False,
            timeout=30,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": "agentsync-action",
            },
        )

    def __enter__(self) -> "Api":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, path: str, query: Mapping[str, str | int] | None = None) -> Any:
        """The answer's JSON."""
        return self._send("GET", path, query=query)

    def pages(self, path: str, query: Mapping[str, str | int] | None = None) -> Iterator[Any]:
        """Every item of a list, whatever number of pages it takes."""
        for number in range(1, _MOST_PAGES + 1):
            items = self.get(path, {**(query or {}), "per_page": _PAGE, "page": number})
            yield from items
            if len(items) < _PAGE:
                return

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer's JSON. Sent again only where it was clearly not taken.

        Errors: Unclear when it may have been: look before you send it again.
        """
        return self._send("POST", path, body=body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer's JSON."""
        return self._send("PATCH", path, body=body)

    def delete(self, path: str) -> None:
        """Nothing, when it is gone."""
        self._send("DELETE", path)

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        asked = f"{method} {path}"
        wait: float | None
        for number in range(1, _TRIES + 1):
            try:
                answer = self._client.request(method, path, params=query, json=body)
            except httpx.TransportError as error:
                # The text of the exception may hold headers.
                wait, said = _backoff(number), f"{asked}: {type(error).__name__}"
                unclear = True
            else:
                if answer.is_success:
                    return answer.json() if answer.content else None
                said = f"{asked}: GitHub answered {answer.status_code}"
                unclear = answer.status_code >= _UNCLEAR
                wait = patience(answer.status_code, answer.headers, number, time.time())
            if wait is None:
                raise _refusal(answer.status_code, said)
            if wait > _LONGEST_WAIT or number == _TRIES or (unclear and method == "POST"):
                raise (Unclear if unclear else ApiError)(said)
            time.sleep(wait)
        raise AssertionError("the last try raises")


def patience(status: int, headers: Mapping[str, str], number: int, now: float) -> float | None:
    """How long to wait before asking again; None when that would not help.

    Shape: `number` counts tries from 1. A limit is told by 429, or by 403 with a time to wait;
    any other 403 is a matter of rights.
    Units: seconds; `now` since 1970.
    """
    if status < _UNCLEAR and status not in (403, 429):
        return None
    if (asked := headers.get("retry-after", "")).isdigit():
        return float(asked)
    if headers.get("x-ratelimit-remaining") == "0":
        reset = headers.get("x-ratelimit-reset", "")
        return max(1.0, float(reset) - now) if reset.isdigit() else _LONGEST_WAIT
    return None if status == 403 else _backoff(number)


def _backoff(number: int) -> float:
    return float(2 ** (number - 1))


def _refusal(status: int, said: str) -> ApiError:
    return Denied(said) if status in (401, 403, 404) else ApiError(said)
