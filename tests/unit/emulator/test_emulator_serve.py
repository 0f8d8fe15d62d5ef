"""Starting and stopping: what is refused, what survives, what a killed emulator leaves."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import httpx
import pytest

from agentsync.emulator import serve as serve_module
from agentsync.emulator import server as server_module
from agentsync.emulator.serve import Options, running, serve
from agentsync.errors import RefusedError, UsageError

API = "/v1/deepagents"
HEADERS = {"X-Api-Key": "k"}
SERVE = textwrap.dedent(
    """
    import sys
    from agentsync.emulator.serve import Options, serve
    serve(Options(database=sys.argv[1]), lambda url: print(url, flush=True))
    print("done", flush=True)
    """
)


def _ready(process: subprocess.Popen[str]) -> httpx.Client:
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url, process.stderr.read() if process.stderr else ""
    return httpx.Client(base_url=url, headers=HEADERS, trust_env=False, timeout=20)


def _serving(database: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE, str(database)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_the_url_is_the_origin(host):
    if host == "::1" and not _has_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    with running(Options(host=host)) as server:
        assert httpx.get(f"{server.url}{API}/agents", headers=HEADERS).status_code == 200


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_it_is_gone_when_left():
    with running(Options()) as server, httpx.Client(base_url=server.url, headers=HEADERS) as client:
        client.get(f"{API}/agents")
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)
    assert "agentsync-emulator" not in {thread.name for thread in threading.enumerate()}


def test_it_is_gone_when_the_body_fails():
    with pytest.raises(ZeroDivisionError), running(Options()) as server:
        raise ZeroDivisionError
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


def test_a_request_that_hangs_does_not_hold_it_up(monkeypatch, caplog):
    monkeypatch.setattr(server_module, "_GRACE_SECONDS", 0.05)
    failures: list[BaseException] = []

    def ask(url: str) -> None:
        try:
            httpx.get(f"{url}{API}/agents", headers=HEADERS, timeout=60)
        except httpx.HTTPError as error:
            failures.append(error)

    with running(Options(latency_seconds=600.0)) as server:
        asking = threading.Thread(target=ask, args=(server.url,))
        asking.start()
        while not server.stats()["in_flight"]:
            threading.Event().wait(0.005)
    asking.join(10)
    assert len(failures) == 1
    assert caplog.records == []


def test_small_packets_are_not_held_back():
    # Accepted sockets inherit the protocol, and asyncio turns Nagle off for TCP by name only.
    with serve_module._listening(Options()) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_two_at_once_are_strangers():
    with running(Options()) as one, running(Options()) as two:
        httpx.post(f"{one.url}{API}/agents", headers=HEADERS, json={"name": "a"})
        assert httpx.get(f"{two.url}{API}/agents", headers=HEADERS).json()["items"] == []


def test_a_taken_port_is_a_usage_error():
    with running(Options()) as server:
        port = int(server.url.rsplit(":", 1)[1])
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1:{port}") as caught:
            serve(Options(port=port), lambda url: None)
    assert "another port" in caught.value.hint


@pytest.mark.parametrize(
    "options",
    [
        Options(port=70000),
        Options(port=-1),
        Options(latency_seconds=-1.0),
        Options(rendering="pretty"),
        Options(host="192.0.2.1", allow_remote=True),
        Options(host="no such host", allow_remote=True),
    ],
)
def test_options_that_make_no_sense(options):
    with pytest.raises(UsageError), running(options):
        pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "example.com"])
def test_other_machines_are_refused(host):
    with pytest.raises(RefusedError, match="can be reached from other machines") as caught:
        serve(Options(host=host), lambda url: None)
    assert "--allow-remote" in caught.value.hint


@pytest.mark.parametrize("more", [{"admin": True}, {"faults": ("x",)}])
def test_admin_for_other_machines_needs_a_flag_of_its_own(more):
    options = Options(host="0.0.0.0", allow_remote=True, **more)
    with pytest.raises(RefusedError, match="admin routes and faults") as caught, running(options):
        pass
    assert "--allow-remote-admin" in caught.value.hint


def test_other_machines_are_served_when_both_flags_are_given():
    options = Options(host="0.0.0.0", allow_remote=True, admin=True, allow_remote_admin=True)
    with running(options) as server:
        port = server.url.rsplit(":", 1)[1]
        answer = httpx.get(f"http://127.0.0.1:{port}/_emulator/stats")
        assert answer.status_code == 200


def test_without_starlette_the_extra_is_named(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("agentsync.emulator.app")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    monkeypatch.setitem(sys.modules, "starlette", None)
    with pytest.raises(UsageError) as caught:
        serve(Options(), lambda url: None)
    assert caught.value.hint == "pip install 'agentsync[emulator]'"


def test_importing_serve_needs_neither_starlette_nor_uvicorn():
    code = "import sys, agentsync.emulator.serve; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"starlette", "uvicorn", "anyio", "asyncio"} & set(found.stdout.split())


# -- the database


def test_the_file_survives_a_restart(tmp_path):
    database = str(tmp_path / "state.db")
    with running(Options(database=database)) as server:
        made = httpx.post(
            f"{server.url}{API}/agents", headers=HEADERS, json={"name": "a", "system_prompt": "x"}
        ).json()
        httpx.post(
            f"{server.url}{API}/mcp-servers",
            headers=HEADERS,
            json={"name": "m", "url": "https://m.example.com"},
        )
    with running(Options(database=database)) as server:
        url = f"{server.url}{API}/agents/{made['id']}"
        assert httpx.get(url, headers=HEADERS).json() == made
        after = httpx.patch(url, headers=HEADERS, json={"system_prompt": "y"}).json()
        assert after["updated_at"] > made["updated_at"]
        hub = f"{server.url}/v1/platform/hub/repos/-/{made['id']}/directories"
        old = httpx.get(hub, headers=HEADERS, params={"commit": made["revision"]}).json()
        assert old["files"]["AGENTS.md"]["content"] == "x"
        assert len(httpx.get(f"{server.url}{API}/mcp-servers", headers=HEADERS).json()) == 1


def test_a_second_emulator_on_the_same_file_is_refused(tmp_path):
    database = str(tmp_path / "state.db")
    with (
        running(Options(database=database)),
        pytest.raises(UsageError, match=r"cannot use .*state\.db"),
        running(Options(database=database)),
    ):
        pass
    with running(Options(database=database)):
        pass


def test_unusable_databases(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to look at" * 10)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE customers (id)")
    connection.close()
    before = other.read_bytes()
    for path in (text, other, tmp_path, tmp_path / "missing" / "state.db"):
        with pytest.raises(UsageError, match="cannot use"), running(Options(database=str(path))):
            pass
    assert other.read_bytes() == before


def test_deterministic_output():
    def story() -> list[str]:
        with (
            running(Options(deterministic=True)) as server,
            httpx.Client(base_url=server.url, headers=HEADERS) as client,
        ):
            made = client.post(f"{API}/agents", json={"name": "a", "system_prompt": "x"})
            after = client.patch(f"{API}/agents/{made.json()['id']}", json={"system_prompt": "y"})
            return [made.text, after.text]

    assert story() == story()
    assert "2026-01-01T00:00:0" in story()[0]


# -- in the foreground


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_cleanly_at_a_signal(tmp_path, number):
    with _serving(tmp_path / "state.db") as process, _ready(process) as client:
        assert client.post(f"{API}/agents", json={"name": "a"}).status_code == 201
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "done\n", "")


def test_kill_in_the_middle_of_writes_leaves_the_old_or_the_new_state(tmp_path):
    database = tmp_path / "state.db"
    for round_number in range(3):
        with _serving(database) as process, _ready(process) as client:
            made = client.post(f"{API}/agents", json={"name": "a", "system_prompt": "0"}).json()
            acknowledged = threading.Event()
            last = [0]

            def write() -> None:
                for number in range(1, 100_000):
                    body = {"system_prompt": str(number), "description": str(number)}
                    try:
                        client.patch(f"{API}/agents/{made['id']}", json=body)  # noqa: B023
                    except httpx.HTTPError:
                        return
                    last[0] = number  # noqa: B023
                    if number > 20:
                        acknowledged.set()  # noqa: B023

            writer = threading.Thread(target=write)
            writer.start()
            assert acknowledged.wait(30)
            os.kill(process.pid, signal.SIGKILL)
            writer.join(30)
            process.communicate()
        with running(Options(database=str(database))) as server:
            base = f"{server.url}{API}/agents"
            after = httpx.get(f"{base}/{made['id']}", headers=HEADERS).json()
            assert after["description"] == after["system_prompt"]
            assert int(after["system_prompt"]) in (last[0], last[0] + 1)
            assert len(httpx.get(base, headers=HEADERS).json()["items"]) == round_number + 1
