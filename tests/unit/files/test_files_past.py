"""Definitions as they were in git, from real repositories; nothing of a repository is run."""

import os
import shutil
from dataclasses import replace

import pytest
from versioned import Versioned

from agentsync.files.project import open_project
from agentsync.files.repository import past

CONFIG = "version: 1\nproject: tests\ntargets: {one: {}, two: {}}\n"


@pytest.fixture
def repo(tmp_path):
    return Versioned.made(tmp_path / "repo")


def lay(root, files):
    for path, text in files.items():
        there = root / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(text if isinstance(text, bytes) else text.encode())


def agent(said="1", slug="a"):
    return {
        "agentsync.yaml": CONFIG,
        f"agents/{slug}/agent.yaml": f"name: A\ndescription: d{said}\n",
        f"agents/{slug}/AGENTS.md": f"You say {said}.\n",
    }


def committed(repo, *steps, at=""):
    """The project below `at`, and the commit of each of these sets of files, oldest first."""
    root = repo.root / at
    made = []
    for files in steps:
        lay(root, files)
        made.append(repo.commit())
    return open_project(root), made


def prompts(project, commits, slug="a"):
    found = [past.definition_at(project, slug, "one", commit) for commit in commits]
    return [loaded and loaded.document and loaded.document["system_prompt"] for loaded in found]


@pytest.mark.parametrize("at", ["", "deep/er", "ä b"])
def test_definitions_are_read_as_they_were(repo, at):
    project, made = committed(repo, agent("1"), agent("2"), agent("3"), at=at)
    shutil.rmtree(project.root / "agents/a")
    assert past.commits(project, "a") == tuple(made[::-1])
    assert prompts(project, made) == ["You say 1.\n", "You say 2.\n", "You say 3.\n"]
    loaded = past.definition_at(project, "a", "one", made[0])
    assert loaded.document["description"] == "d1"
    assert loaded.diagnostics == ()


def test_only_commits_that_touched_the_folder_count(repo):
    other = agent("1", "b")
    project, made = committed(
        repo, agent("1"), other, {"README.md": "x"}, agent("2"), {"agents/b/AGENTS.md": "x"}
    )
    assert past.commits(project, "a") == (made[3], made[0])
    assert past.commits(project, "a", limit=1) == (made[3],)
    assert past.commits(project, "b") == (made[4], made[1])
    # At any other commit the folder is as it was left.
    assert prompts(project, [made[2], made[4]]) == ["You say 1.\n", "You say 2.\n"]
    assert prompts(project, [made[0]], "b") == [None]


def test_a_folders_name_is_no_pattern(repo):
    config = {"agentsync.yaml": CONFIG + 'agents: "[ab]"\n'}
    lay(repo.root, config | {"[ab]/a/agent.yaml": "name: A\n", "[ab]/a/AGENTS.md": "p"})
    project, made = committed(repo, {}, {"b/a": "x"})
    assert past.commits(project, "a") == (made[0],)
    assert prompts(project, made) == ["p", "p"]


def test_versions_are_told_once_each_with_their_newest_commit(repo):
    broken = {"agents/a/agent.yaml": "name: [\n"}
    project, made = committed(repo, agent("1"), agent("2"), broken, agent("1"), agent("3"))
    found = list(past.versions(project, "a", "one"))
    assert [commit for commit, _ in found] == [made[4], made[3], made[1]]
    assert [loaded.document["description"] for _, loaded in found] == ["d3", "d1", "d2"]


def test_only_versions_of_a_wanted_prompt_are_read(repo, monkeypatch):
    marked = {"agents/a/AGENTS.md": b"\xef\xbb\xbfYou say 4.\r\n"}
    binary = {"agents/a/AGENTS.md": b"\xff\xfe"}
    project, made = committed(repo, agent("1"), agent("2"), agent("3"), binary, marked)
    seen, read = [], []

    def wanted(text):
        seen.append(text)
        return "2" in text or "4" in text

    monkeypatch.setattr(past, "said", lambda *words: read.append(words[1]) or real(*words))
    found = list(past.versions(project, "a", "one", wanted=wanted))
    assert seen == [
        "You say 4.\r\n",
        "\N{REPLACEMENT CHARACTER}" * 2,
        *(f"You say {number}.\n" for number in (3, 2, 1)),
    ]
    assert [commit for commit, _ in found] == [made[4], made[1]]
    assert len(read) == 2


real = past.said


