"""Where the lines of a text start and end; a line ends at LF, CRLF or CR, as YAML has it."""

import re
from typing import Final

_BREAK: Final = re.compile(r"\r\n|\n|\r")


def start_of_line(text: str, index: int) -> int:
    """The index where the line that holds `index` starts."""
    feed = text.rfind("\n", 0, index) + 1
    return text.rfind("\r", feed, index) + 1 or feed


def end_of_line(text: str, index: int) -> int:
    """The index behind the line's last character, where its line break stands if it has one."""
    found = _BREAK.search(text, index)
    return found.start() if found else len(text)


def next_line(text: str, index: int) -> int:
    """The index where the line after the one that holds `index` starts, or would start."""
    found = _BREAK.search(text, index)
    return found.end() if found else len(text)


def column_of(text: str, index: int) -> int:
    """How many characters stand before `index` on its line."""
    return index - start_of_line(text, index)


def is_first(text: str, index: int) -> bool:
    """Whether nothing but blanks stands before `index` on its line."""
    return not text[start_of_line(text, index) : index].strip(" \t")


def split_lines(text: str) -> list[str]:
    """The lines with their line breaks; they join to the text."""
    ends = [found.end() for found in _BREAK.finditer(text)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False) if start < end]


def usual_break(text: str) -> str:
    """The line break that most lines of the text have; LF when it has none."""
    found = _BREAK.findall(text)
    return max(("\n", "\r\n", "\r"), key=found.count)
