"""The agents API: metadata in rows, content in the file tree, both changed in one transaction."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response

from agentsync.emulator import listing, requests, writes
from agentsync.emulator.answering import AgentAnswers, level_of
from agentsync.emulator.answers import (
    Failure,
    MissingPermission,
    Refusal,
    json_response,
    missing,
    no_content,
    not_found,
)
from agentsync.emulator.auth import Caller
from agentsync.emulator.call import Call
from agentsync.emulator.readings import Readings
from agentsync.emulator.rendering import Rendering
from agentsync.emulator.rows import AgentRow, Repo
from agentsync.emulator.store import Store
from agentsync.emulator.tree import PROMPT, Tree, read_tools

_DEFAULTS: Final = {"identity": "personal", "visibility": "tenant", "tenant_access_level": "read"}


class Agents:
    """The operations on agents of one emulator."""

    def __init__(
        self,
        store: Store,
        answers: AgentAnswers,
        readings: Readings,
        style: Rendering,
        max_agents: int | None,
    ) -> None:
        self._store = store
        self._answers = answers
        self._readings = readings
        self._style = style
        self._max_agents = max_agents

    def page(self, call: Call) -> Response:
        """One page of summaries: the caller's own agents, visible ones as the readings say."""
        call.caller.need("agents:read")
        page = listing.asked(call.query)
        rows = self._store.agents(
            call.caller.tenant_id, order=page.order, descending=page.descending, after=page.after
        )
        wide = self._readings.lists_visible
        mine = (
            row
            for row in rows
            if (level_of(row, call.caller) if wide else row.owner == call.caller.user_id)
        )
        kept, cursor = listing.cut(mine, page)
        items = [self._answers.summary(row, call.caller) for row in kept]
        return json_response({"items": items, "next_cursor": cursor})

    def create(self, call: Call) -> Response:
        """201 and the new agent; nothing at all is kept when anything is wrong."""
        call.caller.need("agents:create")
        sent = requests.decode(call.body)
        if sent.get("name") is None:
            raise missing("name")
        body = requests.agent_body(requests.CREATE, sent, self._readings)
        tree = writes.with_fields({}, body, self._style, self._readings)
        row = self._new(call.caller, body["name"], self._metadata({}, body), tree)
        return self._answers.whole(row, call, 201)

    def get(self, call: Call) -> Response:
        """200 and the whole agent."""
        call.caller.need("agents:read")
        return self._answers.whole(self._reach(call, "READ"), call, 200)

    def patch(self, call: Call) -> Response:
        """200 and the whole agent, changed where the body says so."""
        call.caller.need("agents:update")
        row = self._reach(call, "WRITE")
        sent = requests.decode(call.body)
        body = requests.agent_body(requests.UPDATE, sent, self._readings)
        return self._answers.whole(self.change(row, body, call.caller.user_name), call, 200)

    def delete(self, call: Call) -> Response:
        """204, whether the agent was there or not."""
        call.caller.need("agents:delete")
        try:
            row = self._reach(call, "WRITE")
        except Failure as failure:
            if failure.status == 404:
                return no_content()
            raise
        with self._store.transaction():
            self._store.remove_agent(row.id)
            if self._readings.deleted_repo == "gone":
                self._store.remove_repo(row.tenant, row.id)
        return no_content()

    def clone(self, call: Call) -> Response:
        """201 and the caller's own copy: runtime, backend and files, nothing of the sharing."""
        call.caller.need("agents:create")
        source = self._reach(call, "READ")
        sent = requests.decode(call.body, optional=True)
        body = requests.agent_body(requests.CLONE, sent, self._readings)
        kept: dict[str, Any] = {
            key: source.metadata[key] for key in ("runtime", "backend") if key in source.metadata
        }
        name = body.get("name", f"{source.name} (copy)")
        row = self._new(call.caller, name, self._metadata(kept, body), self.tree(source))
        return self._answers.whole(row, call, 201)

    def health(self, call: Call) -> Response:
        """200 and whether each MCP server of the agent's tools can be used by this caller."""
        call.caller.need("agents:read")
        try:
            row = self._reach(call, "READ")
        except Failure as failure:
            raise not_found("agent") if failure.status == 400 else failure from None
        usable = {
            body["url"].rstrip("/")
            for _, owner, body in self._store.servers(row.tenant)
            if "mcp-servers:invoke" in call.caller.permissions or owner == call.caller.user_id
        }
        servers = [{"url": url, "ok": url.rstrip("/") in usable} for url in self._urls(row)]
        check = {"ok": all(server["ok"] for server in servers), "servers": servers}
        return json_response({"agent_id": row.id, "mcp_check": check})

    def tree(self, row: AgentRow) -> Tree:
        """The agent's files as of now."""
        head = self._store.head(row.tenant, row.id)
        return self._store.tree(head.tree) if head else {}

    def level(self, agent_id: str, caller: Caller) -> str | None:
        """What the caller may do with the agent of that id; None when nothing, or no such agent."""
        row = self._store.agent(agent_id)
        if row is None or row.tenant != caller.tenant_id:
            return None
        return level_of(row, caller)

    def change(self, row: AgentRow, body: Mapping[str, Any], author: str = "") -> AgentRow:
        """The agent after this checked body was written to it by `author`."""
        with self._store.transaction():
            tree = writes.with_fields(self.tree(row), dict(body), self._style, self._readings)
            metadata = self._metadata(row.metadata, body)
            after = replace(row, name=body.get("name", row.name), metadata=metadata)
            files = any(key in body for key in requests.CONTENT)
            return self._write(row, after, tree, author, files=files)

    def race(self, agent_id: str, files: Mapping[str, str | None], metadata: Any) -> None:
        """Somebody else's change: by default one more line in the prompt."""
        row = self._store.agent(agent_id)
        if row is None:
            return
        tree = self.tree(row)
        if not files and not metadata:
            files = {PROMPT: f"{tree.get(PROMPT, '')}\nEdited by somebody else.\n"}
        body = requests.agent_body(requests.UPDATE, dict(metadata), self._readings)
        given = {path: {"content": text} for path, text in files.items() if text is not None}
        gone = [path for path, text in files.items() if text is None]
        more = {"files": given, "deleted_paths": gone} if files else {}
        self.change(row, {**body, **more})

    def committed(self, row: AgentRow, tree: Tree) -> None:
        """Takes note of a hub commit to the agent's repository (inside its transaction)."""
        name, metadata = row.name, row.metadata
        if self._readings.metadata_in_tree:
            name, metadata = writes.metadata_of(tree, name, metadata)
        after = replace(row, name=name, metadata=metadata, revision=row.revision + 1)
        self._store.save_agent(self._stamped(after))

    def _new(self, caller: Caller, name: str, metadata: dict[str, Any], tree: Tree) -> AgentRow:
        tenant = caller.tenant_id
        if self._max_agents is not None and self._store.count_agents(tenant) >= self._max_agents:
            detail = f"The plan allows {self._max_agents} agents: delete one or upgrade"
            raise Failure(409, "agent_limit_reached", detail)
        if self._readings.metadata_in_tree:
            tree = writes.with_metadata(tree, name, metadata)
        with self._store.transaction():
            number = self._store.number()
            now = self._store.now(number)
            row = AgentRow(
                number=number,
                id=self._store.identity(number),
                tenant=tenant,
                owner=caller.user_id,
                name=name,
                created_at=now,
                updated_at=now,
                metadata=metadata,
                revision=1,
            )
            self._store.add_agent(row)
            self._repo(row)
            self._store.add_commit(tenant, row.id, tree, caller.user_name)
        return row

    def _write(
        self, row: AgentRow, after: AgentRow, tree: Tree, author: str, *, files: bool
    ) -> AgentRow:
        """Keeps the changed agent; commits and moves the revision as the readings say."""
        reads = self._readings
        if reads.metadata_in_tree:
            tree = writes.with_metadata(tree, after.name, after.metadata)
        described = (row.name, json.dumps(row.metadata)) != (after.name, json.dumps(after.metadata))
        changed = tree != self.tree(row)
        moved = reads.metadata_patch_moves_revision and (described or reads.empty_write_commits)
        commits = changed or (files and reads.empty_write_commits)
        if commits or (moved and reads.revision_is_commit):
            self._repo(row)
            self._store.add_commit(row.tenant, row.id, tree, author)
        if commits or moved:
            after = replace(after, revision=row.revision + 1)
        if commits or moved or described:
            after = self._stamped(after)
            self._store.save_agent(after)
        return after

    def _stamped(self, row: AgentRow) -> AgentRow:
        return replace(row, updated_at=self._store.now(self._store.number()))

    def _repo(self, row: AgentRow) -> None:
        if self._store.repo(row.tenant, row.id) is None:
            repo = Repo(tenant=row.tenant, handle=row.id, owner=row.owner, kind="agent")
            self._store.add_repo(repo)

    def _metadata(self, before: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        known = {*requests.METADATA, *requests.CONTENT}
        extra = {key: value for key, value in body.items() if key not in known}
        named = {key: body[key] for key in requests.METADATA if key in body and key != "name"}
        after = {"permissions": _DEFAULTS, **before, **named, **extra}
        if "permissions" in body:
            merges = self._readings.permissions_patch_merges
            base = before.get("permissions", {}) if merges else {}
            after["permissions"] = {**_DEFAULTS, **base, **body["permissions"]}
        return after

    def _reach(self, call: Call, need: str) -> AgentRow:
        """The agent in the path, when the caller's level is enough."""
        row = self._store.agent(call.identity("agent_id", "agent"))
        if row is None or row.tenant != call.caller.tenant_id:
            raise not_found("agent")
        level = level_of(row, call.caller)
        if level is None:
            if self._readings.no_access == "404":
                raise not_found("agent")
            text = self._readings.no_access == "403-text"
            raise MissingPermission("agents:read") if text else Refusal(403)
        if need == "WRITE" and level != "WRITE":
            raise Refusal(403)
        return row

    def _urls(self, row: AgentRow) -> list[str]:
        urls: dict[str, None] = {}
        for path, entry in sorted(self.tree(row).items()):
            parts = path.split("/")
            own = parts == ["tools.json"]
            if own or (len(parts) == 3 and parts[0] == "subagents" and parts[2] == "tools.json"):
                config = read_tools(entry, self._readings) or {}
                for tool in config.get("tools", []):
                    if tool.get("mcp_server_url"):
                        urls.setdefault(tool["mcp_server_url"])
        return list(urls)
