"""MCP servers: credentials are shown only to those who may invoke."""

import pytest

from agentsync.emulator.keys import ALL, Key

API = "/v1/deepagents"
ANN = "11111111-1111-4111-8111-111111111111"
BOB = "22222222-2222-4222-8222-222222222222"
HEADERS = [{"key": "Authorization", "value": "Bearer secret"}]
BODY = {"name": "tavily", "url": "https://mcp.example.com/mcp/", "headers": HEADERS}
TOOLS = (("https://mcp.example.com/mcp", ({"name": "search", "inputSchema": {"type": "object"}},)),)


def _made(api, **more):
    answer = api.request("POST", f"{API}/mcp-servers", json={**BODY, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_create_get_list(api):
    server = _made(api)
    assert server["auth_type"] == "headers"
    assert server["headers"] == HEADERS
    assert server["vendor_id"] is None
    assert "oauth_mode" not in server
    assert "can_invoke" not in server
    assert api.request("GET", f"{API}/mcp-servers/{server['id']}").json() == server
    assert api.request("GET", f"{API}/mcp-servers").json() == [server]


def test_an_empty_list_is_a_bare_array(api):
    assert api.request("GET", f"{API}/mcp-servers").json() == []


def test_headers_are_replaced_as_a_whole(api):
    server = _made(api, headers=[*HEADERS, {"key": "X", "value": "1"}])
    path = f"{API}/mcp-servers/{server['id']}"
    after = api.request("PATCH", path, json={"headers": HEADERS}).json()
    assert after["headers"] == HEADERS
    assert after["updated_at"] > server["updated_at"]
    assert api.request("PATCH", path, json={}).json()["headers"] == HEADERS
    assert api.request("PATCH", path, json={"headers": []}).json()["headers"] == []


def test_an_oauth_server(api):
    server = _made(api, auth_type="oauth", oauth_mode="per_user_dynamic_client")
    assert (server["auth_type"], server["oauth_mode"]) == ("oauth", "per_user_dynamic_client")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"url": "https://a.example.com"}, 400),
        ({"name": "a"}, 400),
        ({"name": "a", "url": 5}, 400),
        ({"name": "a", "url": "http://a.example.com"}, 422),
        ({"name": "a", "url": "https://"}, 422),
        ({"name": "a", "url": "https://[::"}, 422),
        ({"name": "a", "url": "https://a.example.com", "auth_type": "basic"}, 422),
        ({"name": "a", "url": "https://a.example.com", "headers": [{"key": "x"}]}, 422),
        ({"name": "a", "url": "https://a.example.com", "headers": {"x": "y"}}, 400),
        ({"name": "b", "url": "https://MCP.example.com/mcp"}, 409),
    ],
)
def test_bad_servers(api, body, status):
    _made(api)
    answer = api.request("POST", f"{API}/mcp-servers", json=body)
    assert answer.status_code == status, answer.text
    assert len(api.request("GET", f"{API}/mcp-servers").json()) == 1


def test_a_patch_cannot_take_another_servers_url(api):
    first, second = _made(api), _made(api, url="https://other.example.com")
    path = f"{API}/mcp-servers/{second['id']}"
    assert api.request("PATCH", path, json={"url": first["url"]}).status_code == 409
    assert api.request("PATCH", path, json={"url": second["url"]}).status_code == 200
    assert api.request("PATCH", path, json={"url": " "}).status_code == 400


def test_delete_is_idempotent(api):
    server = _made(api)
    path = f"{API}/mcp-servers/{server['id']}"
    for _ in range(2):
        assert api.request("DELETE", path).status_code == 204
    assert api.request("GET", path).status_code == 404
    assert api.request("PATCH", path, json={}).status_code == 404
    assert api.request("GET", f"{API}/mcp-servers/nothing").status_code == 400


def test_who_may_not_invoke_sees_no_headers(start):
    plain = ALL - {"mcp-servers:invoke"}
    keys = (
        Key(key="ann", user_id=ANN, permissions=plain),
        Key(key="bob", user_id=BOB, permissions=plain),
        Key(key="admin", user_id=BOB),
    )
    ann = start(keys=keys, key="ann")
    server = _made(ann)
    assert (server["can_invoke"], server["headers"]) == (True, HEADERS)
    (seen,) = start.connect(ann.server, key="bob").request("GET", f"{API}/mcp-servers").json()
    assert seen["can_invoke"] is False
    assert "headers" not in seen
    (seen,) = start.connect(ann.server, key="admin").request("GET", f"{API}/mcp-servers").json()
    assert "can_invoke" not in seen
    assert seen["headers"] == HEADERS
    bob = start.connect(ann.server, key="bob")
    agent = bob.create(tools={"tools": [{"name": "t", "mcp_server_url": BODY["url"]}]})
    check = bob.request("GET", f"{API}/agents/{agent['id']}/health").json()["mcp_check"]
    assert check["ok"] is False


def test_tools_of_a_registered_server(start):
    api = start(mcp_tools=TOOLS)
    path = f"{API}/mcp/tools"
    assert api.request("GET", path).status_code == 400
    assert api.request("GET", path, params={"url": BODY["url"]}).status_code == 404
    _made(api)
    first = api.request("GET", path, params={"url": BODY["url"]}).json()
    assert first["tools"] == list(TOOLS[0][1])
    assert first["cached"] is False
    again = api.request("GET", path, params={"url": BODY["url"].rstrip("/")}).json()
    assert again == {**first, "cached": True}
    fresh = api.request("GET", path, params={"url": BODY["url"], "force_refresh": "true"}).json()
    assert fresh["cached"] is False
    assert fresh["fetched_at"] > first["fetched_at"]
