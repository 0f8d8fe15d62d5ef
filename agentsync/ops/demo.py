"""The stage for `agentsync demo`: a project, a live workspace, and somebody at the web interface.

What happens live goes over a socket, in requests of its own, as the web interface sends them.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from agentsync.canonical import Json
from agentsync.errors import AgentsyncError, RefusedError, UsageError
from agentsync.files import shipped
from agentsync.files.project import open_project

TARGET: Final = "staging"
EDITED: Final = "support-triage"
_AGENTS: Final = frozenset({"acronym-finder", "release-notes", EDITED})
_NAME: Final = "Support triage"
_MCP: Final = "https://mcp.acme.example"
_TOOLS: Final = f"{_MCP}/billing"
_PAGING: Final = f"{_MCP}/status::page_on_call"
_SERVERS: Final = ("billing", "changelog", "helpdesk", "source", "status")
_DESCRIPTION: Final = "Reads every new support ticket, and answers all of them."
_CLOSING: Final = "A ticket that you close with a guess is not."
_GUESS: Final = "If you are unsure, close the ticket with your best guess."
_HAND_OVER: Final = "If you are unsure, hand the ticket over."
_ASK: Final = "If you are unsure, ask the customer to write again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the demo writes, all of it below one folder."""

    folder: Path

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self.folder / "project"

    @property
    def schemas(self) -> Path:
        """The schemas that the project's files name, beside the project."""
        return self.folder / "schemas"

    @property
    def database(self) -> Path:
        """The emulator's database."""
        return self.folder / "emulator.sqlite"


def new_place(folder: Path | None) -> Place:
    """A place below `folder` (None: a temporary one), which is there and holds no demo yet.

    Errors: RefusedError when the demo would overwrite something, UsageError when the folder
    cannot be made or written to.
    """
    try:
        if folder is None:
            return Place(folder=Path(tempfile.mkdtemp(prefix="agentsync-demo-")))
        place = Place(folder=folder)
        taken = [
            path for path in (place.project, place.schemas, place.database) if os.path.lexists(path)
        ]
        if taken:
            raise RefusedError(
                "the demo overwrites nothing, and there is already "
                + ", ".join(path.as_posix() for path in taken),
                hint="name another folder, or delete what is there",
            )
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        where = "a temporary folder" if folder is None else folder.as_posix()
        raise UsageError(
            f"cannot make {where}: {error.strerror or error}", hint="--folder takes another one"
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(
            f"cannot write to {folder.as_posix()}: permission denied",
            hint="--folder takes another one",
        )
    return place


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of the example project, and the API of the workspace that it is about.

    Shape: `url` is the API's origin.
    """

    folder: Path
    url: str

    def build(self) -> None:
        """Copy the project, with a few of its agents: what is told shall be short.

        Their MCP servers are registered in the workspace, as somebody there has done.
        Errors: AgentsyncError when the files cannot be written, be it that they are there already.
        """
        try:
            shutil.copytree(shipped.examples(), self.folder, ignore=_too_many)
            schemas = Place(folder=self.folder.parent).schemas
            schemas.mkdir()
            for name in ("agent", "subagent", "project"):
                (schemas / f"{name}.schema.json").write_text(shipped.schema_text(name), "utf-8")
        except OSError as error:
            raise AgentsyncError(
                f"cannot write the demo's project to {self.folder.as_posix()}: "
                f"{error.strerror or error}",
                hint="delete what is there and choose another place with --folder",
            ) from None
        for name in _SERVERS:
            server = {"name": name, "url": f"{_MCP}/{name}"}
            self._send("POST", "/mcp-servers", server)

    def edit_in_the_web_interface(self) -> None:
        """What somebody does on a busy Friday: one sentence, one approval, one tool."""
        live = self._live()
        tools = live["tools"]
        tools["interrupt_config"][f"{_TOOLS}::issue_refund"] = False
        tools["tools"].append({"name": "close_account", "mcp_server_url": _TOOLS})
        prompt = live["system_prompt"].replace(_CLOSING, _GUESS)
        self._change({"system_prompt": prompt, "tools": tools})

    def edit_the_description(self) -> None:
        """A small edit that nobody else makes."""
        self._change({"description": _DESCRIPTION})

    def change_another_field_in_git(self) -> None:
        """A pull request that gives the same agent another model."""
        self._edit("agent.yaml", "model: openai:gpt-5.5", "model: anthropic:claude-opus-4-6")

    def take_an_approval_away(self) -> None:
        """A pull request after which nobody is asked before an engineer is woken."""
        self._edit("agent.yaml", f"{_PAGING}: true", f"{_PAGING}: false")

    def give_the_approval_back(self) -> None:
        """The pull request is closed."""
        self._edit("agent.yaml", f"{_PAGING}: false", f"{_PAGING}: true")

    def rewrite_one_sentence_on_both_sides(self) -> None:
        """A pull request, and somebody at the web interface, about the sentence that came home."""
        self._edit("AGENTS.md", _GUESS, _HAND_OVER)
        prompt = self._live()["system_prompt"].replace(_GUESS, _ASK)
        self._change({"system_prompt": prompt})

    def _edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / "agents" / EDITED / name
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    def _live(self) -> dict[str, Any]:
        return self._send("GET", self._path())

    def _change(self, fields: dict[str, Any]) -> None:
        self._send("PATCH", self._path(), fields)

    def _path(self) -> str:
        listed = self._send("GET", "/agents?page_size=100")["items"]
        return f"/agents/{next(item['id'] for item in listed if item['name'] == _NAME)}"

    def _send(self, method: str, path: str, body: Json = None) -> dict[str, Any]:
        workspace = open_project(self.folder).target(TARGET).workspace_id
        response = httpx.request(
            method,
            f"{self.url}/v1/deepagents{path}",
            json=body,
            headers={"X-Api-Key": "web-interface", "X-Tenant-Id": workspace},
            trust_env=False,
        )
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer


def _too_many(folder: str, names: list[str]) -> list[str]:
    agents = shipped.examples() / "agents"
    return [name for name in names if name not in _AGENTS] if Path(folder) == agents else []
