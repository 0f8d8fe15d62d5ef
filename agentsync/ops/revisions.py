"""What the API shows of an agent's past, whether it lists it or not."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from agentsync.canonical import Json, covers
from agentsync.engine import revisions
from agentsync.engine.normalise import desired
from agentsync.engine.prompts import PROMPT
from agentsync.errors import (
    AgentsyncError,
    BadAnswerError,
    ForbiddenError,
    NotFoundError,
    ProviderError,
    UsageError,
)
from agentsync.files.repository import past
from agentsync.ops.fanout import fan_out
from agentsync.ops.pairing import Pair
from agentsync.providers import Commit

_NOT_SHOWN: Final = (NotFoundError, ForbiddenError, BadAnswerError)
_TOKEN: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{7,63}")
_MANY: Final = 1000
_NAMED: Final = 5
_SHORT: Final = 12

Tree = Mapping[str, Json]
"""What a revision shows of an agent, in the canonical form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The revisions of one agent that the API shows.

    Shape: `commits` newest first; `unlisted` says why the API lists none, and then they are those
    that it shows otherwise, "" when it does list them; `complete` when there are no older ones.
    """

    commits: tuple[Commit, ...] = ()
    unlisted: str = ""
    complete: bool = True


def past_of(pair: Pair, limit: int) -> Past:
    """The newest revisions of the agent, `limit` of them if the API lists so many.

    Errors: ProviderError, except when the API does not show them.
    """
    try:
        listed = tuple(islice(pair.provider.history(pair.agent_id, limit + 1), limit + 1))
        reason = "" if listed else "its list is empty"
    except _NOT_SHOWN as error:
        listed, reason = (), error.message
    if listed:
        return Past(commits=listed[:limit], complete=len(listed) <= limit)
    return Past(commits=tuple(_known(pair)), unlisted=reason, complete=False)


def _known(pair: Pair) -> Iterator[Commit]:
    """The revisions that have a name though nobody lists them: the newest, and the last apply's."""
    held = pair.provider.hold(pair.agent_id, files=True)
    if not held.head:
        return
    yield Commit(token=held.head, at=held.live.updated_at)
    applied = held.live.marker.revision if held.live.marker else ""
    if applied not in ("", held.head) and tree_at(pair, applied) is not None:
        yield Commit(token=applied)


def tree_at(pair: Pair, token: str) -> Tree | None:
    """The file tree at that revision, None when the API does not show it.

    Errors: ProviderError.
    """
    try:
        return pair.provider.read_at(pair.agent_id, token)
    except _NOT_SHOWN:
        return None


def trees(pair: Pair, commits: Iterable[Commit], workers: int) -> dict[str, Tree]:
    """The file tree at each of these revisions, by token; those that the API does not show lack.

    Errors: ProviderError.
    """
    tokens = [commit.token for commit in commits]
    found: dict[str, Tree] = {}
    errors: list[ProviderError] = []

    def read(token: str) -> None:
        # Every thread is to come to its end: the connections are closed after.
        try:
            tree = None if errors else tree_at(pair, token)
        except ProviderError as error:
            errors.append(error)
        else:
            found.update({} if tree is None else {token: tree})

    for _ in fan_out(read, tokens, max(1, min(workers, len(tokens)))):
        pass
    if errors:
        raise errors[0]
    return found


def named(pair: Pair, asked: str) -> tuple[Commit, Tree]:
    """The one revision that `asked` is the token of, or its beginning, with the tree it had.

    Errors: UsageError when there is none, or more than one; ProviderError.
    """
    known = past_of(pair, _MANY)
    if not _TOKEN.fullmatch(asked) and asked not in (it.token for it in known.commits):
        raise UsageError(
            f"`{asked}` names no revision",
            hint="one that "
            f"`agentsync log {pair.definition.address}` shows, or at least 8 characters of it",
        )
    found = [it for it in known.commits if it.token.lower().startswith(asked.lower())]
    found = [it for it in found if it.token.lower() == asked.lower()] or found
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} revisions begin with `{asked}`: {_some(found)}", hint="say more of it"
        )
    commit = found[0] if found else Commit(token=asked)
    tree = tree_at(pair, commit.token)
    if tree is None:
        raise _unknown(pair, commit, known)
    return commit, tree


def _unknown(pair: Pair, wanted: Commit, known: Past) -> AgentsyncError:
    address = pair.definition.address
    if wanted in known.commits:
        return AgentsyncError(
            f"the API lists revision {short(wanted.token)} and does not show what it held",
            hint=f"take another one of those that `agentsync log {address}` shows",
        )
    there = f"there are {_some(known.commits)}" if known.commits else "the API shows none"
    return UsageError(
        f"{address} has no revision `{wanted.token}`",
        hint=f"{there}; `agentsync log {address}` tells what they are",
    )


def _some(commits: Iterable[Commit]) -> str:
    tokens = [short(commit.token) for commit in commits]
    more = len(tokens) - _NAMED
    return ", ".join(tokens[:_NAMED]) + (f" and {more} older ones" if more > 0 else "")


def short(token: str) -> str:
    """The beginning of a token or of a git commit, as people read it."""
    return token[:_SHORT]


def git_versions(pair: Pair, wanted: Iterable[Tree]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """What git said in its commits, newest first, and last in that of the last apply.

    Those that cannot say what one of the `wanted` trees says may be left out.
    """
    project, address, target = pair.project, pair.definition.address, pair.target.name
    prompts = {str(tree.get(PROMPT, "")) for tree in wanted}
    whatever = any(covers(glob, f"/{PROMPT}") for glob in pair.ignore)

    def fits(text: str) -> bool:
        return whatever or desired({PROMPT: text}, pair.rules)[PROMPT] in prompts

    for commit, loaded in past.versions(project, address, target, wanted=fits):
        yield commit, pair.canonical(loaded)
    at = applied_version(pair)
    if at:
        yield at


def applied_version(pair: Pair) -> tuple[str, Mapping[str, Json]] | None:
    """What git said in the commit of the last apply, None when nobody knows."""
    commit = pair.marker.commit if pair.marker else ""
    loaded = past.definition_at(pair.project, pair.definition.address, pair.target.name, commit)
    if loaded is None or loaded.document is None:
        return None
    return commit, pair.canonical(loaded)


def is_applied(pair: Pair, tree: Tree) -> bool:
    """Whether a tree is the one that the last apply left, as far as the marker says."""
    base = pair.marker.base if pair.marker else None
    return base is not None and revisions.applied(tree, base, pair.rules, pair.ignore)


def declares(pair: Pair, definition: Mapping[str, Json], base: Mapping[str, Json]) -> bool:
    """Whether a definition says, outside the tree, what the marker says was applied."""
    return revisions.declares(definition, base, pair.rules, pair.ignore)


def says(pair: Pair, tree: Tree, definition: Mapping[str, Json]) -> bool:
    """Whether a tree is what a definition says."""
    return revisions.says(tree, definition, pair.rules, pair.ignore)
