"""The action by itself: how it calls agentsync, what it puts out, and how it ends."""

import json

import pytest
from fakegithub import Token
from runner import run_action
from scene import TARGET, pull_request

REPORTS = ("json", "markdown", "comment", "sarif", "html")


@pytest.fixture
def act(scene):
    """One step with our action, in the clone."""

    def run(command, event=None, environ=None, **given):
        machine = scene.machine(event or {})
        inputs = {"command": command, **{key.replace("_", "-"): it for key, it in given.items()}}
        inputs.setdefault("target", TARGET)
        return run_action(machine, scene.clone.root, inputs, {**scene.api(), **(environ or {})})

    return run


@pytest.fixture
def change(scene):
    scene.write("a", {"name": "A", "description": "two", "system_prompt": "You answer."})


# -- how it ends


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "drift", "pull"])
def test_in_sync_every_command_succeeds(act, scene, command):
    done = act(command)
    assert done.outcome == "success", done.log
    assert done.outputs["exit-code"] == "0"
    assert done.outputs["changed"] == "false"
    assert scene.writes() == 0


def test_differences_alone_do_not_fail_a_plan(act, change):
    done = act("plan")
    assert done.outcome == "success"
    assert (done.outputs["exit-code"], done.outputs["changed"]) == ("2", "true")
    assert done.outputs["pending"] == "1"


def test_drift_fails_unless_told_otherwise(act, scene):
    scene.edit("A", description="edited")
    done = act("drift")
    assert done.outcome == "failure"
    assert (done.outputs["exit-code"], done.outputs["changed"]) == ("2", "true")
    done = act("drift", fail_on_drift="false")
    assert done.outcome == "success"
    assert (done.outputs["exit-code"], done.outputs["changed"]) == ("2", "true")


def test_apply_and_pull_say_whether_they_wrote(act, scene, change):
    done = act("apply")
    assert done.outcome == "success", done.log
    assert done.outputs["changed"] == "true"
    scene.edit("A", description="edited")
    done = act("pull")
    assert done.outcome == "success", done.log
    assert done.outputs["changed"] == "true"
    assert "edited" in (scene.clone.root / "agents/a/agent.yaml").read_text()


def test_broken_files_fail_and_are_told(act, scene):
    (scene.clone.root / "agents/a/agent.yaml").write_text("name: A\ncolor: 1\n")
    done = act("validate")
    assert done.outcome == "failure"
    assert done.outputs["exit-code"] == "1"
    assert "color" in done.summary
    assert "::error" in done.log


@pytest.mark.parametrize(
    ("given", "code"), [({"args": "--no-such"}, "64"), ({"agents": "nobody"}, "64")]
)
def test_a_wrong_command_line_fails_and_is_told(act, given, code):
    done = act("plan", **given)
    assert done.outcome == "failure"
    assert done.outputs["exit-code"] == code
    assert done.summary.strip()


def test_a_command_that_is_none_fails_before_anything_runs(act, scene):
    done = act("plan; touch x")
    assert done.outcome == "failure"
    assert "command is none of" in done.log
    assert "touch" not in done.log
    assert scene.server.stats()["requests"] == {}


def test_without_a_key_a_plan_fails(act):
    done = act("plan", environ={"LANGSMITH_API_KEY": ""})
    assert done.outcome == "failure"
    assert "no API key" in done.log


# -- what it puts out


@pytest.mark.parametrize("command", ["validate", "plan", "drift", "pull"])
def test_every_report_is_there(act, scene, command):
    outputs = act(command).outputs
    for kind in REPORTS:
        with open(outputs[kind], encoding="utf-8") as file:
            assert file.read().strip(), kind
    with open(outputs["json"], encoding="utf-8") as file:
        assert json.load(file)["command"] == command


def test_reports_of_two_steps_are_two(act):
    assert act("plan").outputs["json"] != act("plan").outputs["json"]


def test_a_plan_is_saved_where_it_is_asked_for_and_applied_from_there(act, scene, change):
    done = act("plan", plan_file="plan.json")
    assert done.outputs["plan"] == "plan.json"
    applied = act("apply", plan_file="plan.json", plan_sha256=done.outputs["plan-sha256"])
    assert applied.outcome == "success", applied.log
    assert scene.live("A")["description"] == "two"


def test_a_plan_that_could_not_be_saved_is_none(act, scene):
    (scene.clone.root / "plan.json").write_text("of yesterday")
    done = act("plan", plan_file="plan.json", environ={"LANGSMITH_ENDPOINT": "http://127.0.0.1:1"})
    assert done.outcome == "failure"
    assert done.outputs["plan"] == ""
    assert not (scene.clone.root / "plan.json").exists()


