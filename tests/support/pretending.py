"""An API in memory that does what a test wants: lags, forgets, answers oddly."""

from dataclasses import replace

from agentsync.engine import marker as markers
from agentsync.errors import NotFoundError
from agentsync.model import AgentSummary, Guarantee, LiveAgent
from agentsync.providers import Connection, Held, Provider
from agentsync.providers.managed import RULES


class Pretending(Provider):
    """Agents by id.

    Shape: `hooks` maps the name of a call to functions, one taken off for each call of it before
    it is done; `log` names every call.
    """

    rules = RULES
    official_origins = ()
    endpoint_variable = workspace_variable = ""
    key_variables = ()
    connection = Connection(base_url="http://pretended", key="k")

    def __init__(self, **agents):
        self.agents = {
            agent_id: LiveAgent(agent_id=agent_id, revision="r", value=value)
            for agent_id, value in agents.items()
        }
        self.hooks, self.log, self.made = {}, [], 0

    def _begin(self, name):
        self.log.append(name)
        waiting = self.hooks.get(name)
        if waiting:
            waiting.pop(0)()

    def list(self):
        self._begin("list")
        for live in self.agents.values():
            owner = live.marker.owner if live.marker else None
            yield AgentSummary(agent_id=live.agent_id, name=live.name, owner=owner)

    def read(self, agent_id):
        self._begin("read")
        if agent_id not in self.agents:
            raise NotFoundError("GET answered 404", request="GET /a", hint="h")
        return self.agents[agent_id]

    def hold(self, agent_id, *, files):
        self._begin("hold")
        if agent_id not in self.agents:
            raise NotFoundError("GET answered 404", request="GET /a", hint="h")
        return Held(live=self.agents[agent_id], head="head" if files else "")

    def history(self, agent_id, limit):
        raise NotFoundError("GET answered 404", request="GET /commits", hint="h")

    def read_at(self, agent_id, token):
        raise NotFoundError("GET answered 404", request="GET /directories", hint="h")

    def create(self, value, marker):
        self._begin("create")
        self.made += 1
        agent_id = f"new{self.made}"
        self.agents[agent_id] = LiveAgent(
            agent_id=agent_id, revision="r", value=value, marker=parsed(marker)
        )
        return agent_id

    def write_files(self, held, intended):
        self._begin("files")
        self._write(held, intended, tree=True)
        return Guarantee.ATOMIC

    def write_metadata(self, held, intended, marker):
        self._begin("metadata")
        self._write(held, intended, tree=False, marker=parsed(marker))

    def _write(self, held, intended, *, tree, **more):
        live = self.agents[held.live.agent_id]
        kept = {key: item for key, item in live.value.items() if (key in RULES.tree) is not tree}
        fresh = {key: item for key, item in intended.items() if (key in RULES.tree) is tree}
        self.agents[live.agent_id] = replace(live, value={**kept, **fresh}, **more)

    def delete(self, agent_id):
        self._begin("delete")
        self.agents.pop(agent_id, None)

    @classmethod
    def request_body(cls, value):
        return value

    def close(self):
        pass


def parsed(marker):
    found, damage = markers.parse({RULES.marker: marker}, RULES)
    assert not damage
    return found


def raising(error, *, sent=True):
    """A hook that raises this error, as one of a write that may have taken effect."""

    def hook():
        error.sent = sent
        raise error

    return hook
