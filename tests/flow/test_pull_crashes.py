"""kill -9 of a pull at every step that it takes on disk: each file is old or new, never half.

A process of its own forks for every moment, pulls into a copy of the project, and is killed there.
The next pull ends where this one would have.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from repository import Repository
from stage import Checkout, staged
from writers import Editor

from agentsync.errors import ExitCode
from agentsync.model import PatchStatus
from agentsync.ops.pull import Clash, PullOptions, pull
from agentsync.ops.watch import Watch

SKILL = {"name": "pdf", "description": "d", "instructions": "i", "files": {"a/run.py": "r\n"}}
CRITIC = {"name": "critic", "description": "d", "instructions": "Criticise."}
DOCUMENT = {
    "name": "A",
    "description": "d",
    "system_prompt": "You answer.\n\nAlways.",
    "subagents": [CRITIC],
    "skills": [SKILL],
    "files": {"guide.md": {"content": "one\n"}, "more/old.md": {"content": "two\n"}},
}
SKILL_MD = "---\nname: new\ndescription: d\n---\n\nbody\n"
EDITS = {
    **dict.fromkeys(["skills/pdf/SKILL.md", "skills/pdf/a/run.py", "more/old.md"]),
    "guide.md": "one, edited\n",
    "subagents/critic/AGENTS.md": "---\ndescription: d\n---\n\nCriticise!\n",
    "subagents/helper/AGENTS.md": "---\ndescription: h\n---\n\nHelp.\n",
    "subagents/helper/skills/new/SKILL.md": SKILL_MD,
    "skills/new/SKILL.md": SKILL_MD,
    "skills/new/scripts/run.py": "print()\n",
}
CHILD = """
import itertools, os, shutil, signal, sys
from pathlib import Path
from agentsync.ops.pull import Clash, PullOptions, pull
from agentsync.ops.pulling import writing
from agentsync.ops.watch import Watch

url, source = sys.argv[1:]
environ = {"LANGSMITH_ENDPOINT": url, "LANGSMITH_API_KEY": "git"}
STEPS = ("link", "mkdir", "rename", "replace", "rmdir", "unlink")


def deadly(moment):
    left = iter(range(moment))

    def step(call):
        def taken(*arguments, **options):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)
        return taken

    real = writing.carry_out

    def carry_out(*arguments):
        for name in STEPS:
            setattr(os, name, step(getattr(os, name)))
        real(*arguments)
        os._exit(0)

    writing.carry_out = carry_out


for moment in itertools.count():
    root = f"{source}-{moment}"
    shutil.copytree(source, root)
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(code, flush=True)
        if code != -signal.SIGKILL:
            break
        continue
    deadly(moment)
    pull(PullOptions(directory=Path(root), conflicts=Clash.MERGE), environ, Watch())
    os._exit(1)
"""


@pytest.fixture
def checkout(tmp_path):
    with staged(tmp_path) as stage:
        found = stage.checkout()
        found.write("a", DOCUMENT)
        assert found.apply().exit_code is ExitCode.OK
        ui = Editor(client=stage.client)
        assert ui.commit(stage.only(), EDITS)
        ui.prompt(stage.only(), "We answer.\n\nAlways.")
        ui.description(stage.only(), "edited")
        # One text changed on both sides: a merge is no other way to write.
        (found.root / "agents/a/AGENTS.md").write_text("You answer.\n\nEver.\n")
        yield found


def files(root: Path) -> dict[str, bytes]:
    there = root / "agents"
    found = (path for path in there.rglob("*") if path.is_file())
    return {path.relative_to(there).as_posix(): path.read_bytes() for path in found}


def pulled(checkout):
    options = PullOptions(directory=checkout.root, conflicts=Clash.MERGE)
    report = pull(options, checkout.environ, Watch())
    assert report.exit_code is ExitCode.OK, (report.diagnostics, report.patches)
    (patch,) = report.patches
    return patch


def test_a_killed_pull_leaves_whole_files_and_the_next_one_ends_it(checkout, tmp_path):
    before = files(checkout.root)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, checkout.url, str(checkout.root)],
        capture_output=True,
        text=True,
        check=True,
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    *killed, whole = map(int, done.stdout.split())
    assert (set(killed), whole) == ({-9}, 0), done.stderr
    assert pulled(checkout).status is PatchStatus.WRITTEN
    after = files(checkout.root)
    states = set()
    for moment in range(len(killed) + 1):
        copy = Path(f"{checkout.root}-{moment}")
        found = files(copy)
        for path in before.keys() | after.keys() | found.keys():
            assert found.get(path) in (before.get(path), after.get(path)), (copy, path)
        state = (*found.items(), *sorted((copy / "agents").rglob("*/")))
        if str(state).replace(str(copy), "") in states:
            continue
        states.add(str(state).replace(str(copy), ""))
        again = Checkout(root=copy, url=checkout.url)
        pulled(again)
        assert files(copy) == after, copy
        assert pulled(again).status is PatchStatus.UNCHANGED
    # Otherwise nobody was killed between two files.
    assert len(states) > 6


def test_what_a_killed_pull_leaves_behind_is_no_part_of_the_project(checkout, tmp_path):
    repository = Repository(tmp_path / "repository")
    (repository.root / ".agentsync/tmp/left").mkdir(parents=True)
    (repository.root / ".agentsync/tmp/left/file").write_text("half")
    shutil.copytree(checkout.root, repository.root, dirs_exist_ok=True)
    assert pulled(Checkout(root=repository.root, url=checkout.url)).status is PatchStatus.WRITTEN
