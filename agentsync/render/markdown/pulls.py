"""The page of `pull`: what came home into which files, and what somebody has to decide."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from agentsync.model import AgentPatch, FileOp, FilePatch, Origin, PatchStatus, Report
from agentsync.render import RenderOptions, wording
from agentsync.render.homecoming import (
    UNKNOWN,
    outlook,
    remark,
    shows_patch,
    without_secrets,
    wrote,
)
from agentsync.render.markdown.escape import bold, code, plain_tag, prose, tag
from agentsync.render.markdown.fields import Told, edit_parts, quoted, weight
from agentsync.render.markdown.findings import finding_listing, findings_of
from agentsync.render.markdown.heads import closing, counts, risks, title
from agentsync.render.markdown.pages import Page
from agentsync.render.markdown.parts import Folded, Items, Listing, Part
from agentsync.render.markdown.problems import diagnostic_listing, problem_listing
from agentsync.render.text.heads import SHORT_REVISION, agent_token, joined
from agentsync.render.text.texts import patch_lines

# Status → its sign, its word, and the word under which it is counted.
_WORDS: Final = {
    PatchStatus.WRITTEN: ("~", "pulled", "pulled"),
    PatchStatus.PLANNED: ("~", "to pull", "to pull"),
    PatchStatus.CONFLICT: ("!", "conflict", "in conflict"),
    PatchStatus.REFUSED: ("!", "refused", "refused"),
    PatchStatus.FAILED: ("!", "failed", "failed"),
    PatchStatus.UNCHANGED: ("", "unchanged", "unchanged"),
}
_ORDER: Final = (
    *(PatchStatus.CONFLICT, PatchStatus.REFUSED, PatchStatus.FAILED),
    *(PatchStatus.WRITTEN, PatchStatus.PLANNED, PatchStatus.UNCHANGED),
)
_OPS: Final = {FileOp.CREATE: "+", FileOp.UPDATE: "~", FileOp.DELETE: "-"}
_HOME: Final = {
    PatchStatus.PLANNED: "To come home",
    PatchStatus.REFUSED: "Cannot come home",
}


def pull_page(report: Report, options: RenderOptions) -> Page:
    """Every agent of which something came home or is to be told."""
    telling = [it for it in report.patches if it.status is not PatchStatus.UNCHANGED or it.notes]
    telling.sort(key=lambda it: (_ORDER.index(it.status), it.address))
    still = [it for it in report.patches if it not in telling and (it.message or options.verbose)]
    return Page(
        lead=(title(report), _summary(report), risks(findings_of(report))),
        listings=(
            finding_listing(report),
            problem_listing(report, options),
            diagnostic_listing(report.diagnostics),
            _listing([*telling, *still]),
        ),
        folded=tuple(_folded(patch, options) for patch in telling if _has_more(patch)),
        closing=closing(report),
    )


def _summary(report: Report) -> str:
    numbers = Counter(patch.status for patch in report.patches)
    if not report.patches:
        return wording.nobody(report)
    if numbers.keys() == {PatchStatus.UNCHANGED}:
        return "✅ Nothing to pull: no edit outside git has to come home."
    parts: list[str] = []
    for status, (_, _, word) in _WORDS.items():
        if number := numbers[status]:
            noun = str(number) if parts else wording.counted(number, "agent")
            parts.append(f"{noun} {word}")
    said = counts("", parts)
    if numbers[PatchStatus.PLANNED]:
        return f"{said} A dry run: nothing was written."
    return said if any(map(wrote, report.patches)) else f"{said} Nothing was written."


def _has_more(patch: AgentPatch) -> bool:
    return bool(patch.fields or patch.undecided or patch.clashes or patch.files or patch.notes)


def _listing(patches: Sequence[AgentPatch]) -> Listing:
    return Listing(
        heading="Agents",
        head=("", "agent", "what came home", "commit"),
        rows=tuple(map(_cells, patches)),
        noun="agent",
        share=0.3,
    )


def _cells(patch: AgentPatch) -> tuple[str, ...]:
    sign, word, _ = _WORDS[patch.status]
    said = [prose(patch.message), prose(patch.hint)]
    if patch.fields and not patch.message:
        said.append(wording.counted(len(patch.fields), "field"))
    if patch.request:
        said.append(code(patch.request, 200))
    return (
        f"{code(sign)}\u00a0{word}" if sign else word,
        code(patch.address),
        " · ".join(filter(None, said)),
        code(patch.commit[:SHORT_REVISION]) if patch.commit else "",
    )


def _folded(patch: AgentPatch, options: RenderOptions) -> Folded:
    fields = (*patch.fields, *patch.undecided)
    size = plain_tag(wording.counted(len(fields), "field"))
    return Folded(
        summary=f"<strong>{tag(patch.address)}</strong> · {_WORDS[patch.status][1]} · {size}",
        parts=lambda light: _parts(patch, options, light),
        weight=weight(fields),
    )


def _parts(patch: AgentPatch, options: RenderOptions, light: bool) -> Iterator[Part]:
    size = None if options.verbose else SHORT_REVISION
    revision = f"revision {patch.revision[:size]}" if patch.revision else ""
    if known := prose(joined(agent_token(patch, whole=options.verbose), revision)):
        yield known
    yield from (f"{bold('Note:')} {prose(note)}" for note in patch.notes)
    yield from _undecided(patch, options, light)
    yield from _home(patch, options, light)
    if patch.clashes:
        yield bold("Conflict markers to resolve:")
        yield Items(texts=tuple(code(f"{it.path}:{it.line}", 200) for it in patch.clashes))
    yield from _files(patch, options)


def _undecided(patch: AgentPatch, options: RenderOptions, light: bool) -> Iterator[Part]:
    """What somebody has to decide, both sides in sight."""
    if undecided := without_secrets(patch.undecided, patch):
        yield f"{bold('To be decided')} (git → live):"
        remarks = {it.pointer: UNKNOWN for it in undecided if it.origin is Origin.UNKNOWN}
        yield from edit_parts(undecided, Told(options=options, light=light, remarks=remarks))


def _home(patch: AgentPatch, options: RenderOptions, light: bool) -> Iterator[Part]:
    if fields := without_secrets(patch.fields, patch):
        yield f"{bold(_HOME.get(outlook(patch), 'Came home'))} (git → live):"
        remarks = {it.pointer: said[0] for it in fields if (said := remark(it, patch))}
        told = Told(options=options, brief=True, light=light, remarks=remarks)
        yield from edit_parts(fields, told)


def _files(patch: AgentPatch, options: RenderOptions) -> Iterator[Part]:
    if not patch.files:
        return
    shown = shows_patch(patch)
    yield bold("The patch:" if shown else "Written:")
    if plain := tuple(_file(item) for item in patch.files if not (shown and item.patch)):
        yield Items(texts=plain)
    for item in patch.files:
        if shown and item.patch:
            yield quoted(patch_lines(item.patch, full=options.verbose))


def _file(item: FilePatch) -> str:
    added = f" +{item.added}" if item.added else ""
    removed = f" -{item.removed}" if item.removed else ""
    return f"{code(_OPS[item.op])} {code(item.path, 200)}{added}{removed}"
