"""How much of each field a page shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentsync.render import RenderOptions
from agentsync.render.text.page import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How much of each field is shown.

    Shape: `full` cuts nothing that changed, `whole` nothing at all, `brief` leaves out the texts
    and tells only their size; `origins` names each field's origin and what apply does about it,
    `spans` its place in git; `edits` says that `before` is git and `after` is live; `remarks` are
    what a page itself has to say of some fields, by pointer.
    """

    full: bool = False
    whole: bool = False
    brief: bool = False
    origins: bool = False
    spans: bool = False
    edits: bool = False
    width: int = 0
    remarks: Mapping[str, Piece] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        options: RenderOptions,
        *,
        full: bool = False,
        brief: bool = False,
        origins: bool = False,
    ) -> "View":
        """The view that the reader asked for: verbose shows all there is."""
        every = options.verbose
        return cls(
            full=full or every,
            whole=every,
            brief=brief and not every,
            origins=origins,
            spans=every,
            width=options.width,
        )
