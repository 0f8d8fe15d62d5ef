import datetime
import inspect
import json
from contextlib import closing
from email.utils import format_datetime

import httpx
import pytest
import respx

from agentsync import errors
from agentsync.errors import (
    BadAnswerError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ProviderError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
)
from agentsync.providers.base import Connection
from agentsync.providers.failures import mapped
from agentsync.providers.http import Http, _proxy

BASE = "https://api.smith.langchain.com"
KEY = "lsv2_pt_this_is_the_secret"


@pytest.fixture
def waits():
    return []


@pytest.fixture
def told():
    return []


@pytest.fixture
def http(waits, told):
    client = Http(
        Connection(base_url=BASE, key=KEY),
        {"X-Api-Key": KEY},
        told.append,
        pause=waits.append,
        jitter=lambda: 1.0,
    )
    yield client
    client.close()


@respx.mock
def test_an_answer_is_its_json(http):
    route = respx.get(f"{BASE}/a", params={"b": "c"}).respond(json={"d": 1})
    assert http.get("/a", {"b": "c"}) == {"d": 1}
    assert route.calls.last.request.headers["x-api-key"] == KEY


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (httpx.Response(429), RateLimitedError),
        (httpx.Response(500, text="boom"), ServerError),
        (httpx.Response(502), ServerError),
        (httpx.Response(503, json={"detail": "later"}), ServerError),
        (httpx.ConnectError("refused"), UnreachableError),
        (httpx.ReadError("reset"), UnreachableError),
        (httpx.RemoteProtocolError("closed"), UnreachableError),
        (httpx.ConnectTimeout("slow"), TimedOutError),
        (httpx.ReadTimeout("slow"), TimedOutError),
        (httpx.PoolTimeout("slow"), TimedOutError),
    ],
)
@respx.mock
def test_a_passing_failure_is_tried_again_with_growing_waits(http, waits, told, failure, error):
    route = respx.get(f"{BASE}/a").mock(side_effect=[failure] * 3 + [httpx.Response(200, json=1)])
    assert http.get("/a") == 1
    assert waits == [0.5, 1.0, 2.0]
    assert len(told) == 3
    assert "GET /a" in told[0]
    route.side_effect = [failure] * 4
    with pytest.raises(error):
        http.get("/a")
    assert route.call_count == 8


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BadAnswerError),
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (409, ConflictError),
        (412, ConflictError),
        (301, BadAnswerError),
        (307, BadAnswerError),
        (204, BadAnswerError),
    ],
)
@respx.mock
def test_a_lasting_refusal_is_not_tried_again(http, waits, status, error):
    elsewhere = respx.get("https://evil.example/")
    respx.get(f"{BASE}/a").respond(status, headers={"location": "https://evil.example/"})
    with pytest.raises(error) as caught:
        http.get("/a")
    assert caught.value.request == "GET /a"
    assert waits == []
    assert not elsewhere.called


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            {"json": {"code": "agent_not_found", "detail": "gone", "status": 404}},
            "agent_not_found: gone",
        ),
        ({"json": {"error": "Forbidden"}}, "Forbidden"),
        ({"json": {"repo": "no such repo"}}, "no such repo"),
        ({"text": "missing permission mcp-servers:create"}, "missing permission mcp-servers"),
        ({"html": "<html>sign in</html>"}, "answered 404"),
        ({"text": "x" * 5000}, "x" * 300),
    ],
)
@respx.mock
def test_every_shape_of_refusal_is_read(http, answer, said):
    respx.get(f"{BASE}/a").respond(404, **answer)
    with pytest.raises(NotFoundError) as caught:
        http.get("/a")
    assert said in caught.value.message
    assert len(caught.value.message) < 400
    assert "<html" not in caught.value.message


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.7),
        ("0", 0.0),
        ("-3", 0.5),
        ("1.5", 1.65),
        ("inf", 0.5),
        ("soon", 0.5),
    ],
)
@respx.mock
def test_the_server_says_how_long_to_wait(http, waits, header, seconds):
    respx.get(f"{BASE}/a").mock(
        side_effect=[
            httpx.Response(429, headers={"retry-after": header}),
            httpx.Response(200, json=1),
        ]
    )
    http.get("/a")
    assert waits == pytest.approx([seconds])


