"""`agentsync completion`, and the answers to the scripts that it prints.

A script hands over the line up to the cursor. Each line of the answer is an offer, in fields with
tabs between: `plain` or `open` (no space follows), the word, what it means; or `file` or `dir` for
the shell's own search, how many characters before the path stay, those, and the path so far.
Whatever a shell could take for more than a word is never offered.
"""

import os
import re
from pathlib import Path
from typing import Any, Final

import click
from click.shell_completion import CompletionItem, ShellComplete, split_arg_string

from agentsync.cli.commands import COMMANDS, COMPLETE

_INERT: Final = re.compile(r"[A-Za-z0-9._=-]+")
_REDIRECTION: Final = re.compile(r"[0-9&]*[<>].*")


class _Shell(ShellComplete):
    """What the three shells have in common: one form of question and of answer."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The whole words before the cursor, and the beginning of the one under it."""
        # With a letter behind the cursor the word under it is always there, and the last one.
        *words, word = split_arg_string(os.environ.get("COMP_WORDS", "") + "x")
        # The line is as it was typed: no shell has looked for home folders yet.
        return [os.path.expanduser(each) for each in words[1:]], word[:-1]  # noqa: PTH111

    def get_completions(self, args: list[str], incomplete: str) -> "list[CompletionItem[Any]]":
        """The offers; for the first word without importing a single command."""
        if args or incomplete.startswith("-"):
            try:
                return super().get_completions(args, incomplete)
            except (OSError, ValueError):
                # Such as a current folder that is gone: whoever presses Tab cannot be told.
                return []
        fitting = (each for each in COMMANDS.items() if each[0].startswith(incomplete))
        return [CompletionItem(name, help=meaning) for name, meaning in fitting]

    def complete(self) -> str:
        """The answer: a line for each offer."""
        args, word = self.get_completion_args()
        name, equals, _ = word.partition("=")
        option = name + equals if equals and name.startswith("-") else ""
        if option and not option.startswith("--"):
            # To click, the value of `-t=x` is `=x`.
            return ""
        items = self.get_completions(args, word)
        return "\n".join(filter(None, (self.line(item, option, word) for item in items)))

    def line(self, item: "CompletionItem[Any]", option: str, word: str) -> str:
        """One offer for `word`, which begins with `option` (`--name=`); "" when it is unsafe."""
        if item.type != "plain":
            before = option + (item.before or "")
            line = f"{item.type}\t{len(before)}\t{before}\t{item.value}"
            return line if (before + item.value).isprintable() else ""
        offered = self.offered(option + item.value, word)
        if not _INERT.fullmatch(offered):
            return ""
        meaning = " ".join((item.help or "").split())
        return f"{'open' if item.open else 'plain'}\t{offered}\t{meaning}"

    def offered(self, whole: str, word: str) -> str:
        """How the shell wants the word `whole`, when `word` is what was typed of it."""
        return whole


class _Bash(_Shell):
    name = "bash"
    source_template = r"""_agentsync_completion() {
    local answer kind word rest
    COMPREPLY=()
    answer=$(COMP_WORDS="${COMP_LINE:0:COMP_POINT}" %(complete_var)s=bash_complete \
        command agentsync 2>/dev/null)
    while IFS=$'\t' read -r kind word rest; do
        case $kind in
            plain) COMPREPLY+=("$word") ;;
            open) COMPREPLY+=("$word"); compopt -o nospace ;;
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
        esac
    done <<< "$answer"
}

complete -o nosort -F _agentsync_completion agentsync 2>/dev/null ||
    complete -F _agentsync_completion agentsync
"""

    def get_completions(self, args: list[str], incomplete: str) -> "list[CompletionItem[Any]]":
        """The offers; files behind `>`, which bash asks about as well."""
        if any(_REDIRECTION.fullmatch(each) for each in (*args[-1:], incomplete)):
            return [CompletionItem("", type="file")]
        return super().get_completions(args, incomplete)

    def offered(self, whole: str, word: str) -> str:
        """The part behind the last `=` that was typed: to bash a word begins there."""
        return whole[word.rfind("=") + 1 :]


