"""The hooks for pre-commit, with the real pre-commit."""

import importlib.util
import re
import subprocess
import sys

import pytest
import yaml
from repository import Repository
from runner import ROOT

HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
GOOD = {
    "agentsync.yaml": "version: 1\nproject: shop\n",
    "agents/a/agent.yaml": "name: A\n",
    "agents/a/AGENTS.md": "You answer.\n",
    "agents/b/agent.yaml": "name: B\n",
    "agents/b/AGENTS.md": "You ask.\n",
    "README.md": "hello\n",
}


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("agentsync.yaml", True),
        ("agents/a/agent.yaml", True),
        ("agents/a/skills/x/run.py", True),
        ("deep/agentsync.yaml", True),
        ("deep/agents/a/AGENTS.md", True),
        ("README.md", False),
        ("src/myagents/a.py", False),
        ("agentsync.yaml.bak", False),
    ],
)
def test_which_files_the_hook_looks_at(path, fits):
    assert bool(re.search(HOOKS[0]["files"], path)) is fits


def test_the_hooks_run_what_the_package_installs():
    assert [hook["entry"].split()[0] for hook in HOOKS] == ["agentsync", "agentsync"]
    assert {hook["language"] for hook in HOOKS} == {"python"}


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """One cache for all tests: the hook's environment is made once."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def project(tmp_path, published, home):
    """A repository in which the hook runs at every commit."""
    assert importlib.util.find_spec("pre_commit"), "pip install 'agentsync[interop]'"
    made = Repository(tmp_path / "project")
    for path, text in GOOD.items():
        made.write(path, text)
    config = {
        "repos": [
            {
                "repo": published.as_uri(),
                "rev": _commit(published),
                "hooks": [{"id": "agentsync-validate"}],
            }
        ]
    }
    made.write(".pre-commit-config.yaml", yaml.safe_dump(config))
    made.commit("first")
    return made


def _commit(folder):
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def hook(project, home):
    def run(*words, stage=True):
        if stage:
            project.git("add", "-A")
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", *words],
            cwd=project.top,
            env={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "HOME": str(home),
                "PRE_COMMIT_HOME": str(home),
                "LANG": "C.UTF-8",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.mark.interop
def test_a_good_project_passes_and_a_broken_one_does_not(project, hook):
    code, said = hook("--all-files")
    assert code == 0, said
    assert "Passed" in said
    project.write("agents/a/agent.yaml", "name: A\ncolor: 1\n")
    code, said = hook()
    assert code == 1
    assert "agents/a/agent.yaml:2:1" in said


@pytest.mark.interop
def test_only_what_changed_is_checked(project, hook):
    project.write("agents/a/agent.yaml", "name: A\ncolor: 1\n")
    project.commit("broken, unseen")
    project.write("agents/b/AGENTS.md", "You ask twice.\n")
    code, said = hook()
    assert code == 0, said
    project.git("reset", "-q", "--hard")
    project.write("README.md", "hello again\n")
    code, said = hook()
    assert (code, "Skipped" in said) == (0, True)


@pytest.mark.interop
def test_a_change_of_the_project_s_file_checks_every_agent(project, hook):
    project.write("agents/a/agent.yaml", "name: A\ncolor: 1\n")
    project.commit("broken, unseen")
    project.write("agentsync.yaml", "version: 1\nproject: shop\nlimits: {max_deletes: 1}\n")
    code, said = hook()
    assert code == 1
    assert "agents/a/agent.yaml:2:1" in said


@pytest.mark.interop
def test_renamed_agents_are_checked_under_their_new_name(project, hook):
    project.git("mv", "agents/a", "agents/c")
    assert hook()[0] == 0
    project.write("agents/c/agent.yaml", "name: A\ncolor: 1\n")
    code, said = hook()
    assert code == 1
    assert "agents/c/agent.yaml:2:1" in said


@pytest.mark.interop
def test_deleted_files_are_no_error_of_the_hook(project, hook):
    project.git("rm", "-rq", "agents/a")
    assert hook()[0] == 0
    project.write("agents/b/AGENTS.md", "You ask twice.\n")
    code, said = hook()
    assert code == 0, said


@pytest.mark.interop
def test_the_hook_for_every_agent_misses_a_deleted_file(project, hook):
    config = project.top / ".pre-commit-config.yaml"
    config.write_text(config.read_text().replace("agentsync-validate", "agentsync-validate-all"))
    project.commit("the other hook")
    project.git("rm", "-q", "agents/a/agent.yaml")
    code, said = hook()
    assert code == 1
    assert "agents/a" in said
