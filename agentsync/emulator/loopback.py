"""Which names mean this machine and nothing else."""

import ipaddress
from functools import lru_cache


def is_loopback(host: str) -> bool:
    """Whether only this machine can be reached by that name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=64)
def asks_for_loopback(header: bytes) -> bool:
    """Whether a Host header, with or without a port, names this machine."""
    text = header.decode("latin-1").strip().lower()
    if text.startswith("["):
        return is_loopback(text[1:].partition("]")[0])
    return is_loopback(text.partition(":")[0])
