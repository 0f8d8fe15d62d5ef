"""Completion in the real shells: somebody types and presses Tab, and a hostile project looks on."""

import re
import shlex
import subprocess
import sys

import pytest
from command import agentsync
from shells import SHELLS, need, open_shell

AGENTS = {"billing", "support-tier2", "support-triage"}
HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    "support; touch pwned",
    "support&touch pwned",
    "support'triage",
    'support"triage',
    "support\nbilling2",
    "support\tbilling2",
    "support:touch",
    "support\\triage",
    "support billing2",
    "support*",
    "=support",
    "~support",
    "-support",
    "!!",
    "support\x1b[31m",
    "sūpport",
    "Support",
]


@pytest.fixture
def home(tmp_path):
    """Somebody's home folder, with `agentsync` on its PATH."""
    folder = tmp_path / "home"
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / "agentsync"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m agentsync "$@"\n')
    program.chmod(0o755)
    return folder


@pytest.fixture
def project(tmp_path):
    """A project of three agents, and of many names that are made to do harm."""
    root = tmp_path / "project"
    for name in (*AGENTS, *HOSTILE):
        (root / "agents" / name).mkdir(parents=True)
        (root / f"{name}.json").touch()
    for name in AGENTS:
        (root / f"{name}.json").unlink()
    (root / "plan.json").touch()
    (root / "reports").mkdir()
    quoted = "".join(f"  {name!r}: {{}}\n" for name in ("x y", "$(touch pwned)", "`id`", "-x"))
    (root / "agentsync.yaml").write_text(
        f"version: 1\nproject: t\ntargets:\n  staging: {{}}\n  production: {{}}\n{quoted}", "utf-8"
    )
    return root


@pytest.fixture
def opened(home):
    """Opens a shell in a folder, in which completion is installed."""
    shells = []

    def open_(name, folder):
        shells.append(open_shell(name, home, folder))
        return shells[-1]

    yield open_
    for shell in shells:
        shell.close()


LINES = [
    ("agentsync pl", "agentsync plan "),
    ("agentsync plan support-tr", "agentsync plan support-triage "),
    ("agentsync plan sup", "agentsync plan support-t"),
    ("agentsync plan --on-d", "agentsync plan --on-drift "),
    ("agentsync plan --on-drift k", "agentsync plan --on-drift keep "),
    ("agentsync apply --on-conflict=l", "agentsync apply --on-conflict=live "),
    ("agentsync drift -t st", "agentsync drift -t staging "),
    ("agentsync drift --target=pro", "agentsync drift --target=production "),
    ("agentsync diff --format sar", "agentsync diff --format sarif "),
    ("agentsync diff --output js", "agentsync diff --output json="),
    ("agentsync diff --output=js", "agentsync diff --output=json="),
    ("agentsync diff --output json=rep", "agentsync diff --output json=reports/"),
    ("agentsync diff --output=json=rep", "agentsync diff --output=json=reports/"),
    ("agentsync plan -C rep", "agentsync plan -C reports/"),
    ("agentsync apply pla", "agentsync apply plan.json "),
    ("agentsync apply ./pla", "agentsync apply ./plan.json "),
    ("agentsync apply bil", "agentsync apply billing "),
    ("agentsync validate bil", "agentsync validate billing "),
    ("agentsync validate agents/bil", "agentsync validate agents/billing/"),
    ("agentsync log bil", "agentsync log billing "),
    ("agentsync rollback bil", "agentsync rollback billing "),
    ("agentsync rollback billing --to b", "agentsync rollback billing --to b"),
    ("agentsync schema show sub", "agentsync schema show subagent "),
    ("agentsync completion z", "agentsync completion zsh "),
    ("true; FOO=1 agentsync plan bil", "true; FOO=1 agentsync plan billing "),
    ("agentsync plan > rep", "agentsync plan > reports/"),
]


@pytest.mark.parametrize("name", SHELLS)
def test_tab_completes_what_is_typed(name, opened, project):
    shell = opened(name, project)
    assert [shell.after_tab(line) for line, _ in LINES] == [line for _, line in LINES]


@pytest.mark.parametrize("name", SHELLS)
def test_no_name_that_a_shell_could_take_for_more_is_offered(name, opened, project):
    shell = opened(name, project)
    assert set(shell.offers("agentsync plan ")) == AGENTS
    assert set(shell.offers("agentsync plan support")) == AGENTS - {"billing"}
    plans = {"plan.json", "Support.json"}
    assert set(shell.offers("agentsync apply ")) == AGENTS | plans
    assert shell.offers("agentsync plan -t ") == ["staging", "production"]
    assert not list(project.parent.rglob("pwned"))


@pytest.mark.parametrize("name", SHELLS)
def test_c_names_another_project_even_by_a_tilde(name, opened, project, home):
    shell = opened(name, home)
    assert shell.after_tab("agentsync plan bil") == "agentsync plan bil"
    for folder in ("../project", "../project/agents", str(project), "~/there"):
        (home / "there").unlink(missing_ok=True)
        (home / "there").symlink_to(project)
        line = f"agentsync plan -C {folder} bil"
        assert shell.after_tab(line) == f"{line}ling "
    assert shell.after_tab("agentsync plan -C ../nowhere bil").endswith(" bil")


@pytest.mark.parametrize("name", SHELLS)
def test_a_broken_project_makes_no_noise(name, opened, tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    shell = opened(name, folder)
    for broken in ("agents: [", "- a\n", "agents: 1\ntargets: 1\n", "\0"):
        (folder / "agentsync.yaml").write_text(broken, "utf-8")
        for line in ("agentsync plan x", "agentsync plan -t x"):
            assert shell.after_tab(line) == line
    assert not re.search("error|Traceback|bug", shell.screen)


@pytest.mark.parametrize("name", SHELLS)
def test_a_program_that_fails_makes_no_noise(name, opened, project, home):
    shell = opened(name, project)
    (home / "bin" / "agentsync").write_text("#!/bin/sh\necho lost >&2\nexit 127\n")
    assert shell.after_tab("agentsync pla") == "agentsync pla"
    assert "lost" not in shell.screen


def test_fish_and_zsh_say_what_words_mean(opened, project):
    said = "Check every definition, offline: all problems at once, with file:line:column."
    fish = opened("fish", project)
    assert f"validate\t{said}" in fish.described("agentsync va")
    zsh = opened("zsh", project)
    zsh.after_tab("agentsync ")
    assert f"validate    -- {said[:40]}" in zsh.screen


@pytest.mark.parametrize("name", SHELLS)
def test_the_scripts_are_their_shells(name, home, project):
    need(name)
    script = agentsync("completion", name).out
    checked = subprocess.run([name, "-n"], input=script, capture_output=True, text=True, timeout=60)
    assert (checked.returncode, checked.stderr) == (0, "")