def test_a_version_without_prompt_is_none(repo):
    project, made = committed(repo, agent("1"))
    (repo.root / "agents/a/AGENTS.md").unlink()
    (repo.root / "agents/a/AGENTS.md").symlink_to("agent.yaml")
    repo.commit()
    (repo.root / "agents/a/AGENTS.md").unlink()
    repo.commit()
    lay(repo.root, {"agents/a/AGENTS.md/x": "a folder"})
    repo.commit()
    assert [commit for commit, _ in past.versions(project, "a", "one")] == made


def test_an_overlay_counts_for_its_target(repo):
    overlay = {"agents/a/agent.two.yaml": "description: theirs\n"}
    project, made = committed(repo, agent("1") | overlay)
    for target, expected in (("one", "d1"), ("two", "theirs")):
        loaded = past.definition_at(project, "a", target, made[0])
        assert loaded.document["description"] == expected


def test_every_kind_of_file_comes_along(repo):
    files = {
        "agents/a/files/notes/ä b.md": "ä\r\n",
        "agents/a/files/empty": "",
        "agents/a/files/tab\there.md": "t\n\n",
        "agents/a/skills/s/SKILL.md": "---\nname: s\ndescription: d\n---\nBody\n",
        "agents/a/skills/s/run.sh": "#!/bin/sh\n",
    }
    lay(repo.root, agent() | files)
    (repo.root / "agents/a/skills/s/run.sh").chmod(0o755)
    project, (commit,) = committed(repo, {})
    assert past.files_at(project, "a", commit) == {
        path.removeprefix("agents/a/"): text.encode()
        for path, text in (agent() | files).items()
        if path.startswith("agents/a/")
    }


def test_symlinks_and_submodules_are_left_out(repo):
    lay(repo.root, agent())
    (repo.root / "agents/a/files").mkdir()
    (repo.root / "agents/a/files/link").symlink_to("/etc/passwd")
    inner = Versioned.made(repo.root / "agents/a/files/module")
    inner.commit()
    project, (commit,) = committed(repo, {})
    assert set(past.files_at(project, "a", commit)) == {"agent.yaml", "AGENTS.md"}


@pytest.mark.parametrize("name", ["..", "."])
@pytest.mark.parametrize("below", [True, False])
def test_a_commit_may_name_no_path_outside_the_folder(repo, name, below):
    project, _ = committed(repo, agent())
    blob = repo.git("rev-parse", "HEAD:agents/a/agent.yaml")
    # mktree takes what fsck would refuse.
    bad = f"100644 blob {blob}\t{name}\n"
    if below:
        bad = f"040000 tree {repo.git('mktree', said=f'100644 blob {blob}{chr(9)}x')}\t{name}\n"
    tree = repo.git("mktree", said=f"100644 blob {blob}\tagent.yaml\n{bad}")
    for folder in ("a", "agents"):
        tree = repo.git("mktree", said=f"040000 tree {tree}\t{folder}\n")
    evil = repo.git("commit-tree", tree, "-m", "evil")
    assert set(past.files_at(project, "a", evil)) == {"agent.yaml"}


def test_the_project_of_today_decides_on_targets(repo):
    _, (commit,) = committed(repo, agent() | {"agents/a/agent.two.yaml": "name: B\n"})
    (repo.root / "agentsync.yaml").write_text("version: 1\nproject: tests\ntargets: {one: {}}\n")
    loaded = past.definition_at(open_project(repo.root), "a", "one", commit)
    assert loaded.document is None
    assert [note.code for note in loaded.diagnostics] == ["unknown-target"]


@pytest.mark.parametrize(
    "commit", ["", "HEAD", "main", "0" * 40, "--help", "-", "0" * 39, "\n", "é" * 40, "0" * 64]
)
def test_a_commit_that_is_none(repo, commit):
    project, _ = committed(repo, agent())
    assert past.definition_at(project, "a", "one", commit) is None
    assert past.files_at(project, "a", commit) == {}


def test_the_id_of_something_else_is_no_commit(repo):
    project, _ = committed(repo, agent())
    blob = repo.git("rev-parse", "HEAD:agents/a/AGENTS.md")
    assert past.definition_at(project, "a", "one", blob) is None


def test_a_folder_that_is_a_file(repo):
    project, made = committed(repo, agent(), {"agents/b": "x"})
    assert past.definition_at(project, "b", "one", made[1]) is None


def test_outside_git_nothing_is_known(tmp_path):
    lay(tmp_path, agent())
    project = open_project(tmp_path)
    assert past.commits(project, "a") == ()
    assert past.definition_at(project, "a", "one", "0" * 40) is None
    assert list(past.versions(project, "a", "one")) == []


