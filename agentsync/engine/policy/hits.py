"""What a rule says before the project's settings are heard."""

from collections.abc import Mapping
from typing import NamedTuple

from agentsync.canonical import Json


class Hit(NamedTuple):
    """A rule that may fire.

    Shape: `rule` is an id of the catalogue; `pointer` leads into the canonical form; `amount` is
    what the rule's threshold is compared with, None for a rule without one; `line` the line of a
    text, from 1, 0 for all of it.
    """

    rule: str
    pointer: str
    message: str
    amount: int | None = None
    line: int = 0


def mapping(value: Json) -> Mapping[str, Json]:
    """The map that stands there, an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def text(value: Json) -> str:
    """The text that stands there, "" for anything else."""
    return value if isinstance(value, str) else ""
