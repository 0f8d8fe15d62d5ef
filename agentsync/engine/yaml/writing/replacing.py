"""One value of a YAML text, written anew in the place of the old one."""

from dataclasses import dataclass

from agentsync.canonical import Json
from agentsync.engine.yaml.writing.blocktext import retold
from agentsync.engine.yaml.writing.fresh import Layout, compact_lines, mapping_lines, value_lines
from agentsync.engine.yaml.writing.lines import end_of_line, next_line, start_of_line
from agentsync.engine.yaml.writing.parts import Part, header_at
from agentsync.engine.yaml.writing.quoting import flow
from agentsync.engine.yaml.writing.splices import Splices


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a value stands.

    Units: `sign` is the index behind its `:` or `-`, for the root behind the `---`; -1 without one.
    """

    sign: int = -1
    is_root: bool = False
    is_item: bool = False
    in_brackets: bool = False


def retell(splices: Splices, part: Part, new: Json) -> bool:
    """Whether `part` is a block scalar that can say `new`; then it will."""
    told = None
    if part.is_block_scalar and isinstance(new, str):
        told = retold(splices.text, part, new, splices.line_break)
    if told is None:
        return False
    header = header_at(splices.text, part.body)
    if told.header != header:
        splices.cut(part.body, part.body + len(header), told.header)
    splices.cut(told.first, told.stop, "".join(told.lines))
    if told.stop < told.behind:
        splices.cut(told.stop, told.behind)
    splices.settle(told.behind, part.column)
    return True


def replace_part(
    splices: Splices, layout: Layout, part: Part, spot: Spot, new: Json, style: str = ""
) -> None:
    """Put a fresh `new` where `part` is; comments on lines of their own, and behind it, stay.

    Shape: `style` is the quote that a text shall have, if the old value has none.
    """
    style = part.style if part.style in ("'", '"') else style
    if spot.in_brackets:
        _replace_in_brackets(splices, part, spot, flow(new, style))
        return
    put = part.named if part.named >= 0 else spot.sign
    beside = put >= 0 and not set("\r\n") & set(splices.text[put : part.body])
    behind, below = _fresh(layout, part, spot, new, style, put if beside else -1)
    if part.is_block:
        _replace_block(splices, part, put, behind, below)
    elif part.is_block_scalar:
        _replace_block_scalar(splices, part, put, behind, below)
    else:
        _replace_inline(splices, part, put if beside else -1, behind, below)


def _fresh(
    layout: Layout, part: Part, spot: Spot, new: Json, style: str, put: int
) -> tuple[str, list[str]]:
    """What comes behind the sign, and the lines below; `put` is -1 when `part` is not beside it."""
    is_filled = bool(new) and isinstance(new, dict | list)
    if part.in_brackets and part.entries and is_filled:
        return flow(new, style), []
    if spot.is_root and is_filled:
        return "", mapping_lines(new, layout)
    if spot.is_root:
        return ("", ["{}"]) if part.is_block else ("{}", [])
    if not spot.is_item:
        return value_lines(new, layout, style)
    gap = max(part.body - put, 1) + 1 if put >= 0 and not part.is_block else 2
    behind, below = compact_lines(new, layout, gap, style)
    # An anchor beside the first key would be that key's.
    if is_filled and (part.named >= 0 or (put < 0 and not part.is_block)):
        return "", [" " * gap + behind, *below]
    return behind, below


def _replace_in_brackets(splices: Splices, part: Part, spot: Spot, new: str) -> None:
    if part.start == part.end:
        splices.cut(part.end, part.end, (" " if spot.sign >= 0 else ": ") + new)
        return
    comments = splices.comments_in(part.body, part.end)
    splices.cut(part.body, part.end, new + comments + splices.line_break if comments else new)


def _replace_inline(splices: Splices, part: Part, put: int, behind: str, below: list[str]) -> None:
    """A scalar or a collection in brackets goes; `put` is -1 when it stands on its own line."""
    text = splices.text
    comments = splices.comments_in(part.body, part.end)
    if splices.careful:
        comments = splices.line_break.join(map(str.strip, comments.split(splices.line_break)))
    line, at = start_of_line(text, part.body), next_line(text, part.end)
    comment = at - len(text[part.end : at].lstrip(" \t"))
    if behind:
        splices.cut(part.body, part.end, behind if part.body != put else f" {behind}")
    elif put >= 0:
        _leave_sign(splices, put, part.end)
    elif comment < end_of_line(text, comment):
        splices.cut(part.body, comment)
    else:
        splices.cut(line, at)
    splices.put_lines(at, below, part.column)
    if comments:
        splices.put_lines(at, comments.split(splices.line_break)[1:])


def _leave_sign(splices: Splices, put: int, end: int) -> None:
    """Take out a value that stands beside its `:` or `-`, so that others can come below."""
    rest = splices.text[end : end_of_line(splices.text, end)]
    comment = end + len(rest) - len(rest.lstrip(" \t"))
    # Behind a sign that starts its line, YAML takes a tab for indentation.
    splices.cut(put, comment, splices.text[end:comment].replace("\t", " "))


def _replace_block(splices: Splices, part: Part, put: int, behind: str, below: list[str]) -> None:
    first, last = part.entries[0], part.entries[-1]
    at = start_of_line(splices.text, first.start)
    if behind:
        splices.cut(put, put, f" {behind}")
        at = next_line(splices.text, put)
    splices.put_lines(at, below, part.column)
    splices.remove(first.start, last.end, part.column)


def _replace_block_scalar(
    splices: Splices, part: Part, put: int, behind: str, below: list[str]
) -> None:
    text = splices.text
    end_of_header = part.body + len(header_at(text, part.body))
    if behind:
        splices.cut(part.body, end_of_header, behind)
    else:
        _leave_sign(splices, put, end_of_header)
    at = next_line(text, part.body)
    splices.put_lines(at, below, part.column)
    if part.end >= at:
        splices.cut(at, next_line(text, part.end))
