"""`agentsync apply`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agentsync.cli.completing import agents_or_plans
from agentsync.cli.deciding import asked_of, choice_options
from agentsync.cli.options import (
    directory_option,
    live_options,
    output_of,
    output_options,
    shard_option,
)

if TYPE_CHECKING:
    from agentsync.model import Report


@click.command(name="apply")
@click.argument("words", nargs=-1, metavar="[PLAN | AGENT...]", shell_complete=agents_or_plans)
@live_options
@shard_option
@choice_options
@click.option("-y", "--yes", is_flag=True, help="Do not ask, as in CI.")
@directory_option
@output_options
def command(words: tuple[str, ...], directory: Path, yes: bool, **parameters: Any) -> int:
    """Make the live agents what git says: plan, show it, ask, write, read back.

    PLAN is a file that `agentsync plan -o` saved. Exactly that is applied, without asking, or
    all of it refused when one of its agents has changed since. Other words are AGENTs as in
    plan (folder names; default: all): a word is a PLAN when it is a file and no agent.
    """
    from agentsync.cli.confirming import applied
    from agentsync.cli.output import answer
    from agentsync.ops.apply import ApplyOptions

    output = output_of(parameters)
    asked = asked_of(parameters)

    def operation() -> "Report":
        saved = _saved_plan(words, directory)
        options = ApplyOptions(
            directory=directory,
            plan_file=saved,
            addresses=() if saved else words,
            asked=asked,
            **parameters,
        )
        return applied(options, output, yes=yes)

    return answer("apply", operation, output)


def _saved_plan(words: tuple[str, ...], directory: Path) -> Path | None:
    """The saved plan that is meant, None when the words name agents.

    Errors: UsageError when other words stand beside it, or when it is not there.
    """
    from agentsync.errors import UsageError
    from agentsync.files.project import open_project
    from agentsync.ops.select import select

    files = [word for word in words if Path(word).is_file() or word.endswith(".json")]
    if not files:
        return None
    project = open_project(directory)
    for word in files:
        try:
            select(project, (word,))
        except UsageError:
            if not Path(word).is_file():
                raise UsageError(
                    f"there is neither a saved plan nor an agent `{word}`",
                    hint="`agentsync plan -o FILE` saves a plan",
                ) from None
            if len(words) > 1:
                raise UsageError(
                    f"{word} is a saved plan, and is applied as it is: nothing can stand beside it",
                    hint=f"`agentsync apply {word}`, or name agents only",
                ) from None
            return Path(word)
    return None
