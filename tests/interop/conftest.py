"""The official clients, unmodified, against the emulator; every answer is held to the documents.

And the official Agent Server, unmodified, as it is started for development.
Clients and server come with the extra `interop`. Without them these tests skip and say so;
AGENTSYNC_REQUIRE_INTEROP=1 turns each of those skips into a failure.
"""

import importlib
import importlib.metadata
import importlib.util
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import agentserver
import httpx
import pytest

from agentsync.emulator.readings import DEFAULTS, Readings
from agentsync.emulator.serve import Options, Server, running

REQUIRED = os.environ.get("AGENTSYNC_REQUIRE_INTEROP") == "1"
SDK = ("managed-deepagents", "0.1.2")
CLI = ("deepagents-cli", "0.3.0")
AGENT_SERVER = (("langgraph-cli", "0.4.40"), ("langgraph-api", "0.16.7"))

# Each way the server may differ that these clients could notice.
WORLDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "perverse": {"rendering": "perverse"},
    "own-revision": {
        "readings": Readings(revision_is_commit=False, metadata_patch_moves_revision=True)
    },
    "metadata-commits": {
        "readings": Readings(metadata_patch_moves_revision=True, metadata_in_tree=True)
    },
    "shy": {
        "readings": Readings(
            empty_write_commits=False,
            include_files="untyped",
            linked_in_skills=False,
            linked_pin="latest",
        )
    },
    "generous": {
        "readings": Readings(
            permissions_patch_merges=True,
            replace_removes="directory",
            lists_visible=True,
            empty_fields="shown",
            null_in_patch="clear",
        )
    },
}


def _missing(reason: str) -> None:
    if REQUIRED:
        pytest.fail(f"{reason} (AGENTSYNC_REQUIRE_INTEROP=1)", pytrace=False)
    pytest.skip(reason)


def _installed(package: tuple[str, str], *modules: str) -> list[ModuleType]:
    name, version = package
    how = "pip install 'agentsync[interop]'"
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        _missing(f"the official {name}=={version} is not installed: {how}")
    if found != version:
        _missing(f"these tests know {name}=={version}, and {found} is installed: {how}")
    with warnings.catch_warnings():
        # What the clients and their many dependencies warn about while loading is not ours.
        warnings.simplefilter("ignore")
        return [importlib.import_module(module) for module in modules]


@pytest.fixture(scope="session")
def sdk() -> ModuleType:
    """The official SDK."""
    return _installed(SDK, "managed_deepagents")[0]


@pytest.fixture(scope="session")
def cli() -> SimpleNamespace:
    """The deploy modules of the official command line."""
    names = ("api_client", "commands", "payload", "project", "state", "mcp_resolver")
    modules = _installed(CLI, *(f"deepagents_cli.deploy.{name}" for name in names))
    return SimpleNamespace(**dict(zip(names, modules, strict=True)))


@pytest.fixture(scope="session")
def langsmith() -> ModuleType:
    """The official LangSmith SDK, in whatever version the official command line brings along."""
    if importlib.util.find_spec("langsmith") is None:
        _missing("the official SDK langsmith is not installed: pip install 'agentsync[interop]'")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("langsmith")


@pytest.fixture(scope="session")
def contract_module() -> ModuleType:
    """tests/interop/contract.py."""
    path = Path(__file__).with_name("contract.py")
    spec = importlib.util.spec_from_file_location("agentsync_interop_contract", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def contract(contract_module: ModuleType) -> Any:
    """The documented answers, or None when the OpenAPI files are not there."""
    return contract_module.load()


class Recorder(httpx.BaseTransport):
    """A transport that holds every answer to the documents on its way through."""

    def __init__(self, contract: Any) -> None:
        self._inner = httpx.HTTPTransport()
        self._contract = contract
        self.problems: list[str] = []
        self.calls: list[tuple[str, str, int]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        body = response.read()
        path = request.url.path
        self.calls.append((request.method, path, response.status_code))
        if self._contract is not None:
            kind = response.headers.get("content-type", "")
            found = self._contract.problems(request.method, path, response.status_code, kind, body)
            self.problems += found
        return response

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def recorder(contract: Any) -> Iterator[Recorder]:
    """What went over the wire; a wrong answer fails the test at its end."""
    with ExitStack() as stack:
        found = Recorder(contract)
        stack.callback(found.close)
        yield found
    assert found.problems == []


@pytest.fixture(params=list(WORLDS))
def world(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Emulator options, one set after the other."""
    return WORLDS[request.param]


@pytest.fixture
def readings(world: dict[str, Any]) -> Readings:
    """The readings of this world."""
    found = world.get("readings", DEFAULTS)
    assert isinstance(found, Readings)
    return found


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Starts an emulator with these options."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(running(Options(**options)))


@pytest.fixture
def server(start: Callable[..., Server], world: dict[str, Any]) -> Server:
    """An emulator of this world."""
    return start(**world)


@pytest.fixture(scope="session")
def langgraph_sdk() -> ModuleType:
    """The official SDK of Agent Server, in whatever version the server brings along."""
    for package in AGENT_SERVER:
        _installed(package)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("langgraph_sdk")


@pytest.fixture(scope="session")
def agent_server(langgraph_sdk: ModuleType) -> Iterator[agentserver.AgentServer]:
    """The Agent Server of all tests: use your own assistants, and leave it running."""
    with agentserver.running() as server:
        yield server


@pytest.fixture(scope="session")
def alice(agent_server: agentserver.AgentServer) -> Iterator[agentserver.Assistants]:
    """A user of the Agent Server of all tests."""
    with agent_server.user("alice") as found:
        yield found


@pytest.fixture(scope="session")
def bob(agent_server: agentserver.AgentServer) -> Iterator[agentserver.Assistants]:
    """Another user of it."""
    with agent_server.user("bob") as found:
        yield found


@pytest.fixture
def start_agent_server(langgraph_sdk: ModuleType) -> Iterator[Callable[..., Any]]:
    """Starts another Agent Server, with these settings."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(agentserver.running(**settings))


@pytest.fixture
def agent_server_of_its_own(start_agent_server: Callable[..., Any]) -> agentserver.AgentServer:
    """An Agent Server that a test may stop, and that nobody else writes to."""
    found = start_agent_server()
    assert isinstance(found, agentserver.AgentServer)
    return found
