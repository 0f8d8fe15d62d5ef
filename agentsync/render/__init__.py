"""Report → text, in the format asked for.

A renderer is a pure function of one Report: it prints nothing, reads no environment, and decides
nothing (the exit code stands in the report). A new one is one module and one line in `FORMATS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

from agentsync.errors import UsageError

if TYPE_CHECKING:
    from agentsync.model import Report

FORMATS: Final = {
    "text": "agentsync.render.terminal:render",
    "json": "agentsync.render.json:render",
    "markdown": "agentsync.render.markdown:render",
    "comment": "agentsync.render.markdown:comment",
    "github": "agentsync.render.github:render",
    "sarif": "agentsync.render.sarif:render",
    "html": "agentsync.render.html:render",
}
"""The name of each format → its renderer, imported when it is first used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """How the reader sees the text, and how much of it they want.

    Units: `width` in terminal cells; 0 means that nothing is ever wrapped, as a pipe wants it.
    Shape: `verbose` shows texts in full and names the agents in sync; `show_all` shows the live
    fields that git does not own.
    """

    color: bool = False
    width: int = 0
    verbose: bool = False
    show_all: bool = False


def render(report: "Report", format: str, options: RenderOptions) -> str:
    """The whole report in `format`, its secrets masked; it ends with a newline unless it is empty.

    Errors: UsageError when there is no such format.
    """
    if format not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        raise UsageError(f"there is no format {format!r}", hint=f"known formats: {known}")
    from agentsync.engine.masking import masked

    module, _, function = FORMATS[format].partition(":")
    renderer: Callable[[Report, RenderOptions], str] = getattr(import_module(module), function)
    return renderer(masked(report), options)
