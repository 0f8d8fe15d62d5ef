"""`validate`: every problem in the files, offline."""

from dataclasses import dataclass
from pathlib import Path

from agentsync import __version__
from agentsync.errors import ExitCode
from agentsync.files.check import check
from agentsync.files.project import open_project
from agentsync.files.sources import has_errors
from agentsync.model import Report
from agentsync.ops.here import seen_from_here
from agentsync.ops.judging_offline import Judge
from agentsync.ops.select import select


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateOptions:
    """What `validate` is asked for.

    Shape: `paths` are folder names of agents, or paths into the project as seen from the current
    folder; () means everything. `target` "" means every target.
    """

    directory: Path
    paths: tuple[str, ...] = ()
    target: str = ""


def validate(options: ValidateOptions) -> Report:
    """Everything that is wrong with the definitions asked for, and what the policy says of them.

    Findings that the policy refuses make it fail, as they do a plan; errors come before.
    Errors: ProjectError when there is no project or no agent, UsageError for an unknown agent or
    target.
    """
    project = open_project(options.directory)
    judge = Judge(project)
    asked = select(project, options.paths)
    checked, diagnostics = check(project, options.target, asked, judge.hear)
    return Report(
        command="validate",
        exit_code=ExitCode.ERROR if has_errors(diagnostics) else judge.verdict,
        tool_version=__version__,
        diagnostics=diagnostics,
        checked=checked,
        root=seen_from_here(project.root),
        findings=judge.findings,
    )
