"""README says what the program does: its generated blocks are current, its commands exist."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import yaml
from command import agentsync
from pullrequest import pull_request

from agentsync.cli.app import app
from agentsync.cli.commands import COMMANDS
from agentsync.engine.policy.catalogue import RULES
from agentsync.engine.validate import Checker
from agentsync.errors import ExitCode
from agentsync.files import shipped
from agentsync.files.check import check_project
from agentsync.files.project import open_project
from agentsync.ops.demo import EDITED, TARGET

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- output: (?P<name>[a-z ]+) -->\n)(?P<text>.*?)(<!-- end -->)", re.S)


def help_table() -> str:
    rows = ["| command | does |", "|---|---|"]
    for name in COMMANDS:
        found = app.get_command(click.Context(app), name)
        arguments = found.collect_usage_pieces(click.Context(found, info_name=name))
        usage = " ".join([name, *(piece for piece in arguments if piece != "[OPTIONS]")])
        usage = usage.replace("|", "\\|")  # Or it would end the table's cell.
        rows.append(f"| `{usage}` | {COMMANDS[name]} |")
    return "\n".join(rows) + "\n"


def help_blocks() -> str:
    """What --help says of every command, subcommands included."""
    blocks = []
    for name in COMMANDS:
        found = app.get_command(click.Context(app), name)
        inner = [[name, part] for part in getattr(found, "commands", ())]
        blocks += [[name], *inner]
    said = (agentsync(*words, "--help", COLUMNS="100").out.rstrip() for words in blocks)
    return "```text\n" + "\n\n\n".join(said) + "\n```\n"


def exit_codes() -> str:
    rows = [f"| {int(code)} | {code.meaning} |" for code in ExitCode]
    return "\n".join(["| code | means |", "|---|---|", *rows]) + "\n"


def rules_table() -> str:
    rows = ["| rule | severity | fires when | because |", "|---|---|---|---|"]
    for rule in RULES.values():
        amount = f" (from {rule.threshold} {rule.unit} on)" if rule.threshold is not None else ""
        offline = "; also in `validate`" if rule.offline else ""
        when = f"{rule.title}{amount}{offline}"
        rows.append(f"| `{rule.id}` | {rule.severity} | {when} | {rule.reason} |")
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def comment(tmp_path_factory):
    """What is posted on a pull request, without the marker that only GitHub needs."""
    with pull_request(tmp_path_factory.mktemp("demo") / "project") as opened:
        done = agentsync(
            *("plan", EDITED, "-t", TARGET, "--format", "comment"),
            cwd=opened.folder,
            **opened.environ,
        )
        assert done.code == ExitCode.REFUSED, done.err
        marker, _, text = opened.told(done.out).partition("\n")
    assert marker.startswith("<!-- agentsync plan")
    return f"\n{text.strip()}\n\n"


def test_the_generated_blocks_are_current(comment, golden, update_golden):
    text = README.read_text(encoding="utf-8")
    blocks = {
        "commands": help_table(),
        "comment": comment,
        "exit codes": exit_codes(),
        "rules": rules_table(),
    }
    there = {found["name"]: found["text"] for found in BLOCK.finditer(text)}
    assert there.keys() == {*blocks, "help"}
    # Only the words of this one are compared, below: its layout changes with click's version.
    blocks["help"] = help_blocks() if update_golden else there["help"]
    current = BLOCK.sub(lambda found: found[1] + blocks[found["name"]] + found[4], text)
    golden(README, current)


def test_the_help_in_the_text_names_every_option_and_what_it_does():
    block = next(f for f in BLOCK.finditer(README.read_text("utf-8")) if f["name"] == "help")
    shown = " ".join(block["text"].split())
    for found in every_command():
        assert " ".join(found.help.split()) in shown
        for option in found.params:
            assert all(name in shown for name in option.opts if name.startswith("-"))
            assert " ".join((getattr(option, "help", None) or "").split()) in shown


def every_command():
    for name in COMMANDS:
        found = app.get_command(click.Context(app), name)
        yield found
        yield from getattr(found, "commands", {}).values()


def test_the_first_screen_has_exactly_two_commands():
    first = README.read_text(encoding="utf-8").split("\n## ")[0]
    commands = re.findall(r"```sh\n(.*?)\n```", first, re.S)
    assert commands == [
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[emulator]' "
        "&& .venv/bin/agentsync demo",
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest -q",
    ]


def test_every_agentsync_command_in_the_text_exists():
    text = README.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|run: |\\$ )agentsync ([a-z]+)", text, re.M))
    assert named <= {*COMMANDS, "keeps"}
    assert {"validate", "plan", "apply", "drift", "init"} <= named


def yaml_blocks():
    """Every block of YAML in the text, as data, by its first line's comment or its first key."""
    found = {}
    for block in re.findall(r"```yaml\n(.*?)\n```", README.read_text("utf-8"), re.S):
        data = yaml.safe_load(block)
        first = block.partition("\n")[0]
        found[first.removeprefix("# ") if first.startswith("#") else next(iter(data))] = data
    return found


