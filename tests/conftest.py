"""What every test runs in: a clean environment, and no network but loopback."""

import ipaddress
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Whatever these say on a developer's machine must not decide how a test ends.
_OUR_VARIABLES = ("LANGSMITH_", "LANGCHAIN_", "LANGGRAPH_", "AGENTSYNC_", "DEEPAGENTS_")
# These are for the tests themselves, and reach every process that runs some of them.
_SWITCHES = ("AGENTSYNC_REQUIRE_", "AGENTSYNC_ROUNDS", "AGENTSYNC_EXAMPLES")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FTP_PROXY")
_TERMINAL = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "GITHUB_ACTIONS")


class NetworkError(RuntimeError):
    """A test tried to leave the machine."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the tests expect from what the code does now; review the difference",
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def golden(update_golden: bool) -> Callable[[Path, str], None]:
    """Assert that a file holds exactly this text, or write it with --update-golden."""

    def compare(path: Path, text: str) -> None:
        if update_golden:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.exists(), f"{path} is missing: run pytest with --update-golden"
        assert text == path.read_bytes().decode(), f"{path} differs: --update-golden rewrites it"

    return compare


def pytest_configure(config: pytest.Config) -> None:
    """Clean the environment for the tests and for the processes they start."""
    # A busy machine is no reason for a property to fail.
    settings.register_profile("agentsync", deadline=None)
    settings.load_profile("agentsync")
    for name in list(os.environ):
        upper = name.upper()
        ours = upper.startswith(_OUR_VARIABLES) and not upper.startswith(_SWITCHES)
        if ours or upper in _PROXIES + _TERMINAL:
            del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Refuse every connection that would leave the machine, and every name that is not local."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex", "sendto"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    patch.setattr(socket, "getaddrinfo", _local_names(socket.getaddrinfo))
    yield
    patch.undo()


def _guarded(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: socket.socket, *arguments: Any) -> Any:
        # sendto(data, address) and sendto(data, flags, address): the address comes last.
        address = arguments[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(str(address[0])):
            raise NetworkError(f"a test tried to connect to {address}")
        return original(self, *arguments)

    return call


def _local_names(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_local(name):
            raise NetworkError(f"a test tried to look up {name}")
        return original(host, *arguments, **options)

    return call


def _is_local(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly what was skipped and why: a line per reason, not one per test."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.getreports("skipped"))
    for reason, count in sorted(reasons.items()):
        plural = "s" if count > 1 else ""
        said = reason.removeprefix("Skipped: ")
        terminalreporter.write_line(f"{count} test{plural} skipped: {said}")
