"""What `pull` says of a field that came home, or did not, in the words of every format."""

from collections.abc import Iterable
from typing import Final

from agentsync.model import AgentPatch, FieldChange, Origin, PatchStatus

# The rule whose findings say where a value is that nobody should print.
_SECRET: Final = "secret"
UNKNOWN: Final = "its origin is unknown"
"""What is said of a field that nobody knows who changed."""


def without_secrets(fields: Iterable[FieldChange], patch: AgentPatch) -> list[FieldChange]:
    """The fields whose values may be shown: a finding tells of the others, without the value."""
    secret = [f"{item.pointer}/" for item in patch.findings if item.rule == _SECRET]

    def holds_one(pointer: str) -> bool:
        return any(f"{pointer}/".startswith(it) or it.startswith(f"{pointer}/") for it in secret)

    return [item for item in fields if not holds_one(item.pointer)]


def remark(item: FieldChange, patch: AgentPatch) -> tuple[str, str] | None:
    """What became of git's own side of a field, if it had one, and the role of that text."""
    if item.pointer in patch.merged:
        said = "clashes with" if patch.status is PatchStatus.CONFLICT else "merged with"
        return f"{said} git's change", "quiet"
    if item.origin is Origin.BOTH:
        return "in place of git's change", "warning"
    return (UNKNOWN, "quiet") if item.origin is Origin.UNKNOWN else None


def wrote(patch: AgentPatch) -> bool:
    """Whether files of the agent were written: conflict markers are, too."""
    return patch.status is PatchStatus.WRITTEN or bool(patch.clashes)


def shows_patch(patch: AgentPatch) -> bool:
    """Whether the patch itself is shown: nobody has it in a file yet."""
    return patch.status in (PatchStatus.PLANNED, PatchStatus.REFUSED) or not wrote(patch)


def outlook(patch: AgentPatch) -> PatchStatus:
    """The status that says what comes home: of a conflict nothing has yet."""
    rehearsed = patch.status is PatchStatus.CONFLICT and not wrote(patch)
    return PatchStatus.PLANNED if rehearsed else patch.status
