"""Whatever is sent, the emulator answers as documented: never a 5xx, never a traceback."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

API = "/v1/deepagents"
HUB = "/v1/platform/hub/repos/-"

TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "a", "..", "a/b", "---\na: 1\n---\nx", "\ud800", "tenant", "inline", "file"]
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def _close_to(shape: Any) -> st.SearchStrategy[Any]:
    """Values of about this shape: mostly right, here and there anything."""
    if isinstance(shape, dict) and "*" in shape:
        right: Any = st.dictionaries(TEXTS, _close_to(shape["*"]), max_size=2)
    elif isinstance(shape, dict):
        right = st.fixed_dictionaries(
            {}, optional={key: _close_to(item) for key, item in shape.items()}
        )
    elif isinstance(shape, list):
        right = st.lists(_close_to(shape[0]), max_size=2)
    else:
        right = shape
    return st.one_of(right, right, right, JSON)


TOOLS = {
    "tools": [dict.fromkeys(["name", "mcp_server_url", "mcp_server_name", "display_name"], TEXTS)],
    "interrupt_config": {"*": st.booleans()},
}
ENTRY = {
    "type": st.sampled_from(["file", "skill", "x"]),
    **dict.fromkeys(["content", "repo_handle", "commit_id"], TEXTS),
}
PATHS = st.sampled_from(
    [
        "AGENTS.md",
        "tools.json",
        "skills/a/SKILL.md",
        "skills/a",
        "subagents/a/AGENTS.md",
        "b",
        "../c",
    ]
)
BODY = {
    **dict.fromkeys(["name", "description", "instructions", "system_prompt"], TEXTS),
    "permissions": {
        "identity": st.sampled_from(["personal", "shared"]),
        "visibility": st.sampled_from(["tenant", "user"]),
        "tenant_access_level": st.sampled_from(["read", "run", "write"]),
        "shared_users": {"read": [TEXTS], "run": [TEXTS], "update": [TEXTS]},
    },
    "runtime": {"model": {"model_id": TEXTS}},
    "tools": TOOLS,
    "subagents": [
        {
            **dict.fromkeys(["name", "description", "model_id", "instructions"], TEXTS),
            "tools": TOOLS,
        }
    ],
    "skills": [
        {
            "type": st.just("inline"),
            **dict.fromkeys(["name", "description", "instructions"], TEXTS),
            "files": {"*": TEXTS},
        }
    ],
    "extras": {"*": JSON},
    "backend": {
        "type": st.sampled_from(["state", "sandbox"]),
        "sandbox_config": {
            "scope": st.sampled_from(["thread", "agent"]),
            "policy_ids": [TEXTS],
            "idle_ttl_seconds": st.integers(),
        },
    },
    "deleted_paths": [PATHS],
}
BODIES = st.builds(
    lambda body, files: (
        {**body, **({"files": files} if files else {})} if isinstance(body, dict) else body
    ),
    _close_to(BODY),
    st.dictionaries(st.one_of(PATHS, TEXTS), _close_to(ENTRY), max_size=3),
)
COMMITS = st.fixed_dictionaries(
    {"files": st.dictionaries(st.one_of(PATHS, TEXTS), st.none() | _close_to(ENTRY), max_size=3)},
    optional={"parent_commit": TEXTS},
)
KINDS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
relaxed = settings(max_examples=50, suppress_health_check=KINDS, deadline=None)


def _encoded(body: Any) -> bytes:
    return json.dumps(body).encode()


def _sane(api: Any, answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    assert api.server.stats()["internal_errors"] == 0


@pytest.fixture(params=["plain", "perverse"])
def fuzzed(request, start):
    return start(rendering=request.param)


@relaxed
@given(body=BODIES)
def test_any_body_for_an_agent(fuzzed, body):
    created = fuzzed.request("POST", f"{API}/agents", content=_encoded(body))
    _sane(fuzzed, created)
    agent = fuzzed.create(system_prompt="x", skills=[{"name": "a"}])
    patched = fuzzed.request("PATCH", f"{API}/agents/{agent['id']}", content=_encoded(body))
    _sane(fuzzed, patched)
    for answer in (created, patched):
        if answer.status_code < 300:
            shown = fuzzed.get(answer.json()["id"], include_files=1)
            shown.pop("files", None)
            assert shown == answer.json()
    fuzzed.delete(agent["id"])


@relaxed
@given(body=COMMITS)
def test_any_commit(fuzzed, body):
    agent = fuzzed.create(system_prompt="x", skills=[{"name": "a"}])
    path = f"{HUB}/{agent['id']}/directories/commits"
    _sane(fuzzed, fuzzed.request("POST", path, content=_encoded(body)))
    _sane(fuzzed, fuzzed.request("GET", f"{API}/agents/{agent['id']}?include_files=1"))
    _sane(fuzzed, fuzzed.request("GET", f"{API}/agents/{agent['id']}/health"))
    fuzzed.delete(agent["id"])


@relaxed
@given(body=st.one_of(_close_to({"name": TEXTS, "url": TEXTS, "headers": [JSON]}), JSON))
def test_any_mcp_server(api, body):
    _sane(api, api.request("POST", f"{API}/mcp-servers", content=_encoded(body)))


@relaxed
@given(content=st.binary(max_size=60), method=st.sampled_from(["POST", "PATCH", "PUT"]))
def test_any_bytes(api, content, method):
    for path in (f"{API}/agents", f"{API}/agents/x/clone", f"{HUB}/x/directories/commits"):
        _sane(api, api.request(method, path, content=content))


@relaxed
@given(
    segment=st.text(min_size=1, max_size=10).map(lambda text: text.encode("utf-8", "replace")),
    query=st.dictionaries(
        st.sampled_from(
            ["cursor", "page_size", "name", "sort_by", "commit", "url", "include_files"]
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    ),
)
def test_any_path_and_query(api, segment, query):
    quoted = "".join(f"%{byte:02X}" for byte in segment)
    agent = api.create()
    for path in (
        f"{API}/agents",
        f"{API}/agents/{quoted}",
        f"{API}/mcp-servers/{quoted}",
        f"{API}/mcp/tools",
        f"{HUB}/{quoted}/directories",
        f"{HUB}/{agent['id']}/directories",
        f"/{quoted}",
    ):
        _sane(api, api.request("GET", path, params=query))
    api.delete(agent["id"])


@relaxed
@given(
    headers=st.dictionaries(
        st.sampled_from(["X-Api-Key", "X-Tenant-Id", "X-User-Timezone", "Content-Type"]),
        st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=20),
    )
)
def test_any_headers(api, headers):
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    _sane(api, api.request("GET", f"{API}/agents", headers=encoded))
