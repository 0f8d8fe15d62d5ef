"""Entries of `[…]` and `{…}` that come and go, on one line or on lines of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentsync.engine.yaml.writing.lines import end_of_line, is_first, next_line, start_of_line
from agentsync.engine.yaml.writing.parts import Entry, Part
from agentsync.engine.yaml.writing.splices import Splices


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A new entry behind the kept one of this index; -1 for before the first kept one."""

    behind: int
    text: str


def edit_flow(splices: Splices, part: Part, kept: Sequence[int], added: Sequence[Added]) -> None:
    """Leave the entries of these indexes, at least one, and put the new ones between them."""
    if all(_has_own_lines(splices.text, entry) for entry in part.entries):
        _edit_lines(splices, part, kept, added)
    else:
        _edit_line(splices, part, kept, added)


def _has_own_lines(text: str, entry: Entry) -> bool:
    behind = max(entry.end, entry.comma + 1)
    rest = text[behind : end_of_line(text, behind)].strip(" \t")
    return is_first(text, entry.start) and rest[:1] in ("", "#")


def _edit_lines(splices: Splices, part: Part, kept: Sequence[int], added: Sequence[Added]) -> None:
    text, entries = splices.text, part.entries
    for index in sorted({*range(len(entries))} - {*kept}):
        entry = entries[index]
        splices.remove(entry.start, max(entry.end, entry.comma), part.column)
    for new in added:
        beside = entries[new.behind if new.behind >= 0 else kept[0]]
        line = start_of_line(text, beside.start)
        at = next_line(text, max(beside.end, beside.comma)) if new.behind >= 0 else line
        is_last = new is added[-1] and new.behind == kept[-1] and entries[-1].comma < 0
        comma = "" if is_last else ","
        splices.put_lines(at, [f"{text[line : beside.start]}{new.text}{comma}"])
    if added and added[-1].behind == kept[-1] and entries[kept[-1]].comma < 0:
        splices.cut(entries[kept[-1]].end, entries[kept[-1]].end, ",")


def _edit_line(splices: Splices, part: Part, kept: Sequence[int], added: Sequence[Added]) -> None:
    text, entries = splices.text, part.entries
    for index in sorted({*range(len(entries))} - {*kept}):
        _remove(splices, entries[index], is_behind=index > kept[-1])
    last = entries[kept[-1]]
    if last is not entries[-1] and entries[-1].comma < 0:
        between = text[last.comma + 1 : entries[kept[-1] + 1].start]
        if not between.strip(" \t"):
            splices.cut(last.comma, last.comma + 1)
    for new in added:
        if new.behind >= 0:
            splices.cut(entries[new.behind].end, entries[new.behind].end, f", {new.text}")
        else:
            splices.cut(entries[kept[0]].start, entries[kept[0]].start, f"{new.text}, ")


def _remove(splices: Splices, entry: Entry, *, is_behind: bool) -> None:
    text = splices.text
    start, end = entry.start, max(entry.end, entry.comma + 1)
    if not is_behind:
        end += len(text[end:]) - len(text[end:].lstrip(" \t"))
    if is_behind or text[end] in "\r\n#":
        start = len(text[:start].rstrip(" \t"))
    comments = splices.comments_in(start, end)
    left = " " if text[end] == "#" else ""
    splices.cut(start, end, comments + splices.line_break if comments else left)
