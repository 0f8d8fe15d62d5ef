"""What a YAML parser's complaint means, in words a writer of agent.yaml can act on."""

import re
from typing import Final

import yaml
from yaml.reader import ReaderError

from agentsync.engine.advice import shown

# YAML 1.2, section 5.1: everything else is not allowed in a YAML text.
_NOT_PRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
# What git writes between the sides of a merge; `=======` counts only where the parser stumbles,
# because it can also be a line of a text.
_CONFLICT: Final = re.compile(r"^(?:<{7}|>{7}|\|{7}) ", re.MULTILINE)
_DIVIDER: Final = "======="
# The parser often stumbles only on the line after it.
_BOM_LINE: Final = "\n\ufeff"
_INDENT: Final = "line it up with the entry before it: same indentation, spaces only"

# The first entry whose text occurs in the parser's complaint explains it.
_MEANINGS: Final = (
    ("but found another document", "a second YAML document starts here", "keep one document"),
    (
        "mapping values are not allowed",
        "`:` cannot stand here",
        "quote the value if it contains `: `; or check the indentation, and the line above for a "
        "missing `:`",
    ),
    (
        "could not find expected ':'",
        "a key without `:` after it",
        "write `key: value`; a text of several lines needs `key: |` and indentation",
    ),
    (
        "block sequence entries are not allowed",
        "a list cannot start here",
        "put the `-` on a line of its own, below the key",
    ),
    ("did not find expected '-' indicator", "neither a list item nor its continuation", _INDENT),
    ("did not find expected key", "this line does not belong to the block above it", _INDENT),
    (
        "found undefined alias",
        "an alias to an anchor that is not there",
        'put the value in quotes if the text starts with "*", or define `&name` above',
    ),
    (
        "second occurrence",
        "this anchor is already taken",
        "give each anchor its own name",
    ),
    (
        "found unknown escape character",
        "an unknown escape",
        "write a backslash as \\\\, or use 'single quotes', where it means itself",
    ),
    (
        "invalid Unicode character escape",
        "this escape is no character",
        "write characters beyond U+FFFF as \\UNNNNNNNN, or as they are",
    ),
    (
        "expected hexdecimal number",
        "an escape without its hexadecimal digits",
        "write \\xNN or \\uNNNN, or use 'single quotes'",
    ),
    (
        "did not find expected ',' or ']'",
        "this list is not closed, or a `,` is missing",
        "close it with `]`",
    ),
    (
        "did not find expected ',' or '}'",
        "this mapping is not closed, or a `,` is missing",
        "close it with `}`",
    ),
    (
        "did not find expected node content",
        "a value is missing",
        "a value cannot start with `,`, `]` or `}`: quote it, or close what was opened",
    ),
    (
        "found undefined tag handle",
        "a tag with an unknown prefix",
        'put the value in quotes if the text starts with "!"',
    ),
    (
        "expected <document start>",
        "more text after the end of the document",
        "indent it, or delete it",
    ),
    (
        "mapping keys are not allowed",
        "`?` cannot stand here",
        'put the value in quotes if the text starts with "?"',
    ),
    (
        "expected comment or line break",
        "after `|` or `>` the text starts on the next line",
        "go on there with more indentation, or put the value in quotes",
    ),
    (
        "found unexpected ':'",
        "`:` cannot stand inside `[…]` or `{…}` like this",
        "put the value in quotes",
    ),
    (
        "tag URI",
        "a tag without a name",
        'put the value in quotes if the text starts with "!"',
    ),
    (
        "expected whitespace or line break",
        "a tag, alias or anchor runs into other characters",
        'put the value in quotes if the text starts with "!", "*" or "&"',
    ),
    ("directive", "a line that starts with % is for the YAML parser", "delete it, or indent it"),
    ("incompatible YAML document", "an unknown YAML version", "delete the %YAML line"),
)


def explain(text: str, error: yaml.YAMLError) -> tuple[int, str, str, str]:
    """Where in `text` the syntax breaks, and the code, message and hint for it.

    Units: the place is a character's index, from 0.
    """
    if isinstance(error, ReaderError):
        return _not_printable(text)
    problem = str(getattr(error, "problem", "") or error)
    context = str(getattr(error, "context", "") or "")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    opened = getattr(error, "context_mark", None)
    index = min(mark.index, len(text)) if mark else 0
    if remains := _remains(text, index, opened.index if opened else index):
        return remains
    if "could not find expected ':'" in problem and opened:
        index = opened.index
    if "quoted scalar" in context and "end of" in problem and opened:
        return opened.index, "yaml-syntax", "this quote is never closed", "add the closing quote"
    if "expected ',' or" in problem and opened:
        index = opened.index
    if "expected node content" in problem and index >= len(text.rstrip()):
        return index, "yaml-syntax", "the file ends where a value is missing", "close what is open"
    if "alphabetic or numeric" in problem and opened:
        return _bad_start(text, opened.index)
    if "cannot start any token" in problem or "tab character" in problem:
        return _bad_start(text, index)
    for said, message, hint in _MEANINGS:
        if said in problem:
            return index, "yaml-syntax", message, hint
    said = shown(f"{context}: {problem}" if context else problem, 200)
    return index, "yaml-syntax", f"not valid YAML: {said}", "check this line and the one above it"


def _remains(text: str, *places: int) -> tuple[int, str, str, str] | None:
    """What a merge or the joining of files left behind: no wording about YAML would help there."""
    lines = [text.rfind("\n", 0, place) + 1 for place in places]
    dividers = [at for at in lines if text[at:].split("\n", 1)[0].rstrip() == _DIVIDER]
    marker = _CONFLICT.search(text)
    if marker or dividers:
        return (
            marker.start() if marker else dividers[0],
            "conflict-marker",
            "this line is left over from a merge conflict",
            "keep what is meant and delete the lines with <<<<<<<, ======= and >>>>>>>",
        )
    joined = text.find(_BOM_LINE) + 1
    if joined:
        return (
            joined,
            "byte-order-mark",
            "a byte order mark (U+FEFF, invisible) stands in the middle of the file",
            "delete it; files that were joined leave it behind",
        )
    return None


def _bad_start(text: str, index: int) -> tuple[int, str, str, str]:
    found = text[index : index + 1]
    if found == "\t":
        return index, "yaml-syntax", "a tab cannot indent YAML", "use spaces"
    line = text[index:].splitlines()[0].strip()
    simple = line.isprintable() and len(line) < 40 and not set(line) & set('"\\#')
    hint = f'write "{line}"' if simple else "put the value in quotes"
    return index, "yaml-syntax", f"an unquoted value cannot start with `{found}`", hint


def _not_printable(text: str) -> tuple[int, str, str, str]:
    match = _NOT_PRINTABLE.search(text)
    index, found = (match.start(), match.group()) if match else (0, "\0")
    return (
        index,
        "control-character",
        f"the control character U+{ord(found):04X} is not allowed in YAML",
        f'delete it, or write \\u{ord(found):04X} inside "double quotes"',
    )
