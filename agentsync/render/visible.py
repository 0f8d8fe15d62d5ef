"""Foreign text made harmless and honest: whatever would act or hide on a screen is spelled out."""

import re
from typing import Final

_CONTROLS: Final = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
"""C0 controls and DEL → the sign that stands for them (U+2400 block), such as ␛."""

# What a terminal obeys, what a reader cannot see, and what cannot be encoded:
_UNSEEN = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line separators, bidi
    "\u2800\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb"  # blanks, variations, byte order mark
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # surrogates, noncharacters
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"  # signs around numbers
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # controls of old scripts
    "\U000e0000-\U000e0fff"  # tags and variations, used to smuggle text
)
# U+FE0F after a symbol only asks for its emoji form; anywhere else it can carry hidden text.
_EMOJI = "\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_HIDDEN = re.compile(rf"[{_UNSEEN}]|(?<![{_EMOJI}])\ufe0f")
_HIDDEN_IN_LINES = re.compile(rf"(?!\n)(?:{_HIDDEN.pattern})")


# A CI runner obeys a log line that holds this, wherever it stands.
_COMMAND: Final = "##["


def visible(text: str) -> str:
    r"""`text` on one line: controls as their signs (␛, ␊), the unseen as `\u{202e}`.

    Shape: `##[`, which GitHub's runner takes for a command, becomes `##\[`.
    """
    return without_commands(_HIDDEN.sub(_spelled, text))


def visible_lines(text: str) -> str:
    """The same for text of several lines: its line feeds stay."""
    return without_commands(_HIDDEN_IN_LINES.sub(_spelled, text))


def without_commands(text: str) -> str:
    r"""`text` with every `##[` broken: `##\[`."""
    return text.replace(_COMMAND, r"##\[")


def is_command(row: str) -> bool:
    """Whether GitHub's runner would obey the row: spaces before the colons do not matter to it."""
    return row.lstrip().startswith("::")


def _spelled(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _CONTROLS.get(code) or f"\\u{{{code:x}}}"
