"""What `pull` shows: what came home into which files, and what somebody has to decide."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from agentsync.model import AgentPatch, Origin, PatchStatus, Report
from agentsync.render import RenderOptions, wording
from agentsync.render.homecoming import (
    UNKNOWN,
    outlook,
    remark,
    shows_patch,
    without_secrets,
    wrote,
)
from agentsync.render.text.fields import edit_lines
from agentsync.render.text.findings import finding_sections
from agentsync.render.text.heads import SHORT_REVISION, agent_token, counts, joined, titled
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.text.patches import (
    as_problem,
    beginning,
    by_text,
    file_lines,
    note_lines,
    whole_patches,
)
from agentsync.render.text.problems import told
from agentsync.render.text.view import View
from agentsync.render.visible import visible

# Status → how the agent's line begins, with its role, and the word it is counted under.
_WORDS: Final[dict[PatchStatus, tuple[Piece, str]]] = {
    PatchStatus.WRITTEN: (("~ pulled ", "update"), "pulled"),
    PatchStatus.PLANNED: (("~ to pull ", "update"), "to pull"),
    PatchStatus.CONFLICT: (("! conflict ", "error"), "in conflict"),
    PatchStatus.REFUSED: (("! refused ", "error"), "refused"),
    PatchStatus.FAILED: (("! failed ", "error"), "failed"),
    PatchStatus.UNCHANGED: (("  unchanged ", "quiet"), "unchanged"),
}
# Whatever else has a message has not come out as it was asked.
_CALM: Final = (PatchStatus.PLANNED, PatchStatus.UNCHANGED)
_HEADINGS: Final[dict[PatchStatus, Piece]] = {
    **dict.fromkeys(PatchStatus, ("came home (git → live):", "quiet")),
    PatchStatus.PLANNED: ("to come home (git → live):", "quiet"),
    PatchStatus.REFUSED: ("cannot come home (git → live):", "warning"),
}


def pull_sections(report: Report, options: RenderOptions) -> Iterator[list[Line]]:
    """The head, the numbers, every agent of which something came home or is to be told."""
    yield beginning(report, "Pull")
    yield _summary(report)
    found = (item for patch in report.patches for item in patch.findings)
    yield from finding_sections(found, options, "Findings")
    for patch in report.patches:
        if _has_page(patch):
            yield _agent(patch, options)
    yield from told(
        ((it.status.value, as_problem(it)) for it in report.patches if _is_bare(it)), options
    )
    yield _unchanged(report.patches, options)


def _has_page(patch: AgentPatch) -> bool:
    """Whether there is more to tell of the agent than a reason that others may share."""
    if patch.status is PatchStatus.UNCHANGED:
        return bool(patch.notes)
    return not _is_bare(patch)


def _is_bare(patch: AgentPatch) -> bool:
    stopped = patch.status in (PatchStatus.FAILED, PatchStatus.REFUSED, PatchStatus.CONFLICT)
    return stopped and not (patch.fields or patch.undecided or patch.files or patch.notes)


def _summary(report: Report) -> list[Line]:
    numbers = Counter(patch.status for patch in report.patches)
    if not report.patches:
        return [line((wording.nobody(report), "quiet"))] if wording.nobody(report) else []
    if numbers.keys() == {PatchStatus.UNCHANGED}:
        return [line(("Nothing to pull: no edit outside git has to come home.", "good"))]
    parts: list[Piece] = []
    for status, ((_, role), word) in _WORDS.items():
        if number := numbers[status]:
            noun = f"{wording.counted(number, 'agent')}" if not parts else str(number)
            parts.append((f"{noun} {word}", role))
    lines = counts(parts)
    if numbers[PatchStatus.PLANNED]:
        lines.append(line(("A dry run: nothing was written.", "quiet")))
    elif not any(wrote(patch) for patch in report.patches):
        lines.append(line(("Nothing was written.", "error")))
    return lines


def _agent(patch: AgentPatch, options: RenderOptions) -> list[Line]:
    sign, _ = _WORDS[patch.status]
    lines = [titled(patch, sign, (_tokens(patch, options), "quiet"))]
    if patch.message:
        role = "" if patch.status in _CALM else "error"
        lines.append(line((visible(patch.message), role), indent=2))
    if patch.hint:
        lines.append(line((visible(patch.hint), "hint"), indent=2))
    lines += note_lines(patch.notes)
    lines += _undecided(patch, options)
    lines += _fields(patch, options)
    lines += _clashes(patch)
    return [*lines, *_files(patch, options)]


def _tokens(patch: AgentPatch, options: RenderOptions) -> str:
    size = None if options.verbose else SHORT_REVISION
    revision = f"revision {patch.revision[:size]}" if patch.revision else ""
    commit = f"commit {patch.commit[:size]}" if patch.commit else ""
    known = joined(agent_token(patch, whole=options.verbose), revision, commit)
    return f" · {known}" if known else ""


def _fields(patch: AgentPatch, options: RenderOptions) -> Iterator[Line]:
    fields = without_secrets(patch.fields, patch)
    if not fields:
        return
    yield line(_HEADINGS[outlook(patch)], indent=2)
    remarks = {item.pointer: said for item in fields if (said := remark(item, patch))}
    yield from edit_lines(fields, replace(View.of(options, brief=True), remarks=remarks))


def _undecided(patch: AgentPatch, options: RenderOptions) -> Iterator[Line]:
    """What somebody has to decide, both sides in sight."""
    undecided = without_secrets(patch.undecided, patch)
    if not undecided:
        return
    yield line(("to be decided (git → live):", "error"), indent=2)
    remarks = {
        item.pointer: (UNKNOWN, "warning") for item in undecided if item.origin is Origin.UNKNOWN
    }
    yield from edit_lines(undecided, replace(View.of(options), remarks=remarks))


def _clashes(patch: AgentPatch) -> Iterator[Line]:
    if patch.clashes:
        yield line(("conflict markers to resolve:", "error"), indent=2)
    for span in patch.clashes:
        yield line((visible(f"{span.path}:{span.line}"), "path"), indent=4)


def _files(patch: AgentPatch, options: RenderOptions) -> Iterator[Line]:
    if not patch.files:
        return
    if shows_patch(patch):
        yield line(("the patch:", "quiet"), indent=2)
        yield from whole_patches(patch.files, full=options.verbose)
    else:
        yield line(("written:", "quiet"), indent=2)
        yield from file_lines(patch.files)


def _unchanged(patches: Sequence[AgentPatch], options: RenderOptions) -> list[Line]:
    """The agents of which nothing came home: why not; those without edits only when asked for."""
    still = [it for it in patches if it.status is PatchStatus.UNCHANGED and not it.notes]
    said = by_text((it.address, it.message) for it in still if it.message)
    most = len(still) if options.verbose else 6
    lines = [_said(text, names, most) for text, names in said.items()]
    if options.verbose:
        lines += [
            line(("  unchanged ", "quiet"), visible(it.address)) for it in still if not it.message
        ]
    return lines


def _said(text: str, names: Iterable[str], most: int) -> Line:
    return line((f"{wording.listed(names, most)}: {visible(text)}", "quiet"))
