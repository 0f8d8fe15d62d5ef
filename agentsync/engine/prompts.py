"""A prompt that has no field of its own: lifted out of where it stands, and put back there.

Shape: `at` is a JSON Pointer into the agent as its API has it, such as /context/system_prompt.
"""

from collections.abc import Mapping

from agentsync.canonical import ABSENT, Json, join, resolve, split
from agentsync.engine.origins import put

PROMPT = "system_prompt"
"""The field of the canonical form that a prompt has, wherever it stands live."""


def lifted(value: Mapping[str, Json], at: str) -> dict[str, Json]:
    """`value` with the text that stands at `at` as a field of its own, if there is one.

    A null there says the same as nothing, and so does a map that is empty for want of a prompt.
    """
    found = resolve(value, at, ABSENT)
    if found is None or isinstance(found, str):
        value = put(value, at, ABSENT)
    rest = without_place(value, at)
    return {**rest, PROMPT: found} if isinstance(found, str) else rest


def lowered(value: Mapping[str, Json], at: str) -> dict[str, Json]:
    """`value` with its prompt, if it has one, at `at`."""
    rest = {key: item for key, item in value.items() if key != PROMPT}
    return put(rest, at, value[PROMPT]) if PROMPT in value else rest


def without_place(value: Mapping[str, Json], at: str) -> dict[str, Json]:
    """`value` without maps that are empty and are there for the prompt alone."""
    parts, left = split(at), dict(value)
    for number in range(len(parts) - 1, 1, -1):
        above = join(parts[:number])
        found = resolve(left, above, ABSENT)
        if found == {}:
            left = put(left, above, ABSENT)
        elif found is not ABSENT:
            break
    return left
