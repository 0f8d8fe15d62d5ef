"""What `import` shows: a line for each new definition, and what could not be carried over."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from agentsync.model import AgentPatch, PatchStatus, Problem, Report
from agentsync.render import RenderOptions, wording
from agentsync.render.text.findings import finding_sections
from agentsync.render.text.heads import SHORT_ID, counts, joined
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.text.patches import (
    as_problem,
    beginning,
    by_text,
    whole_patches,
)
from agentsync.render.text.problems import told
from agentsync.render.visible import visible

_WORDS: Final[dict[PatchStatus, tuple[Piece, str]]] = {
    PatchStatus.WRITTEN: (("+ imported ", "create"), "imported"),
    PatchStatus.PLANNED: (("+ to import ", "create"), "to import"),
    PatchStatus.CONFLICT: (("! conflict ", "error"), "in conflict"),
    PatchStatus.REFUSED: (("! refused ", "error"), "refused"),
    PatchStatus.FAILED: (("! failed ", "error"), "failed"),
    PatchStatus.UNCHANGED: (("  in git ", "quiet"), "in git already"),
}
_NEW: Final = (PatchStatus.WRITTEN, PatchStatus.PLANNED)
_STOPPED: Final = (PatchStatus.CONFLICT, PatchStatus.REFUSED, PatchStatus.FAILED)
# Agents and notes that are shown unless all is asked for.
_MOST: Final = 30
# Reasons why agents were not imported, likewise.
_REASONS: Final = 12
# Addresses up to this length have what is known of them in one column.
_COLUMN: Final = 32


def import_sections(report: Report, options: RenderOptions) -> Iterator[list[Line]]:
    """The numbers, the findings, a line for each agent, and why others were not imported."""
    yield beginning(report, "Import")
    yield _summary(report.patches)
    found = (item for patch in report.patches for item in patch.findings)
    yield from finding_sections(found, options, "Findings")
    yield _imported([it for it in report.patches if it.status in _NEW], options)
    yield from _stopped([it for it in report.patches if it.status in _STOPPED], options)
    yield _notes(report.patches, options)
    yield _known([it for it in report.patches if it.status is PatchStatus.UNCHANGED], options)
    for patch in report.patches:
        yield _patch(patch, options)


def _summary(patches: Sequence[AgentPatch]) -> list[Line]:
    elsewhere = sum(map(_is_passed_over, patches))
    numbers = Counter(it.status for it in patches if not _is_passed_over(it))
    others = wording.counted(elsewhere, "agent") + " of others"
    if patches and not numbers.keys() - {PatchStatus.UNCHANGED}:
        number = numbers[PatchStatus.UNCHANGED]
        known = f"{wording.counted(number, 'agent')} {wording.are(number)} in git already"
        said = ", ".join([known] * bool(number) + [f"{others} passed over"] * bool(elsewhere))
        return [line((f"Nothing to import: {said}.", "good"))]
    parts: list[Piece] = []
    for status, ((_, role), word) in _WORDS.items():
        if number := numbers[status]:
            noun = wording.counted(number, "agent") if not parts else str(number)
            parts.append((f"{noun} {word}", role))
    if elsewhere:
        parts.append((f"{others} passed over", "quiet"))
    lines = counts(parts)
    if numbers[PatchStatus.PLANNED]:
        lines.append(line(("A dry run: nothing was written.", "quiet")))
    elif parts and not numbers[PatchStatus.WRITTEN]:
        lines.append(line(("Nothing was written.", "error")))
    return lines


def _is_passed_over(patch: AgentPatch) -> bool:
    """Whether nobody asked for this very agent, which is another project's."""
    return patch.status is PatchStatus.UNCHANGED and patch.code == "foreign"


def _imported(patches: Sequence[AgentPatch], options: RenderOptions) -> list[Line]:
    shown = _first(patches, options)
    sizes = [len(visible(patch.address)) for patch in shown]
    column = max((size for size in sizes if size <= _COLUMN), default=0)
    lines = [
        line(
            _WORDS[patch.status][0],
            (f"{visible(patch.address):{column}}", "title"),
            (f"  {_facts(patch, options)}", "quiet"),
            hang=4,
        )
        for patch in shown
    ]
    return [*lines, *_more(len(patches) - len(shown), "agent")]


def _stopped(patches: Sequence[AgentPatch], options: RenderOptions) -> Iterator[list[Line]]:
    """Why agents were not imported: each reason once, and the first of them unless verbose."""
    reasons = list(told(((it.status.value, _problem(it)) for it in patches), options))
    kept = reasons if options.verbose or len(reasons) <= _REASONS + 1 else reasons[:_REASONS]
    yield from kept
    yield list(_more(len(reasons) - len(kept), "reason"))


def _problem(patch: AgentPatch) -> Problem:
    """The reason; an agent that has no folder yet is called by its name as well."""
    problem = as_problem(patch)
    if patch.address != patch.agent_id or patch.name in ("", patch.address):
        return problem
    return replace(problem, address=f"“{patch.name}”, id {patch.agent_id}")


def _facts(patch: AgentPatch, options: RenderOptions) -> str:
    """What the agent is called, its id, and how much was written."""
    name = wording.other_name(patch)
    known = patch.agent_id or ""
    added = sum(item.added for item in patch.files)
    return joined(
        f"“{name}”" if name else "",
        f"id {known if options.verbose else known[:SHORT_ID]}" if known else "",
        wording.counted(len(patch.files), "file") if patch.files else "",
        wording.counted(added, "line") if added else "",
    )


def _first(patches: Sequence[AgentPatch], options: RenderOptions) -> Sequence[AgentPatch]:
    # One line more takes no more room than to say that it is missing.
    return patches if options.verbose or len(patches) <= _MOST + 1 else patches[:_MOST]


def _more(number: int, noun: str) -> Iterator[Line]:
    if number:
        yield line((f"… {wording.counted(number, f'more {noun}')}", "cut"), indent=2)


def _notes(patches: Sequence[AgentPatch], options: RenderOptions) -> list[Line]:
    """What was left out or is to be known; said once of all the agents that share it."""
    said = by_text((it.address, note) for it in patches for note in it.notes)
    every = list(said.items())
    kept = every if options.verbose or len(every) <= _MOST + 1 else every[:_MOST]
    most = len(patches) if options.verbose else 4
    lines = [
        line(
            ("note: ", "hint"),
            (wording.listed(names, most), "title"),
            f": {visible(text)}",
            hang=4,
        )
        for text, names in kept
    ]
    return [*lines, *_more(len(every) - len(kept), "note")]


def _known(patches: Sequence[AgentPatch], options: RenderOptions) -> list[Line]:
    """The agents that git has already, by name only for those who ask."""
    if not options.verbose:
        return []
    return [
        line(
            ("  passed over ", "quiet") if _is_passed_over(patch) else _WORDS[patch.status][0],
            visible(patch.address),
            (f"  {joined(patch.message, patch.agent_id or '')}", "quiet"),
            hang=4,
        )
        for patch in patches
    ]


def _patch(patch: AgentPatch, options: RenderOptions) -> list[Line]:
    """The files of a dry run, where they were asked for."""
    if not any(item.patch for item in patch.files):
        return []
    title = line((visible(patch.address), "title"), (" · the patch:", "quiet"))
    return [title, *whole_patches(patch.files, full=options.verbose)]