def test_applying_a_plan_that_is_not_there_fails(act, scene):
    done = act("apply", plan_file="plan.json")
    assert done.outcome == "failure"
    assert "plan-file is not there" in done.log
    assert scene.writes() == 0


def test_a_project_in_a_folder_is_told_with_paths_from_the_repository(act, scene):
    top = scene.clone.root
    (top / "deep").mkdir()
    for name in ("agentsync.yaml", "agents"):
        (top / name).rename(top / "deep" / name)
    (top / "deep/agents/a/agent.yaml").write_text("name: A\ncolor: 1\n")
    done = act("validate", working_directory="deep")
    assert done.outcome == "failure"
    assert "deep/agents/a/agent.yaml" in done.log
    assert done.outputs["name"] == "production-deep"


# -- hostile words


HOSTILE = ["$(touch x) `touch x` ; touch x | touch x", "' ; touch x ; '", "a\ntouch x\nx=1"]


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("name", ["target", "agents", "args", "working_directory", "plan_file"])
def test_no_input_reaches_a_shell(act, scene, name, word):
    done = act("plan", **{name: word})
    assert not (scene.clone.root / "x").exists()
    assert "x" not in done.outputs
    assert "changed" in done.outputs


@pytest.mark.parametrize("word", HOSTILE)
def test_nothing_of_an_event_reaches_a_shell(act, scene, word, change):
    scene.github.pull_request(7)
    event = pull_request(title=word, head=word)
    event["pull_request"]["head"]["ref"] = word
    done = act("plan", event, comment="true")
    assert done.outcome == "success", done.log
    assert not (scene.clone.root / "x").exists()


def test_wildcards_mean_nothing_and_white_space_separates(act, scene):
    done = act("plan", agents="*")
    assert "no such agent: `*`" in done.log
    done = act("plan", agents="  a\n\tb ", args=" --workers  1\n-v ")
    assert done.outcome == "success", done.log


def test_an_agent_cannot_become_an_option(act, scene, change):
    done = act("apply", agents="--delete=b")
    assert done.outcome == "failure"
    assert "no such agent: `--delete=b`" in done.log
    assert scene.writes() == 0


def test_what_agents_say_is_no_workflow_command(act, scene):
    said = "::error::owned\n::set-output name=x::y\n##[error]owned\n::add-mask::a"
    scene.write("a", {"name": "A", "description": said, "system_prompt": said + "\n"})
    log = act("plan", args="-v").log
    ours = [line for line in heard(log) if "owned" in line or "set-output" in line]
    assert ours == []
    assert "owned" in log


def heard(log):
    """The lines that the runner would look at for workflow commands."""
    stop = ""
    for line in log.splitlines():
        text = line.strip()
        if stop:
            stop = "" if text == f"::{stop}::" else stop
        elif text.startswith("::stop-commands::"):
            stop = text.removeprefix("::stop-commands::")
        else:
            yield line


def test_the_words_that_stop_commands_cannot_be_guessed(act):
    guards = {
        line
        for log in (act("plan").log, act("plan").log)
        for line in log.splitlines()
        if line.startswith("::stop-commands::")
    }
    assert len(guards) == 2
    assert all(len(guard) == len("::stop-commands::") + 32 for guard in guards)


def test_keys_and_tokens_are_in_no_output(act, scene, change):
    scene.github.pull_request(7)
    done = act("plan", pull_request(), comment="true", token="a-secret-token")
    for secret in ("write-key", "a-secret-token", "job-token"):
        assert secret not in done.log + done.summary + json.dumps(done.outputs)


def test_nobody_is_told_unasked(act, scene, change):
    scene.github.pull_request(7)
    assert act("plan", pull_request()).outcome == "success"
    assert scene.github.requests == []


# -- refused by policy


def test_a_plan_that_policy_refuses_fails_and_the_comment_says_so(act, scene):
    project = scene.clone.root / "agentsync.yaml"
    project.write_text(project.read_text() + "policy: {fail_on: high}\n")
    shared = {"identity": "shared", "visibility": "tenant"}
    scene.write(
        "a",
        {"name": "A", "description": "one", "system_prompt": "x\u200by", "permissions": shared},
    )
    scene.github.pull_request(7)
    scene.github.tokens["job-token"] = Token(permissions={"pull-requests": "write"})
    done = act("plan", pull_request(), comment="true")
    assert done.outcome == "failure"
    assert done.outputs["exit-code"] == "3"
    (body,) = scene.github.bodies(7)
    assert "policy" in body
    assert "policy" in done.summary
