"""An emulator on a real socket per test, with a client that checks every answer's shape."""

import importlib.util
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentsync.emulator.serve import Options, Server, running

_CONTRACT = Path(__file__).parents[2] / "interop" / "contract.py"
API = "/v1/deepagents"
# Reading the world's certificates, for plain http, would be most of what a test does.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
HUB = "/v1/platform/hub/repos/-"


def _load_contract() -> Any:
    spec = importlib.util.spec_from_file_location("agentsync_contract", _CONTRACT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def contract() -> Any:
    """The documented answers, or None when the OpenAPI files are not there."""
    return _load_contract().load()


class Api:
    """The API of one emulator for one caller."""

    def __init__(self, server: Server, client: httpx.Client) -> None:
        self.server = server
        self.client = client

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.client.request(method, path, **more)

    def create(self, **body: Any) -> dict[str, Any]:
        answer = self.client.post(f"{API}/agents", json={"name": "agent", **body})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def get(self, agent_id: str, **query: Any) -> dict[str, Any]:
        answer = self.client.get(f"{API}/agents/{agent_id}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def try_patch(self, agent_id: str, **body: Any) -> httpx.Response:
        return self.client.patch(f"{API}/agents/{agent_id}", json=body)

    def patch(self, agent_id: str, **body: Any) -> dict[str, Any]:
        answer = self.try_patch(agent_id, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def delete(self, agent_id: str) -> None:
        assert self.client.delete(f"{API}/agents/{agent_id}").status_code == 204

    def tree(self, agent_id: str, **query: Any) -> dict[str, Any]:
        answer = self.client.get(f"{HUB}/{agent_id}/directories", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def head(self, agent_id: str) -> str:
        return str(self.tree(agent_id)["commit_hash"])

    def text(self, agent_id: str, path: str) -> str:
        return str(self.tree(agent_id)["files"][path]["content"])

    def try_commit(
        self, agent_id: str, files: dict[str, Any], parent: str | None = None
    ) -> httpx.Response:
        body: dict[str, Any] = {"files": files}
        if parent is not None:
            body["parent_commit"] = parent
        return self.client.post(f"{HUB}/{agent_id}/directories/commits", json=body)

    def commit(self, agent_id: str, files: dict[str, Any], parent: str | None = None) -> str:
        entries = {
            path: {"type": "file", "content": item} if isinstance(item, str) else item
            for path, item in files.items()
        }
        answer = self.try_commit(agent_id, entries, parent)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["commit"]["commit_hash"])


Start = Callable[..., Api]


@pytest.fixture
def start(contract: Any) -> Iterator[Start]:
    """Starts an emulator: options by name, plus `key`, `workspace` and `checked` for the client."""
    with ExitStack() as stack:
        checked_answers: list[str] = []

        def check(response: httpx.Response) -> None:
            request = response.request
            path = request.url.path
            if contract is None or path.startswith("/_emulator"):
                return
            kind = response.headers.get("content-type", "")
            found = contract.problems(
                request.method, path, response.status_code, kind, response.read()
            )
            checked_answers.extend(found)

        def run(
            *, key: str = "k", workspace: str = "", checked: bool = True, **options: Any
        ) -> Api:
            server = stack.enter_context(running(Options(**options)))
            return connect(server, key=key, workspace=workspace, checked=checked)

        def connect(server: Server, *, key: str, workspace: str = "", checked: bool = True) -> Api:
            headers = {"X-Api-Key": key} if key else {}
            headers |= {"X-Tenant-Id": workspace} if workspace else {}
            hooks: dict[str, list[Callable[..., Any]]] = {"response": [check] if checked else []}
            client = httpx.Client(
                base_url=server.url,
                headers=headers,
                trust_env=False,
                event_hooks=hooks,
                timeout=20,
                verify=NO_TLS,
            )
            return Api(server, stack.enter_context(client))

        run.connect = connect  # type: ignore[attr-defined]
        yield run
    assert checked_answers == []


@pytest.fixture
def api(start: Start) -> Api:
    """A plain emulator with every default."""
    return start()
