"""Names of folders made from names for people."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 60
"""Characters; file systems take 255 bytes for a name, and people less."""

# On Windows these are devices, with whatever ending: a checkout with such a folder fails.
_DEVICE: Final = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")

# Letters that are no other letter with a mark on it.
_LETTERS: Final = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d"} | {"þ": "th", "ı": "i"}
)


def slug_of(text: str) -> str:
    """`text` in a-z, 0-9 and single hyphens between them; "" when nothing of it is left."""
    known = text.casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", known).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST].strip("-")


class Slugs:
    """Names that are given once each, in the order in which they are asked for."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def free(self, slug: str) -> bool:
        """Whether nobody has this name."""
        return slug not in self._taken

    def take(self, name: str, otherwise: str) -> str:
        """A slug for `name` that nobody has, and that nobody else gets from now on.

        Shape: `otherwise` is the slug of a name that gives none.
        """
        slug = slug_of(name) or otherwise
        if _DEVICE.fullmatch(slug):
            slug = f"{slug}-agent"
        number, found = 1, slug
        while not self.free(found):
            number += 1
            found = f"{slug}-{number}"
        self._taken.add(found)
        return found

    def reserve(self, slug: str) -> None:
        """Let nobody else have this one."""
        self._taken.add(slug)
