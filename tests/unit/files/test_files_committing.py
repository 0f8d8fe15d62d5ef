"""Commits of exactly the files that were written: nobody else's work, nobody's index."""

import os
import subprocess

import pytest
from repository import AGENT, Repository, nobody

from agentsync.errors import ProjectError, RefusedError
from agentsync.files.repository import committing, git


@pytest.fixture(autouse=True)
def nobodys(monkeypatch, tmp_path):
    nobody(monkeypatch, tmp_path)


@pytest.fixture(params=["", "deep/project"], ids=["top", "below"])
def repo(request, tmp_path):
    found = Repository(tmp_path / "repository", request.param)
    found.write(AGENT, "You answer.\n")
    found.write("agents/b/AGENTS.md", "You ask.\n")
    found.commit("first")
    return found


def below(repo, path):
    return f"{repo.root.relative_to(repo.top)}/{path}".removeprefix("./")


def test_exactly_these_files_get_into_the_commit(repo):
    repo.write("agents/b/AGENTS.md", "Somebody works on it.\n")
    repo.write("staged.txt", "staged\n")
    repo.git("add", "-A")
    repo.write("staged.txt", "staged, and changed since\n")
    repo.write("agents/a/files/new.md", "new\n")
    repo.write("untracked.txt", "u\n")
    repo.write(AGENT, "You answer shortly.\n")
    made = committing.commit(
        repo.root, [AGENT, "agents/a/files/new.md"], ["agents/a/files/new.md"], "subject\n\nbody\n"
    )
    assert made == git.head(repo.root)
    assert repo.committed() == [
        f"M\t{below(repo, AGENT)}",
        f"A\t{below(repo, 'agents/a/files/new.md')}",
        "",
    ]
    assert repo.status() == [
        f"M  {below(repo, 'agents/b/AGENTS.md')}",
        f"AM {below(repo, 'staged.txt')}",
        f"?? {below(repo, 'untracked.txt')}",
        "",
    ]
    assert repo.git("log", "-1", "--format=%an %s|%b") == "Ada subject|body\n\n"


def test_a_deleted_file_is_deleted_in_the_commit(repo):
    (repo.root / AGENT).unlink()
    committing.commit(repo.root, [AGENT], [], "gone")
    assert repo.committed() == [f"D\t{below(repo, AGENT)}", ""]
    assert repo.status() == [""]


@pytest.mark.parametrize("name", ["*.md", ":(top)x", "ä b.md", "-n", "[a].md", "q\"'\\.md"])
def test_names_are_names(repo, name):
    for other in ("other.md", "a.md", "b.md"):
        repo.write(f"agents/a/files/{other}", "not this one\n")
    repo.write(f"agents/a/files/{name}", "this one\n")
    path = f"agents/a/files/{name}"
    assert path in committing.uncommitted(repo.root, "agents/a").new
    committing.commit(repo.root, [path], [path], "m")
    assert repo.git("show", "-z", "--format=", "--name-only", "HEAD").strip("\0") == below(
        repo, path
    )


def test_the_message_is_kept_as_it_is(repo):
    repo.git("config", "commit.cleanup", "strip")
    repo.git("config", "core.commentChar", "*")
    repo.write(AGENT, "x\n")
    said = "subject → ä\n\n# no comment\n* nor this\n\nAgentsync-Agent: 1\n"
    committing.commit(repo.root, [AGENT], [], said)
    assert repo.git("log", "-1", "--format=%B").rstrip("\n") == said.rstrip("\n")
    trailers = repo.git("log", "-1", "--format=%(trailers:key=Agentsync-Agent,valueonly)")
    assert trailers.strip() == "1"


def test_a_failing_hook_is_told_and_leaves_the_index_alone(repo):
    repo.hook("pre-commit", "echo 'prompts are frozen' >&2; exit 1")
    repo.write("staged.txt", "s\n")
    repo.git("add", "-A")
    repo.write(AGENT, "x\n")
    repo.write("agents/a/files/new.md", "n\n")
    before, head = repo.git("ls-files", "--stage"), git.head(repo.root)
    with pytest.raises(ProjectError, match="prompts are frozen"):
        committing.commit(
            repo.root, [AGENT, "agents/a/files/new.md"], ["agents/a/files/new.md"], "m"
        )
    assert (repo.git("ls-files", "--stage"), git.head(repo.root)) == (before, head)
    assert (repo.root / AGENT).read_text() == "x\n"


def test_hooks_see_what_they_always_see(repo, tmp_path):
    seen = tmp_path / "seen"
    repo.hook("pre-commit", f"git diff --cached --name-only -- '*.md' > {seen}; env >> {seen}")
    repo.write(AGENT, "x\n")
    committing.commit(repo.root, [AGENT], [], "m")
    said = seen.read_text().split("\n")
    assert said[0] == below(repo, AGENT)
    assert not [line for line in said if "PATHSPECS" in line]


