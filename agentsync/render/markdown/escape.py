"""Foreign text in Markdown: whatever it holds, it is shown and never acts.

Names, places and values stand in code, where GitHub makes no link, no mention and no picture of
anything. Sentences stand as prose, but only words that cannot act are left outside code.
"""

import html
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from agentsync.render.visible import visible

NAME: Final = 120
"""Characters of a name, a place or a value that are shown."""

SENTENCE: Final = 600
"""Characters of a sentence that are shown."""

_TICKS: Final = re.compile("`+")
_EMPTY: Final = '""'
# Spaces, and then what a message marks as code, an option with its value, a word, or a backtick
# that begins no code.
_TOKEN: Final = re.compile(r"( *)(?:`([^`]+)`|(--on-[a-z]+ [a-z]+|[^ `]+|`))")
# Letters with the signs that sentences need. A number may not stand before a full stop: that is a
# list. Hyphens, slashes and the like are not among them: with these, links are made of words.
_WORD: Final = re.compile(
    r"\(?(?:[^\W\d_]+(?:['’][^\W\d_]+)?\)?[,;:.?!…]?|\d{1,6}[,;]?"
    r"|\d{4}-\d\d-\d\d[,;]?|\d\d:\d\d[,;]?)|[→·…]"
)
# GitHub links what looks like a commit.
_COMMIT: Final = re.compile(r"\(?[0-9a-f]{7,}", re.IGNORECASE)
# What may stand around a word that is none of those, and outside its code.
_AROUND: Final = re.compile(r"(\(?)(.*?)(\)?[,;:.?!]?)", re.DOTALL)
# What may stand next to code, without a space.
_SIGN: Final = re.compile(r"[(),;:.?!]|\)[,;:.?!]")


def code(text: str, most: int = NAME) -> str:
    """The text as a code span: on one line, and cut where it is longer than `most`."""
    return _span(_shown(text, most))


def prose(text: str, most: int = SENTENCE) -> str:
    """A sentence, with everything in it that could act, or that it marks as code, in code spans.

    Shape: on one line; it cannot begin a list, a heading or the like. "" for a blank text.
    """
    written = ""
    for gap, kind, shown in _merged(_pieces(_shown(text, most))):
        written += " " * bool(gap and written) + (_span(shown) if kind == "code" else shown)
    return written


def bold(markdown: str) -> str:
    """The Markdown in bold, nothing for nothing."""
    return f"**{markdown}**" if markdown else ""


def row(cells: Sequence[str]) -> str:
    r"""A table's row of finished Markdown.

    Only code can hold a bar. A backslash before one gets a space: renderers disagree about `\\|`.
    """
    written = (cell.replace("\\|", "\\ |").replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(written)} |"


def tag(text: str, most: int = NAME) -> str:
    """The text as an HTML element `code`, for where Markdown is not read."""
    return f"<code>{html.escape(_shown(text, most) or _EMPTY)}</code>"


def plain_tag(text: str, most: int = SENTENCE) -> str:
    """A sentence for where Markdown is not read: as in `prose`, what could act is in `code`."""
    written = ""
    for gap, kind, shown in _merged(_pieces(_shown(text, most))):
        safe = html.escape(shown)
        written += " " * bool(gap and written) + (
            f"<code>{safe}</code>" if kind == "code" else safe
        )
    return written


def fence(rows: Sequence[str], info: str) -> str:
    """The rows, which are visible texts without line feeds, as a fence that none of them closes."""
    ticks = _longest_run("\n".join(rows))
    mark = "`" * max(3, ticks + 1)
    return "\n".join((f"{mark}{info}", *rows, mark))


def _shown(text: str, most: int) -> str:
    """The text on one line, nothing hidden in it, at most that many characters."""
    shown = visible(text[: most + 1])
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def _span(shown: str) -> str:
    if not shown.strip(" "):
        # A blank span looks like nothing at all.
        shown = f'"{shown}"'
    mark = "`" * (_longest_run(shown) + 1)
    ticked = "`" in (shown[0], shown[-1])
    spaced = shown[0] == shown[-1] == " "
    # One space at either end is taken off again.
    return f"{mark} {shown} {mark}" if ticked or spaced else f"{mark}{shown}{mark}"


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)


def _pieces(text: str) -> Iterator[tuple[str, str, str]]:
    """(spaces before it, `code` or `words`, text) for each part of a sentence."""
    for gap, marked, word in _TOKEN.findall(text):
        if marked:
            yield gap, "code", marked
        elif _is_harmless(word):
            yield gap, "words", word
        else:
            found = _AROUND.fullmatch(word)
            before, core, after = found.groups() if found else ("", word, "")
            if not core:
                yield gap, "code", word
                continue
            if before:
                yield gap, "words", before
            yield "" if before else gap, "code", core
            if after:
                yield "", "words", after


@lru_cache(maxsize=4_096)
def _is_harmless(word: str) -> bool:
    if _SIGN.fullmatch(word):
        return True
    return bool(_WORD.fullmatch(word)) and not _COMMIT.match(word)


def _merged(pieces: Iterator[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """The pieces, neighbours of one kind as one: two spans side by side would be something else."""
    held: tuple[str, str, str] | None = None
    for gap, kind, text in pieces:
        if held and kind == held[1] == "code":
            held = held[0], kind, f"{held[2]}{gap}{text}"
            continue
        if held:
            yield held
        held = gap, kind, text
    if held:
        yield held
