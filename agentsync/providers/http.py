"""Requests that survive a bad day: one connection per thread, patient retries, mapped errors.

Each thread gets an httpx transport that holds one connection, and all share one TLS context: a
pool shared by many threads is scanned at every request, and a pool that keeps fewer connections
than it opens reconnects for most of them. A transport follows no redirect and reads no environment
by itself, which is what is wanted here; it costs 550 µs per GET where a client costs 880.
"""

import json
import math
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.request import getproxies, proxy_bypass

from agentsync.canonical import Json
from agentsync.errors import (
    BadAnswerError,
    CertificateError,
    ForbiddenError,
    NotFoundError,
    ProviderError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
    UsageError,
)
from agentsync.providers.base import Connection
from agentsync.providers.lean import httpx
from agentsync.providers.trust import is_this_machine

# Seconds before the second try, doubled for each further one, and where the doubling ends.
_FIRST_WAIT: Final = 0.5
_LONGEST_BACKOFF: Final = 8.0
_LARGEST_ANSWER: Final = 64 * 1024 * 1024


@dataclass(slots=True)
class Http:
    """GETs against one API.

    Shape: `pause` waits and `jitter` draws from 0..1; both are parameters so that tests need
    neither time nor luck. `report_wait` is told before every wait.
    """

    connection: Connection
    headers: Mapping[str, str] = field(repr=False)
    report_wait: Callable[[str], None]
    pause: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    _transports: list[httpx.HTTPTransport] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _mine: threading.local = field(default_factory=threading.local)
    _tls: ssl.SSLContext | None = None
    _closed: bool = False

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """The JSON that GET `path` answers with; safe to repeat, so it is.

        Errors: ProviderError, the last one when every try failed.
        """
        for number in range(1, self.connection.tries + 1):
            try:
                return self._answer(path, params)
            except (RateLimitedError, ServerError, TimedOutError, UnreachableError) as error:
                asked = error.retry_after or 0
                if self._closed or number == self.connection.tries:
                    raise
                if asked > self.connection.longest_wait:
                    # Asking sooner than we were told to would only be refused again.
                    raise
                seconds = self._wait_before(number, error)
                self.report_wait(f"{error.message}; trying again in {seconds:.1f} s")
                self.pause(seconds)
        raise AssertionError("unreachable: the last try returns or raises")

    def _wait_before(self, number: int, error: ProviderError) -> float:
        if error.retry_after is not None:
            # A little later, and not all threads at once.
            return float(error.retry_after * (1 + self.jitter() / 10))
        ceiling = min(_FIRST_WAIT * 2 ** (number - 1), _LONGEST_BACKOFF)
        return float(ceiling * (0.5 + self.jitter() / 2))

    def _answer(self, path: str, params: Mapping[str, str] | None) -> Json:
        request = f"GET {path}"
        try:
            response = self._response(path, params)
        except httpx.HTTPError as error:
            raise mapped(error, request) from None
        if response.status_code != 200:
            raise refused(response, request, self.connection.key)
        try:
            return json.loads(response.content, parse_constant=_finite, parse_float=_finite)
        except (ValueError, RecursionError):
            raise BadAnswerError(
                f"the API answered {request} with something that is not JSON "
                f"({len(response.content)} bytes, {_content_type(response)})",
                hint="is the endpoint right? A proxy or a sign-in page answers like this",
                request=request,
            ) from None

    def _response(self, path: str, params: Mapping[str, str] | None) -> httpx.Response:
        wait = self.connection.read_timeout
        timeout = httpx.Timeout(wait, connect=self.connection.connect_timeout)
        request = httpx.Request(
            "GET",
            self.connection.base_url + path,
            params=params,
            headers=self.headers,
            extensions={"timeout": timeout.as_dict()},
        )
        deadline = time.monotonic() + self.connection.total_timeout
        response = self._transport().handle_request(request)
        response.request = request
        try:
            # Reading to the end is what gives the connection back for the next request.
            body = b"".join(self._pieces(response, deadline))
        finally:
            response.close()
        return httpx.Response(response.status_code, headers=_plain(response), content=body)

    def _pieces(self, response: httpx.Response, deadline: float) -> Iterator[bytes]:
        """The decoded body, as long as it is neither too large nor too slow."""
        size = 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > _LARGEST_ANSWER:
                raise BadAnswerError(
                    f"the answer is larger than {_LARGEST_ANSWER:,} bytes",
                    request=f"GET {response.request.url.path}",
                )
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the answer drips in too slowly")
            yield piece

    def _transport(self) -> httpx.HTTPTransport:
        transport: httpx.HTTPTransport | None = getattr(self._mine, "transport", None)
        if transport is None:
            transport = self._mine.transport = self._new_transport()
            self._transports.append(transport)
        return transport

    def _new_transport(self) -> httpx.HTTPTransport:
        one = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        proxy = _proxy(self.connection.base_url)
        try:
            return httpx.HTTPTransport(verify=self._shared_tls(), limits=one, proxy=proxy)
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            raise UsageError(
                f"the proxy that the environment names cannot be used: {error}",
                hint="correct HTTPS_PROXY, or take the host out with NO_PROXY",
            ) from None

    def _shared_tls(self) -> ssl.SSLContext:
        with self._lock:
            if self._tls is None and self.connection.base_url.startswith("https:"):
                try:
                    self._tls = httpx.create_ssl_context()
                except OSError as error:
                    raise UsageError(
                        f"the certificates to trust cannot be read: {error}",
                        hint="correct SSL_CERT_FILE or SSL_CERT_DIR",
                    ) from None
            elif self._tls is None:
                # Plain http (this machine only) needs none; this one trusts nobody.
                self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            return self._tls

    def close(self) -> None:
        """Close every connection, of all threads; whoever still reads from one stops trying."""
        self._closed = True
        for transport in self._transports:
            transport.close()


def _finite(text: str) -> float:
    """The number, once it is one that JSON can say: `1e999` and NaN are not."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not JSON")
    return value


def _plain(response: httpx.Response) -> httpx.Headers:
    """The headers without those that describe how the body came, which is decoded by now."""
    headers = response.headers.copy()
    for name in ("content-encoding", "content-length", "transfer-encoding"):
        headers.pop(name, None)
    return headers


def _proxy(url: str) -> str | None:
    """The proxy the environment names for this URL; the project cannot name one."""
    host = httpx.URL(url).host
    if is_this_machine(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(httpx.URL(url).scheme, proxies.get("all"))
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def _content_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "no content type"))[:60]


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
    """The ProviderError that stands for an answer other than 200; the key is not in it."""
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
