import os
from pathlib import Path

import pytest

from agentsync.files import layout
from agentsync.files.layout import agent_layout, folded, listing, tree
from agentsync.model import Diagnostic


def make(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def test_a_whole_agent_at_a_glance(tmp_path: Path) -> None:
    make(
        tmp_path,
        *("a/agent.yaml", "a/AGENTS.md", "a/agent.staging.yaml", "a/agent.eu.prod.yaml"),
        *("a/skills/pdf/SKILL.md", "a/subagents/critic/agent.yaml", "a/files/x.txt"),
    )
    notes: list[Diagnostic] = []
    found = agent_layout(str(tmp_path), "a", notes)
    assert notes == []
    assert found.definition
    assert found.prompt
    assert found.files
    assert found.overlays == ("eu.prod", "staging")
    assert (found.skills, found.subagents) == (("pdf",), ("critic",))


def test_what_editors_and_systems_leave_behind_is_passed_over(tmp_path: Path) -> None:
    names = [".git", ".DS_Store", ".agent.yaml.swp", "agent.yaml~", "#agent.yaml#", "Thumbs.db"]
    make(tmp_path, *(f"a/{name}" for name in names), *(f"a/files/{name}" for name in names[:2]))
    notes: list[Diagnostic] = []
    assert not agent_layout(str(tmp_path), "a", notes).definition
    assert tree(str(tmp_path), "a/files", notes) == []
    assert notes == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("agent.yml", "rename it to agent.yaml"),
        ("Agent.yaml", "rename it to agent.yaml"),
        ("agents.md", "rename it to AGENTS.md"),
        ("AGENT.md", "rename it to AGENTS.md"),
        ("CLAUDE.md", "rename it to AGENTS.md"),
        ("agent.staging.yml", "rename it to agent.staging.yaml"),
        ("tools.json", "declare the tools"),
        ("skill.md", "skills/<name>/SKILL.md"),
    ],
)
def test_a_file_with_nearly_the_right_name_is_an_error(
    tmp_path: Path, name: str, hint: str
) -> None:
    make(tmp_path, f"a/{name}")
    notes: list[Diagnostic] = []
    agent_layout(str(tmp_path), "a", notes)
    assert [(note.severity.value, note.span.path) for note in notes] == [("error", f"a/{name}")]
    assert hint in notes[0].hint


def test_names_that_cannot_travel_are_refused(tmp_path: Path) -> None:
    names = [b"new\nline", b"back\\slash", b"bell\x07"]
    for name in names:
        (tmp_path / "f").mkdir(exist_ok=True)
        Path(os.fsdecode(bytes(tmp_path / "f") + b"/" + name)).touch()
    try:
        Path(os.fsdecode(bytes(tmp_path / "f") + b"/\xff")).touch()
        names.append(b"\xff")
    except OSError:
        pass  # macOS refuses such a name itself
    notes: list[Diagnostic] = []
    assert listing(str(tmp_path), "f", notes) == ([], [])
    assert [note.code for note in notes] == ["bad-file-name"] * len(names)
    for note in notes:
        assert note.span.path.isprintable()
        assert note.span.path.encode()


def test_a_tree_is_sorted_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "f/b.txt", "f/a/z.txt", "f/a/y/x.txt", "f/a.txt", "f/.hidden")
    notes: list[Diagnostic] = []
    assert tree(str(tmp_path), "f", notes) == ["a.txt", "a/y/x.txt", "a/z.txt", "b.txt"]
    assert [note.code for note in notes] == ["hidden-file"]
    monkeypatch.setattr(layout, "MAX_DEPTH", 1)
    assert tree(str(tmp_path), "f", notes) == ["a.txt", "a/z.txt", "b.txt"]
    assert notes[-1].code == "too-deep"


def test_a_link_to_a_folder_is_not_entered(tmp_path: Path) -> None:
    make(tmp_path, "f/a.txt", "outside/secret.txt")
    (tmp_path / "f/out").symlink_to(tmp_path / "outside")
    (tmp_path / "f/loop").symlink_to(tmp_path / "f")
    notes: list[Diagnostic] = []
    assert tree(str(tmp_path), "f", notes) == ["a.txt"]
    assert [note.code for note in notes] == ["symlink", "symlink"]


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path) -> None:
    notes: list[Diagnostic] = []
    assert listing(str(tmp_path), "absent", notes) == ([], [])
    assert notes[0].code == "unreadable"


@pytest.mark.parametrize(
    ("left", "right"), [("A", "a"), ("Straße", "STRASSE"), ("caf\u00e9", "cafe\u0301")]
)
def test_names_that_some_file_systems_take_for_one(left: str, right: str) -> None:
    assert folded(left) == folded(right)
    assert folded("a") != folded("b")
