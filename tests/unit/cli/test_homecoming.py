"""What the options of pull, import, log and rollback come to, and what they refuse."""

import json
from pathlib import Path

import pytest

from agentsync import cli
from agentsync.cli import app, confirming
from agentsync.errors import ExitCode
from agentsync.model import AgentPatch, History, PatchStatus, Problem, Report

HERE = Path()


@pytest.fixture
def asked(monkeypatch):
    """The options that a command line comes to; nothing is read or written."""
    found = []

    def take(options, *others):
        found.append(options)
        return Report(command="", exit_code=ExitCode.OK, tool_version="0")

    for place in ("pull.pull", "importing.import_agents", "history.log", "rollback.rollback"):
        monkeypatch.setattr(f"agentsync.ops.{place}", take)

    def parsed(*arguments):
        assert app.run([str(each) for each in arguments]) == ExitCode.OK
        return found[-1]

    return parsed


def refused(capsys, *arguments):
    """What is said of a command line that means nothing."""
    assert app.run([str(each) for each in arguments]) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


# -- pull


def test_pull_decides_nothing_by_itself(asked):
    options = asked("pull")
    assert (options.addresses, options.target, options.directory) == ((), "", HERE)
    assert (options.conflicts, options.dry_run, options.commit) == (None, False, False)
    assert (options.workers, options.shard) == (16, (1, 1))


@pytest.mark.parametrize("choice", ["ours", "theirs", "merge"])
def test_every_choice_of_pull_arrives(asked, choice):
    assert asked("pull", f"--{choice}").conflicts.value == choice


def test_pull_takes_all_that_plan_takes(asked, tmp_path):
    words = ("a", "b", "-t", "x", "--workers", 2, "--shard", "2/3", "-C", tmp_path)
    options = asked("pull", *words, "--dry-run", "--commit")
    assert options.addresses == ("a", "b")
    assert (options.target, options.workers, options.shard) == ("x", 2, (2, 3))
    assert (options.directory, options.dry_run, options.commit) == (tmp_path, True, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--ours", "--theirs"), "--ours and --theirs exclude each other"),
        (("--merge", "--ours"), "--ours and --merge exclude each other"),
        (("--theirs", "--merge", "--ours"), "--ours and --theirs and --merge exclude each other"),
        (("--shard", "4/3"), "is not I/N"),
        (("--adopt",), "--adopt"),
        (("-C", "/no/where"), "does not exist"),
    ],
)
def test_what_pull_cannot_mean(capsys, words, said):
    assert said in " ".join(refused(capsys, "pull", *words).split())


# -- import


@pytest.mark.parametrize(
    ("words", "ids", "everything"),
    [(("1", "2"), ("1", "2"), False), (("--all",), (), True)],
)
def test_import_takes_ids_or_all(asked, words, ids, everything):
    options = asked("import", *words)
    assert (options.ids, options.everything, options.source) == (ids, everything, None)
    assert (options.name, options.owner, options.files, options.dry_run) == ("", "", (), False)


def test_every_filter_of_import_arrives(asked):
    options = asked(
        *("import", "--all", "--name", "Team *", "--owner", "me", "-t", "x", "--workers", 3),
        *("--files", "a/*", "--files", "b", "--dry-run"),
    )
    assert (options.name, options.owner, options.files) == ("Team *", "me", ("a/*", "b"))
    assert (options.target, options.workers, options.dry_run) == ("x", 3, True)


def test_import_takes_a_folder(asked, tmp_path):
    assert asked("import", "--from", tmp_path).source == tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing is named to import"),
        (("--name", "x"), "--name alone chooses nothing"),
        (("--owner", "me"), "--owner alone chooses nothing"),
        (("--owner", "me", "--name", "x"), "--name and --owner alone choose nothing"),
        (("--all", "1"), "IDs and --all exclude each other"),
        (("--all", "--from", "."), "--all and --from exclude each other"),
        (("1", "--from", "."), "IDs and --from exclude each other"),
        (("--from", "/no/where"), "/no/where is not a folder"),
        (("--from", __file__), "is not a folder"),
        (("--workers", "0", "--all"), "--workers"),
    ],
)
def test_what_import_cannot_mean(capsys, words, said):
    assert said in " ".join(refused(capsys, "import", *words).split())


def test_filters_alone_get_the_hint_that_is_meant(capsys):
    assert "`agentsync import --all` with the same options" in refused(
        capsys, "import", "--name", "x"
    )
    assert "say --all or --from" in refused(capsys, "import")


