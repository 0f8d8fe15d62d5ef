"""How a YAML text is laid out, so that what is new in it looks like what is there."""

from collections import Counter
from collections.abc import Iterable

from agentsync.engine.yaml.writing.fresh import Layout
from agentsync.engine.yaml.writing.lines import column_of
from agentsync.engine.yaml.writing.parts import Part


def layout_of(text: str, root: Part | None, *, kept_ends: bool = True) -> Layout:
    """The indentation that most of the text has."""
    steps: Counter[int] = Counter()
    dashes: Counter[int] = Counter()
    gaps: Counter[int] = Counter()
    _count(text, root, steps, dashes, gaps)
    step = _most(steps, range(1, 10), 2)
    return Layout(
        step=step,
        dash=_most(dashes, range(10), step),
        gap=_most(gaps, range(2, 10), 2),
        kept_ends=kept_ends,
    )


def quote_of(parts: Iterable[Part]) -> str:
    """The quote that all of these scalars have, or "" when they have none, or differ."""
    styles = {part.style for part in parts}
    return styles.pop() if styles in ({"'"}, {'"'}) else ""


def _most(found: Counter[int], sound: range, otherwise: int) -> int:
    return next((value for value, _ in found.most_common() if value in sound), otherwise)


def _count(
    text: str,
    part: Part | None,
    steps: Counter[int],
    dashes: Counter[int],
    gaps: Counter[int],
) -> None:
    for entry in part.entries if part else ():
        value = entry.value
        _count(text, value, steps, dashes, gaps)
        if part is None or part.in_brackets:
            continue
        column = column_of(text, entry.start)
        if part.kind == "list":
            gaps[column_of(text, value.start) - column] += value.end > value.start
        elif value.is_block:
            inside = column_of(text, value.entries[0].start) - column
            (steps if value.kind == "mapping" else dashes)[inside] += 1
        elif value.is_block_scalar and value.indent:
            steps[value.indent - column] += 1
