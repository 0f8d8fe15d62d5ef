"""Which key, which workspace and which name a target's requests carry."""

from contextlib import closing

import pytest
import respx

from agentsync import __version__
from agentsync.errors import UnauthorizedError, UntrustedHostError, UsageError
from agentsync.model import Target
from agentsync.ops.connect import connect
from agentsync.ops.watch import Watch

OFFICIAL = "https://api.smith.langchain.com"
OURS = "0a000000-0000-4000-8000-00000000000a"
THEIRS = "0b000000-0000-4000-8000-00000000000b"


def sent(root, target=None, **environ):
    """The one request that reading an agent makes."""
    with respx.mock:
        route = respx.get(url__regex=".*").respond(json={"name": "A"})
        with closing(connect(target or Target(), root, environ, Watch())) as provider:
            provider.read("a")
    return route.calls.last.request


def test_the_environment_gives_the_key(tmp_path):
    request = sent(tmp_path, LANGSMITH_API_KEY=" k\n")
    assert request.headers["x-api-key"] == "k"
    assert str(request.url).startswith(f"{OFFICIAL}/v1/")


def test_dotenv_gives_the_key_that_the_environment_does_not(tmp_path):
    (tmp_path / ".env").write_text("LANGSMITH_API_KEY=of-the-file\n")
    assert sent(tmp_path).headers["x-api-key"] == "of-the-file"
    assert sent(tmp_path, LANGSMITH_API_KEY="  ").headers["x-api-key"] == "of-the-file"


def test_the_environments_key_comes_first(tmp_path):
    (tmp_path / ".env").write_text("LANGSMITH_API_KEY=of-the-file\n")
    request = sent(tmp_path, LANGSMITH_API_KEY="of-the-environment")
    assert request.headers["x-api-key"] == "of-the-environment"


def test_dotenv_gives_nothing_but_the_key(tmp_path):
    (tmp_path / ".env").write_text(
        f"LANGSMITH_API_KEY=k\nLANGSMITH_WORKSPACE_ID={THEIRS}\n"
        "LANGSMITH_ENDPOINT=https://evil.example\nAGENTSYNC_TRUSTED_HOSTS=evil.example\n"
    )
    request = sent(tmp_path)
    assert "x-tenant-id" not in request.headers
    assert request.url.host == "api.smith.langchain.com"
    with pytest.raises(UntrustedHostError):
        connect(Target(url="https://evil.example"), tmp_path, {}, Watch())


@pytest.mark.parametrize(
    ("named", "environ", "expected"),
    [
        (OURS, {"LANGSMITH_WORKSPACE_ID": THEIRS}, OURS),
        (OURS, {}, OURS),
        ("", {"LANGSMITH_WORKSPACE_ID": THEIRS}, THEIRS),
        ("", {"LANGSMITH_WORKSPACE_ID": f" {THEIRS} "}, THEIRS),
        ("", {"LANGSMITH_WORKSPACE_ID": ""}, None),
        ("", {}, None),
        # What the target says is not spoiled by what it does not need.
        (OURS, {"LANGSMITH_WORKSPACE_ID": "no id\n"}, OURS),
    ],
)
def test_the_targets_workspace_comes_first(tmp_path, named, environ, expected):
    request = sent(tmp_path, Target(workspace_id=named), LANGSMITH_API_KEY="k", **environ)
    assert request.headers.get("x-tenant-id") == expected


def test_a_workspace_that_is_no_id_is_a_usage_error(tmp_path):
    environ = {"LANGSMITH_API_KEY": "k", "LANGSMITH_WORKSPACE_ID": "a b"}
    with pytest.raises(UsageError, match="LANGSMITH_WORKSPACE_ID"):
        connect(Target(), tmp_path, environ, Watch())


def test_requests_say_which_agentsync_asks(tmp_path):
    request = sent(tmp_path, LANGSMITH_API_KEY="k")
    assert request.headers["user-agent"] == f"agentsync/{__version__}"


def test_no_key_is_said_before_anything_is_sent(tmp_path):
    with pytest.raises(UnauthorizedError, match="LANGSMITH_API_KEY is not set") as caught:
        connect(Target(), tmp_path, {}, Watch())
    assert ".env" in caught.value.hint


@pytest.mark.parametrize("key", ["a b", "a\nb", "schlüssel", "a\x00b", "a\x7fb"])
def test_a_key_that_cannot_be_one_is_not_shown(tmp_path, key):
    with pytest.raises(UnauthorizedError, match="in the environment holds characters") as caught:
        connect(Target(), tmp_path, {"LANGSMITH_API_KEY": key}, Watch())
    assert key not in caught.value.message + caught.value.hint


def test_a_key_in_dotenv_that_cannot_be_one_names_the_file(tmp_path):
    (tmp_path / ".env").write_text('LANGSMITH_API_KEY="a b"\n')
    with pytest.raises(UnauthorizedError, match=r"in \.env holds characters"):
        connect(Target(), tmp_path, {}, Watch())


def test_the_watch_hears_of_waits(tmp_path):
    told = []
    environ = {"LANGSMITH_API_KEY": "k"}
    with respx.mock:
        respx.get(url__regex=".*").mock(
            side_effect=[
                respx.MockResponse(503, headers={"retry-after": "0"}),
                respx.MockResponse(json={"name": "A"}),
            ]
        )
        with closing(connect(Target(), tmp_path, environ, Watch(note=told.append))) as provider:
            provider.read("a")
    assert len(told) == 1
    assert "trying again" in told[0]


