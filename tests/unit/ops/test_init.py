import json
import re
import shlex
from pathlib import Path

import pytest

from agentsync.errors import ExitCode, ProjectError, RefusedError, UsageError
from agentsync.files.check import check_project
from agentsync.files.project import open_project
from agentsync.files.shipped import schema_text
from agentsync.ops import init as init_module
from agentsync.ops.init import init

WRITTEN = {
    ".agentsync/schemas/agent.schema.json",
    ".agentsync/schemas/assistant.schema.json",
    ".agentsync/schemas/project.schema.json",
    ".agentsync/schemas/subagent.schema.json",
    ".gitignore",
    "agents/first-agent/AGENTS.md",
    "agents/first-agent/agent.yaml",
    "agentsync.yaml",
}


def files_in(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_a_new_project_validates_without_a_single_remark(tmp_path: Path) -> None:
    report = init(tmp_path / "acme")
    assert report.command == "init"
    assert report.exit_code is ExitCode.OK
    assert set(files_in(tmp_path / "acme")) == WRITTEN
    for target in ("", "staging"):
        count, diagnostics = check_project(tmp_path / "acme", target=target)
        assert (count, list(diagnostics)) == (1, [])


def test_a_bare_project_has_no_agent_and_says_how_to_get_some(tmp_path: Path) -> None:
    lines = init(tmp_path / "acme", bare=True).listing
    agent = {path for path in WRITTEN if path.startswith("agents/")}
    assert set(files_in(tmp_path / "acme")) == WRITTEN - agent
    assert open_project(tmp_path / "acme", empty_ok=True).slugs == ()
    commands = [shlex.split(line, comments=True) for line in lines[lines.index("Next:") :]]
    assert ["agentsync", "import", "--all"] in commands
    assert not any("first-agent" in line for line in lines)


def test_unfinished_files_are_kept_out_of_git(tmp_path: Path) -> None:
    init(tmp_path)
    assert ".agentsync/tmp/" in (tmp_path / ".gitignore").read_text().splitlines()


def test_every_commented_out_line_is_right_too(tmp_path: Path) -> None:
    init(tmp_path)
    for path in (tmp_path / "agentsync.yaml", tmp_path / "agents/first-agent/agent.yaml"):
        text = path.read_text(encoding="utf-8")
        # What looks like YAML behind a "# " is an example; sentences are left as comments.
        path.write_text(
            re.sub(
                r"^( *)# ((?: |- )*[a-z_]+:(?: \S+)?$|(?: *)- \S+.*$)", r"\1\2", text, flags=re.M
            ).replace("#     https://mcp", "    https://mcp"),
            encoding="utf-8",
        )
        assert path.read_text(encoding="utf-8") != text
    for target in ("", "staging", "production"):
        count, diagnostics = check_project(tmp_path, target=target)
        assert (count, [str(item) for item in diagnostics]) == (1, [])


def test_the_modelines_lead_to_the_shipped_schemas(tmp_path: Path) -> None:
    init(tmp_path)
    found = []
    for path in tmp_path.rglob("*.yaml"):
        for depth, name in re.findall(r"\$schema=(\S*?)([a-z]+)\.schema\.json", path.read_text()):
            start = path.parent / "subagents/any" if name == "subagent" else path.parent
            schema = (start / f"{depth}{name}.schema.json").resolve()
            parts = [part for part in schema.parts if part != ".."]
            assert schema.is_file(), (path, parts)
            assert schema.read_text(encoding="utf-8") == schema_text(name)
            assert json.loads(schema_text(name))["$schema"].endswith("2020-12/schema")
            found.append(name)
    assert sorted(found) == ["agent", "project", "subagent"]


@pytest.mark.parametrize(
    ("folder", "project"),
    [
        ("Acme Agents", "acme-agents"),
        ("agents_2026", "agents-2026"),
        ("2026", "2026"),
        ("no", "no"),
        ("Café Zoë", "cafe-zoe"),
        ("日本", "my-agents"),
        (".hidden", "hidden"),
        ("--", "my-agents"),
    ],
)
def test_the_project_is_named_after_its_folder(tmp_path: Path, folder: str, project: str) -> None:
    init(tmp_path / folder)
    assert f'\nproject: "{project}"\n' in (tmp_path / folder / "agentsync.yaml").read_text()
    assert check_project(tmp_path / folder, target="")[1] in ((), [])


def test_a_given_name_is_taken_as_it_is(tmp_path: Path) -> None:
    init(tmp_path, project="Field_service-2")
    assert '\nproject: "Field_service-2"\n' in (tmp_path / "agentsync.yaml").read_text()


@pytest.mark.parametrize("name", ["", "a b", "-a", "_a", "é", "a/b", 'x"y', "a\n"])
def test_a_given_name_that_is_no_slug_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        init(tmp_path, project=name)
    assert "is not a project name" in caught.value.message
    assert files_in(tmp_path) == {}


@pytest.mark.parametrize("path", sorted(WRITTEN - {".gitignore"}))
def test_a_file_in_the_way_is_named_and_nothing_is_written(tmp_path: Path, path: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("mine")
    with pytest.raises(RefusedError) as caught:
        init(tmp_path)
    assert f"{path} exists" in caught.value.message
    assert files_in(tmp_path) == {path: b"mine"}


def test_all_files_in_the_way_are_named_at_once(tmp_path: Path) -> None:
    init(tmp_path)
    before = files_in(tmp_path)
    with pytest.raises(RefusedError) as caught:
        init(tmp_path)
    assert all(f"{path} exists" in caught.value.message for path in WRITTEN - {".gitignore"})
    assert files_in(tmp_path) == before


def test_a_gitignore_and_other_files_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "README.md").write_text("hello\n")
    (tmp_path / "agents").mkdir()
    listing = "\n".join(init(tmp_path).listing)
    assert files_in(tmp_path)[".gitignore"] == b"*.log\n"
    assert files_in(tmp_path)["README.md"] == b"hello\n"
    assert "  .gitignore" not in listing


@pytest.mark.parametrize("path", ["agents", "agents/first-agent", ".agentsync"])
def test_a_file_where_a_folder_is_needed(tmp_path: Path, path: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("mine")
    with pytest.raises(RefusedError, match=f"{path} is not a folder"):
        init(tmp_path)
    assert files_in(tmp_path) == {path: b"mine"}


def test_links_are_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "project").mkdir()
    (tmp_path / "project/agents").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "project/agentsync.yaml").symlink_to(tmp_path / "elsewhere/target.yaml")
    with pytest.raises(RefusedError) as caught:
        init(tmp_path / "project")
    assert "agents is not a folder" in caught.value.message
    assert "agentsync.yaml exists" in caught.value.message
    assert files_in(tmp_path) == {}


