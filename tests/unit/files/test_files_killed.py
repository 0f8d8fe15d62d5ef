"""A process that is killed while it writes: every file is the old one or the new one, whole."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from amount import ROUNDS

from agentsync.files.disk.writing import create_folder, write_files

BEFORE = {f"agents/x/{name}": f"old {name}\n".encode() * 50 for name in ("a", "b", "s/c", "s/d")}
FILES = {
    **{path: f"new {path}\n".encode() * 70 for path in ("agents/x/a", "agents/x/n/e")},
    "agents/x/b": b"",
    "agents/x/s/c": None,
    "agents/x/s/d": None,
}
FOLDER = {"agent.yaml": b"name: y\n" * 20, "skills/s/SKILL.md": b"s", "skills/s/run.py": b"r"}

# The moments are those at which a line of these modules, or of what they use, is about to run.
SCRIPT = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import test_files_killed as told
root, moment = Path(sys.argv[1]), int(sys.argv[2])
lines = 0

def trace(frame, event, argument):
    global lines
    lines += event == "line"
    if lines == moment:
        os.kill(os.getpid(), signal.SIGKILL)
    return trace

sys.settrace(trace)
told.work(root)
sys.settrace(None)
print(lines)
"""


def work(root: Path) -> None:
    write_files(root, FILES, BEFORE)
    create_folder(root, "agents/y", FOLDER)


def lay(root: Path) -> None:
    for path, data in BEFORE.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def run(root: Path, moment: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT, str(root), str(moment), str(Path(__file__).parent)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, capture_output=True, text=True, env=environ, check=False)


def found(root: Path) -> dict[str, bytes]:
    """Every file of the project."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".agentsync" not in path.parts
    }


def check(root: Path) -> set[str]:
    """What has changed, after a look at all of it: nothing is half of anything."""
    there, changed = found(root), set()
    for path in BEFORE.keys() | FILES.keys():
        data, old, new = there.pop(path, None), BEFORE.get(path), FILES.get(path)
        assert data in (old, new), f"{path} is neither old nor new"
        if data != old:
            changed.add(path)
    assert there in ({}, {f"agents/y/{path}": data for path, data in FOLDER.items()})
    return changed | there.keys()


def finish(root: Path, changed: set[str]) -> None:
    """What a later run does: it looks again, and does the rest."""
    there = found(root)
    write_files(root, FILES, {path: there.get(path) for path in FILES})
    if not changed & {"agents/y/agent.yaml"}:
        create_folder(root, "agents/y", FOLDER)


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> int:
    root = tmp_path_factory.mktemp("whole")
    lay(root)
    done = run(root, -1)
    assert done.returncode == 0, done.stderr
    check(root)
    return int(done.stdout)


def test_a_kill_leaves_every_file_old_or_new(tmp_path: Path, moments: int) -> None:
    chance = random.Random(20)
    states = set()
    for number in range(ROUNDS // 8):
        root = tmp_path / str(number)
        root.mkdir()
        lay(root)
        killed = run(root, chance.randint(1, moments))
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        changed = check(root)
        states.add(frozenset(changed))
        finish(root, changed)
        expected = {path: data for path, data in FILES.items() if data is not None}
        expected |= {f"agents/y/{path}": data for path, data in FOLDER.items()}
        assert found(root) == expected
    assert len(states) > 3, "the kills came all at the same few moments"
