"""The real Agent Server as a process: what outlives it, and what must not be left of it."""

import os
import select
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import agentserver
import httpx
import pytest

pytestmark = pytest.mark.interop

ABANDONED = textwrap.dedent(
    """
    import os, signal
    from agentserver import running
    with running() as server:
        print(server.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
)


def test_a_restart_at_the_same_address_keeps_everything(agent_server_of_its_own):
    server = agent_server_of_its_own
    url = server.url
    with server.user("alice") as alice, server.user("bob") as bob:
        made = alice.make(context={"p": 1}, metadata={"m": 1})
        identifier = made["assistant_id"]
        after = alice.patch(identifier, context={}, name="two")
        shown = bob.make(metadata={"visibility": "workspace"})
        history = alice.versions(identifier)
        before = alice.search()
        for _ in range(2):
            server.restart()
            assert server.url == url
            assert alice.read(identifier) == after
            assert alice.versions(identifier) == history
            assert alice.search() == before
            assert alice.read(shown["assistant_id"]) == shown
            assert bob.http.get(f"/assistants/{identifier}").status_code == 404
        assert alice.patch(identifier, name="three")["version"] == 3


def test_a_stopped_server_answers_nobody(agent_server_of_its_own):
    server = agent_server_of_its_own
    server.stop()
    with pytest.raises(httpx.ConnectError), server.user("alice") as alice:
        alice.search()
    server.stop()


def test_each_server_has_its_own_memory(agent_server, alice, agent_server_of_its_own):
    made = alice.make()
    assert agent_server_of_its_own.url != agent_server.url
    with agent_server_of_its_own.user("alice") as other:
        assert other.http.get(f"/assistants/{made['assistant_id']}").status_code == 404


def test_nothing_is_left_of_a_server(langgraph_sdk):
    with agentserver.running() as server:
        folder, pid = server.folder, server.pid
        assert (folder / "langgraph.json").exists()
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_server_that_cannot_start_says_why(tmp_path, langgraph_sdk):
    (tmp_path / "langgraph.json").write_text(
        '{"dependencies": ["."], "graphs": {"agent": "./broken.py:agent"}}'
    )
    (tmp_path / "broken.py").write_text("raise RuntimeError('no graph today')\n")
    server = agentserver.AgentServer(folder=tmp_path)
    with pytest.raises(agentserver.NotStartedError, match="no graph today"):
        server.start()
    assert server.pid is None


def test_a_port_that_is_taken_is_told(agent_server, tmp_path):
    folder = shutil.copytree(agentserver.SOURCE, tmp_path / "second")
    second = agentserver.AgentServer(folder=folder, port=agent_server.port)
    with pytest.raises(agentserver.NotStartedError, match="already in use"):
        second.start()
    assert second.pid is None


def test_the_first_start_looks_for_another_port(agent_server, monkeypatch):
    # As when somebody took the first one after it was found free.
    found = iter([agent_server.port, agentserver._free_port()])
    monkeypatch.setattr(agentserver, "_free_port", lambda: next(found))
    with agentserver.running() as second, second.user("alice") as alice:
        assert second.port != agent_server.port
        assert alice.search() == []


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process that is no child")
def test_a_server_whose_starter_was_killed_ends_too(langgraph_sdk, tmp_path):
    command = [sys.executable, "-c", ABANDONED]
    support = str(Path(agentserver.__file__).parent)
    environment = {**os.environ, "PYTHONPATH": support, "TMPDIR": str(tmp_path)}
    starter = subprocess.run(command, stdout=subprocess.PIPE, env=environment, timeout=60)
    assert starter.returncode == -signal.SIGKILL
    assert _ended(int(starter.stdout))


def _ended(pid):
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        found, _, _ = select.select([process], [], [], 30)
        return bool(found)
    finally:
        os.close(process)
