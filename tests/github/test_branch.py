"""branch.sh over HTTP: who gets to see the token, and where it does not stay."""

import subprocess

import pytest
from gitserver import git_server
from runner import ROOT

GRANTED = {"contents": "write", "pull-requests": "write", "issues": "write"}
BRANCH = "agentsync/drift-production"


@pytest.fixture
def hub(scene):
    root = scene.origin.parents[1]
    scene.git("config", "http.receivepack", "true")
    with git_server(root, "job-token") as server:
        yield server


def night(scene, hub, **options):
    machine = scene.machine({}, name="schedule", GITHUB_SERVER_URL=hub.url, **options)
    done = scene.run("drift.yml", machine, mode="pull-request", permissions=GRANTED)
    return machine, done["pull-request"]


def test_git_pushes_and_fetches_with_the_token(scene, hub):
    for text in ("edited", "once more"):
        scene.edit("A", description=text)
        _, done = night(scene, hub)
        assert done.outcome == "success", done.log
        assert text in scene.git("show", f"{BRANCH}:agents/a/agent.yaml")
    assert hub.users
    assert "job-token" not in done.log


def test_the_token_is_in_no_file_afterwards(scene, hub):
    scene.edit("A", description="edited")
    machine, _ = night(scene, hub)
    assert hub.users
    files = [path for path in machine.home.rglob("*") if path.is_file()]
    assert [path for path in files if b"job-token" in path.read_bytes()] == []


def test_the_token_follows_no_redirect(scene, hub):
    scene.edit("A", description="edited")
    with git_server(scene.origin.parents[1], "job-token") as other:
        hub.elsewhere = other.url
        _, done = night(scene, hub)
    assert done.outcome == "failure"
    assert hub.requests
    assert other.requests == []


def test_a_helper_of_the_machine_is_not_told_the_token(scene, hub):
    scene.edit("A", description="edited")
    machine = scene.machine({}, name="schedule", GITHUB_SERVER_URL=hub.url)
    spy = machine.home / "heard"
    (machine.home / ".gitconfig").write_text(f'[credential]\n\thelper = "!cat >>{spy}; :"\n')
    done = scene.run("drift.yml", machine, mode="pull-request", permissions=GRANTED)
    assert done["pull-request"].outcome == "success", done["pull-request"].log
    assert not spy.exists()


def test_a_token_that_is_not_known_fails(scene, hub):
    hub.token = "another"
    scene.edit("A", description="edited")
    _, done = night(scene, hub)
    assert done.outcome == "failure"
    assert "job-token" not in done.log
    assert scene.branches() == ["main"]


@pytest.mark.parametrize(
    ("target", "fine"),
    [("-x", True), ("$(x);y", True), ("a b", False), ("a..b", False), ("a:b", False)],
)
def test_a_target_that_is_no_branch_s_name_goes_nowhere(scene, target, fine):
    machine = scene.machine({})
    output = machine.home / "output"
    done = subprocess.run(
        ["bash", str(ROOT / ".github/actions/agentsync/branch.sh"), "start"],
        cwd=scene.clone.root,
        env={
            **machine.environ,
            "BRANCH": f"agentsync/drift-{target}",
            "GITHUB_OUTPUT": str(output),
        },
        capture_output=True,
        check=False,
    )
    assert (done.returncode == 0) is fine, done.stderr
    assert output.exists() is fine
