"""Places in the project's files, as paths that open from where the command ran."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from agentsync.model import AgentPatch, Diagnostic, FieldChange, Finding, Report

Placed = TypeVar("Placed", Diagnostic, FieldChange, Finding)


def seen_from_here(report: Report) -> Report:
    """The report with every place as a path that an editor opens from the current folder."""
    root = report.root
    if not root:
        return report
    plan = report.plan
    if plan:
        changes = (replace(it, fields=_moved(it.fields, root)) for it in plan.changes)
        plan = replace(plan, changes=tuple(changes), findings=_moved(plan.findings, root))
    return replace(
        report,
        plan=plan,
        diagnostics=_moved(report.diagnostics, root),
        patches=tuple(_moved_patch(it, root) for it in report.patches),
        findings=_moved(report.findings, root),
    )


def _moved(items: Iterable[Placed], root: str) -> tuple[Placed, ...]:
    return tuple(
        replace(item, span=replace(item.span, path=f"{root}/{item.span.path}"))
        if item.span
        else item
        for item in items
    )


def _moved_patch(patch: AgentPatch, root: str) -> AgentPatch:
    """The patch with its places moved; a unified diff still starts at the project's root."""
    return replace(
        patch,
        fields=_moved(patch.fields, root),
        undecided=_moved(patch.undecided, root),
        findings=_moved(patch.findings, root),
        clashes=tuple(replace(it, path=f"{root}/{it.path}") for it in patch.clashes),
        files=tuple(replace(it, path=f"{root}/{it.path}") for it in patch.files),
    )
