"""The report as GitHub flavoured Markdown: for a job summary or a file, and for a comment.

Both are the same page; a comment is shorter, and has a first line by which it is found again.
"""

from typing import Final

from agentsync.model import Report
from agentsync.render import RenderOptions
from agentsync.render.markdown.marker import marker
from agentsync.render.markdown.pages import Surface
from agentsync.render.markdown.selection import page_of

__all__ = ["comment", "marker", "render"]


def _bytes(text: str) -> int:
    return len(text.encode("utf-8"))


_SUMMARY: Final = Surface(
    limit=1_000_000, measure=_bytes, elsewhere="the JSON report has all of them"
)
_COMMENT: Final = Surface(limit=65_000, measure=len, elsewhere="the job summary has them")


def render(report: Report, options: RenderOptions) -> str:
    """The report for a job summary or a file.

    Units: at most 1,000,000 bytes of UTF-8. GitHub drops a summary of more than 1 MiB as a whole.
    """
    return page_of(report, options).written(_SUMMARY)


def comment(report: Report, options: RenderOptions) -> str:
    """The report for a comment on a pull request, its marker on the first line.

    Units: at most 65,000 characters (code points).
    Source: GitHub answers a longer body with "body is too long (maximum is 65536 characters)".
    Measured, it counts code points in some places, and in others 4 bytes for each of the 65,536:
    so many code points are within either.
    """
    first = f"{marker(report)}\n\n"
    room = Surface(
        limit=_COMMENT.limit - len(first), measure=_COMMENT.measure, elsewhere=_COMMENT.elsewhere
    )
    return first + page_of(report, options).written(room)
