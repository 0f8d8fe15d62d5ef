"""Somebody who edits agents in the web interface, while others apply."""

from dataclasses import dataclass
from typing import Any

import httpx
from stage import AGENTS, HUB


@dataclass(frozen=True, kw_only=True)
class Editor:
    """A person at the web interface: reads, changes one thing, writes it back.

    Shape: `client` carries the editor's own key. Every edit tells whether it was accepted.
    """

    client: httpx.Client

    def prompt(self, agent_id: str, text: str) -> bool:
        return self.patch(agent_id, system_prompt=text)

    def description(self, agent_id: str, text: str) -> bool:
        return self.patch(agent_id, description=text)

    def runtime(self, agent_id: str, text: str) -> bool:
        return self.patch(agent_id, runtime={"model": {"model_id": f"openai:{text}"}})

    def tool(self, agent_id: str, text: str) -> bool:
        """Add or rename a tool, the others as they were a moment ago."""
        config = self._agent(agent_id).get("tools") or {"tools": []}
        url = "https://ui.acme.example"
        others = [tool for tool in config["tools"] if tool["mcp_server_url"].rstrip("/") != url]
        made = {"name": "lookup", "mcp_server_url": url, "display_name": text}
        return self.patch(agent_id, tools={**config, "tools": [*others, made]})

    def extras(self, agent_id: str, text: str) -> bool:
        """Set one key of the extras, the others (our marker too) as they were a moment ago."""
        extras = self._agent(agent_id).get("extras") or {}
        return self.patch(agent_id, extras={**extras, "ui_note": text})

    def memory(self, agent_id: str, text: str) -> bool:
        """What a running agent writes to its own tree."""
        return self.commit(agent_id, {"memories/notes.md": text})

    def subagent(self, agent_id: str, text: str, name: str = "critic") -> bool:
        header = '---\n"description": "Looks things up."\n---\n\n'
        return self.commit(agent_id, {f"subagents/{name}/AGENTS.md": f"{header}{text}\n"})

    def file(self, agent_id: str, text: str) -> bool:
        return self.commit(agent_id, {"notes/guide.md": text})

    def patch(self, agent_id: str, **body: Any) -> bool:
        answer = self.client.patch(f"{AGENTS}/{agent_id}", json=body)
        assert answer.status_code in (200, 404), answer.text
        return answer.status_code == 200

    def commit(self, agent_id: str, files: dict[str, str | None]) -> bool:
        """Commit on the newest state; somebody who was faster wins."""
        at = f"{HUB}/{agent_id}/directories"
        head = self.client.get(at).raise_for_status().json()["commit_hash"]
        entries = {
            path: None if text is None else {"type": "file", "content": text}
            for path, text in files.items()
        }
        body = {"files": entries, "parent_commit": head}
        answer = self.client.post(f"{at}/commits", json=body)
        assert answer.status_code in (200, 409), answer.text
        return answer.status_code == 200

    def _agent(self, agent_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"{AGENTS}/{agent_id}").raise_for_status().json()
        return found


EDITS = ("prompt", "description", "runtime", "tool", "extras", "memory", "subagent", "file")
"""The edits by name, each `(agent_id, text)`."""