def test_what_is_not_committed_is_told(repo):
    assert committing.uncommitted(repo.root, "agents/a") == committing.Uncommitted(
        frozenset(), frozenset()
    )
    repo.write(AGENT, "x\n")
    repo.write("agents/a/new.md", "x\n")
    repo.write("agents/b/AGENTS.md", "another agent's\n")
    assert committing.uncommitted(repo.root, "agents/a") == committing.Uncommitted(
        frozenset({AGENT}), frozenset({"agents/a/new.md"})
    )


def test_staged_changes_and_deleted_files_are_not_committed_either(repo):
    repo.write(AGENT, "x\n")
    repo.git("add", "-A")
    (repo.root / "agents/b/AGENTS.md").unlink()
    assert committing.uncommitted(repo.root, "agents/a").changed == {AGENT}
    assert committing.uncommitted(repo.root, "agents/b").changed == {"agents/b/AGENTS.md"}


def test_ignored_files_are_told_but_not_those_that_git_has(repo):
    repo.write(".gitignore", "*.md\nfiles/\n")
    paths = [AGENT, "agents/a/files/new.txt", "agents/a/agent.yaml"]
    assert committing.ignored(repo.root, paths) == ("agents/a/files/new.txt",)
    assert committing.ignored(repo.root, ["agents/a/agent.yaml"]) == ()
    assert committing.ignored(repo.root, []) == ()


def test_a_sound_repository_takes_commits(repo):
    committing.check(repo.root)


def test_outside_of_git_there_are_no_commits(tmp_path):
    with pytest.raises(ProjectError, match="in no git repository") as told:
        committing.check(tmp_path)
    assert "git init" in told.value.hint


def test_nor_in_a_bare_repository(tmp_path):
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "bare")], check=True)
    with pytest.raises(ProjectError, match="in no git repository"):
        committing.check(tmp_path / "bare")


def test_nor_without_git(repo, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(ProjectError, match="not installed"):
        committing.check(repo.root)
    assert git.head(repo.root) == git.prefix(repo.root) == ""


def test_nor_by_nobody(repo):
    repo.git("config", "--unset", "user.email")
    repo.git("config", "user.useConfigOnly", "true")
    with pytest.raises(ProjectError, match="whose commits") as told:
        committing.check(repo.root)
    assert "user.email" in told.value.hint


def conflict(repo, *how):
    """Leave the repository in the middle of something."""
    repo.git("checkout", "-q", "-b", "other")
    repo.write(AGENT, "theirs\n")
    repo.git("commit", "-qam", "theirs")
    repo.git("checkout", "-q", "main")
    repo.write(AGENT, "ours\n")
    repo.git("commit", "-qam", "ours")
    with pytest.raises(subprocess.CalledProcessError):
        repo.git(*how)


@pytest.mark.parametrize(
    ("how", "what"),
    [
        (("merge", "other"), "a merge"),
        (("rebase", "other"), "a rebase"),
        (("cherry-pick", "other"), "a cherry-pick"),
        (("revert", "--no-edit", "HEAD~1"), "a revert"),
    ],
)
def test_nor_in_the_middle_of_something(repo, how, what):
    conflict(repo, *how)
    with pytest.raises(RefusedError, match=f"{what} is under way") as told:
        committing.check(repo.root)
    assert "finish or abort" in told.value.hint


def test_nor_with_files_nobody_has_merged(repo):
    """A stash that did not apply leaves no head behind."""
    repo.write(AGENT, "stashed\n")
    repo.git("stash")
    repo.write(AGENT, "committed\n")
    repo.git("commit", "-qam", "c")
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("stash", "pop")
    with pytest.raises(RefusedError, match="a merge is under way"):
        committing.check(repo.root)


def test_another_repository_in_the_environment_is_not_meant(repo, tmp_path, monkeypatch):
    """As in a hook of another repository."""
    subprocess.run(["git", "init", "-q", str(tmp_path / "other")], check=True)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))
    repo.write(AGENT, "x\n")
    made = committing.commit(repo.root, [AGENT], [], "m")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    head = ["git", "-C", str(repo.top), "rev-parse", "HEAD"]
    assert subprocess.run(head, env=clean, capture_output=True, text=True).stdout.strip() == made


def test_where_the_project_lies_in_its_repository(repo):
    inside = repo.root.relative_to(repo.top).as_posix()
    assert git.prefix(repo.root) == ("" if inside == "." else f"{inside}/")
