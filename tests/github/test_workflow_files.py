"""What must hold for every workflow and action of this repository, as files."""

import re

import pytest
import yaml
from runner import OURS, ROOT, load

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github/actions").rglob("action.yml"))
FILES = [*WORKFLOWS, *ACTIONS]
REUSABLE = ("plan", "apply", "drift")
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
# They have what their callers grant: the files say why.
INHERITING = {("plan", "code-scanning"), ("drift", "pull-request")}

named = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))


def steps(path):
    found = load(path)
    if "runs" in found:
        return found["runs"]["steps"]
    return [step for job in found["jobs"].values() for step in job["steps"]]


def test_there_are_some():
    assert len(ACTIONS) == 1
    assert {path.stem for path in WORKFLOWS} >= {*REUSABLE, "ci"}


@named
def test_every_action_is_pinned_by_its_whole_hash_with_its_version(path):
    for line in path.read_text("utf-8").splitlines():
        text = line.strip().removeprefix("- ")
        if text.startswith("uses:") and not text.startswith(f"uses: {OURS}"):
            assert PINNED.fullmatch(text), text


def test_one_action_has_one_version():
    found = re.findall(
        r"uses: ([\w./-]+)@([0-9a-f]{40})",
        "".join(path.read_text("utf-8") for path in FILES if path.stem != "ci"),
    )
    assert len(dict(found)) == len(set(found))


@named
def test_nothing_runs_with_the_rights_of_the_base_on_a_pull_request_s_code(path):
    triggers = load(path).get("on", {})
    assert "pull_request_target" not in str(triggers)
    assert "workflow_run" not in str(triggers)


@named
def test_no_expression_stands_in_a_script(path):
    for step in steps(path):
        assert "${{" not in step.get("run", "")


@named
def test_every_checkout_leaves_no_credentials_behind(path):
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_job_has_permissions_and_an_end(path):
    workflow = load(path)
    for name, job in workflow["jobs"].items():
        has = "permissions" in job or "permissions" in workflow
        assert has is not ((path.stem, name) in INHERITING), name
        assert job["timeout-minutes"] <= 30
        assert "write-all" not in str(job.get("permissions", ""))


@pytest.mark.parametrize("name", REUSABLE)
def test_reusable_workflows_are_only_called_and_never_take_all_secrets(name, workflow):
    found = workflow(name)
    assert list(found["on"]) == ["workflow_call"]
    assert "inherit" not in str(found["jobs"])
    for item in found["on"]["workflow_call"]["inputs"].values():
        assert item["description"]
        assert ("default" in item) is not item.get("required", False)


@pytest.mark.parametrize("name", REUSABLE)
def test_jobs_with_a_key_may_not_write_to_the_repository_unless_they_must(name, workflow):
    for job, found in workflow(name)["jobs"].items():
        holds = "LANGSMITH_" in str(found["steps"])
        if holds and (name, job) not in INHERITING:
            assert found["permissions"]["contents"] == "read"


def test_keys_are_no_inputs():
    inputs = load(ACTIONS[0])["inputs"]
    assert not [name for name in inputs if "key" in name or "secret" in name]


@pytest.mark.parametrize("name", REUSABLE)
def test_the_usage_that_a_workflow_s_comment_shows_fits_it(name, workflow):
    """The example above each workflow, taken at its word."""
    text = (ROOT / f".github/workflows/{name}.yml").read_text("utf-8")
    example = text.partition("\n#\n")[2].partition("\n#\n")[0]
    caller = yaml.safe_load("\n".join(line[4:] for line in example.splitlines()))
    called = workflow(name)["on"]["workflow_call"]
    (job,) = caller["jobs"].values()
    assert caller["permissions"] == {}
    assert f"/.github/workflows/{name}.yml@" in job["uses"]
    assert job["with"].keys() <= called["inputs"].keys()
    assert job["secrets"].keys() <= called["secrets"].keys()
    needed = {key for key, it in called["secrets"].items() if it["required"]}
    assert needed <= job["secrets"].keys()
    named = [it["permissions"] for it in workflow(name)["jobs"].values() if "permissions" in it]
    for permissions in named:
        assert permissions.items() <= job["permissions"].items()
