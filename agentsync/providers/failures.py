"""What went wrong with a request, as the errors that agentsync knows."""

import json
import math
import time
from email.utils import parsedate_to_datetime

from agentsync.errors import (
    BadAnswerError,
    CertificateError,
    ConflictError,
    ForbiddenError,
    GarbledError,
    NotFoundError,
    ProviderError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
)
from agentsync.providers.lean import httpx


def mapped(error: httpx.HTTPError, request: str) -> ProviderError:
    """The ProviderError that stands for what httpx raised.

    Source: the exception tree of httpx; a test walks it, so that a new branch cannot slip by.
    """
    if isinstance(error, httpx.TimeoutException):
        return TimedOutError(
            f"no answer in time to {request}", hint="the API may be slow or down", request=request
        )
    if isinstance(error, httpx.DecodingError | httpx.RemoteProtocolError):
        kind = "broke off, or is not HTTP"
        return UnreachableError(f"the answer to {request} {kind}", request=request)
    if "certificate" in str(error).lower():
        return CertificateError(
            f"the host is not trusted: {error}",
            hint="name the certificates of your organisation in SSL_CERT_FILE",
            request=request,
        )
    return UnreachableError(
        f"no connection for {request}: {error or type(error).__name__}",
        hint="check the endpoint, the network and the proxy",
        request=request,
    )


def refused(response: httpx.Response, request: str, key: str = "") -> ProviderError:
    """The ProviderError that stands for an unexpected answer; the key is not in it."""
    status = response.status_code
    said = _detail(response)
    said = said.replace(key, "…") if key else said
    told = f"{request} answered {status}" + (f": {said}" if said else "")
    if status == 401:
        return UnauthorizedError(
            told, hint="the API does not know this key; is it for this host?", request=request
        )
    if status == 403:
        hint = "the key is wrong, is not for this workspace, or lacks the right"
        if "missing permission" in said:
            hint = "the key is valid but may not do this; give its role the permission"
        return ForbiddenError(told, hint=hint, request=request)
    if status == 404:
        return NotFoundError(told, hint="not there, or not visible to this key", request=request)
    if status in (409, 412):
        return ConflictError(told, request=request)
    if status == 429:
        wait = _retry_after(response.headers.get("retry-after", ""))
        return RateLimitedError(told, request=request, retry_after=wait)
    if status >= 500:
        wait = _retry_after(response.headers.get("retry-after", ""))
        return ServerError(told, request=request, retry_after=wait)
    if 300 <= status < 400:
        return BadAnswerError(
            f"{request} answered with a redirect, which is never followed: the key would go along",
            hint="set the endpoint to the address it redirects to, if you trust it",
            request=request,
        )
    return BadAnswerError(told, request=request)


def not_json(response: httpx.Response, request: str) -> GarbledError:
    """The GarbledError that stands for a body of another kind than the API promises."""
    return GarbledError(
        f"the API answered {request} with something that is not JSON "
        f"({len(response.content)} bytes, {_content_type(response)})",
        hint="is the endpoint right? A proxy or a sign-in page answers like this",
        request=request,
    )


def _retry_after(value: str) -> float | None:
    """The seconds a Retry-After header asks for: a number, or a date (RFC 9110, 10.2.3).

    None when it asks for nothing that makes sense, a time that has passed included.
    """
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return seconds if seconds >= 0 and math.isfinite(seconds) else None


def _detail(response: httpx.Response) -> str:
    """What the server says of its refusal, whatever of its shapes it uses; at most 300 characters.

    Source: API errors come as {"detail"}, {"error"}, a flat string map, plain text, or nothing.
    """
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        body = response.text if "html" not in _content_type(response) else ""
    if isinstance(body, dict):
        told = [body.get("code"), body.get("detail") or body.get("error") or body.get("message")]
        body = ": ".join(str(item) for item in told if item) or "; ".join(map(str, body.values()))
    return " ".join(str(body).split())[:300]


def _content_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "no content type"))[:60]
