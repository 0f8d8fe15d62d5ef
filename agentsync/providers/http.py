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
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.request import getproxies, proxy_bypass

from agentsync.canonical import Json
from agentsync.errors import (
    BadAnswerError,
    GarbledError,
    ProviderError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnreachableError,
    UsageError,
)
from agentsync.providers.base import Connection
from agentsync.providers.failures import mapped, not_json, refused
from agentsync.providers.lean import httpx
from agentsync.providers.trust import is_this_machine

# Seconds before the second try, doubled for each further one, and where the doubling ends.
_FIRST_WAIT: Final = 0.5
_LONGEST_BACKOFF: Final = 8.0
_PASSING: Final = (
    GarbledError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnreachableError,
)
_LARGEST_ANSWER: Final = 64 * 1024 * 1024


# What fails before a byte of the request has left: no write can have taken effect.
_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One request, and which answers to it are good."""

    method: str
    path: str
    params: Mapping[str, str] | None = None
    body: Json = None
    expect: Collection[int] = (200,)
    asks: bool = False

    @property
    def name(self) -> str:
        """The request as errors name it: no host, no query."""
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        """Whether it changes anything, so that it must not be repeated lightly."""
        return self.method != "GET" and not self.asks

    @property
    def content(self) -> bytes | None:
        """The body as it is sent."""
        return None if self.body is None else json.dumps(self.body, allow_nan=False).encode("ascii")

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that the body needs."""
        return {} if self.body is None else {"Content-Type": "application/json"}


@dataclass(slots=True)
class Http:
    """Requests to one API.

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
        return self._patiently(_Wanted(method="GET", path=path, params=params))

    def ask(self, path: str, body: Json) -> Json:
        """The JSON that a POST answers with which only reads; safe to repeat, so it is.

        Errors: ProviderError, the last one when every try failed.
        """
        return self._patiently(_Wanted(method="POST", path=path, body=body, asks=True))

    def send(
        self, method: str, path: str, body: Json = None, *, expect: Collection[int] = (200,)
    ) -> Json:
        """The JSON that a write answers with, None for 204; repeated only while it had no effect.

        Shape: no `body` is sent for None; `expect` are the statuses that mean success.
        Errors: ProviderError; `sent` on it says whether the write may have taken effect.
        """
        return self._patiently(_Wanted(method=method, path=path, body=body, expect=expect))

    def _patiently(self, wanted: "_Wanted") -> Json:
        for number in range(1, self.connection.tries + 1):
            try:
                return self._answer(wanted)
            except _PASSING as error:
                asked = error.retry_after or 0
                # A proxy's page may be gone the next time, or be all there is at this address.
                most = 2 if isinstance(error, GarbledError) else self.connection.tries
                tries = min(most, self.connection.tries)
                if error.sent or self._closed or number >= tries:
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

    def _answer(self, wanted: "_Wanted") -> Json:
        """The JSON of one try; what fails says whether it may have taken effect."""
        status = None
        try:
            response = self._response(wanted)
            status = response.status_code
            return self._read(response, wanted)
        except httpx.HTTPError as error:
            left = not isinstance(error, _NEVER_SENT)
            raise _marked(mapped(error, wanted.name), wanted, left) from None
        except ProviderError as error:
            # A refusal in the 400s is the only answer that proves that nothing was done.
            raise _marked(error, wanted, status is None or not 400 <= status < 500) from None

    def _read(self, response: httpx.Response, wanted: "_Wanted") -> Json:
        if response.status_code not in wanted.expect:
            raise refused(response, wanted.name, self.connection.key)
        if response.status_code == 204:
            return None
        try:
            return json.loads(response.content, parse_constant=_finite, parse_float=_finite)
        except (ValueError, RecursionError):
            raise not_json(response, wanted.name) from None

    def _response(self, wanted: "_Wanted") -> httpx.Response:
        wait = self.connection.read_timeout
        timeout = httpx.Timeout(wait, connect=self.connection.connect_timeout)
        request = httpx.Request(
            wanted.method,
            self.connection.base_url + wanted.path,
            params=wanted.params,
            headers={**self.headers, **wanted.headers},
            content=wanted.content,
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
                    request=f"{response.request.method} {response.request.url.path}",
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


def _marked(error: ProviderError, wanted: _Wanted, landed: bool) -> ProviderError:
    error.sent = landed and wanted.writes
    return error


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