@pytest.mark.parametrize("url", ["", "http://ls.acme.example", OFFICIAL])
def test_an_endpoint_that_is_not_encrypted_gets_no_key_from_whomever_names_it(tmp_path, url):
    environ = {"LANGSMITH_API_KEY": "k", "LANGSMITH_ENDPOINT": "http://ls.acme.example"}
    with pytest.raises(UntrustedHostError, match="LANGSMITH_ENDPOINT is not encrypted"):
        connect(Target(url=url), tmp_path, environ, Watch())
    environ["LANGSMITH_ENDPOINT"] = "http://127.0.0.1:8123"
    with closing(connect(Target(), tmp_path, environ, Watch())) as provider:
        assert provider.connection.base_url == "http://127.0.0.1:8123"


# An Agent Server.

SERVER = "http://127.0.0.1:2024"
ASSISTANT = {"assistant_id": "a", "graph_id": "agent", "name": "A", "metadata": {}}


def asked(root, target=None, **environ):
    """The one request that reading an assistant makes."""
    where = target or Target(provider="agent-server", url=SERVER)
    with respx.mock:
        route = respx.get(f"{SERVER}/assistants/a").respond(json=ASSISTANT)
        with closing(connect(where, root, environ, Watch())) as provider:
            provider.read("a")
    return route.calls.last.request


def test_an_agent_server_is_told_how_the_key_is_meant_and_of_no_workspace(tmp_path):
    target = Target(provider="agent-server", url=SERVER, workspace_id=OURS)
    request = asked(tmp_path, target, LANGGRAPH_API_KEY="k", LANGSMITH_WORKSPACE_ID="no id\n")
    assert request.headers["x-api-key"] == "k"
    assert request.headers["x-auth-scheme"] == "langsmith-api-key"
    assert request.headers["user-agent"] == f"agentsync/{__version__}"
    assert "x-tenant-id" not in request.headers


@pytest.mark.parametrize(
    ("dotenv", "environ", "expected"),
    [
        ("", {"LANGGRAPH_API_KEY": "graph", "LANGSMITH_API_KEY": "smith"}, "graph"),
        ("", {"LANGSMITH_API_KEY": "smith"}, "smith"),
        ("", {"LANGGRAPH_API_KEY": " ", "LANGSMITH_API_KEY": "smith"}, "smith"),
        ("LANGSMITH_API_KEY=file-smith\nLANGGRAPH_API_KEY=file-graph\n", {}, "file-graph"),
        ("LANGSMITH_API_KEY=file-smith\n", {}, "file-smith"),
        # Whatever the environment has comes before the file.
        ("LANGGRAPH_API_KEY=file-graph\n", {"LANGSMITH_API_KEY": "smith"}, "smith"),
    ],
)
def test_its_own_key_comes_first(tmp_path, dotenv, environ, expected):
    (tmp_path / ".env").write_text(dotenv)
    assert asked(tmp_path, **environ).headers["x-api-key"] == expected


def test_without_any_key_both_names_are_told(tmp_path):
    with pytest.raises(UnauthorizedError) as caught:
        connect(Target(provider="agent-server", url=SERVER), tmp_path, {}, Watch())
    assert caught.value.message == (
        "no API key: neither LANGGRAPH_API_KEY nor LANGSMITH_API_KEY is set"
    )
    assert caught.value.hint.startswith("export LANGGRAPH_API_KEY=")


def test_the_target_says_where_the_prompt_is_and_whose_the_agents_are(tmp_path):
    target = Target(provider="agent-server", url=SERVER, prompt="/context/p", owner="alice")
    with closing(connect(target, tmp_path, {"LANGGRAPH_API_KEY": "k"}, Watch())) as provider:
        assert provider.connection.base_url == SERVER
        assert (provider.connection.prompt, provider.connection.owner) == ("/context/p", "alice")


@pytest.mark.parametrize("url", ["", "https://x.us.langgraph.app"])
def test_no_server_gets_the_key_that_nobody_vouches_for(tmp_path, url):
    environ = {"LANGGRAPH_API_KEY": "k", "LANGSMITH_ENDPOINT": url or OFFICIAL}
    with pytest.raises((UsageError, UntrustedHostError)):
        connect(Target(provider="agent-server", url=url), tmp_path, environ, Watch())
    environ["LANGGRAPH_ENDPOINT"] = "https://x.us.langgraph.app/"
    target = Target(provider="agent-server", url=url)
    with closing(connect(target, tmp_path, environ, Watch())) as provider:
        assert provider.connection.base_url == "https://x.us.langgraph.app"


def test_dotenv_cannot_name_the_server(tmp_path):
    (tmp_path / ".env").write_text("LANGGRAPH_API_KEY=k\nLANGGRAPH_ENDPOINT=https://evil.example\n")
    with pytest.raises(UsageError, match="no `url`"):
        connect(Target(provider="agent-server"), tmp_path, {}, Watch())


def test_the_key_that_no_key_can_be_is_named(tmp_path):
    target = Target(provider="agent-server", url="http://127.0.0.1:1")
    with pytest.raises(UnauthorizedError, match="LANGSMITH_API_KEY in the environment"):
        connect(target, tmp_path, {"LANGSMITH_API_KEY": "a b"}, Watch())
    (tmp_path / ".env").write_text("LANGGRAPH_API_KEY='a b'\n", "utf-8")
    with pytest.raises(UnauthorizedError, match=r"LANGGRAPH_API_KEY in \.env"):
        connect(target, tmp_path, {}, Watch())