def test_a_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="is not a folder"):
        init(tmp_path / "file")
    with pytest.raises(ProjectError, match="Not a directory"):
        init(tmp_path / "file" / "below")


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="cannot write") as caught:
        init(tmp_path / "new" / ("x" * 300))
    assert "nothing was left behind" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_was_written_before_a_failure_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    (tmp_path / "agents").mkdir()
    create, paths = init_module._create, []

    def failing_at_the_last(path: Path, text: str, made: list[Path]) -> None:
        create(path, text, made)
        paths.append(path)
        if len(paths) == len(WRITTEN):
            raise error

    monkeypatch.setattr(init_module, "_create", failing_at_the_last)
    with pytest.raises((ProjectError, KeyboardInterrupt)) as caught:
        init(tmp_path)
    assert caught.type is (ProjectError if isinstance(error, OSError) else KeyboardInterrupt)
    assert len(paths) == len(WRITTEN)
    assert [path.name for path in tmp_path.rglob("*")] == ["agents"]


def test_a_file_that_appears_after_the_check_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def appear(directory: Path, _texts: object) -> None:
        (directory / "agents/first-agent").mkdir(parents=True)
        (directory / "agents/first-agent/AGENTS.md").write_text("theirs")

    monkeypatch.setattr(init_module, "_refuse_obstacles", appear)
    with pytest.raises(ProjectError, match="File exists"):
        init(tmp_path)
    assert files_in(tmp_path) == {"agents/first-agent/AGENTS.md": b"theirs"}


def test_the_listing_names_each_file_and_leads_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "my agents"
    lines = init(target).listing
    assert all(any(line.startswith(f"  {path} ") for line in lines) for path in WRITTEN)
    commands = [shlex.split(line, comments=True) for line in lines[lines.index("Next:") :]]
    assert ["cd", str(target)] in commands
    assert ["agentsync", "validate"] in commands
    assert ["agentsync", "plan", "-t", "staging"] in commands

    monkeypatch.chdir(tmp_path)
    Path("here").mkdir()
    monkeypatch.chdir("here")
    assert not any(line.strip().startswith("cd ") for line in init(Path()).listing)
    assert '\nproject: "here"\n' in Path("agentsync.yaml").read_text()