@pytest.mark.parametrize("header", ["61", "9" * 400])
@respx.mock
def test_a_wait_that_is_too_long_is_not_cut_short(http, waits, header):
    respx.get(f"{BASE}/a").respond(429, headers={"retry-after": header})
    with pytest.raises(RateLimitedError):
        http.get("/a")
    assert sum(waits) < 60


@respx.mock
def test_the_server_may_name_a_time(http, waits):
    then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=20)
    headers = {"retry-after": format_datetime(then, usegmt=True)}
    respx.get(f"{BASE}/a").mock(
        side_effect=[httpx.Response(503, headers=headers), httpx.Response(200, json=1)]
    )
    http.get("/a")
    assert 15 < waits[0] <= 22


@respx.mock
def test_a_time_that_has_passed_is_no_reason_to_hurry(http, waits):
    headers = {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}
    respx.get(f"{BASE}/a").mock(
        side_effect=[httpx.Response(503, headers=headers), httpx.Response(200, json=1)]
    )
    http.get("/a")
    assert waits == [0.5]


@respx.mock
def test_an_answer_without_end_is_cut_off(http, monkeypatch):
    monkeypatch.setattr("agentsync.providers.http._LARGEST_ANSWER", 100)
    respx.get(f"{BASE}/a").respond(200, content=b'"' + b"x" * 200 + b'"')
    with pytest.raises(BadAnswerError, match="larger than 100 bytes"):
        http.get("/a")


@respx.mock
def test_an_answer_that_drips_in_for_ever_times_out(http):
    http.connection = Connection(base_url=BASE, key=KEY, total_timeout=-1.0)
    respx.get(f"{BASE}/a").respond(200, json={"a": 1})
    with pytest.raises(TimedOutError):
        http.get("/a")


@respx.mock
def test_a_key_that_the_server_repeats_is_not_shown(http):
    respx.get(f"{BASE}/a").respond(403, json={"detail": f"key {KEY} is bad"})
    with pytest.raises(ForbiddenError, match="key … is bad") as caught:
        http.get("/a")
    assert "wrong" in caught.value.hint
    respx.get(f"{BASE}/b").respond(403, text="missing permission agents:read")
    with pytest.raises(ForbiddenError) as caught:
        http.get("/b")
    assert "valid" in caught.value.hint


