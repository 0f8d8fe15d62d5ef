"""What a provider's API means by its fields, as data for the normaliser and the planner."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentsync.canonical import ABSENT, Json, covers, resolve
from agentsync.engine.forms import AGENT, Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One API's aliases, defaults, identities and ownership.

    Shape: every path is a JSON Pointer into the canonical form; `*` stands for one segment, or for
    the rest of one.

    form          what a definition of such an agent is made of
    sections      top-level field → the kind that engine/normalise.py brings it to
    aliases       top-level field → the field it is another name of
    defaults      the value the API documents for a top-level field that is not set
    server_owned  top-level fields the server alone writes: not part of the canonical form
    write_only    top-level fields no answer ever shows: not part of it either
    marker_in     the field whose key `marker` is where agentsync keeps its ownership marker
    owned         where something live that git does not declare is to be removed
    whole         where declaring an entry means owning all that is below it
    tree          top-level fields that live in the agent's file tree; the rest is metadata
    versioned     top-level fields that a revision shows as they were; None: those of the tree
    noted         where the server keeps notes of its own, which no definition is to repeat
    tombstones    where the API cannot remove a key: null is written, and means that it is gone
    unset         where the API can take back what apply once wrote and git no longer declares
    only_with     where something makes sense only while another field has a certain value
    said          where the API may answer otherwise than it was told: shown, never a difference
    unwritable    what may stand live and can only be removed, since no request asks for it
    backends      outdated backend type → the type and sandbox scope it means
    """

    sections: Mapping[str, str]
    form: Form = AGENT
    aliases: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Json] = field(default_factory=dict)
    server_owned: frozenset[str] = frozenset()
    write_only: frozenset[str] = frozenset()
    marker_in: str = "extras"
    marker: str = "agentsync"
    owned: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    tree: frozenset[str] = frozenset()
    versioned: frozenset[str] | None = None
    noted: tuple[str, ...] = ()
    tombstones: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    only_with: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    unwritable: frozenset[str] = frozenset()
    backends: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    _owned: Mapping[tuple[int, str], list[list[str]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # By length and field: asked of every live leaf that git does not mention.
        by_field: dict[tuple[int, str], list[list[str]]] = {}
        for pattern in self.owned:
            globs = pattern.split("/")[1:]
            by_field.setdefault((len(globs), globs[0]), []).append(globs)
        object.__setattr__(self, "_owned", by_field)

    @property
    def past(self) -> frozenset[str]:
        """The top-level fields that a revision shows as they were."""
        return self.tree if self.versioned is None else self.versioned

    @property
    def marker_at(self) -> str:
        """Where the marker is, as people write it: `extras.agentsync`."""
        return f"{self.marker_in}.{self.marker}"

    def owns(self, pointer: str) -> bool:
        """Whether git owns what stands at `pointer` even when it does not mention it."""
        parts = pointer.split("/")[1:]
        found = self._owned.get((len(parts), parts[0]), ()) if parts else ()
        return any(all(map(_fits, parts, globs)) for globs in found)

    def removes(self, pointer: str, desired: Mapping[str, Json]) -> bool:
        """Whether what stands live at `pointer`, and not in `desired`, is to be removed."""
        return self.owns(pointer) or any(
            covers(pattern, pointer) and _declares(desired, pointer, pattern)
            for pattern in self.whole
            if pointer.startswith(pattern.rstrip("*"))
        )


def _fits(part: str, glob: str) -> bool:
    return glob in ("*", part) or (glob.endswith("*") and part.startswith(glob[:-1]))


def _declares(desired: Mapping[str, Json], pointer: str, pattern: str) -> bool:
    """Whether git declares the entry that `pattern` names and `pointer` lies in."""
    entry = "/".join(pointer.split("/")[: pattern.count("/") + 1])
    return resolve(desired, entry, default=ABSENT) is not ABSENT
