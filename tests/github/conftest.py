"""Our action, workflows and hook, run as GitHub and pre-commit run them.

Tests marked `interop` install agentsync from the package index. They run with
AGENTSYNC_REQUIRE_INTEROP=1 only, and fail then where something is missing.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from repository import nobody

# What these tests stand on; no other test has a use for it.
sys.path.insert(0, str(Path(__file__).parent / "rig"))

from runner import ROOT, load
from scene import scene as scenery

_REQUIRED = os.environ.get("AGENTSYNC_REQUIRE_INTEROP") == "1"


def pytest_collection_modifyitems(items):
    reason = "installs from the package index: AGENTSYNC_REQUIRE_INTEROP=1 runs it"
    for item in items:
        if not _REQUIRED and Path(__file__).parent in item.path.parents:
            for _ in item.iter_markers("interop"):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def bare_git(monkeypatch, tmp_path):
    nobody(monkeypatch, tmp_path)


@pytest.fixture
def scene(tmp_path):
    with scenery(tmp_path) as made:
        yield made


@pytest.fixture
def workflow():
    """One of our reusable workflows, read."""
    return lambda name: load(f".github/workflows/{name}.yml")


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """This repository as somebody else gets it: a commit of what is there now."""
    folder = tmp_path_factory.mktemp("published") / "agentsync"
    listed = _git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            there = folder / name
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes((ROOT / name).read_bytes())
            there.chmod((ROOT / name).stat().st_mode)
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "add", "-A", "--force")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@acme.example")
    _git(folder, *who, "commit", "-qm", "published")
    return folder


def _git(folder, *words):
    return subprocess.run(
        ["git", "-C", str(folder), *words], capture_output=True, text=True, check=True
    ).stdout