def commands_in_the_text():
    """Every agentsync command line in a block of shell or in a job of GitLab's, as words."""
    blocks = re.findall(r"```sh\n(.*?)\n```", README.read_text("utf-8"), re.S)
    lines = [line for block in blocks for line in block.split("\n")]
    for job in yaml_blocks()[".gitlab-ci.yml"].values():
        lines += job.get("script", ())
    return [
        shlex.split(line.partition(" | ")[0], comments=True)[1:]
        for line in lines
        if line.startswith("agentsync ")
    ]


@pytest.mark.parametrize("words", commands_in_the_text(), ids=" ".join)
def test_every_command_line_in_the_text_is_one(words):
    name, *arguments = words
    # Parsed, not run: a wrong option or value raises.
    app.get_command(click.Context(app), name).make_context(name, arguments)


def test_the_jobs_of_gitlab_validate_plan_and_look_for_drift():
    named = [words[0] for words in commands_in_the_text()]
    assert named[-3:] == ["validate", "plan", "drift"]


def test_the_workflow_calls_ours_with_what_they_take():
    jobs = yaml_blocks()[".github/workflows/agents.yml"]["jobs"]
    assert list(jobs) == ["plan", "apply", "drift"]
    for name, job in jobs.items():
        path = job["uses"].removeprefix("OWNER/agentsync/").removesuffix("@COMMIT")
        assert path == f".github/workflows/{name}.yml"
        ours = yaml.safe_load((ROOT / path).read_text("utf-8"))
        taken = ours[True]["workflow_call"]  # YAML 1.1 reads the key `on` as true.
        assert job["with"].keys() <= taken["inputs"].keys()
        assert job["secrets"].keys() <= taken["secrets"].keys()
        needed = [key for key, item in taken["secrets"].items() if item.get("required")]
        assert set(needed) <= job["secrets"].keys()


def test_the_hook_of_pre_commit_is_one():
    (repository,) = yaml_blocks()[".pre-commit-config.yaml"]["repos"]
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert {hook["id"] for hook in repository["hooks"]} <= {hook["id"] for hook in hooks}


def test_the_policy_in_the_text_is_one():
    document = {"project": "acme", **yaml_blocks()["policy"]}
    assert Checker(shipped.schema("project")).issues(document) == ()


def test_the_agents_of_an_agent_server_in_the_text_are_valid(tmp_path):
    blocks = yaml_blocks()
    for name in ("agentsync.yaml", "agents/support-triage/agent.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(blocks[name]), "utf-8")
    (tmp_path / "agents/support-triage/AGENTS.md").write_text("You triage.\n", "utf-8")
    assert check_project(tmp_path) == (1, ())
    target = open_project(tmp_path).target("production")
    assert (target.provider, target.prompt, bool(target.owner)) == (
        "agent-server",
        "/context/instructions",
        True,
    )


def test_the_lines_for_jq_say_something(tmp_path):
    if not shutil.which("jq"):
        pytest.skip("jq is not installed")
    line = re.search(r"--format json \| jq -r '([^']+)'", README.read_text("utf-8"))
    with pull_request(tmp_path / "project") as opened:
        done = agentsync(
            "plan", "-t", TARGET, "--format", "json", cwd=opened.folder, **opened.environ
        )
    found = subprocess.run(["jq", "-r", line[1]], input=done.out, capture_output=True, text=True)
    assert found.stdout == "acronym-finder\nrelease-notes\nsupport-triage\n"
