"""Texts that both sides changed, merged line by line, and the places where they clash.

Files that hold conflict markers are no definition, so nobody could ask the loader whether they
are right. Until that is asked, lines that no text holds stand in for the markers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from agentsync.canonical import digest
from agentsync.files.repository.merging import merge_text
from agentsync.model import FieldChange, Span
from agentsync.render.visible import visible

_LONGEST_LABEL: Final = 200
_SHORT: Final = 12


@dataclass(frozen=True, slots=True)
class Stand:
    """The lines that stand in for conflict markers: before, between and after the sides."""

    first: str
    middle: str
    last: str

    @classmethod
    def for_texts(cls, texts: Iterable[str]) -> "Stand":
        """Lines that none of these texts can hold."""
        seed = digest(list(texts))
        return cls(*(f"agentsync {seed} {side}" for side in ("first", "middle", "last")))


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedTexts:
    """The texts that were merged, by pointer; `clashes` counts the places that clash in them."""

    texts: Mapping[str, str] = field(default_factory=dict)
    clashes: int = 0
    stand: Stand | None = None


def merge_all(fields: Iterable[FieldChange], bases: Mapping[str, str]) -> MergedTexts:
    """Git's and live's text of every field in one, by its base.

    Errors: ProjectError when git cannot merge.
    """
    sides = {item.pointer: (str(item.after), str(item.before)) for item in fields}
    if not sides:
        return MergedTexts()
    stand = Stand.for_texts(text for both in sides.values() for text in both)
    found = {
        pointer: merge_text(ours, bases[pointer], theirs)
        for pointer, (ours, theirs) in sides.items()
    }
    marks = (stand.first, stand.middle, stand.last)
    return MergedTexts(
        texts={pointer: merged.text(marks) for pointer, merged in found.items()},
        clashes=sum(merged.clashes for merged in found.values()),
        stand=stand,
    )


def with_markers(path: str, text: str, stand: Stand, revision: str) -> tuple[str, tuple[Span, ...]]:
    """The file's text with conflict markers where `stand` stands, and where each clash begins.

    Shape: `path` is relative to the project's root.
    """
    lines, spans = text.split("\n"), []
    live = f"live (revision {revision[:_SHORT]})" if revision else "live"
    markers = {
        stand.first: f"<<<<<<< {_label(f'git ({path})')}",
        stand.middle: "=======",
        stand.last: f">>>>>>> {_label(live)}",
    }
    for number, line in enumerate(lines):
        bare = line.removesuffix("\r")
        if bare in markers:
            lines[number] = markers[bare] + line[len(bare) :]
            if bare == stand.first:
                spans.append(Span(path=path, line=number + 1, column=1))
    return "\n".join(lines), tuple(spans)


def _label(text: str) -> str:
    return visible(text)[:_LONGEST_LABEL]
