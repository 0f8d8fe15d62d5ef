"""The questions the API's documents leave open, each as one switch with both answers.

A client is safe when it holds under every value of every switch. `every()` gives the default
and each single deviation from it, which is what tests usually want.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import Any, Final, Literal, get_args, get_type_hints

from agentsync.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """One answer to every open question; the defaults are the plainest reading of the documents.

    Source: the OpenAPI descriptions and the official clients; where both are silent, the field
    says what either answer would mean.
    """

    revision_is_commit: bool = True
    """An agent's `revision` is the hash of its newest hub commit; else a token of its own."""

    metadata_patch_moves_revision: bool = False
    """A PATCH of metadata alone gives a new revision (and a commit, if both are one)."""

    empty_write_commits: bool = True
    """A write that changes no file makes a commit all the same."""

    permissions_patch_merges: bool = False
    """PATCH keeps the permission fields it does not name; else they fall to their defaults."""

    null_in_patch: Literal["ignore", "clear", "refuse"] = "ignore"
    """What null means in a body: as if absent, as if empty, or 400."""

    replace_removes: Literal["generated", "directory"] = "generated"
    """What goes when PATCH replaces skills or subagents: the typed paths, or the whole folder."""

    include_files: Literal["all", "untyped"] = "all"
    """What `include_files=true` adds: the whole tree, or the paths no typed field covers."""

    lists_visible: bool = False
    """The list also holds agents of others that the caller may read."""

    no_access: Literal["404", "403", "403-text"] = "404"
    """How an agent answers that the caller may not see; the last one is plain text."""

    deleted_repo: Literal["gone", "kept"] = "gone"
    """What becomes of the hub repository of a deleted agent."""

    linked_pin: Literal["pinned", "latest", "resolved"] = "pinned"
    """A linked skill's `commit_id`: kept, forgotten, or answered as the newest commit."""

    linked_in_skills: bool = True
    """`skills` also lists linked skills; else they are seen in `files` only."""

    metadata_in_tree: bool = False
    """Name and runtime live in agent.json and config.json at the tree's root, as files."""

    empty_fields: Literal["omitted", "shown"] = "omitted"
    """Empty text, lists and maps in an agent's answer."""

    unknown_fields: Literal["dropped", "kept"] = "dropped"
    """Fields of a body that the documents do not name; kept ones are answered again."""

    history: Literal["listed", "hidden", "empty"] = "listed"
    """An agent's commits in the list of commits: told, 404, or a list without any."""

    backend_names: Literal["current", "legacy"] = "current"
    """How an answer names the backend; legacy is what the official SDK's types still list."""


def choices() -> dict[str, tuple[Any, ...]]:
    """Every switch with all its values, the default first."""
    hints = get_type_hints(Readings)
    found: dict[str, tuple[Any, ...]] = {}
    for item in fields(Readings):
        default = getattr(DEFAULTS, item.name)
        values = (True, False) if hints[item.name] is bool else get_args(hints[item.name])
        found[item.name] = (default, *(value for value in values if value != default))
    return found


def every() -> Iterator[Readings]:
    """The default, then each single deviation from it."""
    yield DEFAULTS
    for name, values in choices().items():
        for value in values[1:]:
            yield replace(DEFAULTS, **{name: value})


def parse(pairs: Iterable[str]) -> Readings:
    """The readings that `name=value` texts ask for, the rest at their defaults.

    Errors: UsageError for an unknown name or value, with the ones that exist.
    """
    known = choices()
    changes: dict[str, Any] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        name = name.strip().replace("-", "_")
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean `{close[0]}`?" if close else "known: " + ", ".join(known)
            raise UsageError(f"there is no reading called {name!r}", hint=hint)
        spelled = {str(value).lower(): value for value in known[name]}
        if text.strip().lower() not in spelled:
            raise UsageError(
                f"the reading {name} cannot be {text!r}", hint="one of: " + ", ".join(spelled)
            )
        changes[name] = spelled[text.strip().lower()]
    return replace(DEFAULTS, **changes)


DEFAULTS: Final = Readings()
"""The plainest reading of the documents."""
