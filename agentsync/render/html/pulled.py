"""What came home from live agents: which fields, into which files, what is to be decided."""

from collections.abc import Iterator
from typing import Final

from agentsync.model import AgentPatch, Origin, PatchStatus
from agentsync.render import wording
from agentsync.render.homecoming import UNKNOWN, outlook, remark, shows_patch, without_secrets
from agentsync.render.html.agents import note, section
from agentsync.render.html.fields import Telling, edit_parts
from agentsync.render.html.markup import NOTHING, Markup, joined, tag, when
from agentsync.render.html.overviews import agent_row, overview, titled, token
from agentsync.render.html.page import Page
from agentsync.render.html.signs import patch_chip
from agentsync.render.html.tables import cell
from agentsync.render.html.told import paragraphs, verbatim
from agentsync.render.text.heads import SHORT_REVISION, agent_token
from agentsync.render.text.heads import joined as facts_of
from agentsync.render.text.patches import file_lines, whole_patches
from agentsync.render.visible import visible

_HEADS: Final = ("outcome", "agent", "came home", "files", "live revision")
_CALM: Final = (PatchStatus.PLANNED, PatchStatus.UNCHANGED)
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
    fields = without_secrets(patch.fields, patch)
    if not fields:
        return NOTHING
    said = _HEADINGS[outlook(patch)]
    remarks = {it.pointer: told for it in fields if (told := remark(it, patch))}
    telling = Telling(room=page.room, remarks=remarks)
    parts = edit_parts(fields, telling, f"{visible(patch.address)}, {said}")
    return joined([tag("h4", said), parts])


def _undecided(patch: AgentPatch, page: Page) -> Markup:
    """What somebody has to decide, both sides in sight."""
    fields = without_secrets(patch.undecided, patch)
    if not fields:
        return NOTHING
    remarks = {it.pointer: (UNKNOWN, "warning") for it in fields if it.origin is Origin.UNKNOWN}
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
    if not shows_patch(patch):
        return joined([tag("h4", "written"), paragraphs(file_lines(patch.files))])
    lines = list(whole_patches(patch.files, full=page.options.verbose))
    cut = any(role == "cut" for line in lines for _, role in line.pieces)
    page.room.cut = page.room.cut or cut
    unfolded = page.room.unfold(len(lines))
    return tag("details", tag("summary", "the patch"), verbatim(lines), open=unfolded)