def test_import_lives_in_a_module_of_another_name():
    assert Path(cli.__file__).with_name("import_.py").exists()
    assert app.app.get_command(None, "import").name == "import"
    assert app.app.get_command(None, "import_") is None


# -- log and rollback


def test_log_has_twenty_revisions_unless_told_otherwise(asked):
    options = asked("log", "a")
    assert (options.address, options.target, options.limit) == ("a", "", 20)
    assert asked("log", "a", "-n", 3, "-t", "x").limit == 3
    assert asked("log", "a", "--limit", 5).limit == 5


@pytest.mark.parametrize("words", [(), ("a", "b"), ("a", "-n", "0"), ("a", "-n", "x")])
def test_what_log_cannot_mean(capsys, words):
    assert refused(capsys, "log", *words)


def test_rollback_takes_a_revision_and_a_place_for_the_plan(asked, tmp_path):
    options = asked("rollback", "a", "--to", "1a2b3c4d", "-t", "x")
    assert (options.address, options.to, options.target) == ("a", "1a2b3c4d", "x")
    assert options.save is None
    saved = asked("rollback", "a", "--to", "1", "-o", tmp_path / "plan.json")
    assert saved.save == tmp_path / "plan.json"


@pytest.mark.parametrize("words", [(), ("a",), ("a", "b", "--to", "1"), ("--to", "1")])
def test_what_rollback_cannot_mean(capsys, words):
    assert refused(capsys, "rollback", *words)


@pytest.mark.parametrize(("words", "said"), [(("-y",), True), (("--yes",), True), ((), False)])
def test_rollback_asks_as_apply_does(monkeypatch, words, said):
    found = []

    def decide(options, environ, watch, confirm, now):
        report = Report(command="rollback", exit_code=ExitCode.OK, tool_version="0")
        found.append(confirm(report))
        return report

    monkeypatch.setattr("agentsync.ops.rollback.rollback", decide)
    monkeypatch.setattr(confirming.sys, "stdin", None)
    assert app.run(["rollback", "a", "--to", "1", *words]) == ExitCode.OK
    assert found == [said]


# -- what goes where


@pytest.mark.parametrize(
    "words", [("pull", "--ours", "--merge"), ("import",), ("import", "--name", "x")]
)
def test_json_is_whole_also_when_the_words_mean_nothing(capsys, words):
    assert app.run([*words, "--format", "json"]) == ExitCode.USAGE
    report = json.loads(capsys.readouterr().out)
    assert report["exit_code"] == ExitCode.USAGE
    assert report["problems"][0]["code"] == "usage"
    assert (report["patches"], report["history"], report["plan"]) == ([], None, None)


def test_a_history_with_a_problem_is_still_an_answer(monkeypatch, capsys):
    history = History(address="a", name="A", agent_id="1")

    def told(*arguments):
        return Report(command="log", exit_code=ExitCode.OK, tool_version="0", history=history)

    monkeypatch.setattr("agentsync.ops.history.log", told)
    assert app.run(["log", "a", "--output", "text=/no/where"]) == ExitCode.ERROR
    shown = capsys.readouterr()
    assert shown.out.startswith("Log: a\n")
    assert "cannot write /no/where" in shown.out
    assert shown.err == ""


def test_patches_with_a_problem_are_still_an_answer(monkeypatch, capsys):
    patches = (AgentPatch(address="a", name="A", status=PatchStatus.WRITTEN),)
    lost = (Problem(code="untried", message="9 more agents were not tried"),)

    def told(*arguments):
        return Report(
            command="import",
            exit_code=ExitCode.PARTIAL,
            tool_version="0",
            patches=patches,
            problems=lost,
        )

    monkeypatch.setattr("agentsync.ops.importing.import_agents", told)
    assert app.run(["import", "--all"]) == ExitCode.PARTIAL
    shown = capsys.readouterr()
    assert shown.out.startswith("Import\n\n1 agent imported\n")
    assert "9 more agents were not tried" in shown.out
    assert shown.err == ""


@pytest.mark.parametrize("bare", [False, True])
def test_init_can_be_bare(monkeypatch, tmp_path, bare):
    found = []

    def take(directory, **more):
        found.append((directory, more))
        return Report(command="init", exit_code=ExitCode.OK, tool_version="0")

    monkeypatch.setattr("agentsync.ops.init.init", take)
    words = ["--bare"] if bare else []
    assert app.run(["init", str(tmp_path), *words]) == ExitCode.OK
    assert found == [(tmp_path, {"project": None, "bare": bare})]
