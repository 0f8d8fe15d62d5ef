"""What an unquoted YAML scalar means: the YAML 1.2 core schema, less what JSON cannot hold."""

import re
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.advice import shown

WORDS: Final[dict[str, Json]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
"""The texts that stand for null, true and false."""
UNUSUAL: Final = frozenset("0123456789+-.~nNtTfF")
"""The first characters of all that may be no text; the empty scalar is none either."""

Trouble = tuple[str, str, str]

_INT: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_AMBIGUOUS: Final = re.compile(r"[-+]?0[0-9]+")
_BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_IN_JSON: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# int() takes quadratic time, and refuses very long texts; no 64-bit number is as long as this.
_LONG: Final = 30


def plain_value(text: str) -> tuple[Json, Trouble | None]:
    """The value of an unquoted scalar, and what is wrong with it (code, message, hint).

    Source: YAML 1.2.2, section 10.3.2.
    """
    if text in WORDS:
        return WORDS[text], None
    if text[0] in "nNtTfF":
        return text, None
    if _INT.fullmatch(text):
        return _sized(int(text) if len(text) < _LONG else 2**64, text)
    if _AMBIGUOUS.fullmatch(text):
        return text, (
            "ambiguous-number",
            f"`{shown(text)}` is octal for some YAML readers and decimal for others",
            f'write "{shown(text)}" for the text, or the number without the leading zero',
        )
    if _FLOAT.fullmatch(text):
        return _sized(float(text), text)
    if _BASED.fullmatch(text):
        return _sized(int(text, 0) if len(text) < _LONG else 2**64, text)
    if _NOT_IN_JSON.fullmatch(text):
        return text, (
            "number-not-in-json",
            f"`{text}` is a number that JSON, and so the API, does not have",
            f'write "{text}" if the text is meant',
        )
    return text, None


def _sized(number: int | float, text: str) -> tuple[Json, Trouble | None]:
    """The number, when it survives the way through the API."""
    if isinstance(number, float):
        fits = abs(number) != float("inf")
    else:
        fits = -(2**63) <= number < 2**63
    if fits:
        return number, None
    return text, (
        "number-too-big",
        f"the number {shown(text, 30)} does not fit into 64 bits: the API would change it",
        "put it in quotes to keep every digit, as a text",
    )
