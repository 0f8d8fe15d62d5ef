"""Skills and subagents come and go whole; nothing that is no part of the agent goes with them."""

import contextlib
import errno
import os

import pytest

from agentsync.errors import ProjectError, RefusedError, StaleError
from agentsync.files.disk import units
from agentsync.files.disk.units import carry_out, steps
from agentsync.files.snapshot import snapshot, texts

AGENT = {"agent.yaml": b"name: A\n", "AGENTS.md": b"You answer.\n"}
PDF = {"skills/pdf/SKILL.md": b"s", "skills/pdf/scripts/run.py": b"r"}
CRITIC = {"subagents/critic/agent.yaml": b"description: d\n", "subagents/critic/AGENTS.md": b"c"}
PROSE = {"subagents/critic/skills/prose/SKILL.md": b"p"}


def lay(root, files):
    for path, data in files.items():
        there = root / "agents/a" / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(data)


def found(root):
    folder = root / "agents/a"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_new_or_goes_as_a_whole_is_one_step():
    before = {**AGENT, **PDF}
    to_do = steps({**dict.fromkeys(PDF), **CRITIC, **PROSE, "AGENTS.md": b"x"}, before)
    assert (to_do.gone, to_do.deleted, to_do.files) == (("skills/pdf",), (), {"AGENTS.md": b"x"})
    assert to_do.made == {
        "subagents/critic": {
            "agent.yaml": b"description: d\n",
            "AGENTS.md": b"c",
            "skills/prose/SKILL.md": b"p",
        }
    }


def test_a_skill_of_a_subagent_is_one_as_well():
    before = {**AGENT, **CRITIC, **PROSE}
    to_do = steps({**dict.fromkeys(PROSE), "subagents/critic/skills/new/SKILL.md": b"n"}, before)
    assert to_do.gone == ("subagents/critic/skills/prose",)
    assert to_do.made == {"subagents/critic/skills/new": {"SKILL.md": b"n"}}


def test_parts_of_what_stays_are_single_files():
    change = {
        "skills/pdf/scripts/run.py": None,
        "skills/pdf/more.md": b"m",
        "files/a.md": b"a",
        "files/skills/x/y": b"f",
    }
    to_do = steps(change, {**AGENT, **PDF})
    assert (to_do.gone, to_do.made, to_do.deleted) == ((), {}, ("skills/pdf/scripts/run.py",))
    assert set(to_do.files) == {"skills/pdf/more.md", "files/a.md", "files/skills/x/y"}


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ({**AGENT, **PDF}, dict.fromkeys(PDF)),
        (AGENT, {**CRITIC, **PROSE}),
        ({**AGENT, **CRITIC, **PROSE}, {**dict.fromkeys([*CRITIC, *PROSE]), **PDF}),
        ({**AGENT, "files/a": b"a"}, {"files/a": None, "files/a/b": b"b", "AGENTS.md": b"x"}),
        ({**AGENT, "files/a/b": b"b"}, {"files/a/b": None, "files/a": b"a"}),
        ({**AGENT, **PDF}, {"skills/pdf/scripts/run.py": None}),
    ],
)
def test_the_folder_is_as_it_should_be(tmp_path, before, change):
    lay(tmp_path, before)
    carry_out(tmp_path, "agents/a", change, before)
    assert found(tmp_path) == {
        path: data for path, data in {**before, **change}.items() if data is not None
    }
    assert not (tmp_path / ".agentsync").exists()
    for part in ("skills", "subagents"):
        assert not (tmp_path / "agents/a" / part).exists() or any(
            (tmp_path / "agents/a" / part).iterdir()
        )


def test_nothing_is_done_when_a_file_has_changed_since(tmp_path):
    before = {**AGENT, **PDF}
    lay(tmp_path, before)
    lay(tmp_path, {"AGENTS.md": b"edited meanwhile\n"})
    left = found(tmp_path)
    with pytest.raises(StaleError, match=r"agents/a/AGENTS\.md has changed"):
        carry_out(tmp_path, "agents/a", {**dict.fromkeys(PDF), "AGENTS.md": b"x"}, before)
    assert found(tmp_path) == left


def test_nor_when_a_new_folder_is_there_by_now(tmp_path):
    lay(tmp_path, {**AGENT, "skills/pdf/SKILL.md": b"somebody else's"})
    left = found(tmp_path)
    with pytest.raises(StaleError):
        carry_out(tmp_path, "agents/a", {**PDF, "AGENTS.md": b"x"}, AGENT)
    assert found(tmp_path) == left


@pytest.mark.parametrize("name", [".env", "README.md~", "notes/draft.txt"])
def test_what_is_no_part_of_the_agent_is_never_deleted(tmp_path, name):
    before = {**AGENT, **PDF}
    lay(tmp_path, {**before, f"skills/pdf/{name}": b"mine"})
    left = found(tmp_path)
    with pytest.raises(RefusedError, match="no part of the agent") as told:
        carry_out(tmp_path, "agents/a", {**dict.fromkeys(PDF), "AGENTS.md": b"x"}, before)
    assert name in told.value.message
    assert found(tmp_path) == left


