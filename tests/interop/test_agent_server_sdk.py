"""The official SDK against the real Agent Server: the same facts in its words, and its own gaps."""

import uuid

import pytest
from agentserver import headers

pytestmark = pytest.mark.interop


@pytest.fixture
def sdk_of(langgraph_sdk, agent_server):
    """The assistants of the official client, as this user."""
    opened = []

    def made(user):
        carried = headers(user)
        client = langgraph_sdk.get_sync_client(
            url=agent_server.url,
            api_key=carried["X-Api-Key"],
            headers={"X-Auth-Scheme": carried["X-Auth-Scheme"]},
        )
        opened.append(client)
        return client.assistants

    yield made
    for client in opened:
        client.close()


@pytest.fixture
def assistants(sdk_of):
    return sdk_of("alice")


def test_the_life_of_an_assistant(langgraph_sdk, assistants):
    chosen = str(uuid.uuid4())
    made = assistants.create(
        "agent",
        assistant_id=chosen,
        context={"system_prompt": "Be kind."},
        metadata={"team": "x"},
        name="kind",
        description="d",
    )
    assert made["assistant_id"] == chosen
    assert made["config"] == {"configurable": {"system_prompt": "Be kind."}}
    assert assistants.get(chosen) == made

    after = assistants.update(chosen, context={}, config={"configurable": {}}, graph_id="plain")
    assert (after["context"], after["config"]) == ({}, {"configurable": {}})
    assert assistants.get_schemas(chosen)["context_schema"] is None
    assert [entry["version"] for entry in assistants.get_versions(chosen)] == [2, 1]

    back = assistants.set_latest(chosen, 1)
    assert (back["version"], back["context"], back["graph_id"]) == (1, {}, "plain")
    assert back["config"] == made["config"]

    assert assistants.delete(chosen) is None
    with pytest.raises(langgraph_sdk.errors.NotFoundError):
        assistants.get(chosen)
    with pytest.raises(langgraph_sdk.errors.NotFoundError):
        assistants.delete(chosen)


def test_a_search_in_pages(assistants):
    mark = {"batch": uuid.uuid4().hex}
    made = [assistants.create("agent", metadata=mark)["assistant_id"] for _ in range(3)]
    options = {"metadata": mark, "limit": 2, "sort_by": "created_at", "sort_order": "asc"}
    first = assistants.search(**options, response_format="object", select=["assistant_id"])
    assert first == {"assistants": [{"assistant_id": each} for each in made[:2]], "next": "2"}
    last = assistants.search(**options, offset=2, response_format="object")
    assert ([each["assistant_id"] for each in last["assistants"]], last["next"]) == (made[2:], None)
    assert assistants.count(metadata=mark) == 3


def test_it_cannot_clear_a_description(assistants):
    made = assistants.create("agent", description="d")
    after = assistants.update(made["assistant_id"], description="")
    assert (after["description"], after["version"]) == ("d", 2)


def test_refusals_are_its_own_exceptions(langgraph_sdk, sdk_of):
    errors = langgraph_sdk.errors
    alice, bob = sdk_of("alice"), sdk_of("bob")
    private = alice.create("agent")["assistant_id"]
    shown = alice.create("agent", metadata={"visibility": "workspace"})["assistant_id"]
    with pytest.raises(errors.NotFoundError):
        bob.get(private)
    with pytest.raises(errors.NotFoundError):
        bob.update(private, name="theirs")
    with pytest.raises(errors.PermissionDeniedError, match="read-only"):
        bob.update(shown, name="theirs")
    with pytest.raises(errors.ConflictError):
        bob.create("agent", assistant_id=private)
    with pytest.raises(errors.BadRequestError, match="configurable and context"):
        alice.update(private, context={"p": 1}, config={"configurable": {"p": 1}})
    with pytest.raises(errors.UnprocessableEntityError):
        alice.get("agent")


def test_an_unknown_key_is_an_authentication_error(langgraph_sdk, agent_server):
    client = langgraph_sdk.get_sync_client(
        url=agent_server.url,
        api_key="key-mallory",
        headers={"X-Auth-Scheme": "langsmith-api-key"},
    )
    with client, pytest.raises(langgraph_sdk.errors.AuthenticationError):
        client.assistants.search()
