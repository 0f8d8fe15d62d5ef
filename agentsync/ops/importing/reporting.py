"""How an import is told, and what it comes to."""

from collections.abc import Iterable
from typing import Final

from agentsync import __version__
from agentsync.errors import BugError, ExitCode
from agentsync.files.project import OpenProject
from agentsync.model import AgentPatch, Diagnostic, PatchStatus, Problem, Report
from agentsync.ops.here import seen_from_here

_DONE: Final = frozenset({PatchStatus.WRITTEN, PatchStatus.UNCHANGED, PatchStatus.PLANNED})


def reported(
    project: OpenProject,
    patches: Iterable[AgentPatch],
    problems: Iterable[Problem] = (),
    *,
    diagnostics: Iterable[Diagnostic] = (),
    root: str | None = None,
) -> Report:
    """The report of an import that came out like this.

    Shape: `root` is the folder that the diagnostics are about, None for the project.
    """
    told, stopped, notes = tuple(patches), tuple(problems), tuple(diagnostics)
    return Report(
        command="import",
        exit_code=_exit_code(told, wrong=bool(stopped or notes)),
        tool_version=__version__,
        diagnostics=tuple(sorted(notes, key=lambda note: note.order)),
        problems=stopped,
        checked=len(told),
        root=seen_from_here(project.root) if root is None else root,
        patches=tuple(sorted(told, key=lambda patch: (patch.address, patch.agent_id or ""))),
    )


def _exit_code(patches: tuple[AgentPatch, ...], *, wrong: bool) -> ExitCode:
    statuses = {patch.status for patch in patches}
    if any(patch.code == BugError.code for patch in patches):
        return ExitCode.BUG
    if not wrong and statuses <= _DONE:
        return ExitCode.OK
    if PatchStatus.WRITTEN in statuses:
        return ExitCode.PARTIAL
    refused = PatchStatus.REFUSED in statuses and PatchStatus.FAILED not in statuses
    return ExitCode.REFUSED if refused and not wrong else ExitCode.ERROR
