"""The stage for `agentsync demo`: a project, a live workspace, and somebody at the web interface.

What happens live goes over a socket, in requests of its own, as the web interface sends them.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from agentsync.canonical import Json
from agentsync.engine.normalise import desired
from agentsync.errors import AgentsyncError, RefusedError, UsageError
from agentsync.files import shipped
from agentsync.files.definition import load
from agentsync.files.project import open_project
from agentsync.providers import provider_class

TARGET = "staging"
_NOT_YET_LIVE = "release-notes"
_FOUND_BY_NAME = "meeting-notes"
_BEHIND = "sql-analyst"
EDITED = "support-triage"
_SENTENCE = "A ticket that you close with a guess is not."
_TOOLS = "https://mcp.acme.example/billing"


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


@dataclass(slots=True)
class Stage:
    """A copy of the example project, and the API of the workspace that it is about.

    Shape: `url` is the API's origin; `workspace_id` the target's; `ids` are the live agents by
    address.
    """

    folder: Path
    url: str
    workspace_id: str = ""
    ids: dict[str, str] = field(default_factory=dict)

    def build(self) -> None:
        """Copy the project, create its agents through the API, and bind them with `id:`.

        One agent is not live yet, one is live but bound to no definition, and one is live as an
        earlier version of it.
        Errors: AgentsyncError when the files cannot be written, be it that they are there already.
        """
        try:
            self._copy()
        except OSError as error:
            raise AgentsyncError(
                f"cannot write the demo's project to {self.folder.as_posix()}: "
                f"{error.strerror or error}",
                hint="delete what is there and choose another place with --folder",
            ) from None
        project = open_project(self.folder)
        self.workspace_id = project.target(TARGET).workspace_id
        for address in project.slugs:
            if address == _NOT_YET_LIVE:
                continue
            document = load(project, address, TARGET).document or {}
            self._create(address, document)
            if address != _FOUND_BY_NAME:
                self._bind(address)

    def _copy(self) -> None:
        shutil.copytree(shipped.examples(), self.folder)
        schemas = Place(folder=self.folder.parent).schemas
        schemas.mkdir()
        for name in ("agent", "subagent", "project"):
            (schemas / f"{name}.schema.json").write_text(shipped.schema_text(name), "utf-8")

    def _create(self, address: str, document: Mapping[str, Json]) -> None:
        kind = provider_class("managed")
        body = dict(kind.request_body(desired(document, kind.rules)))
        if address == _BEHIND:
            body["runtime"] = {"model": {"model_id": "openai:gpt-5.4-mini"}}
            body["description"] = "Answers questions about the warehouse."
        self.ids[address] = self._send("POST", "/agents", body)["id"]

    def _bind(self, address: str) -> None:
        overlay = self.folder / "agents" / address / f"agent.{TARGET}.yaml"
        overlay.write_text(f"id: {self.ids[address]}\n", encoding="utf-8")

    def edit_in_the_web_interface(self) -> None:
        """What somebody does on a busy Friday: one sentence, one approval, one tool."""
        path = f"/agents/{self.ids[EDITED]}"
        live = self._send("GET", path)
        tools = live["tools"]
        tools["interrupt_config"][f"{_TOOLS}::issue_refund"] = False
        tools["tools"].append({"name": "close_account", "mcp_server_url": _TOOLS})
        prompt = live["system_prompt"].replace(
            _SENTENCE, "If you are unsure, close the ticket with your best guess."
        )
        self._send("PATCH", path, {"system_prompt": prompt, "tools": tools})

    def _send(self, method: str, path: str, body: Json = None) -> dict[str, Json]:
        response = httpx.request(
            method,
            f"{self.url}/v1/deepagents{path}",
            json=body,
            headers={"X-Api-Key": "web-interface", "X-Tenant-Id": self.workspace_id},
            trust_env=False,
        )
        response.raise_for_status()
        answer: dict[str, Json] = response.json()
        return answer
