"""Secrets in texts: keys, tokens and passwords that must not be written to a repository.

Well-known formats are told by their shape: those of the library detect-secrets, and those that it
has not, which LLM agents' keys are among; anything else only by the name that it is given
(`password: …`) and by looking random. What only stands for a secret is none: `sk-…`, `<your key>`,
`${TOKEN}`, `xxxx`, the sample keys of manuals.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from agentsync.canonical import Json, escape
from agentsync.engine.randomness import looks_random
from agentsync.engine.secrets.formats import in_known_formats
from agentsync.engine.secrets.named import NAMELESS, in_urls, is_secret_name, named
from agentsync.engine.secrets.secret import Secret
from agentsync.model.findings import Finding, Risk

__all__ = [
    "NAMELESS",
    "RULE",
    "SHORTEST",
    "Place",
    "Secret",
    "findings_of",
    "is_secret_name",
    "places_of",
    "secrets_in",
    "secrets_of",
]

RULE: Final = "secret"
"""The rule of every finding about a secret."""

SHORTEST: Final = 8
"""Characters: no secret is shorter, nor a text that has one."""


class Place(NamedTuple):
    """Where in a JSON value a secret stands; a secret that is a key has the place of its map."""

    pointer: str
    kind: str
    line: int


def secrets_in(text: str) -> Iterator[Secret]:
    """The secrets in a text, in their order, none inside another."""
    found = sorted(_all(text), key=lambda item: (item.start, -item.end))
    end = 0
    for item in found:
        if item.start >= end:
            yield item
            end = item.end


def secrets_of(value: Json) -> Iterator[tuple[str, str]]:
    """Where in a canonical form secrets stand: the pointer of each, and its kind.

    No pointer shows a secret: one that is a key is told of the map that has it, and what is below
    such a key is not looked at.
    """
    for place in places_of(value):
        yield place.pointer, place.kind


def places_of(value: Json, pointer: str = "", name: str = "") -> Iterator[Place]:
    """What `secrets_of` says, with the line of the text, from 1; `name` is the value's own."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if secret := next(secrets_in(key), None):
                yield Place(pointer, secret.kind, 1)
            else:
                yield from places_of(item, f"{pointer}/{escape(key)}", key)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from places_of(item, pointer, name)
    elif isinstance(value, str):
        none = True
        for secret in secrets_in(value):
            none = False
            yield Place(pointer, secret.kind, value.count("\n", 0, secret.start) + 1)
        if none and is_secret_name(name) and looks_random(value):
            yield Place(pointer, NAMELESS, 1)


def findings_of(address: str, value: Json) -> tuple[Finding, ...]:
    """A finding for each secret in a canonical form: what it is and where, never the secret."""
    return tuple(
        Finding(
            rule=RULE,
            severity=Risk.HIGH,
            address=address,
            pointer=place.pointer,
            message=f"{place.kind}" + (f" in line {place.line}" if place.line > 1 else ""),
        )
        for place in dict.fromkeys(places_of(value))
    )


def _all(text: str) -> Iterator[Secret]:
    if len(text) < SHORTEST:
        return
    yield from in_known_formats(text)
    yield from in_urls(text)
    yield from named(text)
