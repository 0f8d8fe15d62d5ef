import contextlib
import errno
import os
import stat
import subprocess
import sys
import tempfile
import threading

import pytest

from agentsync.errors import ProjectError, RefusedError, StaleError
from agentsync.files.disk import shelf, writing
from agentsync.files.disk.confined import content_at
from agentsync.files.disk.writing import create_folder, write_files

AS_ROOT = os.geteuid() == 0
OLD_AGE = 2 * 3600


def lay(root, files):
    for path, data in files.items():
        there = root / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(data)


def content(root):
    """Every file below `root`, and every empty folder as None."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = path.read_bytes()
        elif not any(path.iterdir()):
            found[name] = None
    return found


def test_files_are_made_changed_and_deleted_with_their_folders(tmp_path):
    before = {"a/one": b"1", "a/two": b"2", "b/deep/er/three": b"3"}
    lay(tmp_path, before)
    files = {"a/one": b"new", "b/deep/er/three": None, "c/d/four": b"4"}
    write_files(tmp_path, files, before)
    assert content(tmp_path) == {"a/one": b"new", "a/two": b"2", "c/d/four": b"4"}
    write_files(tmp_path, {"a/one": None, "a/two": None, "c/d/four": None}, content(tmp_path))
    assert content(tmp_path) == {}
    assert tmp_path.is_dir()


def test_what_is_not_a_matter_of_writing_is_left_alone(tmp_path):
    lay(tmp_path, {".agentsync/schemas/agent.schema.json": b"{}", "a/.keep": b"", "a/one": b"1"})
    write_files(tmp_path, {"a/one": None}, {"a/one": b"1"})
    create_folder(tmp_path, "b", {"x": b"x"})
    kept = {".agentsync/schemas/agent.schema.json": b"{}", "a/.keep": b"", "b/x": b"x"}
    assert content(tmp_path) == kept


def test_a_file_keeps_its_mode_and_a_new_one_follows_the_umask(tmp_path):
    lay(tmp_path, {"run.py": b"1", "secret": b"1", "fixed": b"1"})
    for name, mode in (("run.py", 0o755), ("secret", 0o600), ("fixed", 0o444)):
        (tmp_path / name).chmod(mode)
    old = os.umask(0o027)
    try:
        files = {"run.py": b"2", "secret": b"2", "fixed": b"2", "new": b"2"}
        write_files(tmp_path, files, {name: b"1" for name in files if name != "new"})
        create_folder(tmp_path, "made", {"in/side": b"x"})
    finally:
        os.umask(old)
    modes = {
        path.relative_to(tmp_path).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in tmp_path.rglob("*")
    }
    assert modes == {"run.py": 0o755, "secret": 0o600, "fixed": 0o444, "new": 0o640} | {
        "made": 0o750,
        "made/in": 0o750,
        "made/in/side": 0o640,
    }


@pytest.mark.parametrize("now", [b"edited", None])
def test_nothing_is_written_when_a_file_has_changed(tmp_path, now):
    lay(tmp_path, {"a": b"1"} | ({"b": now} if now else {}))
    with pytest.raises(StaleError, match="b has changed"):
        write_files(tmp_path, {"a": b"2", "c": b"3", "b": b"2"}, {"a": b"1", "b": b"1"})
    assert content(tmp_path) == {"a": b"1"} | ({"b": now} if now else {})


def test_nothing_is_written_over_a_file_that_has_come_since(tmp_path):
    lay(tmp_path, {"new": b"theirs"})
    with pytest.raises(StaleError):
        write_files(tmp_path, {"new": b"ours"}, {})
    assert content(tmp_path) == {"new": b"theirs"}


def between(monkeypatch, act):
    """Have `act` done after the files were looked at, and before the first is written."""

    @contextlib.contextmanager
    def late(root):
        act()
        with shelf.shelf(root) as own:
            yield own

    monkeypatch.setattr(writing, "shelf", late)


def test_an_edit_at_the_last_moment_is_not_lost(tmp_path, monkeypatch):
    lay(tmp_path, {"a": b"1", "b": b"1", "c": b"1"})
    between(monkeypatch, lambda: (tmp_path / "b").write_bytes(b"theirs"))
    with pytest.raises(ProjectError, match="b has changed") as caught:
        write_files(tmp_path, dict.fromkeys("abc", b"2"), dict.fromkeys("abc", b"1"))
    assert not isinstance(caught.value, RefusedError)
    assert content(tmp_path) == {"a": b"2", "b": b"theirs", "c": b"1"}


def test_an_edit_at_the_last_moment_is_not_deleted(tmp_path, monkeypatch):
    lay(tmp_path, {"a": b"1", "b": b"1"})
    remove = writing._remove

    def late(root, path):
        remove(root, path)
        (tmp_path / "b").write_bytes(b"theirs")

    monkeypatch.setattr(writing, "_remove", late)
    with pytest.raises(ProjectError, match="b has changed"):
        write_files(tmp_path, {"a": None, "b": None}, dict.fromkeys("ab", b"1"))
    assert content(tmp_path) == {"b": b"theirs"}


LINKS = ["agents", "agents/x", "agents/x/skills", "agents/x/skills/s", "agents/x/skills/s/SKILL.md"]


@pytest.mark.parametrize("link", [*LINKS, ".agentsync", ".agentsync/tmp"])
@pytest.mark.parametrize("change", ["write", "delete", "create"])
def test_nothing_is_written_through_a_link(tmp_path, link, change):
    root, outside = tmp_path / "project", tmp_path / "outside"
    path = "agents/x/skills/s/SKILL.md"
    rest = path.removeprefix(link).strip("/") if path.startswith(link) else ""
    target = outside / "target"
    lay(outside, {f"target/{rest}".rstrip("/"): b"theirs"} if rest or link == path else {})
    target.mkdir(parents=True, exist_ok=True) if not target.exists() else None
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(target)
    if not path.startswith(link):
        lay(root, {path: b"theirs"})
    before = content(tmp_path)
    if change == "delete" and not path.startswith(link):
        return
    act = {
        "create": lambda: create_folder(root, f"{path}/new", {"f": b"ours"}),
        "write": lambda: write_files(root, {path: b"ours"}, {path: b"theirs"}),
        "delete": lambda: write_files(root, {path: None}, {path: b"theirs"}),
    }
    with pytest.raises(RefusedError, match=f"^{link} is a symbolic link"):
        act[change]()
    assert content(tmp_path) == before


def test_a_link_that_comes_at_the_last_moment_leads_nowhere(tmp_path, monkeypatch):
    root, outside = tmp_path / "project", tmp_path / "outside"
    lay(root, {"a/f": b"1"})
    lay(outside, {"f": b"1"})

    def swap():
        (root / "a").rename(root / "moved")
        (root / "a").symlink_to(outside)

    between(monkeypatch, swap)
    with pytest.raises(RefusedError):
        write_files(root, {"a/f": b"2"}, {"a/f": b"1"})
    assert content(outside) == {"f": b"1"}


@pytest.mark.parametrize("path", ["../out", "/tmp/out", "a/../../out", "a//b", "./a", "a/", "a\0b"])
def test_paths_lead_nowhere_else(tmp_path, path):
    root = tmp_path / "project"
    root.mkdir()
    with pytest.raises(RefusedError):
        write_files(root, {path: b"x"}, {})
    with pytest.raises(RefusedError):
        create_folder(root, path, {"x": b"x"})
    with pytest.raises(RefusedError):
        create_folder(root, "made", {path: b"x"})
    assert content(tmp_path) == {"project": None}


def test_the_root_itself_may_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to(tmp_path / "real")
    write_files(tmp_path / "root", {"a/b": b"1"}, {})
    create_folder(tmp_path / "root", "c", {"d": b"2"})
    assert content(tmp_path / "real") == {"a/b": b"1", "c/d": b"2"}


def test_only_files_are_files(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ProjectError, match="pipe is not a file"):
        write_files(tmp_path, {"pipe": b"x"}, {})
    (tmp_path / "folder/x").mkdir(parents=True)
    with pytest.raises(ProjectError, match="cannot write folder: is a directory"):
        write_files(tmp_path, {"folder": b"x"}, {})
    lay(tmp_path, {"file": b"1"})
    with pytest.raises(ProjectError, match="cannot write file/x: not a directory"):
        write_files(tmp_path, {"file/x": b"x"}, {})
    assert (tmp_path / "file").read_bytes() == b"1"


def test_a_file_takes_the_place_of_a_folder_and_the_other_way_round(tmp_path):
    lay(tmp_path, {"a/b": b"1", "c": b"1"})
    files = {"a": b"2", "a/b": None, "c/d": b"2", "c": None}
    write_files(tmp_path, files, {"a/b": b"1", "c": b"1"})
    assert content(tmp_path) == {"a": b"2", "c/d": b"2"}


def test_a_file_may_get_another_case_where_case_is_nothing(tmp_path):
    # Two names of one file, as it is on a disk that ignores case.
    lay(tmp_path, {"Guide.md": b"1"})
    (tmp_path / "guide.md").hardlink_to(tmp_path / "Guide.md")
    unlink = os.unlink

    def delete(name, *, dir_fd=None):
        unlink(name, dir_fd=dir_fd)
        if name == "Guide.md":
            unlink("guide.md", dir_fd=dir_fd)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "unlink", delete)
        write_files(tmp_path, {"guide.md": b"2", "Guide.md": None}, {"Guide.md": b"1"})
    assert content(tmp_path) == {"guide.md": b"2"}


def test_a_folder_is_made_whole_or_not_at_all(tmp_path, monkeypatch):
    files = {"agent.yaml": b"name: x\n", "skills/s/SKILL.md": b"s", "skills/s/run.py": b"r"}
    create_folder(tmp_path, "agents/x", files)
    assert content(tmp_path / "agents/x") == files
    with pytest.raises(StaleError, match="agents/x is there by now"):
        create_folder(tmp_path, "agents/x", {"agent.yaml": b"other"})
    fails_at(monkeypatch, "fsync", 3, errno.ENOSPC)
    with pytest.raises(ProjectError, match="cannot write agents/y: no space left"):
        create_folder(tmp_path, "agents/y", files)
    assert content(tmp_path / "agents/x") == files
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agents"]
    assert sorted(path.name for path in (tmp_path / "agents").iterdir()) == ["x"]


def fails_at(monkeypatch, function, number, code):
    """Have a function of `os` fail the n-th time, and from then on as ever."""
    original, left = getattr(os, function), [number]

    def call(*arguments, **options):
        left[0] -= 1
        if left[0] == 0:
            raise OSError(code, os.strerror(code))
        return original(*arguments, **options)

    monkeypatch.setattr(os, function, call)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize("function", ["fsync", "replace", "mkdir", "open"])
def test_what_the_disk_refuses_is_told_and_leaves_the_old_file(
    tmp_path, monkeypatch, function, code
):
    lay(tmp_path, {"a/b": b"1"})
    for number in range(1, 9):
        with monkeypatch.context() as patch:
            fails_at(patch, function, number, code)
            with contextlib.suppress(ProjectError):
                write_files(tmp_path, {"a/b": b"2"}, content(tmp_path))
        assert content(tmp_path) in ({"a/b": b"1"}, {"a/b": b"2"})


@pytest.mark.skipif(AS_ROOT, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_told(tmp_path):
    lay(tmp_path, {"a/b": b"1"})
    (tmp_path / "a").chmod(0o555)
    try:
        with pytest.raises(ProjectError, match="cannot write a/b: permission denied"):
            write_files(tmp_path, {"a/b": b"2"}, {"a/b": b"1"})
        with pytest.raises(ProjectError, match="cannot write a/c: permission denied"):
            create_folder(tmp_path, "a/c", {"x": b"x"})
        assert content(tmp_path) == {"a/b": b"1"}
    finally:
        (tmp_path / "a").chmod(0o755)


def test_another_file_system_in_between_changes_nothing(tmp_path, monkeypatch):
    lay(tmp_path, {"a/b": b"1", "a/run": b"1"})
    (tmp_path / "a/run").chmod(0o755)
    replace = os.replace

    def elsewhere(source, target, *, src_dir_fd, dst_dir_fd):
        if not str(source).startswith(".agentsync-"):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        replace(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

    monkeypatch.setattr(os, "replace", elsewhere)
    write_files(tmp_path, {"a/b": b"2", "a/run": b"2"}, {"a/b": b"1", "a/run": b"1"})
    create_folder(tmp_path, "c/d", {"e/f": b"3", "g": b"4"})
    found = {"a/b": b"2", "a/run": b"2", "c/d/e/f": b"3", "c/d/g": b"4"}
    assert content(tmp_path) == found
    assert stat.S_IMODE((tmp_path / "a/run").stat().st_mode) == 0o755
    # Twice the fsyncs: those of the first try on the shelf, and then those in the folder itself.
    for number in range(1, 9):
        with monkeypatch.context() as patch:
            fails_at(patch, "fsync", number, errno.ENOSPC)
            with pytest.raises(ProjectError):
                create_folder(tmp_path, "c/x", {"e/f": b"3", "g": b"4"})
        assert content(tmp_path) == found


def left_over(root, name, age):
    """A folder on the shelf as a killed run leaves it, so many seconds old."""
    folder = root / ".agentsync/tmp" / name
    lay(folder, {".gitignore": b"*\n", "new/agent.yaml": b"half"})
    then = folder.stat().st_mtime - age
    os.utime(folder, (then, then))
    return folder


HOLDER = (
    "import fcntl, sys\n"
    "lock = open(sys.argv[1])\n"
    "fcntl.flock(lock, fcntl.LOCK_EX)\n"
    "print('held', flush=True)\n"
    "sys.stdin.read()\n"
)


def test_what_a_killed_run_left_is_put_away_once_it_is_old_and_nobodys(tmp_path):
    old, young, owned = (
        left_over(tmp_path, name, age)
        for name, age in (("old", OLD_AGE), ("young", 60), ("owned", OLD_AGE))
    )
    bare = tmp_path / ".agentsync/tmp/bare"
    bare.mkdir()
    os.utime(bare, (0, 0))
    command = [sys.executable, "-c", HOLDER, str(owned / ".gitignore")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        write_files(tmp_path, {"a": b"1"}, {})
        assert [path.exists() for path in (old, bare, young, owned)] == [False, False, True, True]
        holder.stdin.close()
    create_folder(tmp_path, "b", {"c": b"1"})
    assert [path.exists() for path in (young, owned)] == [True, False]


def test_a_run_that_takes_long_keeps_its_own(tmp_path):
    with shelf.shelf(tmp_path) as own:
        os.utime(own, (0, 0))
        create_folder(tmp_path, "b", {"c": b"1"})
        assert own.exists()
    assert content(tmp_path) == {"b/c": b"1"}


def test_the_shelf_may_go_at_any_moment(tmp_path, monkeypatch):
    made, left = tempfile.mkdtemp, [3]

    def late(**given):
        left[0] -= 1
        if left[0] > 0:
            shelf._tidy(tmp_path)
        return made(**given)

    monkeypatch.setattr(tempfile, "mkdtemp", late)
    write_files(tmp_path, {"a": b"1"}, {})
    assert content(tmp_path) == {"a": b"1"}
    left[0] = 1000
    with pytest.raises(ProjectError, match="cannot make a folder"):
        write_files(tmp_path, {"a": b"2"}, {"a": b"1"})
    assert content(tmp_path) == {"a": b"1"}


def test_a_link_on_the_shelf_is_not_followed(tmp_path):
    root, outside = tmp_path / "project", tmp_path / "outside"
    lay(outside, {"precious": b"1"})
    (root / ".agentsync/tmp").mkdir(parents=True)
    (root / ".agentsync/tmp/link").symlink_to(outside)
    os.utime(root / ".agentsync/tmp/link", (0, 0), follow_symlinks=False)
    write_files(root, {"a": b"1"}, {})
    assert content(outside) == {"precious": b"1"}


def test_git_sees_nothing_of_it(tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    seen = []

    def look():
        command = ["git", "-C", tmp_path, "status", "--porcelain", "-uall"]
        seen.append(subprocess.run(command, capture_output=True, check=True).stdout)

    original = writing._write
    monkeypatch.setattr(
        writing, "_write", lambda *given, **more: (original(*given, **more), look())
    )
    create_folder(tmp_path, "agents/x", {"agent.yaml": b"name: x\n"})
    assert seen == [b""]


def test_writers_at_the_same_time_are_in_nobodys_way(tmp_path):
    failures = []

    def work(number):
        try:
            for turn in range(15):
                create_folder(tmp_path, f"agents/{number}-{turn}", {"a/b": b"1", "c": b"2"})
                write_files(tmp_path, {f"agents/{number}-{turn}/c": b"3"}, content_of(number, turn))
        except Exception as error:
            failures.append(error)

    def content_of(number, turn):
        return {f"agents/{number}-{turn}/c": b"2"}

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(content(tmp_path)) == 2 * 8 * 15
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agents"]


def test_content_is_read_as_it_is(tmp_path):
    lay(tmp_path, {"a/big": b"x" * 3_000_000, "a/empty": b""})
    assert len(content_at(tmp_path, "a/big")) == 3_000_000
    assert content_at(tmp_path, "a/empty") == b""
    assert content_at(tmp_path, "a/none") is None
    assert content_at(tmp_path, "none/at/all") is None
    assert content_at(tmp_path, "a") is None