def test_a_folder_whose_name_breaks_lines(repo):
    folder = "ag\nents"
    lay(repo.root, {f"{folder}/a/agent.yaml": "name: A\n", f"{folder}/a/AGENTS.md": "p"})
    project, (commit,) = committed(repo, agent())
    config = replace(project.config, agents=folder)
    odd = replace(project, config=config)
    assert past.definition_at(odd, "a", "one", commit) is None
    assert list(past.versions(odd, "a", "one")) == []


def test_a_file_that_git_has_lost(repo):
    project, made = committed(repo, agent("1"), agent("2"))
    blob = repo.git("rev-parse", f"{made[0]}:agents/a/AGENTS.md")
    (repo.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert prompts(project, made) == [None, "You say 2.\n"]
    assert [commit for commit, _ in past.versions(project, "a", "one")] == [made[1]]


def test_before_the_first_commit_nothing_is_known(repo):
    lay(repo.root, agent())
    assert past.commits(open_project(repo.root), "a") == ()


def test_without_git_nothing_is_known(repo, monkeypatch, tmp_path):
    project, (commit,) = committed(repo, agent())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert past.commits(project, "a") == ()
    assert past.definition_at(project, "a", "one", commit) is None


def test_a_git_that_hangs_is_not_waited_for(repo, monkeypatch, tmp_path):
    project, (commit,) = committed(repo, agent())
    (tmp_path / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(past, "_SECONDS", 0.05)
    assert past.commits(project, "a") == ()
    assert past.definition_at(project, "a", "one", commit) is None


def test_a_shallow_clone_knows_what_it_has(repo, tmp_path):
    _, made = committed(repo, agent("1"), agent("2"))
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.root}", str(tmp_path / "clone"))
    project = open_project(tmp_path / "clone")
    assert past.commits(project, "a") == (made[1],)
    assert prompts(project, made) == [None, "You say 2.\n"]


def test_what_a_partial_clone_lacks_is_not_fetched(repo, tmp_path):
    committed(repo, agent("1"), agent("2"))
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", "--filter=blob:none", f"file://{repo.root}", str(clone))
    partial = Versioned(clone)
    touched = tmp_path / "touched"
    partial.git("config", "remote.origin.url", f"ext::touch {touched}")
    partial.git("config", "protocol.ext.allow", "always")
    project = open_project(clone)
    newest, oldest = past.commits(project, "a")
    assert prompts(project, [newest, oldest]) == ["You say 2.\n", None]
    assert not touched.exists()


def test_nothing_that_a_repository_configures_is_run(repo, tmp_path):
    project, (commit,) = committed(repo, agent())
    touched = tmp_path / "touched"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {touched}\ncat\n")
    script.chmod(0o755)
    for name in (
        "core.fsmonitor",
        "core.pager",
        "pager.rev-list",
        "gpg.program",
        "diff.external",
        "diff.x.textconv",
        "diff.x.command",
        "filter.x.smudge",
        "filter.x.process",
        "core.sshCommand",
        "core.editor",
    ):
        repo.git("config", name, str(script))
    repo.git("config", "log.showSignature", "true")
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (repo.root / ".git/hooks").mkdir(exist_ok=True)
        shutil.copy(script, repo.root / ".git/hooks" / hook)
    (repo.root / ".gitattributes").write_text("* filter=x diff=x\n")
    assert past.commits(project, "a") == (commit,)
    assert prompts(project, [commit]) == ["You say 1.\n"]
    assert not touched.exists()
    assert not (repo.root / ".git/index.lock").exists()


def test_a_replaced_object_changes_no_history(repo):
    project, (first, second) = committed(repo, agent("1"), agent("2"))
    repo.git("replace", first, second)
    assert prompts(project, [first]) == ["You say 1.\n"]


def test_more_than_an_agent_may_have_is_not_read(repo, monkeypatch):
    project, (commit,) = committed(repo, agent())
    monkeypatch.setattr(past, "MAX_FILES", 0)
    assert past.files_at(project, "a", commit) == {}
    monkeypatch.undo()
    monkeypatch.setattr(past, "MAX_BYTES", 1)
    assert past.files_at(project, "a", commit) == {}


def test_no_room_on_the_disk_is_no_error(repo, monkeypatch):
    project, (commit,) = committed(repo, agent())

    def full(*arguments):
        raise OSError("no space left")

    monkeypatch.setattr(past, "said", full)
    assert past.definition_at(project, "a", "one", commit) is None