@respx.mock
def test_a_certificate_nobody_trusts_is_not_tried_again(http, waits):
    failure = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
    respx.get(f"{BASE}/a").mock(side_effect=failure)
    with pytest.raises(errors.CertificateError, match="not trusted"):
        http.get("/a")
    assert waits == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "http://[::1"),
        ("HTTPS_PROXY", "socks5://127.0.0.1:1"),
        ("SSL_CERT_FILE", "/nowhere.pem"),
    ],
)
def test_what_is_wrong_in_the_environment_is_said_so(http, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(errors.UsageError) as caught:
        http.get("/a")
    assert name.split("_")[0] in caught.value.hint


@pytest.mark.parametrize(
    "body",
    [
        b"1e999",
        b'{"a": -1e999}',
        b"",
        b"{",
        b"<html>",
        b"NaN",
        b"[" * 100_000,
        b"1" * 5000,
        b'{"a": \xff}',
    ],
)
@respx.mock
def test_an_answer_that_is_not_json_is_said_so(http, body):
    respx.get(f"{BASE}/a").respond(200, content=body)
    with pytest.raises(BadAnswerError, match="not JSON") as caught:
        http.get("/a")
    assert caught.value.hint


@respx.mock
def test_who_tries_once_asks_once(waits):
    route = respx.get(f"{BASE}/a").respond(200, content=b"<html>")
    client = Http(Connection(base_url=BASE, key=KEY, tries=1), {}, print, pause=waits.append)
    with closing(client), pytest.raises(BadAnswerError, match="not JSON"):
        client.get("/a")
    assert (len(route.calls), waits) == (1, [])


# Writes.


@respx.mock
def test_a_write_says_its_json_and_answers_with_json(http):
    route = respx.post(f"{BASE}/a").respond(201, json={"id": 1})
    assert http.send("POST", "/a", {"ü": "\u2028\ud83d"}, expect=(200, 201)) == {"id": 1}
    request = route.calls.last.request
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-api-key"] == KEY
    assert request.content.isascii()
    assert json.loads(request.content) == {"ü": "\u2028\ud83d"}
    assert request.headers["content-length"] == str(len(request.content))


@respx.mock
def test_a_write_without_a_body_has_none(http):
    route = respx.delete(f"{BASE}/a").respond(204)
    assert http.send("DELETE", "/a", expect=(204,)) is None
    assert "content-type" not in route.calls.last.request.headers
    assert route.calls.last.request.content == b""


LOST = [
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.CloseError("reset"),
    httpx.ReadTimeout("slow"),
    httpx.WriteTimeout("slow"),
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
    httpx.DecodingError("gzip"),
    httpx.ReadError("[SSL: TLSV1_ALERT_UNKNOWN_CA] certificate unknown"),
    httpx.Response(500),
    httpx.Response(502, html="<html>"),
    httpx.Response(503, headers={"retry-after": "1"}),
    httpx.Response(599),
    httpx.Response(200, text="<html>"),
    httpx.Response(200),
    httpx.Response(202, json={}),
    httpx.Response(302, headers={"location": "/sign-in"}),
]


@pytest.mark.parametrize("failure", LOST, ids=repr)
@respx.mock
def test_a_write_that_may_have_taken_effect_is_sent_once(http, waits, told, failure):
    route = respx.patch(f"{BASE}/a").mock(side_effect=[failure, httpx.Response(200, json=1)])
    with pytest.raises(ProviderError) as caught:
        http.send("PATCH", "/a", {})
    assert caught.value.sent is True
    assert caught.value.request == "PATCH /a"
    assert (route.call_count, waits, told) == (1, [], [])


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.PoolTimeout("slow"),
        httpx.ProxyError("502"),
        httpx.Response(429),
    ],
    ids=repr,
)
@respx.mock
def test_a_write_that_had_no_effect_is_sent_again(http, waits, failure):
    answers = [failure] * 3 + [httpx.Response(200, json=1)]
    route = respx.patch(f"{BASE}/a").mock(side_effect=answers)
    assert http.send("PATCH", "/a", {}) == 1
    assert waits == [0.5, 1.0, 2.0]
    route.side_effect = [failure] * 4
    with pytest.raises(ProviderError) as caught:
        http.send("PATCH", "/a", {})
    assert caught.value.sent is False
    assert route.call_count == 8


@respx.mock
def test_a_write_waits_as_long_as_it_is_told_to_and_no_longer(http, waits):
    late = httpx.Response(429, headers={"retry-after": "7"})
    route = respx.post(f"{BASE}/a").mock(side_effect=[late, httpx.Response(200, json=1)])
    http.send("POST", "/a", {})
    assert waits == pytest.approx([7.7])
    route.side_effect = [httpx.Response(429, headers={"retry-after": "61"})]
    with pytest.raises(RateLimitedError) as caught:
        http.send("POST", "/a", {})
    assert caught.value.sent is False


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 413, 422])
@respx.mock
def test_a_write_that_is_refused_had_no_effect_and_is_not_repeated(http, waits, status):
    route = respx.post(f"{BASE}/a").respond(status, json={"detail": "no"})
    with pytest.raises(ProviderError, match="no") as caught:
        http.send("POST", "/a", {})
    assert caught.value.sent is False
    assert (route.call_count, waits) == (1, [])


@respx.mock
def test_a_certificate_nobody_trusts_gets_no_write(http, waits):
    failure = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
    respx.post(f"{BASE}/a").mock(side_effect=failure)
    with pytest.raises(errors.CertificateError) as caught:
        http.send("POST", "/a", {})
    assert caught.value.sent is False
    assert waits == []


