"""What completion offers, in the protocol between the shells' scripts and agentsync."""

import json
import os
import subprocess
import sys

import pytest
from command import agentsync
from written import write_project

from agentsync.cli.app import run
from agentsync.cli.commands import COMMANDS, COMPLETE
from agentsync.errors import ExitCode
from agentsync.render import FORMATS

CONFIG = "version: 1\nproject: tests\ntargets:\n  staging: {}\n  production: {protect: true}\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The current folder: a project with three agents."""
    write_project(tmp_path, {"name": "A", "system_prompt": "p"})
    (tmp_path / "agentsync.yaml").write_text(CONFIG, "utf-8")
    (tmp_path / "agents" / "ab").mkdir()
    (tmp_path / "agents" / "b").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def answer(monkeypatch, capsys):
    """The answer to a line, as tuples of fields."""

    def ask(line, shell="zsh"):
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv(COMPLETE, f"{shell}_complete")
        assert run([]) == ExitCode.OK
        said = capsys.readouterr()
        assert said.err == ""
        return [tuple(offer.split("\t")) for offer in said.out.splitlines() if offer]

    return ask


def words(offers):
    return [offer[1] for offer in offers]


# -- what is offered


def test_every_command_with_what_it_does(answer):
    assert answer("agentsync ") == [("plain", *each) for each in COMMANDS.items()]
    assert words(answer("agentsync st")) == ["status"]
    assert words(answer("agentsync --")) == ["--version", "--help"]


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"init", "emulate", "demo", "import"}))
def test_every_command_that_is_about_agents_offers_them(command, here, answer):
    found = words(answer(f"agentsync {command} "))
    if command == "schema":
        assert found == ["check", "derive", "show"]
    elif command == "completion":
        assert found == ["bash", "zsh", "fish"]
    else:
        assert found == ["a", "ab", "b"]
        assert words(answer(f"agentsync {command} ab")) == ["ab"]


@pytest.mark.parametrize(
    "command",
    [name for name in COMMANDS if name not in ("emulate", "demo", "schema", "completion")],
)
def test_every_command_offers_its_formats(command, answer):
    assert words(answer(f"agentsync {command} --format ")) == list(FORMATS)
    opened = [("open", f"{name}=", "") for name in FORMATS]
    assert answer(f"agentsync {command} --output ") == opened
    assert answer(f"agentsync {command} --output json=r/x") == [("file", "5", "json=", "r/x")]


@pytest.mark.parametrize(
    "command", ["import", "validate", "plan", "diff", "apply", "drift", "status", "pull", "log"]
)
def test_every_command_with_a_target_offers_those_of_the_project(command, here, answer):
    assert words(answer(f"agentsync {command} -t ")) == ["staging", "production"]
    assert words(answer(f"agentsync {command} --target p")) == ["production"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("plan --on-drift ", ["keep", "revert", "fail"]),
        ("apply --on-conflict ", ["fail", "git", "live"]),
        ("schema show ", ["agent", "assistant", "plan", "project", "report", "subagent"]),
        ("schema show sub", ["subagent"]),
        ("plan a ", ["ab", "b"]),
        ("plan -t staging --adopt a", ["a", "ab"]),
        ("plan --nonsense a", ["a", "ab"]),
        ("plan -- a", ["a", "ab"]),
        ("rollback a --to ", []),
        ("rollback a ", []),
        ("plan --delete ", []),
        ("import ", []),
        ("plan -t=", []),
        ("plan --output pdf=x", []),
        ("plan --shard ", []),
        ("plan --on-drift=", ["--on-drift=keep", "--on-drift=revert", "--on-drift=fail"]),
        ("plan 'a", ["a", "ab"]),
        ('plan "a', ["a", "ab"]),
    ],
)
def test_offers(line, found, here, answer):
    assert words(answer(f"agentsync {line}")) == found


def test_options_come_with_what_they_do_on_one_line(here, answer):
    found = dict(offer[1:] for offer in answer("agentsync plan -"))
    assert found["--shard"] == "Only the I-th of N parts."
    assert found["-C"] == found["-C"].strip() != ""
    assert {"-t", "--target", "-o", "--on-drift", "--help"} <= found.keys()
    assert "--shard" not in words(answer("agentsync plan --shard 1/2 --s"))


@pytest.mark.parametrize(
    "line",
    ["validate a/", "validate ./a", "apply x/y", "plan -o x", "emulate --database x", "init x"],
)
def test_files_are_the_shells_business(line, here, answer):
    ((kind, kept, before, path),) = answer(f"agentsync {line}")
    assert (kind, kept, before, path) in [
        ("file", "0", "", line.split()[-1]),
        ("dir", "0", "", line.split()[-1]),
    ]


