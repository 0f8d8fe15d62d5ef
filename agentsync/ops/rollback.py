"""`rollback`: back to the content of an earlier revision, as a plan like any other.

Nothing is undone: what the agent was becomes what it shall be, and the difference is shown, asked
for, checked, written and read back as apply does it.

    system prompt, tools,       as they were at the revision
    subagents, skills
    raw files                   as well, when they are git's: declared, or once applied
    everything else             as the git commit says whose files are those of the revision;
                                without one, left exactly as it is live

Where the API's revisions hold all of an agent, all of it that is git's is as it was then.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from agentsync.canonical import Json, digest, same
from agentsync.engine import revisions
from agentsync.engine.identity import Claim
from agentsync.engine.planner import compare
from agentsync.engine.rules import Rules
from agentsync.errors import ExitCode, ProjectError, RefusedError
from agentsync.files import planfile
from agentsync.model import (
    Action,
    Change,
    Choices,
    Marker,
    OnConflict,
    OnDrift,
    Plan,
    Precondition,
    Problem,
    Report,
)
from agentsync.ops.apply.command import Confirm, Surroundings, apply_draft
from agentsync.ops.draft import Draft, plan_of
from agentsync.ops.judging import Judging
from agentsync.ops.pairing import Pair, paired
from agentsync.ops.revisions import (
    Tree,
    applied_version,
    declares,
    git_versions,
    is_applied,
    named,
    says,
    short,
)
from agentsync.ops.watch import Watch

# Going back is the decision, whoever made the difference.
_CHOICES: Final = Choices(on_drift=OnDrift.REVERT, on_conflict=OnConflict.GIT, adopt=True)
Version = tuple[str, Mapping[str, Json]]
"""A git commit, and the canonical form of what it says."""

_GIT_SAYS_OTHERWISE: Final = (
    "git still says otherwise: revert it there, or the next apply brings it back"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackOptions:
    """Which agent goes back to which revision.

    Shape: `address` is the folder of one agent; `to` the token of a revision, or its beginning;
    `save` is the file that gets the plan, and then nothing is applied.
    """

    directory: Path
    address: str
    to: str
    target: str = ""
    save: Path | None = None
    workers: int = 8


def rollback(
    options: RollbackOptions,
    environ: Mapping[str, str],
    watch: Watch,
    confirm: Confirm,
    now: Callable[[], str],
    pause: Callable[[float], object] | None = None,
) -> Report:
    """What became of the agent, or why nothing was done.

    Errors: AgentsyncError when there is no project, no key, no trusted host, no such definition,
    agent or revision; RefusedError for an agent that is not this definition's; ProviderError.
    """
    if options.save:
        planfile.check_target(options.save)
    pair = paired(options.directory, options.address, options.target, environ, watch)
    if isinstance(pair, Draft):
        return pair.report("rollback")
    with closing(pair.provider):
        made = _draft(pair, options.to)
        if options.save and made.plan:
            return _saved(made, made.plan, options.save, watch)
        world = Surroundings(environ=environ, watch=watch, confirm=confirm, now=now, pause=pause)
        return apply_draft("rollback", made, world, options.workers)


def _draft(pair: Pair, to: str) -> Draft:
    _check_owner(pair)
    commit, tree = named(pair, to)
    back = _Back(pair, commit.token, commit.marker, tree, *_git_at(pair, tree))
    policy = pair.project.config.policy_for(pair.target)
    judging = Judging(policy=policy, provider=pair.provider)
    change, findings = judging.told(back.change(), pair.match.live.value)
    plan = plan_of(
        pair.project,
        pair.target,
        pair.provider,
        changes=(change,),
        findings=findings,
        choices=_CHOICES,
        commit=back.git[0] if back.git else "",
    )
    return Draft(
        project=pair.project,
        plan=plan,
        diagnostics=pair.diagnostics,
        checked=1,
        provider=pair.provider,
    )


def _check_owner(pair: Pair) -> None:
    match, address = pair.match, pair.definition.address
    if match.claim is Claim.ANOTHER:
        raise RefusedError(
            f"agent {pair.agent_id} belongs to {match.owned_by}",
            hint="roll it back from there, or take it over first: "
            f"`agentsync apply {address} --take-over`",
        )
    if match.claim is Claim.NONE:
        known = f"has only the name in common with {address}" if match.by_name else "has no marker"
        raise RefusedError(
            f"agent {pair.agent_id} {known}: agentsync never applied it",
            hint=f"`agentsync apply {address} --adopt` makes it this definition's first",
        )


def _git_at(pair: Pair, tree: Tree) -> tuple[Version | None, str]:
    """The git commit that belongs to a revision, with what it says; or None, and why so."""
    marker, applied = pair.marker, is_applied(pair, tree)
    last = applied_version(pair) if applied else None
    versions = (*((last,) if last else ()), *git_versions(pair, (tree,)))
    fitting = [version for version in versions if says(pair, tree, version[1])]
    if applied and marker and marker.base is not None:
        # The marker knows all of what was applied, also from files that were in no commit.
        fitting = [version for version in fitting if declares(pair, version[1], marker.base)]
    if len({digest(_metadata(said, pair.rules)) for _, said in fitting}) > 1:
        return None, "git commits with its files differ there, and nobody knows which was applied"
    if fitting:
        return fitting[0], ""
    if applied and marker and marker.commit:
        return None, f"git commit {short(marker.commit)} does not say all that was applied then"
    return None, "no git commit here has the files of this revision"


def _metadata(value: Mapping[str, Json], rules: Rules) -> dict[str, Json]:
    """The part of a canonical form that no revision shows."""
    return {key: item for key, item in value.items() if key not in rules.past}


@dataclass(frozen=True, slots=True)
class _Back:
    """One agent on its way back to a revision.

    Shape: `then` is what apply had left in it, where the revision shows that; `git` is the commit
    that belongs to the revision, with what it says; without one, `why_no_git` tells why.
    """

    pair: Pair
    token: str
    then: Marker | None
    tree: Tree
    git: Version | None
    why_no_git: str

    def change(self) -> Change:
        """The change that takes the live agent there; a no-op when it is there already."""
        pair = self.pair
        definition = replace(pair.definition, value=self.wanted())
        change = compare(definition, pair.match, pair.rules, ignore=pair.ignore, choices=_CHOICES)
        if self.git is None:
            change = revisions.leaving_metadata(change, pair.rules)
        notes = (*change.notes, *self.notes())
        number = len(change.to_apply)
        if not number:
            return _idle(change, f"it is as it was at revision {short(self.token)}", notes)
        differ = "1 field differs" if number == 1 else f"{number} fields differ"
        reason = f"back to revision {short(self.token)}: {differ}"
        return replace(change, action=Action.UPDATE, reason=reason, notes=notes)

    def wanted(self) -> dict[str, Json]:
        """The canonical form that the agent shall have."""
        base, rules = self.pair.match.base, self.pair.rules
        then = self.git[1] if self.git else self.pair.definition.value
        own = self.then.base if self.then else None
        said = (self.git[1] if self.git else self.missing(), base, own)
        declared = [each for each in said if each]
        restored = revisions.restored(self.tree, rules, tuple(declared))
        return {**_metadata(then, rules), **restored}

    def missing(self) -> dict[str, Json]:
        """What today's definition declares: of the files, those that the agent has not.

        One that is live and was never applied may be the running agent's own.
        """
        declared, live = self.pair.definition.value, self.pair.match.live.value
        files = declared.get("files", {})
        new = {path: files[path] for path in files.keys() - live.get("files", {}).keys()}
        return {
            **{key: declared[key] for key in declared.keys() - self.pair.rules.tree},
            "files": new,
        }

    def notes(self) -> tuple[str, ...]:
        now = self.pair.definition.value
        if not _metadata(now, self.pair.rules):
            return () if says(self.pair, self.tree, now) else (_GIT_SAYS_OTHERWISE,)
        if self.git is None:
            left = f"what is not in the file tree is left as it is live: {self.why_no_git}"
            return (left, *(() if says(self.pair, self.tree, now) else (_GIT_SAYS_OTHERWISE,)))
        commit, then = self.git
        taken = f"what is not in the file tree is as git commit {short(commit)} says"
        return (taken, *(() if same(now, then) else (_GIT_SAYS_OTHERWISE,)))


def _idle(change: Change, reason: str, notes: tuple[str, ...]) -> Change:
    return replace(
        change,
        action=Action.NO_OP,
        reason=reason,
        fields=(),
        precondition=Precondition(revision=change.revision, digest=None),
        desired=None,
        notes=notes,
        refusals=(),
    )


def _saved(made: Draft, plan: Plan, path: Path, watch: Watch) -> Report:
    try:
        planfile.write(plan, path)
    except ProjectError as error:
        return replace(made, problems=(Problem.of(error),)).report("rollback")
    watch.note(f"the plan is saved in {path}")
    return made.report("rollback", ExitCode.REFUSED if plan.refusals else ExitCode.OK)
