"""What `plan` shows: what would be done, agent by agent."""

from collections.abc import Iterable, Iterator

from agentsync.model import Action, Change, Finding, Plan, Report
from agentsync.render import RenderOptions, wording
from agentsync.render.text.creation import creation_lines
from agentsync.render.text.fields import View, field_lines, told_fields
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.visible import visible

_ROLES = {"no-op": "quiet", "failed": "error", "untried": "error"}
SHORT_ID = 8
_REVISION = 12


def plan_sections(report: Report, plan: Plan, options: RenderOptions) -> Iterator[list[Line]]:
    """The head, the findings, and every agent that would change or has something to tell."""
    yield head(plan, "Plan")
    yield summary(report, plan)
    yield _findings(plan.findings)
    origins = wording.origin_known(plan)
    for change in plan.changes:
        if change.action is not Action.NO_OP or notes(change) or unmanaged(change, options):
            yield _agent(change, options, origins)
    if options.verbose:
        yield _in_sync(plan)


def head(plan: Plan, title: str) -> list[Line]:
    """Which project, against what."""
    target = f", target {plan.target}" if plan.target else ""
    facts = [plan.provider, plan.endpoint, plan.commit and f"commit {plan.commit[:_REVISION]}"]
    return [
        line((visible(f"{title}: {plan.project}{target}"), "title")),
        line((visible(" · ".join(filter(None, facts))), "quiet")),
    ]


def notes(change: Change) -> list[Line]:
    """What is to be said about an agent that is no difference."""
    return [line(("note: ", "hint"), visible(note), indent=2) for note in change.notes]


def unmanaged(change: Change, options: RenderOptions) -> list[Line]:
    """Live content that git does not own, for those who ask for it."""
    return list(told_fields(change.unmanaged)) if options.show_all and change.unmanaged else []


def summary(report: Report, plan: Plan) -> list[Line]:
    """What the plan comes to, and what holds for all of it."""
    calm = wording.nothing_to_do(report)
    if calm:
        return [line((calm, "good"))]
    parts: list[Piece] = []
    for text, name in wording.summary(report, plan):
        parts += [(", ", "")] if parts else []
        parts.append((text, _ROLES.get(name, name)))
    lines = [line(*parts)] if parts else []
    if any(change.fields for change in _compared(plan)) and not wording.origin_known(plan):
        lines.append(line((wording.UNKNOWN_ORIGIN, "quiet")))
    return lines


def _compared(plan: Plan) -> Iterator[Change]:
    return (change for change in plan.changes if change.action is not Action.CREATE)


def _findings(findings: Iterable[Finding]) -> list[Line]:
    lines = [
        line(
            (f"{visible(item.severity):7}", "warning"),
            (visible(item.address), "title"),
            (f" {wording.place(item.pointer)} ", "pointer"),
            visible(item.message),
            (f" [{visible(item.rule)}]", "quiet"),
            indent=2,
            hang=7,
        )
        for item in findings
    ]
    return [line(("Capability changes", "title")), *lines] if lines else []


def _agent(change: Change, options: RenderOptions, origins: bool) -> list[Line]:
    lines = [_name(change), _facts(change, options, origins), *notes(change)]
    if change.action is Action.CREATE and not options.verbose and change.desired:
        lines += creation_lines(change.desired)
    else:
        mixed = origins and wording.common_origin(change) is None
        lines += field_lines(change.fields, View.of(options, origins=mixed))
    return lines + unmanaged(change, options)


def _name(change: Change) -> Line:
    role = _ROLES.get(change.action.value, change.action.value)
    name = wording.other_name(change)
    return line(
        (f"{wording.SIGNS[change.action]} {change.action.value} ", role),
        (visible(change.address), "title"),
        (f" ({visible(name)})" if name else "", ""),
    )


def _facts(change: Change, options: RenderOptions, origins: bool) -> Line:
    facts = [*_tokens(change, whole=options.verbose), change.reason]
    origin = wording.common_origin(change) if origins else None
    if origin and change.action is not Action.CREATE:
        facts.append(f"origin: {origin.value}")
    return line((visible(" · ".join(filter(None, facts))), "quiet"), indent=2)


def _tokens(change: Change, *, whole: bool = False) -> Iterator[str]:
    if change.agent_id:
        # Who is to bind an agent needs all of its id.
        all_of_it = whole or change.action is Action.ADOPT
        yield f"id {change.agent_id if all_of_it else change.agent_id[:SHORT_ID]}"
    if change.revision:
        yield f"live revision {change.revision if whole else change.revision[:_REVISION]}"


def _in_sync(plan: Plan) -> list[Line]:
    return [
        line(
            ("  in sync ", "quiet"),
            visible(change.address),
            (visible("".join(f" · {token}" for token in _tokens(change))), "quiet"),
        )
        for change in plan.changes
        if change.action is Action.NO_OP
    ]
