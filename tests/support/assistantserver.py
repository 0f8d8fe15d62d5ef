"""An Agent Server in memory, behind respx: what it stores, and what a test has it do otherwise.

Source: tests/interop/test_agent_server_facts*.py, which ask a real one.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import respx

BASE = "https://graphs.example"
IDS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(10)]

_VERSIONED = ("graph_id", "name", "description", "config", "context", "metadata")
_SEARCHED = {"limit": 10, "offset": 0}


class RefusalError(Exception):
    """A request that the server answers with this status."""

    def __init__(self, status: int, detail: str = "") -> None:
        super().__init__(detail)
        self.status = status


@dataclass
class AssistantServer:
    """Assistants by id, the oldest first, and the versions of each, the newest first.

    Shape: `hooks` maps the name of a call to functions, one taken off for each call of it: what
    it returns is the answer, or the call goes on when that is None; `log` has every call.
    """

    found: dict[str, dict[str, Any]] = field(default_factory=dict)
    past: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    schemas: dict[str, Any] = field(default_factory=lambda: {"agent": None, "plain": None})
    hooks: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    log: list[tuple[str, Any]] = field(default_factory=list)
    clock: int = 0

    def create(self, body: Any) -> dict[str, Any]:
        """A new assistant."""
        agent_id = body.get("assistant_id") or IDS[len(self.found)]
        self._knows(body["graph_id"])
        if agent_id in self.found:
            raise RefusalError(409, f"Assistant {agent_id} already exists")
        config, context = _mirrored(body, {}, {})
        self.found[agent_id] = {
            "assistant_id": agent_id,
            "graph_id": body["graph_id"],
            "name": body.get("name") or "Untitled",
            "description": body.get("description"),
            **{"config": config, "context": context, "metadata": dict(body.get("metadata", {}))},
            **{"version": 0, "created_at": self._now(), "updated_at": ""},
        }
        return self._written(agent_id)

    def patch(self, agent_id: str, body: Any) -> dict[str, Any]:
        """The assistant with what the body says."""
        now = self._of(agent_id)
        self._knows(body.get("graph_id", now["graph_id"]))
        if None in (body.get(key, "") for key in _VERSIONED):
            raise RefusalError(422, "null is not of type")
        config, context = _mirrored(body, now["config"], now["context"])
        now |= {key: body[key] for key in ("graph_id", "name", "description") if key in body}
        now |= {"config": config, "context": context}
        now["metadata"] = {**now["metadata"], **body.get("metadata", {})}
        return self._written(agent_id)

    def step_back(self, agent_id: str, version: int) -> None:
        """What POST /latest does: neither context nor graph go back with the rest."""
        then = next(item for item in self.past[agent_id] if item["version"] == version)
        kept = ("version", "name", "description", "config", "metadata")
        self.found[agent_id] |= {key: then[key] for key in kept}

    def delete(self, agent_id: str) -> None:
        """Forget an assistant and its past."""
        del self.found[agent_id], self.past[agent_id]

    def search(self, body: Any) -> list[dict[str, Any]]:
        """A page of the assistants, oldest first."""
        if "graph_id" in body:
            self._knows(body["graph_id"])
        fits = [
            it
            for it in self.found.values()
            if body.get("graph_id", it["graph_id"]) == it["graph_id"]
        ]
        page = _page(fits, body)
        return [{key: item[key] for key in body.get("select", item)} for item in page]

    def versions(self, agent_id: str, body: Any) -> list[dict[str, Any]]:
        """A page of the versions, newest first; past the end there is none."""
        page = _page(self.past.get(agent_id, []), body)
        if not page:
            raise RefusalError(404, f"Assistant {agent_id} not found")
        return page

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What a request is answered with."""
        body = json.loads(request.content or b"null")
        name, agent_id = _named(request)
        self.log.append((name, body))
        hooks = self.hooks[name]
        answer = hooks.pop(0)(request) if hooks else None
        return answer or self.done(name, agent_id, body)

    def done(self, name: str, agent_id: str, body: Any) -> httpx.Response:
        """What comes of a request, whatever a test wants."""
        calls = {
            "create": lambda: self.create(body),
            "search": lambda: self.search(body),
            "versions": lambda: self.versions(agent_id, body),
            "schemas": lambda: {"context_schema": self.schemas[self._of(agent_id)["graph_id"]]},
            "read": lambda: self._of(agent_id),
            "patch": lambda: self.patch(agent_id, body),
            "delete": lambda: self.delete(self._of(agent_id)["assistant_id"]),
        }
        try:
            made = calls[name]()
        except RefusalError as refusal:
            return httpx.Response(refusal.status, json={"detail": str(refusal)})
        return httpx.Response(204) if made is None else httpx.Response(200, json=made)

    def bodies(self, name: str) -> list[Any]:
        """What the calls of that name were sent."""
        return [body for called, body in self.log if called == name]

    def names(self) -> list[str]:
        """The calls, in order."""
        return [name for name, _ in self.log]

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Answer the requests that are made inside."""
        with respx.mock:
            respx.route(url__startswith=BASE).mock(side_effect=self.answer)
            yield

    def _written(self, agent_id: str) -> dict[str, Any]:
        now, past = self.found[agent_id], self.past.setdefault(agent_id, [])
        now["version"] = past[0]["version"] + 1 if past else 1
        now["updated_at"] = self._now()
        kept = {key: now[key] for key in ("assistant_id", "version", *_VERSIONED)}
        past.insert(0, {**kept, "created_at": now["updated_at"]})
        return dict(now)

    def _of(self, agent_id: str) -> dict[str, Any]:
        if agent_id not in self.found:
            raise RefusalError(404, f"Assistant {agent_id} not found")
        return self.found[agent_id]

    def _knows(self, graph: str) -> None:
        if graph not in self.schemas:
            raise RefusalError(404, f"Graph '{graph}' not found.")

    def _now(self) -> str:
        self.clock += 1
        return f"2026-01-01T00:00:00.{self.clock:06d}+00:00"


def lost(request: httpx.Request) -> httpx.Response:
    """A hook: neither the request nor an answer arrives."""
    raise httpx.ReadError("reset")


def landed(server: AssistantServer) -> Any:
    """A hook: the request arrives, and its answer does not."""

    def lose(request: httpx.Request) -> httpx.Response:
        server.done(*_named(request), json.loads(request.content or b"null"))
        return lost(request)

    return lose


def refusing(status: int, times: int = 1) -> list[Any]:
    """Hooks that refuse so many calls with this status."""
    return [lambda request: httpx.Response(status, json={"detail": "no"})] * times


def _mirrored(body: Any, config: Any, context: Any) -> tuple[Any, Any]:
    """Config and context after a write: each that is sent is copied to the other."""
    new, said = dict(body.get("config") or {}), body.get("context")
    copy = new.get("configurable")
    if copy and said:
        raise RefusalError(400, "Cannot specify both configurable and context.")
    if said:
        new["configurable"] = said
    said = copy or said
    return new or config, context if said is None else said


def _page(items: list[Any], body: Any) -> list[Any]:
    asked = {**_SEARCHED, **body}
    return items[asked["offset"] :][: asked["limit"]]


def _named(request: httpx.Request) -> tuple[str, str]:
    """The name of a call, and the id in its path."""
    parts = request.url.path.split("/assistants", 1)[1].split("/")
    match (request.method, *parts[1:]):
        case ("POST",):
            return "create", ""
        case ("POST", "search"):
            return "search", ""
        case (_, agent_id, ("versions" | "schemas") as name):
            return name, agent_id
        case (method, agent_id):
            return {"GET": "read", "PATCH": "patch", "DELETE": "delete"}[method], agent_id
    raise AssertionError(request.url.path)
