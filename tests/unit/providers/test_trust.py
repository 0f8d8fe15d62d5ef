import pytest

from agentsync.errors import UntrustedHostError, UsageError
from agentsync.providers.assistants import Assistants
from agentsync.providers.managed import ManagedDeepAgents
from agentsync.providers.trust import trusted_base

OFFICIAL = "https://api.smith.langchain.com"


def base(url="", **environ):
    return trusted_base(url, ManagedDeepAgents, environ)


@pytest.mark.parametrize(
    ("url", "environ", "expected"),
    [
        ("", {}, OFFICIAL),
        (OFFICIAL, {}, OFFICIAL),
        (OFFICIAL + "/v1/deepagents/", {}, OFFICIAL),
        (OFFICIAL + "/v1", {}, OFFICIAL),
        ("https://API.smith.LangChain.com:443", {}, OFFICIAL),
        ("http://127.0.0.1:8123", {}, "http://127.0.0.1:8123"),
        ("http://127.9.9.9:1", {}, "http://127.9.9.9:1"),
        ("http://[::1]:8123", {}, "http://[::1]:8123"),
        ("http://localhost:8123", {}, "http://localhost:8123"),
        ("", {"LANGSMITH_ENDPOINT": "https://ls.acme.example"}, "https://ls.acme.example"),
        (
            "https://ls.acme.example/api/v1",
            {"LANGSMITH_ENDPOINT": "https://ls.acme.example/api"},
            "https://ls.acme.example/api",
        ),
        (
            "https://ls.acme.example",
            {"AGENTSYNC_TRUSTED_HOSTS": "other.example, ls.acme.example"},
            "https://ls.acme.example",
        ),
        (
            "https://ls.acme.example:8443",
            {"AGENTSYNC_TRUSTED_HOSTS": "ls.acme.example:8443"},
            "https://ls.acme.example:8443",
        ),
        # The project's own url wins over the environment's, when both are trusted.
        (OFFICIAL, {"LANGSMITH_ENDPOINT": "https://ls.acme.example"}, OFFICIAL),
    ],
)
def test_a_trusted_host_is_used(url, environ, expected):
    assert base(url, **environ) == expected


@pytest.mark.parametrize(
    ("url", "environ"),
    [
        ("https://evil.example", {}),
        ("https://api.smith.langchain.com.evil.example", {}),
        ("https://evil-api.smith.langchain.com", {}),
        ("https://api.smith.langchain.com:8443", {}),
        ("https://evil.example#api.smith.langchain.com", {}),
        ("https://evil.example/?https://api.smith.langchain.com", {}),
        ("https://evil.example", {"LANGSMITH_ENDPOINT": "https://ls.acme.example"}),
        ("https://ls.acme.example:444", {"LANGSMITH_ENDPOINT": "https://ls.acme.example"}),
        ("https://evil.example", {"AGENTSYNC_TRUSTED_HOSTS": ""}),
        ("https://evil.example", {"AGENTSYNC_TRUSTED_HOSTS": "*, .example"}),
        ("http://api.smith.langchain.com", {}),
        ("http://ls.acme.example", {"AGENTSYNC_TRUSTED_HOSTS": "ls.acme.example"}),
        ("", {"LANGSMITH_ENDPOINT": "http://ls.acme.example"}),
        ("https://0.0.0.0", {}),
        ("https://127.0.0.1.evil.example", {}),
        ("https://localhost.evil.example", {}),
    ],
)
def test_nobody_else_gets_the_key(url, environ):
    with pytest.raises(UntrustedHostError) as caught:
        base(url, **environ)
    assert caught.value.exit_code == 3
    assert caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "ftp://api.smith.langchain.com",
        "api.smith.langchain.com",
        "https://",
        "https://user:secret@api.smith.langchain.com",
        "htps://user:secret@api.smith.langchain.com",
        "https://api.smith.langchain.com@evil.example",
        "https://[::1",
        "https://host:port",
        "https://api.smith.langchain.com\\@evil.example",
        "https://еxample.example",
    ],
)
def test_what_is_no_usable_url_is_said_so(url):
    with pytest.raises(UsageError) as caught:
        base(url)
    assert "secret" not in caught.value.message + caught.value.hint


# The provider of assistants has no host that everybody uses.


def server(url="", **environ):
    return trusted_base(url, Assistants, environ)


@pytest.mark.parametrize(
    ("url", "environ", "expected"),
    [
        ("http://127.0.0.1:2024", {}, "http://127.0.0.1:2024"),
        ("http://localhost:2024/assistants", {}, "http://localhost:2024"),
        ("http://localhost:2024/assistants/", {}, "http://localhost:2024"),
        ("http://localhost:2024/deep/er/assistants", {}, "http://localhost:2024/deep/er"),
        ("http://localhost:2024/deep/er/", {}, "http://localhost:2024/deep/er"),
        # Only the API's own path is left out, and only at the end.
        ("http://localhost:2024/assistants/x", {}, "http://localhost:2024/assistants/x"),
        ("http://localhost:2024/v1/deepagents", {}, "http://localhost:2024/v1/deepagents"),
        ("", {"LANGGRAPH_ENDPOINT": "https://x.us.langgraph.app"}, "https://x.us.langgraph.app"),
        (
            "",
            {"LANGGRAPH_ENDPOINT": "https://acme.example/agents/assistants"},
            "https://acme.example/agents",
        ),
        (
            "https://x.us.langgraph.app/deep",
            {"LANGGRAPH_ENDPOINT": "https://x.us.langgraph.app"},
            "https://x.us.langgraph.app/deep",
        ),
        (
            "https://x.us.langgraph.app",
            {"AGENTSYNC_TRUSTED_HOSTS": "x.us.langgraph.app"},
            "https://x.us.langgraph.app",
        ),
    ],
)
def test_a_server_that_the_environment_or_this_machine_vouches_for(url, environ, expected):
    assert server(url, **environ) == expected


@pytest.mark.parametrize(
    ("url", "environ"),
    [
        # Anybody can have a host there.
        ("https://x.us.langgraph.app", {}),
        ("https://langgraph.app", {}),
        (OFFICIAL, {}),
        ("https://x.us.langgraph.app", {"LANGSMITH_ENDPOINT": "https://x.us.langgraph.app"}),
        ("https://y.us.langgraph.app", {"LANGGRAPH_ENDPOINT": "https://x.us.langgraph.app"}),
        ("http://x.example", {"LANGGRAPH_ENDPOINT": "http://x.example"}),
        ("", {"LANGGRAPH_ENDPOINT": "http://x.example"}),
        ("https://x.us.langgraph.app", {"AGENTSYNC_TRUSTED_HOSTS": "*.langgraph.app"}),
    ],
)
def test_no_server_gets_the_key_for_its_name(url, environ):
    with pytest.raises(UntrustedHostError):
        server(url, **environ)


def test_a_server_must_be_named():
    for environ in ({}, {"LANGGRAPH_ENDPOINT": ""}, {"LANGSMITH_ENDPOINT": OFFICIAL}):
        with pytest.raises(UsageError, match="no `url`") as caught:
            server(**environ)
        assert "LANGGRAPH_ENDPOINT" in caught.value.hint
