"""Texts and other scalars in the quotes that YAML has for them."""

import json
import random
from typing import Any

from agentsync.engine.yaml.strict import parse


def scalar_text(value: Any, quote: str, chance: random.Random, *, flow: bool = False) -> str:
    """A scalar, or an empty collection, on one line, in the wanted quote if that can be."""
    if value is None:
        return chance.choice(("null", "~", "Null"))
    if not isinstance(value, str):
        return json.dumps(value)
    around = "a: [{}, 1]" if flow else "a: {}"
    return _fitting(value, quote, chance, around, {"a": [value, 1] if flow else value})


def key_text(key: str, quote: str, chance: random.Random, *, flow: bool = False) -> str:
    """A key on one line, in the wanted quote if that can be."""
    return _fitting(key, quote, chance, "{{{}: 1}}" if flow else "{}: 1", {key: 1})


def _fitting(text: str, quote: str, chance: random.Random, around: str, wanted: Any) -> str:
    double = json.dumps(text, ensure_ascii=chance.choice((True, False)))
    tried = {"": text, "'": "'" + text.replace("'", "''") + "'"}.get(quote, double)
    for said in (tried, double):
        read = parse(around.format(said))
        if "\n" not in said and read.value == wanted and not read.problems:
            return said
    return _escaped(text)


def _escaped(text: str) -> str:
    """JSON, with characters beyond U+FFFF as YAML has them: it knows no surrogate pairs."""
    letters = (
        f"\\U{ord(letter):08x}" if letter > "\uffff" else json.dumps(letter)[1:-1]
        for letter in text
    )
    return '"' + "".join(letters).replace("\x7f", "\\x7f") + '"'


def folded(body: str, indent: int, chance: random.Random) -> list[str]:
    """The lines of a folded block scalar, each broken once at most."""
    lines: list[str] = []
    for said in body.replace("\n", "\n\n").split("\n"):
        words = said.split(" ")
        at = chance.randrange(len(words))
        lines += [" ".join(words[:at]), " ".join(words[at:])] if at else [said]
    return [" " * indent + line if line else "" for line in lines]
