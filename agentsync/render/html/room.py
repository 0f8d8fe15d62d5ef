"""How much of long texts a page shows, and how much of it unfolded."""

from typing import Final

# Lines of one text, and of all texts of a page.
_ONE_TEXT: Final = 300
_ALL_TEXTS: Final = 12_000
# However many texts there are, each shows its beginning.
_LEAST: Final = 5
# Lines that are unfolded before the reader unfolds any.
_UNFOLDED: Final = 900


class Room:
    """What is left of a page.

    Shape: `cut` is True as soon as something was not shown; `whole` means that nothing is cut.
    Units: lines.
    """

    __slots__ = ("_left", "_unfolded", "cut", "whole")

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self.cut = False
        self._left = _ALL_TEXTS
        self._unfolded = _UNFOLDED

    def lines(self, wanted: int) -> int:
        """How many of these lines of one text are shown: one more is as short as saying so."""
        if self.whole:
            return wanted
        most = max(_LEAST, min(_ONE_TEXT, self._left))
        granted = wanted if wanted <= most + 1 else most
        self._left -= granted
        self.cut = self.cut or granted < wanted
        return granted

    def unfold(self, lines: int) -> bool:
        """Whether so many lines are unfolded from the start."""
        if lines > self._unfolded:
            return False
        self._unfolded -= lines
        return True
