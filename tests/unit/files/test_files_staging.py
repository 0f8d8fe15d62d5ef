import errno
import os
import tempfile
from pathlib import Path

import pytest
from readback import FOLDER, PROJECT

from agentsync.errors import ProjectError, RefusedError
from agentsync.files.staging import said, staged

FILES = {path: text.encode() for path, text in FOLDER.items()}


def test_files_are_read_as_the_loader_reads_them() -> None:
    found = said(PROJECT, "helper", "t", FILES)
    assert found.diagnostics == ()
    assert found.document is not None
    assert (found.address, found.folder) == ("helper", "agents/helper")
    assert found.document["description"] == "There."
    assert said(PROJECT, "helper", "", FILES).name == "Helper"


def test_mistakes_are_told_with_the_paths_of_the_project() -> None:
    found = said(PROJECT, "helper", "t", {**FILES, "agent.yaml": b"nmae: x\n"})
    assert found.document is None
    assert {note.span.path for note in found.diagnostics} == {"agents/helper/agent.yaml"}


def test_the_copy_holds_exactly_these_files_and_is_gone_after() -> None:
    with staged(PROJECT, "helper", FILES) as copy:
        root = copy.root
        found = {path.relative_to(root / "agents/helper").as_posix() for path in root.rglob("*.*")}
        assert found == FILES.keys()
        assert copy.slugs == ("helper",)
        assert copy.config == PROJECT.config
    assert not root.exists()


@pytest.mark.parametrize("path", ["../out", "/out", "a/../../out", "a//b", "."])
def test_no_file_of_the_copy_lies_elsewhere(path: str, tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        said(PROJECT, "helper", "t", {path: b"x"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("files", [{"a": b"", "a/b": b""}, {"x" * 300: b""}])
def test_what_the_disk_refuses_is_told(files: dict[str, bytes]) -> None:
    with pytest.raises(ProjectError, match="cannot copy helper"):
        said(PROJECT, "helper", "t", files)


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ProjectError, match="no space left"):
        said(PROJECT, "helper", "t", FILES)
    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(ProjectError, match="no space left"):
        said(PROJECT, "helper", "t", FILES)
