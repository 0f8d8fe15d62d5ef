"""Whether a text comes from a generator of keys and passwords, or only looks the part."""

import math
import re
from collections import Counter
from typing import Final

# Of a sample key, somewhere: whole words where the letters are few.
_SAMPLE: Final = re.compile(
    r"example|placeholder|change[_-]?me|redacted|replace|insert|dummy|sample|secret-?key|"
    r"x{4}|\*{3}|\.{3}|…|0{8}|1{8}|\$[({A-Za-z_]|\{\{|%[A-Z_]+%|(?<![a-z0-9])your"
    r"|(?<![a-z0-9])(?:test|fake|todo|here|none|null|key)(?![a-z0-9])",
    re.IGNORECASE,
)
_MANUALS: Final = ("eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9l", "QWxhZGRpbjpvcGVu")
"""How the samples of jwt.io and of the RFC on HTTP credentials begin."""
_RUNS: Final = ("0123456789abcdefghijklmnopqrstuvwxyz", "1234567890", "qwertyuiop")
_RUN: Final = 8
"""Characters in order, as in 12345678, that nobody's key has."""
# Words, also short ones and numbers when nothing else stands between two signs.
_WORD: Final = re.compile(
    r"[A-Z]?[a-z]{4,}|(?<![A-Za-z0-9])(?:[A-Z]?[a-z]+|[A-Z]+|[0-9]{1,4})(?![A-Za-z0-9])"
)
_TURN: Final = re.compile(r"[a-z](?=[A-Z0-9])|[0-9](?=[A-Za-z])|[A-Z](?=[0-9])")
_COMMON: Final = frozenset({"admin", "pass", "password", "pwd", "root", "secret", "token", "user"})


def looks_random(text: str) -> bool:
    """Whether a text is what a generator of passwords makes, rather than a person or a manual."""
    if not 8 <= len(text) <= 2000 or any(letter.isspace() for letter in text):
        return False
    if is_sample(text) or len(_TURN.findall(text)) < 2:
        return False
    words = sum(map(len, _WORD.findall(text)))
    return words < len(text) / 2 and _entropy(text) >= (2.5 if len(text) < 16 else 3.0)


def is_sample(text: str) -> bool:
    """Whether a text only stands for a secret."""
    if (
        _SAMPLE.search(text)
        or any(sample in text for sample in _MANUALS)
        or text.lower() in _COMMON
    ):
        return True
    low = text.lower()
    few = len(set(low)) <= (4 if len(low) < 16 else 6)
    return few or any(low[at : at + _RUN] in run for run in _RUNS for at in _windows(low))


def _windows(text: str) -> range:
    return range(max(0, len(text) - _RUN + 1))


def _entropy(text: str) -> float:
    """Bits per character, were each drawn by itself."""
    shares = [number / len(text) for number in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)
