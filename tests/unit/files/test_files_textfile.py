import errno
import os
from pathlib import Path
from typing import Any

import pytest

from agentsync.files import textfile
from agentsync.files.textfile import read_text
from agentsync.model import Diagnostic, Severity


def read(path: Path, limit: int = 100) -> tuple[str | None, list[Diagnostic]]:
    notes: list[Diagnostic] = []
    return read_text(str(path.parent), path.name, limit, notes), notes


@pytest.mark.parametrize("text", ["", "a", "a\r\nb\rc\n", "é\u2028\n", "x" * 100])
def test_text_is_read_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(text.encode())
    assert read(path) == (text, [])


def test_one_byte_too_many_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"x" * 101)
    text, (note,) = read(path)
    assert text is None
    assert note.code == "file-too-large"


def test_a_byte_order_mark_is_dropped_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"\xef\xbb\xbfx")
    text, (note,) = read(path)
    assert text == "x"
    assert (note.code, note.severity) == ("byte-order-mark", Severity.WARNING)


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        (b"a\xff", "not-utf-8", 1, 2),
        ("é\nö".encode() + b"\xe9x", "not-utf-8", 2, 2),
        (b"\xef\xbb\xbf\xff", "not-utf-8", 1, 1),
        ("a".encode("utf-16"), "not-utf-8", 1, 1),
        ("a\ud800".encode("utf-8", "surrogatepass"), "not-utf-8", 1, 2),
        (b"a\r\nb\0", "nul-character", 2, 2),
    ],
)
def test_what_is_no_text_has_a_place(
    tmp_path: Path, data: bytes, code: str, line: int, column: int
) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(data)
    text, notes = read(path)
    assert text is None
    assert (notes[-1].code, notes[-1].span.line, notes[-1].span.column) == (code, line, column)


def test_links_pipes_and_folders_are_never_opened_as_files(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    found = [read(tmp_path / name) for name in ("link", "pipe", "folder", "absent")]
    assert [text for text, _ in found] == [None] * 4
    codes = [note.code for _, notes in found for note in notes]
    assert codes == ["symlink", "not-a-file", "not-a-file", "unreadable"]


def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(textfile.os, "open", refuse)
    text, (note,) = read(tmp_path / "a.md")
    assert text is None
    assert (note.code, note.message) == ("unreadable", "cannot read this file: permission denied")


@pytest.mark.parametrize(("grown", "expected"), [(50, "x" * 50), (300, None)])
def test_a_file_that_grows_meanwhile_is_still_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grown: int, expected: str | None
) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"x" * 10)
    fstat = os.fstat

    def late(handle: int) -> os.stat_result:
        status = fstat(handle)
        path.write_bytes(b"x" * grown)
        return status

    monkeypatch.setattr(textfile.os, "fstat", late)
    assert read(path)[0] == expected


def test_every_file_is_closed(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff")
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(20):
        read(tmp_path / "a.md")
        read(tmp_path / "a.md", limit=0)
    after = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    assert after == before
