"""What came home from live agents: which fields, into which files, what is to be decided."""

from collections.abc import Iterator, Sequence
from typing import Final

from agentsync.model import AgentPatch, FieldChange, Origin, PatchStatus
from agentsync.render import wording
from agentsync.render.html.agents import note, section
from agentsync.render.html.fields import Remark, Telling, edit_parts
from agentsync.render.html.markup import NOTHING, Markup, joined, tag, when
from agentsync.render.html.overviews import agent_row, overview, titled, token
from agentsync.render.html.page import Page
from agentsync.render.html.signs import patch_chip
from agentsync.render.html.tables import cell
from agentsync.render.html.told import paragraphs, verbatim
from agentsync.render.text.heads import SHORT_REVISION, agent_token
from agentsync.render.text.heads import joined as facts_of
from agentsync.render.text.patches import file_lines, whole_patches
from agentsync.render.text.pulls import wrote
from agentsync.render.visible import visible

_HEADS: Final = ("outcome", "agent", "came home", "files", "live revision")
_CALM: Final = (PatchStatus.PLANNED, PatchStatus.UNCHANGED)
_SECRET: Final = "secret"
_HEADINGS: Final = {
    **dict.fromkeys(PatchStatus, "came home (git → live)"),
    PatchStatus.PLANNED: "to come home (git → live)",
    PatchStatus.REFUSED: "cannot come home (git → live)",
}


def patch_overview(page: Page) -> Markup:
    """A row for each agent whose files were looked at."""
    return overview("Agents", _HEADS, (_row(patch, page) for patch in page.report.patches))


def patch_sections(page: Page) -> Markup:
    """A section for each agent of which something came home or is to be told."""
    return joined(_patch(patch, page) for patch in page.report.patches if _is_told(patch))


def _is_told(patch: AgentPatch) -> bool:
    return bool(patch.status is not PatchStatus.UNCHANGED or patch.notes or patch.message)


def _row(patch: AgentPatch, page: Page) -> Markup:
    fields = len(patch.fields)
    added, removed = (sum(getattr(it, side) for it in patch.files) for side in ("added", "removed"))
    files = f"{wording.counted(len(patch.files), 'file')}, +{added} -{removed}"
    cells = [
        cell(patch_chip(patch)),
        titled(page, patch.address, wording.other_name(patch)),
        cell(wording.counted(fields, "field") if fields else ""),
        cell(files if patch.files else ""),
        token(patch.revision, SHORT_REVISION, page),
    ]
    origins = " ".join(sorted({it.origin.value for it in (*patch.fields, *patch.undecided)}))
    number = page.number(patch.address)
    calm = patch.status is PatchStatus.UNCHANGED and not patch.notes
    return agent_row(page, number, patch.address, cells, calm=calm, origins=origins)


def _patch(patch: AgentPatch, page: Page) -> Markup:
    body = joined(
        [
            *_said(patch),
            *(note(text) for text in patch.notes),
            when(known := _tokens(patch, page), tag("p", known, class_="facts")),
            _undecided(patch, page),
            _fields(patch, page),
            _clashes(patch),
            _files(patch, page),
        ]
    )
    name = wording.other_name(patch)
    number = page.number(patch.address)
    return section(page, number, patch.address, name, patch_chip(patch), body)


def _said(patch: AgentPatch) -> Iterator[Markup]:
    """What stood in the way, or is to be known."""
    calm = patch.status in _CALM
    if patch.message:
        yield tag("p", patch.message, class_="" if calm else "refusal r-error")
    if patch.request:
        yield tag("p", tag("code", patch.request))
    if patch.hint:
        yield tag("p", patch.hint, class_="r-hint")


def _tokens(patch: AgentPatch, page: Page) -> str:
    size = None if page.options.verbose else SHORT_REVISION
    revision = f"revision {patch.revision[:size]}" if patch.revision else ""
    commit = f"commit {patch.commit[:size]}" if patch.commit else ""
    return facts_of(agent_token(patch, whole=page.options.verbose), revision, commit)


def _fields(patch: AgentPatch, page: Page) -> Markup:
    fields = _without_secrets(patch.fields, patch)
    if not fields:
        return NOTHING
    rehearsed = patch.status is PatchStatus.CONFLICT and not wrote(patch)
    said = _HEADINGS[PatchStatus.PLANNED if rehearsed else patch.status]
    remarks = {it.pointer: remark for it in fields if (remark := _remark(it, patch))}
    told = Telling(room=page.room, remarks=remarks)
    parts = edit_parts(fields, told, f"{visible(patch.address)}, {said}")
    return joined([tag("h4", said), parts])


def _without_secrets(fields: Sequence[FieldChange], patch: AgentPatch) -> list[FieldChange]:
    """The fields whose values may be shown: a finding tells of the others, without the value."""
    secret = [f"{item.pointer}/" for item in patch.findings if item.rule == _SECRET]

    def holds_one(pointer: str) -> bool:
        return any(f"{pointer}/".startswith(it) or it.startswith(f"{pointer}/") for it in secret)

    return [item for item in fields if not holds_one(item.pointer)]


def _remark(item: FieldChange, patch: AgentPatch) -> Remark | None:
    """What became of git's own side of the field, if it had one."""
    if item.pointer in patch.merged:
        said = "clashes with" if patch.status is PatchStatus.CONFLICT else "merged with"
        return f"{said} git's change", "quiet"
    if item.origin is Origin.BOTH:
        return "in place of git's change", "warning"
    return ("its origin is unknown", "quiet") if item.origin is Origin.UNKNOWN else None


def _undecided(patch: AgentPatch, page: Page) -> Markup:
    """What somebody has to decide, both sides in sight."""
    fields = _without_secrets(patch.undecided, patch)
    if not fields:
        return NOTHING
    remarks = {
        it.pointer: ("its origin is unknown", "warning")
        for it in fields
        if it.origin is Origin.UNKNOWN
    }
    told = Telling(room=page.room, remarks=remarks)
    parts = edit_parts(fields, told, f"{visible(patch.address)}, to be decided")
    return joined([tag("h4", "to be decided (git → live)", class_="r-error"), parts])


def _clashes(patch: AgentPatch) -> Markup:
    places = (tag("li", tag("code", f"{it.path}:{it.line}")) for it in patch.clashes)
    heading = tag("h4", "conflict markers to resolve", class_="r-error")
    return when(patch.clashes, joined([heading, tag("ul", *places)]))


def _files(patch: AgentPatch, page: Page) -> Markup:
    if not patch.files:
        return NOTHING
    shown = patch.status in (PatchStatus.PLANNED, PatchStatus.REFUSED) or not wrote(patch)
    if not shown:
        return joined([tag("h4", "written"), paragraphs(file_lines(patch.files))])
    lines = list(whole_patches(patch.files, full=page.options.verbose))
    cut = any(role == "cut" for line in lines for _, role in line.pieces)
    page.room.cut = page.room.cut or cut
    unfolded = page.room.unfold(len(lines))
    return tag("details", tag("summary", "the patch"), verbatim(lines), open=unfolded)
