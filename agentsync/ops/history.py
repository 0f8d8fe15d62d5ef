"""`log`: the revisions of one agent that the API still knows, and what changed in each."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from agentsync import __version__
from agentsync.engine import revisions
from agentsync.engine.identity import Claim
from agentsync.errors import ExitCode, UsageError
from agentsync.model import FieldChange, History, LastApply, Report, Revision
from agentsync.ops.draft import Draft
from agentsync.ops.here import seen_from_here
from agentsync.ops.pairing import Pair, paired
from agentsync.ops.revisions import Past, Tree, git_versions, is_applied, past_of, says, trees
from agentsync.ops.watch import Watch
from agentsync.providers import Commit


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """Whose history is told, and how much of it.

    Shape: `address` is the folder of one agent; `limit` the number of revisions, from 1.
    """

    directory: Path
    address: str
    target: str = ""
    limit: int = 20
    workers: int = 8


def log(options: LogOptions, environ: Mapping[str, str], watch: Watch) -> Report:
    """The report on the newest revisions of one agent's file tree.

    Errors: AgentsyncError when there is no project, no key, no trusted host, no such definition,
    or no such agent; ProviderError.
    """
    if options.limit < 1:
        raise UsageError("a log has at least one revision", hint="-n 20 shows the last twenty")
    pair = paired(options.directory, options.address, options.target, environ, watch)
    if isinstance(pair, Draft):
        return pair.report("log")
    with closing(pair.provider):
        told = _history(pair, options)
    return Report(
        command="log",
        exit_code=ExitCode.OK,
        tool_version=__version__,
        diagnostics=tuple(sorted(pair.diagnostics, key=lambda item: item.order)),
        checked=1,
        root=seen_from_here(pair.project.root),
        history=told,
    )


def _history(pair: Pair, options: LogOptions) -> History:
    # One more than is told: what changed in the oldest is its difference from the one before.
    known = past_of(pair, options.limit + 1)
    shown = known.commits[: options.limit]
    telling = _Telling(pair, known, trees(pair, known.commits, options.workers))
    return History(
        address=pair.definition.address,
        name=pair.match.live.name,
        agent_id=pair.agent_id,
        target=pair.target.name,
        revisions=tuple(telling.revisions(shown)) or tuple(_unnamed(pair)),
        complete=known.complete and len(known.commits) <= options.limit,
        notes=tuple(_notes(pair, known)),
    )


@dataclass(frozen=True, slots=True)
class _Telling:
    """The revisions that are known, with the trees that the API shows of them."""

    pair: Pair
    known: Past
    trees: Mapping[str, Tree]

    def revisions(self, shown: tuple[Commit, ...]) -> Iterator[Revision]:
        applied, current = self.applied(), self.current()
        in_git = self.in_git(shown)
        for number, commit in enumerate(shown):
            fields = self.fields(number)
            yield Revision(
                token=commit.token,
                at=commit.at,
                author=commit.author,
                current=commit.token == current,
                fields=fields or (),
                readable=fields is not None,
                applied=self.last() if commit.token == applied else None,
                commit=in_git.get(commit.token, ""),
            )

    def fields(self, number: int) -> tuple[FieldChange, ...] | None:
        """What changed from the revision before, None when nobody can tell."""
        commits, rules = self.known.commits, self.pair.rules
        after = self.trees.get(commits[number].token)
        if after is None:
            return None
        if number + 1 < len(commits):
            before = self.trees.get(commits[number + 1].token)
            return None if before is None else revisions.steps(before, after, rules)
        return revisions.steps(None, after, rules) if self.known.complete else None

    def current(self) -> str:
        """The token of the revision that is live: the newest, unless the agent names another."""
        live = self.pair.match.live.revision
        tokens = [commit.token for commit in self.known.commits]
        return live if live in tokens else next(iter(tokens), "")

    def last(self) -> LastApply | None:
        marker = self.pair.marker
        if marker is None:
            return None
        return LastApply(commit=marker.commit, at=marker.applied_at, revision=marker.revision)

    def applied(self) -> str:
        """The token of the revision that the last apply left, "" when nobody knows."""
        marker = self.pair.marker
        tokens = [commit.token for commit in self.known.commits]
        # Where revisions carry the marker, later ones carry it on.
        carrying = [it.token for it in self.known.commits if marker and it.marker == marker]
        if carrying:
            return carrying[-1]
        fitting = [
            it for it in tokens if it in self.trees and is_applied(self.pair, self.trees[it])
        ]
        if marker is None or marker.revision in tokens:
            # An edit that the last apply kept is in the revision that it left: nobody applied that.
            left = marker.revision if marker else ""
            return left if left in fitting or left not in self.trees else ""
        if self.known.unlisted or self.pair.match.live.revision not in tokens:
            # The marker's token is none of those that the hub gives: content is all there is.
            return next(iter(fitting), "")
        # It is older than those; or this apply created the agent, and left the very first.
        created = not marker.revision and self.known.complete
        return fitting[-1] if created and fitting else ""

    def in_git(self, shown: tuple[Commit, ...]) -> dict[str, str]:
        """The newest git commit that says the same, by token, where there is one."""
        found: dict[str, str] = {}
        left = {it.token: self.trees[it.token] for it in shown if it.token in self.trees}
        for commit, definition in git_versions(self.pair, tuple(left.values())) if left else ():
            same = [token for token, tree in left.items() if says(self.pair, tree, definition)]
            for token in same:
                found[token] = commit
                del left[token]
            if not left:
                break
        return found


def _unnamed(pair: Pair) -> Iterator[Revision]:
    """The one revision of an agent whose file tree the hub does not show at all."""
    live = pair.match.live
    if live.revision:
        yield Revision(token=live.revision, at=live.updated_at, current=True, readable=False)


def _notes(pair: Pair, known: Past) -> Iterator[str]:
    match = pair.match
    set_back = [it for it in known.commits[1:] if it.token == match.live.revision]
    if set_back and pair.rules.versioned:
        yield (
            f"somebody set the agent back to revision {set_back[0].token}, which may not bring "
            "back all that it was; `agentsync rollback` does"
        )
    if known.unlisted and known.commits:
        yield f"the API does not list this agent's revisions: {known.unlisted}"
        yield "what is told here is the newest one, and the one of the last apply if it is shown"
    elif known.unlisted:
        yield f"the API does not show this agent's revisions: {known.unlisted}"
    if match.claim is Claim.ANOTHER:
        yield f"it belongs to {match.owned_by}"
    elif match.claim is Claim.NONE and match.by_name:
        yield "it has only the name in common with this definition: agentsync never applied it"
    yield from match.notes