def test_a_folder_behind_an_option_is_one(here, answer):
    assert answer("agentsync plan -C ") == [("dir", "0", "", "")]
    assert answer("agentsync demo --folder=x") == [("dir", "9", "--folder=", "x")]
    assert answer("agentsync plan --output=json='a b") == [("file", "14", "--output=json=", "a b")]


def test_apply_offers_plans_and_only_as_its_first_word(here, answer):
    for name in ("plan.json", "a.json", "note.txt", ".hidden.json"):
        (here / name).touch()
    (here / "folder.json").mkdir()
    (here / "link.json").symlink_to("plan.json")
    assert words(answer("agentsync apply ")) == ["a", "ab", "b", "a.json", "plan.json"]
    assert words(answer("agentsync apply a ")) == ["ab", "b"]
    assert answer("agentsync apply x") == [("file", "0", "", "x")]


# -- which project


def test_c_names_the_project(here, answer, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("HOME", str(here.parent))
    assert answer("agentsync plan ") == []
    for place in (here, here / "agents" / "a", f"~/{here.name}"):
        assert words(answer(f"agentsync plan -C {place} ")) == ["a", "ab", "b"]
        assert words(answer(f"agentsync plan -C {place} -t ")) == ["staging", "production"]


def test_a_project_around_here_is_not_the_one_that_c_means(here, answer):
    assert answer(f"agentsync plan -C {here / 'nowhere'} ") == []


def test_another_agents_folder(here, answer):
    (here / "agentsync.yaml").write_text("version: 1\nagents: some/where\n", "utf-8")
    assert answer("agentsync plan ") == []
    (here / "some" / "where" / "c").mkdir(parents=True)
    assert words(answer("agentsync plan ")) == ["c"]


@pytest.mark.parametrize("config", ["", "targets: 1\n", "targets: [a]\n", "project: 1\nx: 2\n"])
def test_a_wrong_project_still_has_its_agents(config, here, answer):
    (here / "agentsync.yaml").write_text(config, "utf-8")
    assert words(answer("agentsync plan ")) == ["a", "ab", "b"]
    assert answer("agentsync plan -t ") == []


@pytest.mark.parametrize(
    "config",
    [
        *(
            "agents: [",
            "- a\n",
            "agents: 1\n",
            "agents: [a]\n",
            "agents: ..\n",
            "agents: agents/..\n",
        ),
        *("agents: /\n", "agents: ''\n", "agents: ./agents\n", "agents: agents/\n", "\0"),
        *('agents: "a\\0b"\n', "agents: agentsync.yaml\n", "agents: missing\n"),
        *("a: &a [*a]", "agents: link\n", "agents: link/agents\n"),
    ],
)
def test_a_broken_project_offers_nothing(config, here, answer):
    (here / "link").symlink_to(here)
    (here / "agentsync.yaml").write_text(config, "utf-8")
    assert answer("agentsync plan ") == []
    assert answer("agentsync plan -t ") == []


@pytest.mark.parametrize("content", [b"\xff\xfe", b"agents: \xff", b"x" * 2_000_000, None])
def test_a_file_that_is_none_offers_nothing(content, here, answer):
    file = here / "agentsync.yaml"
    file.unlink()
    file.mkdir() if content is None else file.write_bytes(content)
    assert answer("agentsync plan ") == []
    assert answer("agentsync plan -t ") == []


def test_a_folder_that_is_gone_is_no_bug(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    code = "import os, sys; os.rmdir(os.getcwd()); from agentsync.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=gone,
        env={**os.environ, "COMP_WORDS": "agentsync plan ", COMPLETE: "bash_complete"},
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, b"", b"")


# -- what is never offered


@pytest.mark.parametrize(
    "name",
    [
        *(
            "$(id)",
            "`id`",
            "a;id",
            "a&b",
            "a|b",
            "a'b",
            'a"b',
            "a b",
            "a\nb",
            "a\tb",
            "a:b",
            "a\\b",
        ),
        *("a*", "a?", "a[b]", "a{b,c}", "~a", "=a", "-a", "!a", "#a", "a(b)", "a<b", "a>b", "a$b"),
        *("a\x1b[31m", "a\x07", "a\u202eb", "a\u200bb", "ä", "\udcff", "a%b", "a,b", "a=b", "a^b"),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_name_that_a_shell_could_take_for_more(name, shell, tmp_path, monkeypatch, answer):
    monkeypatch.chdir(tmp_path)
    try:
        (tmp_path / "agents" / name).mkdir(parents=True)
        (tmp_path / f"{name}.json").touch()
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    (tmp_path / "agents" / "good").mkdir()
    quoted = json.dumps("no text" if name == "\udcff" else name)
    (tmp_path / "agentsync.yaml").write_text(f"targets: {{{quoted}: {{}}, good: {{}}}}\n", "utf-8")
    assert words(answer("agentsync plan ", shell)) == ["good"]
    assert words(answer("agentsync apply ", shell)) == ["good"]
    assert words(answer("agentsync plan -t ", shell)) == ["good"]
    assert words(answer("agentsync plan -- ", shell)) == ["good"]


def test_nothing_is_offered_that_begins_with_what_is_no_word(here, answer):
    assert answer("agentsync plan --on-drift$(id)=") == []
    assert answer("agentsync plan --output 'json=a\nb") == []
    assert answer("agentsync plan --output 'json=a\x1b[31m") == []


# -- each shell's own ways


def test_to_bash_a_word_begins_behind_the_equals_sign(here, answer):
    assert words(answer("agentsync plan --on-drift=k", "bash")) == ["keep"]
    assert words(answer("agentsync plan --output=js", "bash")) == ["json="]
    assert words(answer("agentsync plan --output=js", "fish")) == ["--output=json="]


def test_behind_a_redirection_bash_looks_for_files(here, answer):
    for line in ("> a", ">a", "2> a", "2>>a", "< a", "&> a"):
        assert answer(f"agentsync plan {line}", "bash")[0][0] == "file"
    assert words(answer("agentsync plan a", "bash")) == ["a", "ab"]


# -- what it costs


@pytest.mark.parametrize(
    "line", ["", "plan ", "plan -t ", "plan --output ", "apply ", "schema show ", "plan -"]
)
@pytest.mark.parametrize("config", [CONFIG, "agents: [", "nonsense: 1\n"])
def test_nothing_heavy_is_imported(line, config, here):
    (here / "agentsync.yaml").write_text(config, "utf-8")
    heavy = ("httpx", "deepdiff", "jsonschema", "jsonschema_rs", "rich", "asyncio", "ssl", "dotenv")
    code = "import sys, atexit; atexit.register(lambda: sys.stderr.write(repr(sorted("
    code += f"set(sys.modules) & set({heavy})))))\nfrom agentsync.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "COMP_WORDS": f"agentsync {line}", COMPLETE: "bash_complete"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == "[]"


def test_the_commands_are_known_without_importing_any():
    code = "import sys; from agentsync.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    code += "print([m for m in sys.modules if m in ('yaml', 'agentsync.cli.plan')])"
    environ = {"COMP_WORDS": "agentsync ", COMPLETE: "fish_complete"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.endswith("[]\n")


def test_no_secret_is_read(here, answer, monkeypatch):
    (here / ".env").write_text("LANGSMITH_API_KEY=k\n")
    opened = []
    original = os.open

    def watched(path, *arguments, **more):
        opened.append(str(path))
        return original(path, *arguments, **more)

    monkeypatch.setattr(os, "open", watched)
    assert words(answer("agentsync plan -t staging a")) == ["a", "ab"]
    assert [path.rsplit("/", 1)[1] for path in opened] == ["agentsync.yaml"]


# -- the command


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script(shell):
    done = agentsync("completion", shell)
    assert (done.code, done.err) == (ExitCode.OK, "")
    assert f"{COMPLETE}={shell}_complete" in done.out
    assert "%(" not in done.out
    assert agentsync("completion", SHELL=f"/usr/local/bin/{shell}").out == done.out
    assert agentsync(**{COMPLETE: f"{shell}_source"}).out.rstrip() == done.out.rstrip()
    assert f"completion {shell}" in agentsync("completion", "--help").out


@pytest.mark.parametrize(
    ("shell", "said"),
    [
        ("/bin/tcsh", "there is no completion for the shell `tcsh`"),
        ("/bin/\x1b[31mx", "there is no completion for the shell `␛[31mx`"),
        ("", "$SHELL names no shell"),
    ],
)
def test_a_shell_that_cannot_be_helped(shell, said):
    done = agentsync("completion", SHELL=shell)
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert said in done.err
    assert "agentsync completion bash|zsh|fish" in done.err


def test_a_shell_that_is_none():
    done = agentsync("completion", "ksh")
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert "'ksh'" in done.err


def test_an_instruction_that_is_none_is_an_error():
    assert agentsync(**{COMPLETE: "nope"}).code == ExitCode.ERROR
