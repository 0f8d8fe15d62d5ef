"""A project, an emulator over a socket, and `apply` run in this process, without its waits."""

from collections import Counter
from itertools import count

import httpx
from written import write_definition

from agentsync.files import planfile
from agentsync.ops.apply import ApplyOptions, apply
from agentsync.ops.asking import Asked, DraftOptions
from agentsync.ops.draft import draft
from agentsync.ops.plan import PlanOptions, plan
from agentsync.ops.watch import Watch

API = "/v1/deepagents/agents"
HUB = "/v1/platform/hub/repos/-"
TOOL = {"name": "search", "mcp_server_url": "https://tools.acme.example"}
_TIMES = count(1)


class Workshop:
    """One project of agents, and the API they live in."""

    def __init__(self, root, server, key="k"):
        self.root, self.server, self.key = root, server, key
        self.client = httpx.Client(base_url=server.url, headers={"X-Api-Key": "k"})
        self.notes = []
        self.waits = []
        self.configure()

    def configure(self, text=""):
        (self.root / "agentsync.yaml").write_text(f"version: 1\nproject: tests\n{text}", "utf-8")
        (self.root / "agents").mkdir(exist_ok=True)

    def define(self, slug, **document):
        write_definition(
            self.root / "agents" / slug, {"name": slug, "system_prompt": "p"} | document
        )

    def redefine(self, slug, text):
        """Replace an agent's prompt."""
        (self.root / "agents" / slug / "AGENTS.md").write_text(text + "\n", "utf-8")

    @property
    def environ(self):
        return {"LANGSMITH_ENDPOINT": self.server.url, "LANGSMITH_API_KEY": self.key}

    def apply(self, *, confirm=lambda report: True, watch=None, plan_file=None, **options):
        asked = Asked(**options.pop("asked", {}))
        return apply(
            ApplyOptions(directory=self.root, plan_file=plan_file, asked=asked, **options),
            self.environ,
            watch or Watch(note=self.notes.append),
            confirm,
            lambda: f"2026-01-01T00:00:00.{next(_TIMES):06}Z",
            self.waits.append,
        )

    def save(self, name="plan.json", **options):
        """A saved plan, and its path."""
        path = self.root / name
        asked = Asked(**options.pop("asked", {}))
        report = plan(
            PlanOptions(command="plan", directory=self.root, save=path, asked=asked, **options),
            self.environ,
            Watch(),
        )
        assert path.exists(), report.problems
        return path

    def plan(self, **options):
        """The changes of a fresh plan by address."""
        asked = Asked(**options.pop("asked", {}))
        made = draft(
            DraftOptions(directory=self.root, asked=asked, **options), self.environ, Watch()
        )
        assert not made.problems, made.problems
        return {change.address: change for change in made.plan.changes}

    def live(self, name):
        """The one live agent of this name, whole."""
        (found,) = [agent for agent in self.all() if agent["name"] == name]
        return self.get(found["id"])

    def all(self):
        return self.client.get(API, params={"page_size": 100}).json()["items"]

    def get(self, agent_id):
        return self.client.get(f"{API}/{agent_id}", params={"include_files": "true"}).json()

    def edit(self, name, /, **body):
        """Somebody changes an agent in the web interface."""
        answer = self.client.patch(f"{API}/{self.live(name)['id']}", json=body)
        assert answer.status_code == 200, answer.text

    def create(self, **body):
        answer = self.client.post(API, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def writes(self):
        """How many requests since the last call of `forget` could change anything, by route."""
        found = self.server.stats()["requests"]
        return Counter({route: n for route, n in found.items() if not route.startswith("GET ")})

    def forget(self):
        self.server.reset_stats()

    def close(self):
        self.client.close()


def outcomes(report):
    """Status by address."""
    return {item.address: str(item.status) for item in report.outcomes}


__all__ = ["API", "HUB", "TOOL", "Workshop", "outcomes", "planfile"]
