"""Block scalars that say something else: the lines of a text that stay are kept as they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agentsync.engine.yaml.writing.alignment import matched
from agentsync.engine.yaml.writing.fresh import chomping, is_indented, literal_text
from agentsync.engine.yaml.writing.lines import next_line, split_lines
from agentsync.engine.yaml.writing.parts import Part, header_at
from agentsync.engine.yaml.writing.quoting import printable

_WIDTH: Final = 80
"""Columns that a folded line takes at least before it is broken."""

# Where folding may break a line: a single blank between words.
_BLANK: Final = re.compile(r"(?<=[^ \t]) (?=[^ \t])")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockText:
    """A block scalar's new header, and the lines that replace text[first:stop].

    Shape: text[stop:behind] are blank lines that would become a part of it, and have to go.
    """

    header: str
    lines: tuple[str, ...]
    first: int
    stop: int
    behind: int


def retold(text: str, part: Part, wanted: str, line_break: str) -> BlockText | None:
    """What the block scalar `part` becomes to say `wanted`; None when none can say it.

    Shape: a literal block stays one; a folded one too, where the new text can be folded.
    """
    if not wanted.strip("\n") or not printable(wanted):
        return None
    base = max(part.column, 0)
    indent = part.indent or base + 2
    header = _header(header_at(text, part.body), indent - base, wanted)
    if header is None:
        return None
    first = next_line(text, part.body)
    stop = next_line(text, part.end) if part.end >= first else first
    behind = _behind_blanks(text, stop) if "+" in header else stop
    old = split_lines(text[first:stop])
    lines = _folded(old, indent, wanted, line_break) if part.style == ">" else None
    if lines is None:
        header = "|" + header[1:]
        lines = _literal(old, indent, wanted, line_break)
    return BlockText(header=header, lines=tuple(lines), first=first, stop=stop, behind=behind)


def _header(old: str, width: int, wanted: str) -> str | None:
    """The old header, changed only where the text's start or end asks for it."""
    digits = old.strip("|>+-")
    if is_indented(wanted) and not digits:
        digits = str(width)
        if not 0 < width < 10:
            return None
    sign = "+" if "+" in old and wanted.endswith("\n") else chomping(wanted)
    same = old[1:] in (sign + digits, digits + sign)
    return old if same else old[0] + digits + sign


def _behind_blanks(text: str, index: int) -> int:
    """The index of the next line that is not blank."""
    while index < len(text):
        end = next_line(text, index)
        if text[index:end].strip():
            break
        index = end
    return index


def _literal(old: Sequence[str], indent: int, wanted: str, line_break: str) -> list[str]:
    new = literal_text(wanted)
    lines = [_line(line, indent, line_break) for line in new]
    said = [_said(line, indent) for line in old]
    if any(_line(line, indent, line_break) != as_is for line, as_is in zip(said, old, strict=True)):
        for i, j in matched(said, new):
            lines[j] = old[i]
    return lines


def _line(said: str, indent: int, line_break: str) -> str:
    return (" " * indent + said if said else "") + line_break


def _said(line: str, indent: int) -> str:
    return line.rstrip("\r\n")[indent:]


def _folded(old: Sequence[str], indent: int, wanted: str, line_break: str) -> list[str] | None:
    """The lines of a folded block; None where a line starts with a blank: those do not fold."""
    before, after = _paragraphs(old, indent), _separated(wanted)
    if before is None or any(said[:1] in (" ", "\t") for said in after if said):
        return None
    width = max([_WIDTH, *(len(line.rstrip()) for line in old)]) - indent
    lines: list[str] = []
    left = right = 0
    for i, j in [*matched([said for said, _ in before], after), (len(before), len(after))]:
        going = iter([written for said, written in before[left:i] if said])
        for said in after[right:j]:
            kept, broken, tail = _rewrapped(next(going, ()) if said else (), said, indent, width)
            lines += [*kept, *(_line(part, indent, line_break) for part in broken), *tail]
        lines += before[i][1] if i < len(before) else ()
        left, right = i + 1, j + 1
    return lines


_Lines = tuple[str, ...]


def _paragraphs(old: Sequence[str], indent: int) -> list[tuple[str, _Lines]] | None:
    """What folding makes one line of, with the lines it is written in; a blank line is one too."""
    found: list[tuple[str, _Lines]] = []
    for line in old:
        said = _said(line, indent)
        if said[:1] in (" ", "\t") and said:
            return None
        if said and found and found[-1][0]:
            found[-1] = f"{found[-1][0]} {said}", (*found[-1][1], line)
        else:
            found.append((said, (line,)))
    return found


def _separated(wanted: str) -> list[str]:
    """The lines of a text as paragraphs, with as many blank lines between as folding takes."""
    body = wanted.rstrip("\n")
    found: list[str] = []
    for piece in re.split(r"(\n+)", body):
        found += [""] * len(piece) if piece.startswith("\n") else [piece] if piece else []
    return found + [""] * (len(wanted) - len(body) - 1)


def _rewrapped(old: _Lines, said: str, indent: int, width: int) -> tuple[_Lines, list[str], _Lines]:
    """A paragraph's first lines and last lines that stay, and what is new between them."""
    start, end = 0, len(old)
    while start < end and (rest := _without(said, f"{_said(old[start], indent)} ", "")):
        said = rest
        start += 1
    while start < end and (rest := _without(said, "", f" {_said(old[end - 1], indent)}")):
        said = rest
        end -= 1
    return old[:start], _wrapped(said, width), old[end:]


def _without(said: str, start: str, end: str) -> str:
    """The rest of a text that starts and ends so, if a line can be broken there, else ""."""
    if not said.startswith(start) or not said.endswith(end):
        return ""
    rest = said[len(start) : len(said) - len(end)]
    return rest if rest == rest.strip(" \t") else ""


def _wrapped(said: str, width: int) -> list[str]:
    lines = [""]
    for word in _BLANK.split(said):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines
