"""A change of one file as a patch that `git apply` takes.

Source: git's own reader of patches (apply.c), which test_patchtext.py asks about every case.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from agentsync.engine.textdiff import Hunk, Line, unified

_MODE: Final = "100644"
_NONE: Final = "/dev/null"
_UNENDED: Final = "\\ No newline at end of file\n"
_SIGNS: Final = {"context": " ", "removed": "-", "added": "+"}
_ESCAPES: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A change of one file.

    Units: `added` and `removed` in lines.
    """

    text: str = ""
    added: int = 0
    removed: int = 0


def patch_of(path: str, before: str | None, after: str | None) -> Patch:
    """What turns the text `before` into `after`, None where there is no file; empty for nothing.

    Shape: `path` has forward slashes; texts are as on disk, their line ends included. Only a line
    feed ends a line.
    """
    if before == after:
        return Patch()
    hunks = unified(before or "", after or "")
    kinds = [line.kind for hunk in hunks for line in hunk.lines]
    return Patch(
        text="".join(_patch(path, before, after, hunks)),
        added=kinds.count("added"),
        removed=kinds.count("removed"),
    )


def unified_patch(path: str, before: str | None, after: str | None) -> str:
    """The text of `patch_of`."""
    return patch_of(path, before, after).text


def _patch(
    path: str, before: str | None, after: str | None, hunks: tuple[Hunk, ...]
) -> Iterator[str]:
    old, new = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    yield f"diff --git {old} {new}\n"
    if before is None:
        yield f"new file mode {_MODE}\n"
    elif after is None:
        yield f"deleted file mode {_MODE}\n"
    if hunks:
        yield f"--- {_NONE if before is None else _ended(old)}\n"
        yield f"+++ {_NONE if after is None else _ended(new)}\n"
    for hunk in hunks:
        yield f"{hunk.header}\n"
        yield from map(_written, _in_blocks(hunk.lines))


def _in_blocks(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines as every other diff has them: in each changed block what goes, then what comes."""
    added: list[Line] = []
    for line in lines:
        if line.kind == "added":
            added.append(line)
            continue
        if line.kind == "context":
            yield from added
            added.clear()
        yield line
    yield from added


def _written(line: Line) -> str:
    return f"{_SIGNS[line.kind]}{line.text}\n" + ("" if line.ended else _UNENDED)


def _ended(name: str) -> str:
    """A name after `---` or `+++`: one with a space ends in a tab, so that readers find its end."""
    return f"{name}\t" if " " in name else name


def _quoted(name: str) -> str:
    """`name` as it is, or in quotes where it would be read otherwise."""
    if not any(letter in _ESCAPES or letter < " " or letter == "\x7f" for letter in name):
        return name
    return f'"{"".join(map(_escaped, name))}"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return f"\\{ord(letter):03o}" if letter < " " or letter == "\x7f" else letter
