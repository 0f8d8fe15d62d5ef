"""`plan` and `diff`: what stands in the way of git and the live agents being the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agentsync.errors import ExitCode, ProjectError
from agentsync.files import planfile
from agentsync.model import Plan, Problem, Report
from agentsync.ops.asking import DraftOptions
from agentsync.ops.draft import Draft, draft
from agentsync.ops.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions(DraftOptions):
    """What `plan` and `diff` are asked for.

    Shape: `save` is the file that gets the plan.
    """

    command: str
    exit_code: bool = False
    save: Path | None = None


def plan(options: PlanOptions, environ: Mapping[str, str], watch: Watch) -> Report:
    """The report on every definition asked for, with all that stood in the way.

    The plan is saved only when it is complete. One that apply would refuse as a whole is told by
    its exit code, so that a pull request shows it before the merge.
    Errors: AgentsyncError when there is no project, no key, no trusted host, no such agent.
    """
    if options.save:
        planfile.check_target(options.save)
    made = draft(replace(options, with_commit=bool(options.save)), environ, watch)
    if options.save and made.plan:
        made = _saved(made, made.plan, options.save, watch)
    return made.report(options.command, _exit_code(options, made.plan))


def _exit_code(options: PlanOptions, made: Plan | None) -> ExitCode:
    if made and made.refusals and options.command == "plan":
        return ExitCode.REFUSED
    differs = options.exit_code and made is not None and made.differs
    return ExitCode.DIFFERENCES if differs else ExitCode.OK


def _saved(made: Draft, complete: Plan, path: Path, watch: Watch) -> Draft:
    if made.problems:
        message = f"the plan was not saved to {path}: it is not complete"
        problem = Problem(code="incomplete", message=message)
        return replace(made, problems=(*made.problems, problem))
    try:
        planfile.write(complete, path)
    except ProjectError as error:
        return replace(made, problems=(Problem.of(error),))
    watch.note(f"the plan is saved in {path}")
    return made
