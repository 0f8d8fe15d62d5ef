"""What pull says of an agent, in sentences: why nothing came home, and what is left to do."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from agentsync.errors import AgentsyncError, ProviderError, RefusedError
from agentsync.model import (
    Action,
    AgentPatch,
    Change,
    FieldChange,
    Finding,
    Origin,
    PatchStatus,
    Problem,
)
from agentsync.ops.pulling.deciding import Clash, Decided
from agentsync.ops.pulling.merging import MergedTexts
from agentsync.render.wording import counted, listed

_MOST: Final = 5


def not_ours(patch: AgentPatch, change: Change) -> AgentPatch:
    """There is no live agent of this definition's own."""
    if change.action is Action.CREATE:
        return replace(
            patch,
            code="missing",
            message="there is no live agent",
            hint="`agentsync apply` creates it",
        )
    foreign = change.last is not None
    return replace(
        patch,
        status=PatchStatus.REFUSED,
        code="foreign" if foreign else "adoptable",
        message=f"nothing is pulled from it: {change.reason}",
        hint="whoever owns it pulls its edits"
        if foreign
        else f"`id: {change.agent_id}` in agent.yaml makes it this definition's",
    )


def undecided(
    patch: AgentPatch, waiting: tuple[FieldChange, ...], found: Decided, choice: Clash | None
) -> AgentPatch:
    """Somebody has to decide first, so nothing is written for this agent."""
    hint = "--theirs takes what is live, --ours keeps what git says"
    if choice is Clash.MERGE:
        hint = f"only texts whose base is known can be merged; {hint}"
    else:
        hint = f"--merge merges texts line by line, {hint}"
    return replace(
        patch,
        status=PatchStatus.CONFLICT,
        undecided=waiting,
        code="conflict",
        message="; ".join(_waiting(waiting, found)),
        hint=hint,
    )


def _waiting(waiting: tuple[FieldChange, ...], found: Decided) -> Iterator[str]:
    who = Counter(item.origin for item in waiting)
    if number := who[Origin.BOTH]:
        yield f"{counted(number, 'field')} changed in git and live"
    if number := who[Origin.UNKNOWN]:
        yield f"nobody knows who changed {counted(number, 'field')}"
    if others := len(found.home) + sum(item not in waiting for item in found.merge):
        yield f"{counted(others, 'more edit')} {'waits' if others == 1 else 'wait'} for that"


def notes(found: Decided, merged: MergedTexts) -> tuple[str, ...]:
    """What is left to do after the fields are home: live still says otherwise."""
    return tuple(_notes(found, merged))


def _notes(found: Decided, merged: MergedTexts) -> Iterator[str]:
    ways = {Origin.BOTH: "--on-conflict git", Origin.UNKNOWN: "--adopt"}
    for origin, way in ways.items():
        if number := sum(item.origin is origin for item in found.stay):
            stay = "stays" if number == 1 else "stay"
            yield (
                f"{counted(number, 'field')} {stay} as git says: `agentsync apply {way}` makes "
                f"{'it' if number == 1 else 'them'} live"
            )
    ahead = [it for it in found.merge if merged.texts.get(it.pointer) != it.before]
    if ahead and not merged.clashes:
        said = "the merged text is" if len(ahead) == 1 else f"{len(ahead)} merged texts are"
        yield f"{said} not live yet: `agentsync apply` makes it so"


def secrets(
    patch: AgentPatch, fields: Iterable[FieldChange], findings: tuple[Finding, ...]
) -> AgentPatch:
    """Something that came home would put a secret into git."""
    number = len(findings)
    return replace(
        patch,
        status=PatchStatus.REFUSED,
        fields=without_secrets(fields, findings),
        findings=findings,
        code="secret",
        message=f"{'a secret is' if number == 1 else f'{number} secrets are'} live, and git must "
        f"not get {'it' if number == 1 else 'them'}",
        hint="take it out of the live agent, and change it: whoever could read the agent knows it",
    )


def without_secrets(
    fields: Iterable[FieldChange], findings: Iterable[Finding]
) -> tuple[FieldChange, ...]:
    """The fields that may be shown: whoever shows a field shows its values."""
    where = {finding.pointer for finding in findings}
    return tuple(it for it in fields if not any(_touch(it.pointer, at) for at in where))