class _Zsh(_Shell):
    name = "zsh"
    source_template = r"""#compdef agentsync

_agentsync() {
    local answer kind word rest none=1
    local -a plain open
    answer=$(COMP_WORDS="${(j: :)words[1,CURRENT-1]} $IPREFIX$PREFIX" \
        %(complete_var)s=zsh_complete command agentsync 2>/dev/null)
    while IFS=$'\t' read -r kind word rest; do
        case $kind in
            plain) plain+=("$word${rest:+:$rest}") ;;
            open) open+=("$word${rest:+:$rest}") ;;
            file) compset -p $word; _path_files && none=0 ;;
            dir) compset -p $word; _path_files -/ && none=0 ;;
        esac
    done <<< "$answer"
    (( $#plain )) && _describe -V agentsync plain && none=0
    (( $#open )) && _describe -V agentsync open -S '' && none=0
    return none
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _agentsync "$@"
else
    compdef _agentsync agentsync
fi
"""


class _Fish(_Shell):
    name = "fish"
    source_template = r"""function __agentsync_completion
    set -l line (commandline -cp | string collect)
    for answer in (env COMP_WORDS="$line" %(complete_var)s=fish_complete agentsync 2>/dev/null)
        set -l part (string split \t -- $answer)
        switch $part[1]
            case plain open
                string join \t -- $part[2..3]
            case file
                string join \n -- $part[3](__fish_complete_path $part[4])
            case dir
                string join \n -- $part[3](__fish_complete_directories $part[4])
        end
    end
end

complete --command agentsync --no-files --keep-order --arguments '(__agentsync_completion)'
"""


_SHELLS: Final = {shell.name: shell for shell in (_Bash, _Zsh, _Fish)}


def respond(program: click.Command, instruction: str) -> int:
    """Print the answer to a script's question, such as `bash_complete`; the exit code."""
    from click.shell_completion import add_completion_class, shell_complete

    from agentsync.cli.pipe import reader_may_leave

    for shell in _SHELLS.values():
        add_completion_class(shell)
    with reader_may_leave():
        return shell_complete(program, {}, "agentsync", COMPLETE, instruction)
    return 0


@click.command(
    name="completion",
    epilog="""\b
    For every new shell:
      bash  echo 'eval "$(agentsync completion bash)"' >> ~/.bashrc
      zsh   echo 'eval "$(agentsync completion zsh)"' >> ~/.zshrc
      fish  agentsync completion fish > ~/.config/fish/completions/agentsync.fish

    zsh must have run `compinit` before, and `agentsync` must be on the PATH.""",
)
@click.argument("shell", required=False, type=click.Choice(list(_SHELLS)))
def command(shell: str | None) -> int:
    """Print the script that completes commands, options, agents and targets in your shell.

    Without a name it is for the shell that $SHELL names. Agents and targets are read from the
    project around you, or the one that -C names; nothing is asked of the network.
    """
    from agentsync.cli.output import complain
    from agentsync.cli.pipe import reader_may_leave
    from agentsync.errors import AgentsyncError

    try:
        program = click.get_current_context().find_root().command
        script = _SHELLS[shell or _own_shell()](program, {}, "agentsync", COMPLETE).source()
    except AgentsyncError as error:
        return complain(error)
    with reader_may_leave():
        click.echo(script, nl=False)
    return 0


def _own_shell() -> str:
    """The shell that $SHELL names.

    Errors: UsageError when it is none that can be helped.
    """
    from agentsync.errors import UsageError

    name = Path(os.environ.get("SHELL", "")).name
    if name in _SHELLS:
        return name
    raise UsageError(
        f"there is no completion for the shell `{name}`" if name else "$SHELL names no shell",
        hint=f"name one: agentsync completion {'|'.join(_SHELLS)}",
    )
