"""What git is to say once the fields that come home are there."""

from collections.abc import Callable, Iterable, Mapping

from agentsync.canonical import ABSENT, Absent, Json, covers, join, resolve, split
from agentsync.engine.normalise import normalise
from agentsync.engine.origins import put
from agentsync.engine.rules import Rules


def wanted(
    desired: Mapping[str, Json],
    home: Mapping[str, Json | Absent],
    rules: Rules,
    ignore: tuple[str, ...],
    live: Callable[[], Mapping[str, Json]],
) -> dict[str, Json]:
    """The canonical form `desired` with the values of `home`, by pointer; ABSENT takes one out.

    A map that this has emptied goes too, unless it is live as well: `live` is only asked where
    that makes a difference. What is ignored stays out.
    """
    value = dict(desired)
    for pointer, item in home.items():
        value = put(value, pointer, heard(item, pointer, rules, ignore))
    for pointer, item in home.items():
        if isinstance(item, Absent):
            value = _without_emptied(value, pointer, rules, live)
    return normalise(value, rules)


def heard(value: Json, pointer: str, rules: Rules, ignore: Iterable[str]) -> Json:
    """A value that is live at `pointer` less what is ignored in it, and the maps this empties."""
    globs = tuple(ignore)
    if not isinstance(value, dict) or not globs:
        return value
    kept = {}
    for key, item in value.items():
        at = pointer + join((key,))
        if any(covers(glob, at) for glob in globs):
            continue
        rest = heard(item, at, rules, globs)
        if rest != {} or item == {} or rules.owns(at):
            kept[key] = rest
    return kept


def _without_emptied(
    value: dict[str, Json], pointer: str, rules: Rules, live: Callable[[], Mapping[str, Json]]
) -> dict[str, Json]:
    parts = split(pointer)
    for number in range(len(parts) - 1, 0, -1):
        above = join(parts[:number])
        # An owned map that is not live either would have been the difference itself.
        if resolve(value, above, None) != {} or rules.owns(above):
            break
        # Elsewhere an empty map and none are one, as far as a plan can see.
        if rules.removes(above, value) and resolve(live(), above, ABSENT) is not ABSENT:
            break
        value = put(value, above, ABSENT)
    return value