@respx.mock
def test_an_answer_to_a_write_that_is_too_large_or_too_slow_may_have_counted(http, monkeypatch):
    monkeypatch.setattr("agentsync.providers.http._LARGEST_ANSWER", 100)
    respx.post(f"{BASE}/a").respond(200, content=b'"' + b"x" * 200 + b'"')
    with pytest.raises(BadAnswerError, match="larger than") as caught:
        http.send("POST", "/a", {})
    assert (caught.value.sent, caught.value.request) == (True, "POST /a")
    http.connection = Connection(base_url=BASE, key=KEY, total_timeout=-1.0)
    respx.post(f"{BASE}/b").respond(200, json={"a": 1})
    with pytest.raises(TimedOutError) as caught:
        http.send("POST", "/b", {})
    assert caught.value.sent is True


@pytest.mark.parametrize("failure", LOST, ids=repr)
@respx.mock
def test_a_read_never_takes_effect(http, failure):
    respx.get(f"{BASE}/a").mock(side_effect=[failure] * 4)
    with pytest.raises(ProviderError) as caught:
        http.get("/a")
    assert caught.value.sent is False


# A question that is put as a POST.


@respx.mock
def test_a_question_says_its_json_and_is_answered_with_json(http):
    route = respx.post(f"{BASE}/a").respond(json=[1])
    assert http.ask("/a", {"ü": 1}) == [1]
    request = route.calls.last.request
    assert json.loads(request.content) == {"ü": 1}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-api-key"] == KEY


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(429),
        httpx.Response(500),
        httpx.Response(503),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("closed"),
    ],
    ids=repr,
)
@respx.mock
def test_a_question_is_put_again_however_it_failed(http, waits, failure):
    route = respx.post(f"{BASE}/a").mock(side_effect=[failure] * 3 + [httpx.Response(200, json=1)])
    assert http.ask("/a", {"b": 1}) == 1
    assert waits == [0.5, 1.0, 2.0]
    assert {call.request.content for call in route.calls} == {b'{"b": 1}'}


@pytest.mark.parametrize("failure", [*LOST, httpx.Response(201, json={})], ids=repr)
@respx.mock
def test_a_question_never_takes_effect(http, failure):
    respx.post(f"{BASE}/a").mock(side_effect=[failure] * 4)
    with pytest.raises(ProviderError) as caught:
        http.ask("/a", {})
    assert caught.value.sent is False
    assert caught.value.request == "POST /a"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
@respx.mock
def test_a_question_that_is_refused_is_not_repeated(http, waits, status):
    route = respx.post(f"{BASE}/a").respond(status, json={"detail": "no"})
    with pytest.raises(ProviderError, match="no"):
        http.ask("/a", {})
    assert (route.call_count, waits) == (1, [])


def test_everything_httpx_raises_is_mapped():
    kinds = [
        item
        for _, item in inspect.getmembers(httpx, inspect.isclass)
        if issubclass(item, httpx.HTTPError) and item is not httpx.HTTPStatusError
    ]
    assert len(kinds) > 10
    for kind in kinds:
        assert isinstance(mapped(kind("x"), "GET /a"), ProviderError), kind
    assert isinstance(mapped(httpx.ReadTimeout("x"), "GET /a"), TimedOutError)


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.Response(500)])
@respx.mock
def test_the_key_is_in_no_message_and_no_traceback(http, told, failure):
    import traceback

    respx.get(f"{BASE}/a").mock(side_effect=[failure] * 4)
    with pytest.raises(ProviderError) as caught:
        http.get("/a")
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(told)
    assert KEY not in shown + repr(http.connection) + repr(http)
    assert caught.value.__cause__ is None


def test_every_error_has_a_code_of_its_own_and_stands_in_the_tree():
    kinds = [
        item
        for _, item in inspect.getmembers(errors, inspect.isclass)
        if issubclass(item, errors.AgentsyncError)
    ]
    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert kind.__name__ in errors.__doc__


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "localhost", "[::1]", "[0:0:0:0:0:0:0:1]"]
)
def test_no_proxy_is_asked_for_this_machine(monkeypatch, host):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    assert _proxy(f"http://{host}:8123") is None
    assert _proxy("https://api.smith.langchain.com") == "http://proxy.example:3128"


def test_a_proxy_for_everything_and_one_without_a_scheme(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "proxy.example:3128")
    assert _proxy("https://api.smith.langchain.com") == "http://proxy.example:3128"
    monkeypatch.setenv("NO_PROXY", "langchain.com")
    assert _proxy("https://api.smith.langchain.com") is None
