"""What `pull` and `import` say alike: the files of an agent, the findings, what is only told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from agentsync.model import AgentPatch, FileOp, FilePatch, Problem, Report
from agentsync.render.text.heads import head
from agentsync.render.text.page import BLANK, Line, Piece, line
from agentsync.render.text.texts import patch_lines
from agentsync.render.visible import visible

_SIGNS: Final[dict[FileOp, Piece]] = {
    FileOp.CREATE: ("+", "create"),
    FileOp.UPDATE: ("~", "update"),
    FileOp.DELETE: ("-", "delete"),
}
# Paths up to this length have their sizes in one column.
_COLUMN: Final = 48


def beginning(report: Report, title: str) -> list[Line]:
    """Which project, against what, as far as the report knows it."""
    return head(report.plan, title) if report.plan else [line((title, "title"))]


def file_lines(files: Sequence[FilePatch]) -> Iterator[Line]:
    """A line for each file: what happens to it, and how many lines of it."""
    sizes = [len(visible(item.path)) for item in files]
    column = max((size for size in sizes if size <= _COLUMN), default=0)
    for item in files:
        yield line(
            _SIGNS[item.op],
            " ",
            (visible(item.path), "path"),
            " " * (column - len(visible(item.path))),
            *_numbers(item),
            indent=2,
            hang=4,
        )


def _numbers(item: FilePatch) -> Iterator[Piece]:
    if item.added:
        yield f"  +{item.added}", "added"
    if item.removed:
        yield f"{' ' if item.added else '  '}-{item.removed}", "removed"


def whole_patches(files: Sequence[FilePatch], *, full: bool) -> Iterator[Line]:
    """The files' unified diffs; of a file that has none, what happens to it."""
    yield from file_lines([item for item in files if not item.patch])
    shown = [item for item in files if item.patch]
    for item in shown:
        yield from patch_lines(item.patch, full=full)
        yield from () if item is shown[-1] else (BLANK,)


def note_lines(notes: Iterable[str]) -> list[Line]:
    """Remarks, each on a line of its own."""
    return [line(("note: ", "hint"), visible(note), indent=2) for note in notes]


def by_text(texts: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    """(address, text) pairs as text → the addresses that it is said of, in their order."""
    found: dict[str, list[str]] = {}
    for address, text in texts:
        found.setdefault(text, []).append(address)
    return found


def as_problem(patch: AgentPatch) -> Problem:
    """What stood in the way of an agent, to be told as every other problem is."""
    return Problem(
        code=patch.code or patch.status.value,
        message=patch.message,
        hint=patch.hint,
        address=patch.address,
        request=patch.request,
    )
