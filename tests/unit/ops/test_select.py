import pytest
from written import write_definition, write_project

from agentsync.errors import UsageError
from agentsync.files.project import open_project
from agentsync.ops.select import select


@pytest.fixture
def project(tmp_path, monkeypatch):
    write_project(tmp_path, {"name": "A"})
    for slug in "bcde":
        write_definition(tmp_path / "agents" / slug, {"name": slug})
    monkeypatch.chdir(tmp_path)
    return open_project(tmp_path)


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ((), "abcde"),
        (("b",), "b"),
        (("b/", "d//"), "bd"),
        (("d", "b", "b"), "bd"),
        (("agents/c",), "c"),
        (("./agents/c/",), "c"),
        (("agents/c/AGENTS.md", "agents/d/agent.yaml"), "cd"),
        (("agentsync.yaml",), "abcde"),
        (("agents",), "abcde"),
        (("b", "agentsync.yaml"), "abcde"),
    ],
)
def test_what_was_asked_for_is_chosen(project, asked, chosen):
    assert "".join(select(project, asked)) == chosen


def test_paths_count_from_the_current_folder_too(project, monkeypatch):
    monkeypatch.chdir(project.root / "agents" / "b")
    assert select(project, ("AGENTS.md", "../c/agent.yaml")) == ("b", "c")
    assert select(project, ("agents/d",)) == ("d",)


def test_everything_that_fits_nothing_is_named(project):
    with pytest.raises(UsageError, match="`x`, `y/z`") as caught:
        select(project, ("a", "x", "y/z"))
    assert caught.value.hint
    with pytest.raises(UsageError):
        select(project, ("/etc/passwd",))


def test_a_folder_name_with_dots_may_end_with_a_slash(project):
    write_definition(project.root / "agents" / "a.b", {"name": "AB"})
    assert select(open_project(project.root), ("a.b/",)) == ("a.b",)


def test_of_many_agents_the_hint_names_a_few(tmp_path):
    write_project(tmp_path, {"name": "A"})
    for number in range(40):
        write_definition(tmp_path / "agents" / f"agent-{number:05}", {"name": f"{number}"})
    project = open_project(tmp_path)
    with pytest.raises(UsageError) as caught:
        select(project, ("nope/",))
    assert caught.value.message == "no such agent: `nope`"
    assert caught.value.hint.startswith("known: `a`, `agent-00000`, ")
    assert caught.value.hint.endswith("`agent-00006` … and 33 more")
    with pytest.raises(UsageError) as caught:
        select(project, ("agent-0000",))
    assert caught.value.hint == "did you mean `agent-00000`?"


def test_a_shard_is_a_part_of_what_was_chosen(project):
    assert select(project, (), (1, 2)) == ("a", "c", "e")
    assert select(project, (), (2, 2)) == ("b", "d")
    assert select(project, ("a", "b"), (2, 2)) == ("b",)


@pytest.mark.parametrize("asked", ["", "/", "docs", "README.md", "../elsewhere"])
def test_nothing_selects_every_agent_by_accident(project, asked):
    (project.root / "docs").mkdir()
    (project.root / "README.md").touch()
    with pytest.raises(UsageError, match="no such agent"):
        select(project, (asked,))
