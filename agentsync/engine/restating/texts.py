"""The text of a file, changed to say something else, with every line kept that need not change.

The way back from what engine/normalise.py does to texts: CRLF → LF, and white space stripped. The
line ends, the byte order mark and the blank space around a text stay as they are in the file.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agentsync.engine.textdiff import unified

_BOM: Final = "\ufeff"
_LINE_END: Final = re.compile(r"\r?\n")

Line = tuple[str, str]
"""A line, and what ends it: a line feed, with a carriage return before it or not, or nothing."""


def like(text: str, wanted: str) -> str:
    """The text of AGENTS.md, changed to say the prompt `wanted`, without white space at its end.

    The end of the file stays as it is; a new file ends with a newline.
    """
    bom, bare = _opened(text)
    return _closed(bom, _ended_like(bare, wanted, line_end(text)))


def like_instructions(text: str, wanted: str) -> str:
    """The same for a subagent's AGENTS.md; `wanted` has no white space at either end."""
    bom, bare = _opened(text)
    return _closed(bom, like_body(bare, wanted, line_end(text)))


def like_body(text: str, wanted: str, end: str) -> str:
    """The same for what follows a file's front matter; `end` is the line end of new lines."""
    bare = text.lstrip()
    lead = text[: len(text) - len(bare)]
    if bare.rstrip().replace("\r\n", "\n").partition("\n")[0] != wanted.partition("\n")[0]:
        # The first line's indentation is its own; blank lines above it are the file's.
        lead = lead[: lead.rfind("\n") + 1]
    return _ended_like(text, lead.replace("\r\n", "\n") + wanted if wanted else "", end)


def exactly(text: str, wanted: str) -> str:
    """`text`, changed to be `wanted` but for its line ends."""
    bom, bare = _opened(text)
    return _closed(bom, _woven(bare, wanted, line_end(text)))


def line_end(text: str) -> str:
    """The line end that most lines have."""
    both = text.count("\r\n")
    return "\r\n" if 2 * both > text.count("\n") else "\n"


def _opened(text: str) -> tuple[str, str]:
    return (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)


def _closed(bom: str, text: str) -> str:
    # Who reads a file takes the first byte order mark for one; the text's own needs another.
    return (bom or (_BOM if text.startswith(_BOM) else "")) + text


def _ended_like(text: str, wanted: str, end: str) -> str:
    if not wanted:
        return ""
    core = text.rstrip()
    tail = text[len(core) :] if core else end
    if core.rpartition("\n")[2] != wanted.rpartition("\n")[2]:
        # What stood behind the old last line, on that line, is no part of the new one.
        found = _LINE_END.search(tail)
        tail = tail[found.start() :] if found else ""
    return _woven(core, wanted, end) + tail


def _woven(text: str, wanted: str, end: str) -> str:
    """The lines of `wanted`, each as it stands in `text` if it does, or with `end` behind it."""
    old, new = _lines(text), _plain_lines(wanted)
    return "".join(_written(new, _kept(old, new), end))


def _lines(text: str) -> list[Line]:
    parts = text.split("\n")
    last = parts.pop()
    lines = [(part[:-1], "\r\n") if part.endswith("\r") else (part, "\n") for part in parts]
    return [*lines, (last, "")] if last else lines


def _plain_lines(text: str) -> list[Line]:
    """The lines of a canonical text, where only a line feed ends a line."""
    parts = text.split("\n")
    last = parts.pop()
    return [*((part, "\n") for part in parts), *([(last, "")] if last else [])]


def _kept(old: Sequence[Line], new: Sequence[Line]) -> dict[int, str]:
    """The line end that each line of the new text has in the old one, by its number."""
    before, after = ("".join(f"{line}\n" for line, _ in side) for side in (old, new))
    kept: dict[int, str] = {}
    at = to = 0
    for hunk in unified(before, after, context=0):
        first = hunk.before_start - (hunk.before_count > 0)
        for number in range(first - at):
            kept[to + number] = old[at + number][1]
        at, to = first + hunk.before_count, to + first - at + hunk.after_count
    for number in range(len(old) - at):
        kept[to + number] = old[at + number][1]
    return kept


def _written(lines: Sequence[Line], kept: dict[int, str], end: str) -> Iterator[str]:
    for number, (line, ended) in enumerate(lines):
        yield line
        if ended:
            # A carriage return in front of a line feed alone would be taken for its part.
            yield "\r\n" if line.endswith("\r") else kept.get(number) or end
