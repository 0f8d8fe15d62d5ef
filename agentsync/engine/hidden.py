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


# Asking of each character that is not ASCII is twenty times as fast as searching all of them.
_FOREIGN: Final = re.compile("[^\0-\x7f]")
_SUSPECTS: Final = (
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0, 0xE0001),
    *(*range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x2028, 0x202F)),
    *(*range(0x2060, 0x2070), *range(0xFE00, 0xFE0F), *range(0xFFF9, 0xFFFC)),
    *(*range(0xE0020, 0xE0080), *range(0xE0100, 0xE01F0)),
)
_SUSPECT: Final = frozenset(map(chr, _SUSPECTS))


class Hidden(NamedTuple):
    """One hidden character.

    Units: `line` from 1.
    """

    code: str
    line: int


def hidden_in(text: str) -> Iterator[Hidden]:
    """The hidden characters of a text, in their order."""
    if text.isascii() or not any(found[0] in _SUSPECT for found in _FOREIGN.finditer(text)):
        return
    at, line = 0, 1
    for found in _HIDDEN.finditer(text):
        line += text.count("\n", at, found.start())
        at = found.start()
        yield Hidden(f"U+{ord(found[0]):04X}", line)


def without_hidden(text: str) -> str:
    """The text without them."""
    return _HIDDEN.sub("", text)
