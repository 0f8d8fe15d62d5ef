"""Every case of tests/invalid: all that is wrong with a project, told in one run.

A case is a folder with what differs from `_base`, a sound project:

    project/       files laid over the base
    case.json      optional: `target`; `remove`, paths to delete; `make`, files that git cannot
                   keep as they are: {"text"}, {"hex"}, {"repeat", "times"}, {"symlink"}, {"fifo"},
                   {"folder"}
    expected.txt   what is reported; `pytest tests/test_invalid.py --update-golden` writes it
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentsync.errors import AgentsyncError
from agentsync.files.check import check_project

HERE = Path(__file__).parent / "invalid"
CASES = sorted(path.name for path in HERE.iterdir() if path.is_dir() and path.name != "_base")


def build(case: Path, root: Path) -> dict[str, Any]:
    """The case's project, in `root`, and what its case.json says."""
    shutil.copytree(HERE / "_base", root)
    said = case / "case.json"
    options: dict[str, Any] = json.loads(said.read_bytes()) if said.exists() else {}
    for path in options.get("remove", ()):
        target = root / path
        shutil.rmtree(target) if target.is_dir() else target.unlink()
    if (case / "project").is_dir():
        shutil.copytree(case / "project", root, dirs_exist_ok=True)
    for path, how in options.get("make", {}).items():
        make(root / path, how)
    return options


def make(path: Path, how: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if "folder" in how:
        path.mkdir()
    elif "symlink" in how:
        path.symlink_to(how["symlink"])
    elif "fifo" in how:
        os.mkfifo(path)
    elif "hex" in how:
        path.write_bytes(bytes.fromhex(how["hex"]))
    elif "repeat" in how:
        path.write_bytes(how.get("start", "").encode() + how["repeat"].encode() * how["times"])
    else:
        path.write_bytes(how["text"].encode())


def told(root: Path, options: dict[str, Any]) -> str:
    """What a check of the project reports, as text."""
    try:
        count, diagnostics = check_project(root, target=options.get("target", ""))
    except AgentsyncError as error:
        lines = [f"{type(error).__name__}: {error.message}", f"    {error.hint}"]
        return "\n".join(lines).replace(str(root), "<root>") + "\n"
    lines = []
    for item in diagnostics:
        lines.append(f"{item.span}: {item.severity} {item.code}: {item.message}")
        if item.hint:
            lines.append(f"    {item.hint}")
    return "\n".join([*lines, f"checked: {count}"]) + "\n"


def ignores_case(folder: Path) -> bool:
    (folder / "probe").touch()
    return (folder / "PROBE").exists()


@pytest.mark.parametrize("name", CASES)
def test_invalid(name: str, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
    case = HERE / name
    if "differing-in-case" in name and ignores_case(tmp_path):
        pytest.skip("this file system takes names that differ in case for one")
    options = build(case, tmp_path / "project")
    golden(case / "expected.txt", told(tmp_path / "project", options))


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60


def test_the_base_is_sound() -> None:
    assert check_project(HERE / "_base") == (1, ())
