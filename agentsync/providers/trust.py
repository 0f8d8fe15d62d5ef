"""Where the API key may be sent.

The repository is not trusted with the key: a pull request can change `url` in agentsync.yaml. So
an origin counts only when agentsync itself knows it, when it is this machine, or when the
environment names it; and it must be https unless it is this machine.
"""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from agentsync.errors import UntrustedHostError, UsageError
from agentsync.providers.base import Provider

_TRUSTED_HOSTS = "AGENTSYNC_TRUSTED_HOSTS"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def trusted_base(url: str, provider: type[Provider], environ: Mapping[str, str]) -> str:
    """The base URL that requests go to, once its origin may see the key.

    Shape: `url` as the project gives it, or "" for what the environment names, else the official
    host. The answer is the origin and whatever path stands before the API's own `/v1`.
    Errors: UsageError when it is no usable URL, UntrustedHostError when nobody vouches for it.
    """
    named = environ.get(provider.endpoint_variable, "").strip()
    vouched = {*provider.official_origins}
    if named:
        vouched.add(_origin(named, provider.endpoint_variable))
    given = url or named or next(iter(provider.official_origins), "")
    if not given:
        raise UsageError(
            "the target has no `url`, and this API has no host that everybody uses",
            hint="write the server's address as the target's `url`, or set "
            f"{provider.endpoint_variable}",
        )
    wanted = _origin(given, "url")
    host = urlsplit(wanted).hostname or ""
    hosts = {item.strip().lower() for item in environ.get(_TRUSTED_HOSTS, "").split(",")}
    netloc = urlsplit(wanted).netloc
    if wanted in vouched or is_this_machine(host) or hosts & {host, netloc}:
        return wanted + _prefix(given, provider)
    raise UntrustedHostError(
        f"the API key is not sent to {netloc}: the project names it, but nothing outside the "
        "repository vouches for it",
        hint=f"if it is right, set {provider.endpoint_variable}={wanted} or "
        f"{_TRUSTED_HOSTS}={netloc} in the environment",
    )


def _origin(url: str, source: str) -> str:
    if "@" in url:
        raise UsageError(
            f"{source} carries a user name or password",
            hint="keys go into the environment, never into a URL",
        )
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise UsageError(f"{source} is not a URL: {url!r} ({error})") from None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise UsageError(f"{source} is not an http(s) URL: {url!r}", hint="write https://HOST")
    if not _is_host(host):
        raise UsageError(f"{source} names no usable host: {url!r}")
    if parts.scheme == "http" and not is_this_machine(host):
        raise UntrustedHostError(
            f"{source} is not encrypted: {parts.scheme}://{parts.netloc}",
            hint="use https://; plain http is for this machine only",
        )
    netloc = f"[{host}]" if ":" in host else host
    if port and port != _DEFAULT_PORTS[parts.scheme]:
        netloc += f":{port}"
    return f"{parts.scheme}://{netloc}"


def _prefix(url: str, provider: type[Provider]) -> str:
    """The path of `url` before the API's own: people paste the endpoint with or without it."""
    path = urlsplit(url.strip()).path.rstrip("/")
    for ending in provider.api_paths:
        path = path.removesuffix(ending)
    return path


def _is_host(host: str) -> bool:
    return host.isascii() and all(c.isalnum() or c in "-._:" for c in host)


def is_this_machine(host: str) -> bool:
    """Whether the host is this very machine, by name or by any loopback address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
