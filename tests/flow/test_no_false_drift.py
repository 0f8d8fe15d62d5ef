"""Whatever way an agent came to be, and however the API shows it: what git says is no difference.

Runs against the emulator over a socket, under the plainest reading of the API's documents and
under every single other one.
"""

import random

import httpx
import pytest
from generated import documents, file_tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matched import compared

from agentsync.emulator.readings import Readings, every
from agentsync.emulator.serve import Options, running
from agentsync.engine.normalise import desired
from agentsync.files import shipped
from agentsync.files.definition import load
from agentsync.files.project import open_project
from agentsync.model import Action, Definition
from agentsync.providers.base import Connection
from agentsync.providers.managed import RULES, ManagedDeepAgents

API = "/v1/deepagents"
HUB = "/v1/platform/hub/repos/-"
METADATA = ("name", "description", "runtime", "backend", "permissions", "extras")


def name_of(reading: Readings) -> str:
    changed = [
        f"{item}={getattr(reading, item)}"
        for item in Readings.__slots__
        if getattr(reading, item) != getattr(Readings(), item)
    ]
    return ",".join(changed) or "plain"


SERVERS = [
    (reading, ("plain", "perverse")[number % 2]) for number, reading in enumerate(every())
] + [(Readings(), "perverse")]


@pytest.fixture(scope="module", params=SERVERS, ids=lambda pair: f"{name_of(pair[0])}-{pair[1]}")
def api(request):
    reading, rendering = request.param
    with (
        running(Options(readings=reading, rendering=rendering)) as server,
        httpx.Client(base_url=server.url, headers={"X-Api-Key": "k"}) as client,
    ):
        provider = ManagedDeepAgents(Connection(base_url=server.url, key="k"), print)
        yield client, provider
        provider.close()


def typed(client, document, chance):
    """Through the typed fields of one POST."""
    body = ManagedDeepAgents.request_body(desired(document, RULES))
    return client.post(f"{API}/agents", json=body)


def raw(client, document, chance):
    """Through raw files, as somebody who knows the file tree writes them."""
    body = {key: document[key] for key in METADATA if key in document}
    return client.post(f"{API}/agents", json={**body, "files": file_tree(document, chance)})


def hub(client, document, chance):
    """Through a hub commit on a bare agent."""
    body = {key: document[key] for key in METADATA if key in document}
    created = client.post(f"{API}/agents", json=body)
    at = f"{HUB}/{created.json()['id']}/directories"
    parent = client.get(at).json()["commit_hash"]
    commit = {"files": file_tree(document, chance), "parent_commit": parent}
    client.post(f"{at}/commits", json=commit).raise_for_status()
    return created


@pytest.mark.parametrize("way", [typed, raw, hub])
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(document=documents(), chance=st.randoms(use_true_random=False))
def test_an_agent_is_what_it_was_made_to_be(api, way, document, chance):
    client, provider = api
    created = way(client, document, chance)
    assert created.status_code == 201, created.text
    agent_id = created.json()["id"]
    definition = Definition(address="a", value=desired(document, RULES), agent_id=agent_id)
    change = compared(definition, provider.read(agent_id))
    assert [(item.pointer, item.before, item.after) for item in change.fields] == []
    assert change.action is Action.NO_OP


@pytest.mark.parametrize("way", [typed, raw, hub])
@pytest.mark.parametrize("address", open_project(shipped.examples()).slugs)
@pytest.mark.parametrize("target", ["staging", "production"])
def test_a_shipped_example_is_what_it_was_made_to_be(api, way, address, target):
    client, provider = api
    document = load(open_project(shipped.examples()), address, target).document
    created = way(client, document, random.Random(address))
    assert created.status_code == 201, created.text
    agent_id = created.json()["id"]
    definition = Definition(address=address, value=desired(document, RULES), agent_id=agent_id)
    change = compared(definition, provider.read(agent_id))
    assert [(item.pointer, item.before, item.after) for item in change.fields] == []
