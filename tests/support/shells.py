"""bash, zsh and fish with completion installed, and somebody who types in them.

AGENTSYNC_REQUIRE_SHELLS=1 turns the skip of a shell that is missing into a failure.
"""

import os
import re
import select
import shlex
import shutil
import subprocess
import time

import pytest

SHELLS = ("bash", "zsh", "fish")
REQUIRED = os.environ.get("AGENTSYNC_REQUIRE_SHELLS") == "1"
TAB, ALL, SHOW, CLEAR = b"\t", b"\x07", b"\x14", b"\x15"

BASH = r"""
PS1= PS2= HISTFILE=
bind 'set enable-bracketed-paste off'
bind 'set bell-style none'
bind '"\C-g": insert-completions'
show() { printf 'LINE<%s>\n' "$READLINE_LINE"; }
bind -x '"\C-t": show'
eval "$(agentsync completion bash)"
echo READY
"""
ZSH = r"""
PS1= PS2= HISTFILE= LISTMAX=1000
unsetopt prompt_cr prompt_sp zle_bracketed_paste list_beep beep
autoload -Uz compinit && compinit -D -u
eval "$(agentsync completion zsh)"
show() { print -r -- "LINE<$BUFFER>"; }
every() { _main_complete; compstate[insert]=all; }
zle -N show; zle -C every complete-word every
bindkey -e; bindkey '^T' show '^G' every '^I' expand-or-complete
echo READY
"""


class Terminal:
    """bash or zsh at a terminal, in which somebody types.

    Shape: `screen` is everything that was ever shown.
    """

    def __init__(self, command, home, folder):
        self.screen = ""
        self._ours, theirs = os.openpty()
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment(home), start_new_session=True, **streams
        )
        os.close(theirs)
        self._until("READY")

    def after_tab(self, line):
        """The line as the shell completes it."""
        return self._keys(line, TAB)

    def offers(self, line):
        """Every word that is offered at the end of the line, in order."""
        return self._keys(line, ALL).removeprefix(line.rpartition(" ")[0]).split()

    def _keys(self, line, key):
        os.write(self._ours, CLEAR + line.encode() + key + SHOW)
        return self._until(r"LINE<(.*)>")

    def _until(self, pattern):
        end = time.monotonic() + 60
        seen = ""
        while time.monotonic() < end:
            if select.select([self._ours], [], [], 1)[0]:
                seen += os.read(self._ours, 65536).decode(errors="replace")
            if found := re.search(pattern, seen):
                self.screen += seen
                return found[found.re.groups]
        raise AssertionError(f"no {pattern} in {seen!r}")

    def close(self):
        self._process.kill()
        self._process.wait(10)
        os.close(self._ours)


class Fish:
    """fish, which tells by itself what it would offer."""

    def __init__(self, home, folder):
        self.screen = ""
        self._place = {"cwd": folder, "env": environment(home)}
        self._script = home / "agentsync.fish"
        with self._script.open("wb") as file:
            subprocess.run(
                ["agentsync", "completion", "fish"], stdout=file, check=True, **self._place
            )

    def after_tab(self, line):
        """The line as fish completes it: what all offers begin with, and a space after one."""
        offers = self.offers(line)
        start = line.rpartition(" ")[0] + " "
        if len(offers) == 1:
            return start + offers[0] + ("" if offers[0][-1] in "/=" else " ")
        return start + os.path.commonprefix(offers) if offers else line  # noqa: RUF071

    def offers(self, line):
        """Every word that is offered at the end of the line, in order."""
        return [offer.partition("\t")[0] for offer in self.described(line)]

    def described(self, line):
        """The offers, each with what it means behind a tab."""
        script = f"source {self._script}; complete -C {shlex.quote(line)}"
        done = subprocess.run(
            ["fish", "--no-config", "-c", script],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
            **self._place,
        )
        self.screen += done.stdout + done.stderr
        return done.stdout.splitlines()

    def close(self):
        pass


def environment(home):
    """A user's: `agentsync` is on the PATH, before anything that is installed."""
    kept = {name: value for name, value in os.environ.items() if name in ("LANG", "LC_ALL")}
    path = f"{home / 'bin'}:{os.environ['PATH']}"
    return {"LANG": "C.UTF-8", **kept, "PATH": path, "HOME": str(home), "TERM": "xterm"}


def need(name):
    """Skip or fail the test where this shell is missing."""
    if shutil.which(name) is None:
        reason = f"{name} is not installed"
        pytest.fail(f"{reason} (AGENTSYNC_REQUIRE_SHELLS=1)") if REQUIRED else pytest.skip(reason)


def open_shell(name, home, folder):
    """The shell `name` in `folder`, started from `home`."""
    need(name)
    if name == "fish":
        return Fish(home, folder)
    (home / "bashrc").write_text(BASH)
    (home / ".zshrc").write_text(ZSH)
    options = ["--noprofile", "--rcfile", home / "bashrc"] if name == "bash" else ["-d"]
    return Terminal([name, *options, "-i"], home, folder)
