"""requirements.txt: what the action installs is what pyproject.toml asks for, by its hashes."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from runner import ROOT

HERE = ROOT / ".github/actions/agentsync"
TEXT = (HERE / "requirements.txt").read_text("utf-8")
PINS = {
    canonicalize_name(found[1]): found[2]
    for found in re.finditer(r"^([\w.-]+)==([\w.]+)", TEXT, re.MULTILINE)
}


def wanted():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [*project["project"]["dependencies"], *project["build-system"]["requires"]]


@pytest.mark.parametrize("text", wanted())
def test_every_dependency_is_pinned_to_a_version_that_fits(text):
    asked = Requirement(text)
    assert PINS[canonicalize_name(asked.name)] in asked.specifier


def test_the_build_is_asked_for_as_the_project_says():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = (HERE / "build.in").read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == project["build-system"][
        "requires"
    ]


def test_every_version_has_hashes_and_nothing_says_where_it_comes_from():
    blocks = re.split(r"\n(?=\S)", TEXT.strip())
    pinned = [block for block in blocks if not block.startswith("#")]
    assert len(pinned) == len(PINS) > 10
    for block in pinned:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]
    assert "://" not in TEXT
    assert "--index" not in TEXT
    assert "--find-links" not in TEXT
