"""The rules that tests/conftest.py makes for all tests."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_nothing_leaves_the_machine(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as stream:
        stream.settimeout(1)
        with pytest.raises(RuntimeError, match="tried to connect"):
            stream.connect((address, 80))
    with (
        socket.socket(family, socket.SOCK_DGRAM) as datagrams,
        pytest.raises(RuntimeError, match="tried to connect"),
    ):
        datagrams.sendto(b"x", (address, 53))


def test_no_name_is_looked_up() -> None:
    with pytest.raises(RuntimeError, match="tried to look up"):
        socket.create_connection(("api.smith.langchain.com", 443), timeout=1)
    assert socket.getaddrinfo("localhost", 80)


def test_loopback_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_the_environment_is_clean() -> None:
    ours = ("LANGSMITH_", "LANGGRAPH_", "AGENTSYNC_")
    switches = ("AGENTSYNC_REQUIRE_", "AGENTSYNC_ROUNDS", "AGENTSYNC_EXAMPLES")  # The tests' own.
    left = [name for name in os.environ if name.startswith(ours)]
    assert [name for name in left if not name.startswith(switches)] == []


def test_golden_files_are_compared(
    golden: Callable[[Path, str], None], update_golden: bool, tmp_path: Path
) -> None:
    if update_golden:
        pytest.skip("with --update-golden they are written instead")
    with pytest.raises(AssertionError, match="missing"):
        golden(tmp_path / "a.txt", "x")
    (tmp_path / "a.txt").write_text("y")
    with pytest.raises(AssertionError, match="differs"):
        golden(tmp_path / "a.txt", "x")
    golden(tmp_path / "a.txt", "y")