def _touch(pointer: str, other: str) -> bool:
    """Whether one of them is at or below the other."""
    one, two = f"{pointer}/", f"{other}/"
    return one.startswith(two) or two.startswith(one)


def cannot_write(
    patch: AgentPatch, folder: str, reasons: Iterable[str], *, sketched: bool
) -> AgentPatch:
    """The files cannot say it safely; the patch is there for a person to judge."""
    return replace(
        patch,
        status=PatchStatus.REFUSED,
        code="not-editable",
        message=f"{folder} cannot be edited safely: {'; '.join(reasons)}",
        hint="nothing was written; make the change by hand: the patch shows it, aliases written out"
        if sketched
        else "nothing was written; make the change by hand, as the patch shows it",
    )


def clashing(patch: AgentPatch, clashes: int) -> AgentPatch:
    """Both sides changed the same lines."""
    return replace(
        patch,
        status=PatchStatus.CONFLICT,
        code="clash",
        message=f"git and live clash in {counted(clashes, 'place')}",
        hint="resolve the conflict markers; `agentsync apply` makes the result live, with "
        "--on-conflict git if one of live's lines is not in it",
    )


def rehearsed(patch: AgentPatch) -> AgentPatch:
    """The conflict markers that a dry run did not write."""
    return replace(patch, hint="without --dry-run, conflict markers are written around them")


def moved(patch: AgentPatch) -> AgentPatch:
    """The files are not what was compared."""
    return replace(
        patch,
        status=PatchStatus.REFUSED,
        fields=(),
        merged=(),
        notes=(),
        code="stale",
        message="its files have changed while they were compared",
        hint="nothing was written; run the command again",
    )


def unsaved(patch: AgentPatch, paths: Iterable[str]) -> AgentPatch:
    """Files with changes that are in no commit would get into ours."""
    return replace(
        patch,
        status=PatchStatus.REFUSED,
        code="uncommitted",
        message=f"it has changes that are not committed: {listed(sorted(paths), _MOST)}",
        hint="commit or stash them first, or pull without --commit",
    )


def left_over(paths: Iterable[str]) -> str:
    """The note on files of an agent of which nothing comes home now."""
    return f"nothing to commit from live, but not in any commit: {listed(sorted(paths), _MOST)}"


def unheeded(patch: AgentPatch, paths: Iterable[str]) -> AgentPatch:
    """Git is told to ignore the files."""
    return replace(
        patch,
        status=PatchStatus.REFUSED,
        code="ignored",
        message=f"git ignores {listed(sorted(paths), _MOST)}",
        hint="correct .gitignore, or pull without --commit",
    )


def uncommittable(patch: AgentPatch, error: AgentsyncError) -> AgentPatch:
    """The files are written, and the commit was not made."""
    return replace(
        patch,
        code="not-committed",
        message=f"the files are written, but git did not commit them: {error.message}",
        hint="put right what it complains about, and commit them by hand",
    )


def stopped(patch: AgentPatch, error: AgentsyncError) -> AgentPatch:
    """What an error leaves of the agent."""
    refused = isinstance(error, RefusedError)
    return replace(
        patch,
        status=PatchStatus.REFUSED if refused else PatchStatus.FAILED,
        code=error.code,
        message=error.message,
        hint=error.hint,
        request=error.request if isinstance(error, ProviderError) else "",
    )


def failed(problem: Problem) -> AgentPatch:
    """An agent that could not be compared."""
    return AgentPatch(
        address=problem.address,
        name=problem.address,
        status=PatchStatus.FAILED,
        code=problem.code,
        message=problem.message,
        hint=problem.hint,
        request=problem.request,
    )


def untried(address: str) -> AgentPatch:
    """An agent that nobody asked the API for, after it had answered nothing so far."""
    return AgentPatch(
        address=address,
        name=address,
        status=PatchStatus.FAILED,
        code="untried",
        message="it was not tried: the API answered nothing so far",
    )


def also_for(folder: str, targets: tuple[str, ...]) -> str:
    """The note on files that other targets are made of as well."""
    return f"{folder} also says something else for {listed(targets, _MOST)} now: plan there, too"
