"""README says what the program does: its generated blocks are current, its commands exist."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml
from command import agentsync

from agentsync.cli.app import COMMANDS, app
from agentsync.emulator.serve import Options, running
from agentsync.errors import ExitCode
from agentsync.ops.demo import EDITED, TARGET, Stage

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


@pytest.fixture(scope="module")
def plan_of_the_demo(tmp_path_factory):
    """The plan for an agent that was applied, then edited live, then changed in git."""
    folder = tmp_path_factory.mktemp("demo") / "project"
    with running(Options(deterministic=True)) as server:
        stage = Stage(folder=folder, url=server.url)
        stage.build()
        known = {"LANGSMITH_ENDPOINT": server.url, "LANGSMITH_API_KEY": "k"}
        applied = agentsync("apply", EDITED, "-t", TARGET, "--yes", cwd=folder, **known)
        stage.edit_in_the_web_interface()
        stage.change_another_field_in_git()
        done = agentsync("plan", EDITED, "-t", TARGET, cwd=folder, **known)
    assert (applied.code, done.code) == (ExitCode.OK, ExitCode.OK), applied.err + done.err
    shown = done.out.replace(server.url, "https://api.smith.langchain.com")
    shown = re.sub(r"applied [0-9-]+ [0-9:]+ UTC", "applied 2026-05-04 09:12 UTC", shown)
    return f"```text\n$ agentsync plan {EDITED} -t {TARGET}\n{shown.rstrip()}\n```\n"


def test_the_generated_blocks_are_current(plan_of_the_demo, golden, update_golden):
    text = README.read_text(encoding="utf-8")
    blocks = {"commands": help_table(), "exit codes": exit_codes(), "plan": plan_of_the_demo}
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


def commands_in_the_text():
    """Every agentsync command line in a block of shell or in the workflow, as words."""
    text = README.read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)\n```", text, re.S)
    lines = [line for block in blocks for line in block.split("\n")]
    workflow = yaml.safe_load(re.search(r"```yaml\n(.*?)\n```", text, re.S)[1])
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    lines += [step["run"] for step in steps if "run" in step]
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


def test_the_workflow_plans_applies_and_looks_for_drift():
    named = [words[0] for words in commands_in_the_text()]
    assert named[-4:] == ["validate", "plan", "apply", "drift"]
