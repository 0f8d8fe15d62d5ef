"""Places in the project's files, as paths that open from where the command ran."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from agentsync.model import AgentPatch, Diagnostic, FieldChange, Finding, Report

Placed = TypeVar("Placed", Diagnostic, FieldChange, Finding)


def seen_from_here(report: Report) -> Report:
    """The report with every place as a path that an editor opens from the current folder."""
    if not report.root:
        return report

    def moved(item: Placed) -> Placed:
        if item.span is None:
            return item
        return replace(item, span=replace(item.span, path=f"{report.root}/{item.span.path}"))

    plan = report.plan
    if plan:
        changes = (replace(it, fields=tuple(map(moved, it.fields))) for it in plan.changes)
        findings = tuple(map(moved, plan.findings))
        plan = replace(plan, changes=tuple(changes), findings=findings)
    return replace(
        report,
        plan=plan,
        diagnostics=tuple(map(moved, report.diagnostics)),
        patches=tuple(_moved_patch(it, report.root, moved) for it in report.patches),
        findings=tuple(map(moved, report.findings)),
    )


def _moved_patch(
    patch: AgentPatch, root: str, moved: Callable[[FieldChange], FieldChange]
) -> AgentPatch:
    """The patch with its places moved; a unified diff still starts at the project's root."""
    return replace(
        patch,
        fields=tuple(map(moved, patch.fields)),
        undecided=tuple(map(moved, patch.undecided)),
        clashes=tuple(replace(it, path=f"{root}/{it.path}") for it in patch.clashes),
        files=tuple(replace(it, path=f"{root}/{it.path}") for it in patch.files),
    )
