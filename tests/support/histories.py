"""Generated histories of one agent: what was applied, what git says now, what is live now."""

import random

from generated import documents
from hypothesis import strategies as st

from agentsync.canonical import ABSENT
from agentsync.engine.normalise import desired, normalise
from agentsync.providers.managed import RULES

IN_FULL = ("system_prompt", "tools", "subagents", "skills")


def mixed(trees, chance):
    """A tree whose every part comes from one of these, or from none."""
    found = {}
    for key in sorted(set().union(*trees)):
        sides = [tree.get(key, ABSENT) for tree in trees]
        maps = [side for side in sides if isinstance(side, dict)]
        if maps and chance.random() < 0.6:
            found[key] = mixed(maps, chance)
        elif (side := chance.choice([sides[0], sides[0], *sides])) is not ABSENT:
            found[key] = side
    return found


def merged(left, right):
    """Both trees in one; where they clash it is the right one's."""
    if isinstance(left, dict) and isinstance(right, dict):
        return {
            **right,
            **left,
            **{key: merged(left[key], right[key]) for key in left.keys() & right.keys()},
        }
    return right


def varied(value, chance, mark):
    """The tree with another text, number or list in about every second place."""
    if isinstance(value, dict):
        return {key: varied(item, chance, mark) for key, item in value.items()}
    if chance.random() < 0.5:
        return value
    if isinstance(value, bool):
        return not value
    return {str: lambda: value + mark, list: lambda: [*value, mark]}.get(type(value), int)()


@st.composite
def files(draw):
    names = st.sampled_from(["guide.md", "memories/a.md", "data/x.csv"])
    return draw(st.dictionaries(names, st.sampled_from("abc").map(lambda c: {"content": c})))


@st.composite
def histories(draw):
    """What was applied, what git says now, and the live agent then and now, all canonical.

    The last three are made of the parts of the same few agents, so that both sides often change
    one field, sometimes to the same value.
    """
    chance = random.Random(draw(st.integers(1, 2**32)))
    one, two = (desired({**draw(documents()), "files": draw(files())}, RULES) for _ in range(2))
    both = merged(one, two)
    base = named({key: both[key] for key in both if key in IN_FULL or chance.random() < 0.7})
    edits = [varied(base, chance, mark) for mark in "xyz"]
    git, more, now = (named(mixed([base, *edits, two], chance)) for _ in range(3))
    then = filled({**unmanaged(more), **base, "files": {**more["files"], **base["files"]}})
    after = mixed([then, filled(now), filled(git)], chance)
    return base, git, then, filled(named(after))


def named(value):
    """The parts as an agent that the API could have: with a name, and a sandbox only in one."""
    whole = normalise({"name": "A", **value}, RULES)
    backend = whole.get("backend", {})
    if backend.get("type") != "sandbox":
        backend.pop("sandbox_config", None)
    return whole


def unmanaged(value):
    return {key: item for key, item in value.items() if key not in IN_FULL}


def filled(value):
    """A live canonical form: one that says what the API documents for what is not set."""
    return normalise({**RULES.defaults, **value}, RULES)
