"""The edits outside git that a report tells of, each with its place and a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from agentsync.model import FieldChange, Origin, Report, Span
from agentsync.render.values import is_long
from agentsync.render.wording import origin_said, place

# The commands whose plan says what is to become of a conflict.
_PLANNING: Final = ("plan", "diff", "status", "apply")
_NOTHING: Final = "no value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One place where somebody edited a live agent, or both sides changed.

    Shape: `message` is a visible sentence (render/visible.py), `span` None where git does not
    mention the field.
    """

    address: str
    pointer: str
    message: str
    conflict: bool
    span: Span | None


def edits(report: Report) -> Iterator[Edit]:
    """What `drift` found, or the conflicts that somebody has to decide; a git edit is none."""
    for patch in report.patches:
        for span in patch.clashes:
            said = "conflict markers stand here, and have to be resolved"
            yield Edit(address=patch.address, pointer="", message=said, conflict=True, span=span)
        for item in patch.undecided:
            yield _edit(patch.address, item, f"has to be decided{_sides(item)}")
    # What became of a conflict is said by the outcome.
    changes = report.plan.changes if report.plan and not report.outcomes else ()
    for change in changes:
        for item in change.fields:
            if report.command == "drift":
                yield _edit(change.address, item, f"was edited outside git{_as_well(item)}")
            elif report.command in _PLANNING and item.origin is Origin.BOTH:
                told = origin_said(item.origin, item.effect)[0]
                yield _edit(change.address, item, f"was changed in git and outside it ({told})")


def _edit(address: str, item: FieldChange, said: str) -> Edit:
    return Edit(
        address=address,
        pointer=item.pointer,
        message=f"{place(item.pointer)} {said}",
        conflict=item.origin is Origin.BOTH,
        span=item.span,
    )


def _as_well(item: FieldChange) -> str:
    both = "; git changed it as well" if item.origin is Origin.BOTH else ""
    return f"{both}{_sides(item)}"


def _sides(item: FieldChange) -> str:
    """Both values when they are short: git → live, as `drift` shows them."""
    if any(isinstance(side, str) and is_long(side) for side in (item.before, item.after)):
        return ""
    # Comparing texts takes regular expressions that cost 8 ms: only where there is an edit.
    from agentsync.render.contrast import contrast

    sides = contrast(replace(item, before=item.after, after=item.before))
    if not sides.short:
        return ""
    git, live = (_NOTHING if side is None else side for side in (sides.before, sides.after))
    return f" (git → live: {git} → {live})"
