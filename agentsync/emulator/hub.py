"""The hub: the file tree as commits, with the API's only compare-and-swap, and their list."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from agentsync.emulator import requests, writes
from agentsync.emulator.agents import Agents
from agentsync.emulator.answers import Failure, json_response, no_content
from agentsync.emulator.auth import Caller
from agentsync.emulator.call import Call
from agentsync.emulator.readings import Readings
from agentsync.emulator.rows import Commit, Repo
from agentsync.emulator.shapes import Record, Text, clean
from agentsync.emulator.store import Store
from agentsync.emulator.tree import Tree
from agentsync.emulator.views import Views

_SHORTEST: Final = 8
_LONGEST: Final = 64
_PAGE: Final = 100
_ENTRY: Final = Record(
    fields={
        "type": Text(enum=("file", "skill")),
        **dict.fromkeys(("content", "repo_handle", "commit_id"), Text()),
    }
)


class Hub:
    """The operations on directories of one emulator."""

    def __init__(self, store: Store, views: Views, agents: Agents, readings: Readings) -> None:
        self._store = store
        self._views = views
        self._agents = agents
        self._readings = readings

    def get(self, call: Call) -> Response:
        """200 and the files at a commit, the newest unless `?commit=` names another."""
        call.caller.need("hub:read")
        repo = self._repo(call, "READ")
        commit = self._resolve(repo, call.query.get("commit", ""))
        files = self._views.files(repo.tenant, self._store.tree(commit.tree))
        answer = {"commit_hash": commit.hash, "commit_id": commit.id, "files": files}
        return json_response(answer)

    def commit(self, call: Call) -> Response:
        """200 and the new commit; 409 when the parent it was made for is not the newest."""
        call.caller.need("hub:write")
        repo = self._repo(call, "WRITE")
        body = _checked(call.body, self._readings)
        with self._store.transaction():
            head = self._store.head(repo.tenant, repo.handle)
            _compare(body.get("parent_commit", ""), head)
            before = self._store.tree(head.tree) if head else {}
            tree = _applied(before, body["files"])
            if head is None or tree != before or self._readings.empty_write_commits:
                author = call.caller.user_name
                head = self._store.add_commit(repo.tenant, repo.handle, tree, author)
                row = self._store.agent(repo.handle)
                if row is not None:
                    self._agents.committed(row, tree)
        shown = {"id": head.id, "commit_hash": head.hash, "created_at": head.created_at}
        return json_response({"commit": shown})

    def commits(self, call: Call) -> Response:
        """200 and one page of the repository's commits, newest first, with their number."""
        call.caller.need("hub:read")
        repo = self._repo(call, "READ")
        limit, offset = _number(call.query, "limit", 20), _number(call.query, "offset", 0)
        if not 1 <= limit <= _PAGE:
            raise Failure(422, "validation_failed", f"limit must be from 1 to {_PAGE}")
        if self._readings.history == "hidden":
            raise _not_found()
        listed = self._readings.history == "listed"
        found = self._store.commits(repo.tenant, repo.handle) if listed else []
        shown = [
            _listed(commit, found[number + 1] if number + 1 < len(found) else None)
            for number, commit in enumerate(found)
        ]
        return json_response({"commits": shown[offset : offset + limit], "total": len(found)})

    def delete(self, call: Call) -> Response:
        """204; the repository and its history are gone, the agent's row stays."""
        call.caller.need("hub:write")
        repo = self._repo(call, "WRITE")
        with self._store.transaction():
            self._store.remove_repo(repo.tenant, repo.handle)
        return no_content()

    def _repo(self, call: Call, need: str) -> Repo:
        caller = call.caller
        if call.params["owner"] not in ("-", caller.tenant_id):
            raise _not_found()
        repo = self._store.repo(caller.tenant_id, call.params["repo"])
        if repo is None:
            raise _not_found()
        level = self._level(repo, caller)
        if level is None:
            if self._readings.no_access == "404":
                raise _not_found()
            raise Failure(403, "forbidden", "Forbidden")
        if need == "WRITE" and level != "WRITE":
            raise Failure(403, "forbidden", "Forbidden")
        return repo

    def _level(self, repo: Repo, caller: Caller) -> str | None:
        if repo.kind == "skill":
            return "WRITE"
        if self._store.agent(repo.handle) is None:  # kept after its agent
            return "WRITE" if repo.owner == caller.user_id else None
        return self._agents.level(repo.handle, caller)

    def _resolve(self, repo: Repo, ref: str) -> Commit:
        head = self._store.head(repo.tenant, repo.handle)
        if head is None:
            raise _not_found()
        if ref in ("", "latest") or ref == head.hash:
            return head
        for commit in self._store.commits(repo.tenant, repo.handle):
            if ref == commit.id or (len(ref) >= _SHORTEST and commit.hash.startswith(ref)):
                return commit
        raise Failure(404, "commit_not_found", "commit not found")


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Failure(422, "validation_failed", f"{name} must be a number, not negative")
    return int(text) if text else default


def _listed(commit: Commit, parent: Commit | None) -> dict[str, Any]:
    """A commit as a list has it."""
    return {
        "id": commit.id,
        "commit_hash": commit.hash,
        "parent_id": parent.id if parent else None,
        "parent_commit_hash": parent.hash if parent else None,
        "created_at": commit.created_at,
        "updated_at": commit.created_at,
        "full_name": commit.author or None,
        "description": None,
        "example_run_ids": [],
        "num_downloads": 0,
        "num_views": 0,
    }


def _checked(raw: bytes, readings: Readings) -> dict[str, Any]:
    """The body of a commit.

    Errors: Failure 400 for everything that is wrong with it.
    """
    try:
        body: dict[str, Any] = clean(requests.COMMIT, requests.decode(raw), readings)
        files: dict[str, Any] = {}
        for path, entry in body.get("files", {}).items():
            requests.check_path(path, "files")
            if entry is not None:
                entry = clean(_ENTRY, entry, readings, f"files[{path!r}]")
                requests.check_entry(path, entry)
            files[path] = entry
    except Failure as failure:
        raise Failure(400, failure.code, failure.detail) from None
    parent = body.get("parent_commit", "")
    if parent and not _SHORTEST <= len(parent) <= _LONGEST:
        detail = f"parent_commit must be {_SHORTEST} to {_LONGEST} characters"
        raise Failure(400, "invalid_parent_commit", detail)
    return {**body, "files": files}


def _compare(parent: str, head: Commit | None) -> None:
    if parent and (head is None or not head.hash.startswith(parent.lower())):
        detail = f"parent commit {parent} is not the latest commit"
        raise Failure(409, "conflict", detail)


def _applied(before: Tree, files: dict[str, Any]) -> Tree:
    after = dict(before)
    for path, entry in files.items():
        if entry is None:
            after.pop(path, None)
        else:
            after[path] = writes.as_entry(entry)
    try:
        writes.check_folders(after, list(files))
    except Failure as failure:
        raise Failure(400, failure.code, failure.detail) from None
    return after


def _not_found() -> Failure:
    return Failure(404, "not_found", "repo not found")
