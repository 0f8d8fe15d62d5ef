"""Three texts merged line by line, as git does it."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentsync.errors import ProjectError
from agentsync.files.repository import git

# Exit codes of merge-file up to this one count clashes; what is above says that it failed.
_MOST_CLASHES: Final = 127
_RUN: Final = re.compile(r"^(?:<+|=+|>+)", re.MULTILINE)
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Clash:
    """Lines that both sides changed, differently."""

    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged text.

    Shape: `parts` in order, a text where the sides do not clash; each of its lines has its line
    feed, and `ended` says whether the last one shall.
    """

    parts: tuple[str | Clash, ...]
    ended: bool

    @property
    def clashes(self) -> int:
        """How many places clash."""
        return sum(isinstance(part, Clash) for part in self.parts)

    def text(self, marks: tuple[str, str, str]) -> str:
        """The text; before, between and after the sides of a clash stand these lines."""
        first, middle, last = (f"{mark}\n" for mark in marks)
        whole = "".join(
            part if isinstance(part, str) else first + part.ours + middle + part.theirs + last
            for part in self.parts
        )
        return whole if self.ended else whole.removesuffix("\n")


def merge_text(ours: str, base: str, theirs: str) -> Merged:
    """Both sides' changes since `base` in one text, by `git merge-file`.

    Only lines that both sides changed, and differently, clash. No repository and nobody's
    configuration has a say in it.
    Errors: ProjectError when git cannot do it.
    """
    size = _marker_size(ours, base, theirs)
    with tempfile.TemporaryDirectory(prefix="agentsync-") as name:
        folder = Path(name)
        for file, text in (("ours", ours), ("base", base), ("theirs", theirs)):
            ended = f"{text}\n" if text and not text.endswith("\n") else text
            (folder / file).write_bytes(ended.encode("utf-8", "surrogatepass"))
        sides = ("ours", "base", "theirs")
        options = ("-p", "-q", f"--marker-size={size}")
        answer = git.ask(folder, "merge-file", *options, *sides, environ=git.alone(folder))
    if not 0 <= answer.code <= _MOST_CLASHES:
        raise ProjectError(f"git cannot merge the texts: {answer.told}")
    merged = answer.output.decode("utf-8", "surrogatepass")
    return Merged(tuple(_parts(merged, size)), ended=_ended(ours, base, theirs))


def _marker_size(*texts: str) -> int:
    """So many signs as begin no line of any text, and no fewer than git's own seven."""
    runs = (len(run) for text in texts for run in _RUN.findall(text))
    return max(runs, default=0) + 7


def _parts(text: str, size: int) -> Iterator[str | Clash]:
    """What merge-file wrote, taken apart at its markers."""
    sides: list[list[str]] = [[]]
    for line in _LINE.findall(text):
        sign = line[0] if line.startswith(line[0] * size) else ""
        if (sign, len(sides)) == ("<", 1):
            yield "".join(sides[0])
            sides = [[], []]
        elif (sign, len(sides)) == ("=", 2):
            sides.append([])
        elif (sign, len(sides)) == (">", 3):
            yield Clash("".join(sides[1]), "".join(sides[2]))
            sides = [[]]
        else:
            sides[-1].append(line)
    yield "".join(sides[0])


def _ended(ours: str, base: str, theirs: str) -> bool:
    """Whether the merged text ends its last line: as the side that changed it does."""
    mine, was, yours = (text.endswith("\n") for text in (ours, base, theirs))
    return yours if mine == was else mine