def test_what_systems_leave_behind_goes_along(tmp_path):
    before = {**AGENT, **PDF}
    junk = {"skills/pdf/.DS_Store": b"", "skills/pdf/scripts/__pycache__/run.pyc": b""}
    lay(tmp_path, {**before, **junk})
    carry_out(tmp_path, "agents/a", dict.fromkeys(PDF), before)
    assert found(tmp_path) == AGENT


def test_a_link_to_a_folder_and_a_folder_of_a_usual_name_are_somebody_s_own(tmp_path):
    for name in (".venv", ".keep"):
        root = tmp_path / name
        lay(root, {**AGENT, **PDF})
        (tmp_path / "elsewhere").mkdir(exist_ok=True)
        there = root / "agents/a/skills/pdf" / name
        if name == ".venv":
            there.symlink_to(tmp_path / "elsewhere")
        else:
            there.mkdir()
            (there / "notes.txt").write_text("mine")
        with pytest.raises(RefusedError, match="no part of the agent"):
            carry_out(root, "agents/a", dict.fromkeys(PDF), {**AGENT, **PDF})
        assert there.exists()


def test_what_is_written_into_a_folder_while_it_goes_brings_it_back(tmp_path, monkeypatch):
    before = {**AGENT, **PDF}
    lay(tmp_path, before)
    rename = os.rename

    def raced(*names, **where):
        if names[0] == "pdf" and not (tmp_path / "raced").exists():
            (tmp_path / "raced").touch()
            (tmp_path / "agents/a/skills/pdf/SKILL.md").write_bytes(b"edited")
        return rename(*names, **where)

    monkeypatch.setattr(os, "rename", raced)
    with pytest.raises(ProjectError, match="while it was taken away") as caught:
        carry_out(tmp_path, "agents/a", dict.fromkeys(PDF), before)
    assert "run the command again" in caught.value.hint
    assert found(tmp_path) == {**before, "skills/pdf/SKILL.md": b"edited"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_deleted_is_told(tmp_path):
    before = {**AGENT, **PDF}
    lay(tmp_path, before)
    (tmp_path / "agents/a/skills").chmod(0o555)
    with pytest.raises(ProjectError, match="cannot delete agents/a/skills/pdf"):
        carry_out(tmp_path, "agents/a", dict.fromkeys(PDF), before)
    assert found(tmp_path) == before


def test_a_folder_on_another_file_system_goes_as_well(tmp_path, monkeypatch):
    before = {**AGENT, **PDF}
    lay(tmp_path, before)
    real = os.rename

    def crossing(source, target, *, src_dir_fd, dst_dir_fd):
        if src_dir_fd != dst_dir_fd:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

    monkeypatch.setattr(os, "rename", crossing)
    carry_out(tmp_path, "agents/a", dict.fromkeys(PDF), before)
    assert found(tmp_path) == AGENT


class Killed(BaseException):
    """Nothing after it is done, as after kill -9."""


@pytest.mark.parametrize("moment", range(12))
def test_at_every_moment_there_is_a_definition(tmp_path, monkeypatch, moment):
    """Each skill and subagent is there whole, old or new, whenever the machine stops."""
    before = {**AGENT, **PDF, "files/a.md": b"a"}
    change = {**dict.fromkeys(PDF), **CRITIC, **PROSE, "AGENTS.md": b"x", "files/a.md": None}
    lay(tmp_path, before)
    left = iter(range(moment))

    def dying(call):
        def step(*arguments, **options):
            if next(left, None) is None:
                raise Killed
            return call(*arguments, **options)

        return step

    for name in ("rename", "replace", "unlink"):
        monkeypatch.setattr(os, name, dying(getattr(os, name)))
    monkeypatch.setattr(units.shutil, "rmtree", lambda *_, **__: None)
    with contextlib.suppress(Killed):
        carry_out(tmp_path, "agents/a", change, before)
    monkeypatch.undo()
    there = found(tmp_path)
    for unit in (PDF, {**CRITIC, **PROSE}):
        assert len(unit.keys() & there.keys()) in (0, len(unit))
    assert there["AGENTS.md"] in (b"x", AGENT["AGENTS.md"])
    rest = {path: data for path, data in change.items() if there.get(path) != data}
    carry_out(tmp_path, "agents/a", rest, there)
    assert found(tmp_path) == {**AGENT, **CRITIC, **PROSE, "AGENTS.md": b"x"}


def test_a_snapshot_has_every_file_that_the_loader_reads(tmp_path):
    files = {**AGENT, **PDF, **CRITIC, **PROSE, "agent.staging.yaml": b"", "files/x.md": b"\xff"}
    lay(tmp_path, {**files, "README.md": b"none of it", "evals/big.json": b"", "files/.x": b"no"})
    taken = snapshot(tmp_path, "agents/a")
    assert taken == files
    assert "files/x.md" not in texts(taken)
    assert texts(taken)["AGENTS.md"] == "You answer.\n"


def test_a_snapshot_follows_no_links(tmp_path):
    lay(tmp_path, AGENT)
    (tmp_path / "secret").write_text("s")
    (tmp_path / "agents/a/files").mkdir()
    (tmp_path / "agents/a/files/link").symlink_to(tmp_path / "secret")
    (tmp_path / "agents/a/skills").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "agents/a/files/fifo")
    assert snapshot(tmp_path, "agents/a") == AGENT
