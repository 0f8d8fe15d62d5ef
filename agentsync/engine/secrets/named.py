"""Secrets that are told by the name they are given, or by their place in a URL."""

import re
from collections.abc import Iterator
from typing import Final

from agentsync.engine.randomness import is_sample, looks_random
from agentsync.engine.secrets.secret import Secret

NAMELESS: Final = "a password or token"
"""The kind of a secret that only its name and its looks tell."""

_IN_URL: Final = re.compile(
    r"://(?P<user>[^\s/:@\"'`<>]{0,100}):(?P<secret>[^\s/@\"'`<>]{3,200})@[A-Za-z0-9\[]"
)
_VALUE: Final = re.compile(
    r"[:=](?!//|:)[=>]?[ \t]{0,9}[\"'`]?(?P<secret>[^\s\"'`,;&<>(){}\[\]]{8,500})"
)
_NAME_BEFORE: Final = re.compile(
    r"(?P<word>pass(?:word|wd|phrase)|secret|token|credential|(?:api|access|private)[_-]?key)"
    r"(?P<rest>[A-Za-z0-9_.-]{0,40})[\"'`]?[ \t]{0,9}\Z",
    re.IGNORECASE,
)
_LONGEST_NAME: Final = 80
# Each of those names has one of these; looking for words is far faster than for values.
_WORDS: Final = ("pass", "secret", "token", "credential", "key")
_NAMES: Final = re.compile(
    r"pass(?:word|wd|phrase)|secret|token|credential|(?:api|access|private)[_-]?key", re.IGNORECASE
)
# What only looks like a secret's name: max_tokens, token_url, secret_name, tokenizer.
_OTHER_NAMES: Final = re.compile(
    r"(?:tokens|tokeni[sz].*|secretar.*"
    r"|.*[_.-]?(?:id|ids|name|names|url|uri|path|file|type|count|limit|length|policy|hint|field"
    r"|header|env|ref|var|variable|expir[a-z_]*|ttl))",
    re.IGNORECASE,
)


def in_urls(text: str) -> Iterator[Secret]:
    """The passwords that stand in URLs."""
    if "://" not in text or "@" not in text:
        return
    for match in _IN_URL.finditer(text):
        secret = match["secret"]
        if secret != match["user"] and not is_sample(secret) and not secret.startswith(("{", "$")):
            yield Secret(
                kind="a password in a URL", start=match.start("secret"), end=match.end("secret")
            )


def named(text: str) -> Iterator[Secret]:
    """Values that the text itself calls a password or the like."""
    low = text.lower()
    if not any(word in low for word in _WORDS):
        return
    for value in _VALUE.finditer(text):
        start = value.start()
        name = _NAME_BEFORE.search(text, max(0, start - _LONGEST_NAME), start)
        if not name or _OTHER_NAMES.fullmatch(name["word"] + name["rest"].rstrip(".-")):
            continue
        if looks_random(value["secret"]):
            yield Secret(kind=NAMELESS, start=value.start("secret"), end=value.end("secret"))


def is_secret_name(name: str) -> bool:
    """Whether something of this name is likely to be a secret."""
    found = _NAMES.search(name)
    return found is not None and not _OTHER_NAMES.fullmatch(name[found.start() :])
