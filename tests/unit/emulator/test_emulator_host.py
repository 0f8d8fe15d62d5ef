"""A page whose name was made to point to this machine gets nothing from the emulator."""

import http.client
import socket
from urllib.parse import urlsplit

import pytest

from agentsync.emulator.faults import Fault
from agentsync.emulator.loopback import asks_for_loopback, is_loopback
from agentsync.emulator.serve import Options, running

PATHS = ["/v1/deepagents/agents", "/_emulator/stats", "/v1/platform/hub/repos/-/x/directories"]


def status(url, path, **headers):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    connection.request("GET", path, headers={"X-Api-Key": "k", **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.mark.parametrize("path", PATHS)
def test_another_host_is_refused(path):
    with running(Options(admin=True)) as server:
        assert status(server.url, path, Host="attacker.example") == 403
        assert status(server.url, path, Host="127.0.0.1.attacker.example:8123") == 403
        assert server.stats()["requests"] == {}
        assert status(server.url, path, Host="localhost:1234") != 403


def test_a_fault_does_not_come_first():
    with running(Options(faults=(Fault(kind="status", status=503),))) as server:
        assert status(server.url, PATHS[0], Host="attacker.example") == 403
        assert status(server.url, PATHS[0]) == 503


def test_other_names_are_fine_when_other_machines_may_come():
    with running(Options(host="0.0.0.0", allow_remote=True)) as server:
        port = urlsplit(server.url).port
        assert status(f"http://127.0.0.1:{port}", PATHS[0], Host="my-laptop.example") == 200


def test_without_the_header_it_is_no_browser():
    with running(Options()) as server:
        address = urlsplit(server.url)
        with socket.create_connection((address.hostname, address.port), timeout=20) as plain:
            plain.sendall(f"GET {PATHS[0]} HTTP/1.0\r\nX-Api-Key: k\r\n\r\n".encode())
            assert plain.recv(100).split()[1] == b"200"


@pytest.mark.parametrize(
    ("header", "ours"),
    [
        (b"127.0.0.1", True),
        (b"127.0.0.1:8123", True),
        (b"127.9.9.9:1", True),
        (b"LocalHost:8123", True),
        (b"[::1]:8123", True),
        (b"[::1]", True),
        (b"", False),
        (b"[", False),
        (b"::1", False),
        (b"10.0.0.1", False),
        (b"localhost.attacker.example", False),
        (b"attacker.example:8123", False),
        (b"[2001:db8::1]:8123", False),
        (b"\xff\xfe", False),
    ],
)
def test_host_headers(header, ours):
    assert asks_for_loopback(header) is ours


def test_what_loopback_is():
    assert [is_loopback(host) for host in ("localhost", "127.0.0.1", "::1")] == [True] * 3
    assert [is_loopback(host) for host in ("", "0.0.0.0", "::", "example.com")] == [False] * 4
