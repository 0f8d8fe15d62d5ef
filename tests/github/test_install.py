"""install.sh for real: the pinned wheels, our own build, and a command that works."""

import subprocess
import sys

import pytest
from runner import ROOT


@pytest.fixture
def install(tmp_path):
    def run(folder, **environ):
        output = tmp_path / "output"
        done = subprocess.run(
            ["bash", str(folder / ".github/actions/agentsync/install.sh")],
            cwd=tmp_path,
            env={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "HOME": str(tmp_path),
                "RUNNER_TEMP": str(tmp_path),
                "GITHUB_OUTPUT": str(output),
                "ACTION_PYTHON": sys.executable,
                **environ,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done, output

    return run


@pytest.mark.interop
def test_it_installs_agentsync_from_the_action_s_own_commit(install, published, tmp_path):
    done, output = install(published)
    assert done.returncode == 0, done.stdout + done.stderr
    name, _, folder = output.read_text().strip().partition("=")
    assert name == "bin"
    assert done.stdout.splitlines()[-1].startswith("agentsync ")
    places = subprocess.run(
        [f"{folder}/python", "-I", "-c", "import agentsync, httpx; print(agentsync.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert places.startswith(str(tmp_path / "agentsync-venv"))
    checked = subprocess.run([f"{folder}/python", "-I", "-m", "pip", "check"], check=False)
    assert checked.returncode == 0
    # A second step of the same job has nothing to install, and needs no index for it.
    again, _ = install(published, PIP_NO_INDEX="1")
    assert again.returncode == 0, again.stdout + again.stderr


def test_an_old_python_is_refused_in_words(install, tmp_path):
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done, output = install(ROOT, ACTION_PYTHON=str(old))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stdout
    assert not output.exists()
