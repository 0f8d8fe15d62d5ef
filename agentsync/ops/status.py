"""`status`: how every agent stands, with definition or without."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from agentsync.errors import ExitCode
from agentsync.files.definition import load
from agentsync.files.project import OpenProject
from agentsync.model import Orphan, Plan, Report, State
from agentsync.ops.asking import DraftOptions, Judged
from agentsync.ops.draft import draft
from agentsync.ops.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOptions(DraftOptions):
    """Which agents are looked at, and whether the exit code says how they stand."""

    exit_code: bool = False

    @property
    def judged(self) -> Judged:
        """Nothing: it only counts."""
        return Judged.NOTHING


def status(options: StatusOptions, environ: Mapping[str, str], watch: Watch) -> Report:
    """The report on every definition asked for and, asked for all, on every other live agent.

    Errors: AgentsyncError when there is no project, no key, no trusted host, no such agent.
    """
    made = draft(replace(options, others_too=True), environ, watch)
    if made.plan is None:
        return made.report("status")
    found = replace(made.plan, orphans=tuple(_without_definition(made.project, made.plan)))
    differs = options.exit_code and not _in_sync(found)
    code = ExitCode.DIFFERENCES if differs else ExitCode.OK
    return replace(made, plan=found).report("status", code)


def _without_definition(project: OpenProject, plan: Plan) -> Iterator[Orphan]:
    """The agents without definition, less those that a definition may mean that failed."""
    compared = {change.address for change in plan.changes}
    failed = [
        load(project, address, plan.target)
        for address in (project.slugs if plan.orphans else ())
        if address not in compared
    ]
    ids = {loaded.agent_id for loaded in failed}
    names = {(loaded.document or {}).get("name") for loaded in failed}
    for orphan in plan.orphans:
        if orphan.address or (orphan.agent_id not in ids and orphan.name not in names):
            yield orphan


def _in_sync(plan: Plan) -> bool:
    """Whether there is nothing to do; agents that were never ours are nobody's business here."""
    settled = all(change.state is State.IN_SYNC for change in plan.changes)
    return settled and not any(orphan.address for orphan in plan.orphans)
