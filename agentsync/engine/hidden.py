"""Characters that carry text past a reader: marks of direction, tags, characters without width."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

# Joiners have a meaning inside emoji and in scripts that are not Latin, tags after a black flag,
# and the last variation selector after a symbol that can be an emoji.
_HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0001\U000e0100-\U000e01ef]"
    "|(?<![^\0-\x7f])[\u200c\u200d\ufe00-\ufe0e]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]"
)


class Hidden(NamedTuple):
    """One hidden character.

    Units: `line` from 1.
    """

    code: str
    line: int


def is_hiding(text: str) -> bool:
    """Whether there is any hidden character in the text."""
    return not text.isascii() and _HIDDEN.search(text) is not None


def hidden_in(text: str) -> Iterator[Hidden]:
    """The hidden characters of a text, in their order."""
    if text.isascii():
        return
    at, line = 0, 1
    for found in _HIDDEN.finditer(text):
        line += text.count("\n", at, found.start())
        at = found.start()
        yield Hidden(f"U+{ord(found[0]):04X}", line)


def without_hidden(text: str) -> str:
    """The text without them."""
    return _HIDDEN.sub("", text)
