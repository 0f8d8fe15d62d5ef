"""Which fields are texts of lines, so that two sides' changes may meet in one."""

from typing import Final

from agentsync.canonical import Json, covers
from agentsync.model import FieldChange

# Where texts of lines stand; a description has several lines at most by chance.
_TEXTS: Final = (
    "/system_prompt",
    "/subagents/*/instructions",
    "/subagents/*/files/*",
    "/skills/*/instructions",
    "/skills/*/files/*",
    "/files/*/content",
)


def can_merge(item: FieldChange) -> bool:
    """Whether both sides are texts of lines, and somebody may know what they were made of."""
    both = _is_lines(item.before) and _is_lines(item.after)
    return both and item.base is not None and any(covers(at, item.pointer) for at in _TEXTS)


def _is_lines(value: Json) -> bool:
    return isinstance(value, str) and "\0" not in value
