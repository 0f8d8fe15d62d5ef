"""A project in a repository with its live agents, GitHub beside it, and runs of our workflows."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fakegithub import REPOSITORY, FakeGitHub, Token
from repository import Repository
from runner import BIN, Done, Machine, run_workflow
from serving import fake_github
from stage import AGENTS, tick
from written import write_definition

from agentsync.emulator.keys import READ, Key
from agentsync.emulator.serve import Options, Server, running
from agentsync.ops.apply import ApplyOptions, apply
from agentsync.ops.watch import Watch

TARGET = "production"
SECRETS = {"LANGSMITH_READ_KEY": "read-key", "LANGSMITH_WRITE_KEY": "write-key"}
PROMPT = "You answer.\n\nBe kind.\nBe brief.\n"
_PROJECT = f"version: 1\nproject: shop\ntargets:\n  {TARGET}: {{}}\n"
_KEYS = (Key(key="read-key", permissions=READ), Key(key="write-key"))


@dataclass
class Scene:
    """Agents `a` and `b`, in git and live.

    Shape: `origin` is GitHub's repository, `clone` somebody's; `url` is the API's address.
    """

    home: Path
    server: Server
    github: FakeGitHub
    client: httpx.Client
    clone: Repository
    origin: Path
    runs: int = field(default=0)

    def write(self, address: str, document: Mapping[str, Any]) -> None:
        """What git says of an agent, in the clone."""
        write_definition(self.clone.root / "agents" / address, dict(document))

    def push(self, message: str = "change", branch: str = "main") -> str:
        """Commit everything in the clone, and push it."""
        commit = self.clone.commit(message)
        self.clone.git("push", "-q", str(self.origin), f"HEAD:refs/heads/{branch}")
        return commit

    def apply(self) -> None:
        """Make the clone's definitions live."""
        options = ApplyOptions(directory=self.clone.root, target=TARGET)
        report = apply(options, self.api(), Watch(), bool, tick)
        assert report.exit_code == 0, report

    def edit(self, name: str, **body: Any) -> None:
        """Somebody edits a live agent."""
        listed = self.client.get(AGENTS, params={"page_size": 100}).json()["items"]
        (found,) = [item["id"] for item in listed if item["name"] == name]
        self.client.patch(f"{AGENTS}/{found}", json=body).raise_for_status()

    def live(self, name: str) -> Any:
        """A live agent, as the API shows it."""
        listed = self.client.get(AGENTS, params={"page_size": 100}).json()["items"]
        (found,) = [item["id"] for item in listed if item["name"] == name]
        return self.client.get(f"{AGENTS}/{found}").json()

    def writes(self) -> int:
        """How many writes the API was asked for since the last reset."""
        asked = self.server.stats()["requests"].items()
        return sum(number for route, number in asked if not route.startswith(("GET ", "HEAD ")))

    def api(self, key: str = "write-key") -> dict[str, str]:
        return {"LANGSMITH_ENDPOINT": self.server.url, "LANGSMITH_API_KEY": key}

    def git(self, *words: str) -> str:
        """The answer of git in GitHub's repository."""
        done = subprocess.run(
            ["git", "-C", str(self.origin), *words], capture_output=True, text=True, check=True
        )
        return done.stdout

    def branches(self) -> list[str]:
        return self.git("for-each-ref", "--format=%(refname:short)").split()

    # -- what runs

    def machine(
        self, event: Mapping[str, Any], *, name: str = "push", ref: str = "main", **environ: str
    ) -> Machine:
        """A runner for one run, started by this event."""
        self.runs += 1
        home = self.home / f"run-{self.runs}"
        home.mkdir()
        told = home / "event.json"
        told.write_text(json.dumps(event), "utf-8")
        known = {
            "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.url,
            "GITHUB_SERVER_URL": self.origin.parents[1].as_uri(),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_EVENT_PATH": str(told),
            "GITHUB_EVENT_NAME": name,
            "GITHUB_REF_NAME": ref,
            "GITHUB_RUN_ID": str(self.runs),
        }
        github = {
            "event": dict(event),
            "event_name": name,
            "repository": REPOSITORY,
            "ref": f"refs/heads/{ref}",
            "ref_name": ref,
            "sha": self.git("rev-parse", ref).strip(),
        }
        return Machine(
            home=home, origin=self.origin, environ={**known, **environ}, github=github, ref=ref
        )

    def run(
        self,
        path: str,
        machine: Machine,
        *,
        secrets: Mapping[str, str] | None = None,
        permissions: Mapping[str, str] | None = None,
        only: tuple[str, ...] = (),
        before: Mapping[str, Done] | None = None,
        **inputs: Any,
    ) -> dict[str, Done]:
        """The jobs of one of our workflows; the caller grants these permissions.

        A job that names permissions has those of them that are granted, another all.
        """
        granted = dict(permissions or {})

        def permit(named: dict[str, str] | None) -> None:
            kept = {
                name: level for name, level in granted.items() if named is None or name in named
            }
            self.github.tokens[machine.token] = Token(permissions=kept)

        machine.permit = permit
        inputs.setdefault("target", TARGET)
        return run_workflow(
            f".github/workflows/{path}",
            machine,
            inputs={"endpoint": self.server.url, **inputs},
            secrets=SECRETS if secrets is None else secrets,
            only=only,
            before=before,
        )


def pull_request(number: int = 7, head: str = REPOSITORY, title: str = "A change") -> Any:
    """The event of a pull request whose branch lies in this repository."""
    return {
        "pull_request": {
            "number": number,
            "title": title,
            "head": {"ref": "topic", "repo": {"full_name": head}},
            "base": {"ref": "main", "repo": {"full_name": REPOSITORY}},
        }
    }


@contextmanager
def scene(home: Path, *, more: str = "") -> Iterator[Scene]:
    """A scene in a folder of its own, everything applied and pushed.

    Shape: `more` goes into agentsync.yaml.
    """
    origin = home / "hub" / REPOSITORY
    origin.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(origin)], check=True)
    clone = Repository(home / "clone")
    clone.write("agentsync.yaml", _PROJECT + more)
    with (
        running(Options(keys=_KEYS)) as server,
        fake_github() as github,
        httpx.Client(base_url=server.url, headers={"X-Api-Key": "write-key"}) as client,
    ):
        made = Scene(
            home=home, server=server, github=github, client=client, clone=clone, origin=origin
        )
        made.write("a", {"name": "A", "description": "one", "system_prompt": PROMPT})
        made.write("b", {"name": "B", "system_prompt": "You ask."})
        made.apply()
        made.push("first")
        github.branches = lambda name: name in made.branches()
        server.reset_stats()
        yield made
