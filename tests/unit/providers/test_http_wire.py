"""What a GET does on the wire: whom it trusts, whom it asks, how long it waits."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import respx

from agentsync.emulator.faults import Fault
from agentsync.emulator.serve import Options, running
from agentsync.errors import (
    CertificateError,
    NotFoundError,
    ProviderError,
    ServerError,
    TimedOutError,
    UnreachableError,
)
from agentsync.providers.base import Connection
from agentsync.providers.http import Http

KEY = "lsv2_pt_this_is_the_secret"
AGENTS = "/v1/deepagents/agents"
NOBODY = f"{AGENTS}/00000000-0000-4000-8000-000000000000"


@contextmanager
def client(base_url, *, jitter=None, **settings):
    """An Http with one try, or as many as asked for; it keeps its waits instead of waiting."""
    waits = []
    more = {"jitter": jitter} if jitter else {}
    connection = Connection(base_url=base_url, key=KEY, **{"tries": 1, **settings})
    with closing(
        Http(connection, {"X-Api-Key": KEY}, lambda _: None, pause=waits.append, **more)
    ) as http:
        yield http, waits


@contextmanager
def answering(tls=None):
    """A server that answers every GET with {"path"}; its port, and the paths it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked.append(self.path)
            body = json.dumps({"path": self.path}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1], asked
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def refusing_proxy():
    """A proxy that answers 502 to whatever comes; its port, and what each caller said."""
    said = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run():
            while True:
                caller, _ = listener.accept()
                with caller:
                    # Two at a time: a listener that is closed does not wake up who accepts.
                    text = caller.recv(65536)
                    if not text:
                        return
                    said.append(text)
                    caller.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=run)
        thread.start()
        port = listener.getsockname()[1]
        try:
            yield port, said
        finally:
            socket.create_connection(("127.0.0.1", port)).close()
            thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for `localhost`, and its key."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl command to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    return paths


@pytest.fixture
def tls_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with answering(context) as server:
        yield server


def test_a_certificate_that_nobody_vouches_for_gets_no_key(tls_server):
    port, asked = tls_server
    with (
        client(f"https://localhost:{port}", tries=4) as (http, waits),
        pytest.raises(CertificateError) as caught,
    ):
        http.get("/a")
    assert "SSL_CERT_FILE" in caught.value.hint
    assert caught.value.request == "GET /a"
    assert (asked, waits) == ([], [])


def test_a_certificate_that_the_environment_names_is_trusted(tls_server, certificate, monkeypatch):
    port, asked = tls_server
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with client(f"https://localhost:{port}") as (http, _):
        assert http.get("/a") == {"path": "/a"}
    assert asked == ["/a"]


def test_a_trusted_certificate_of_another_host_gets_no_key(tls_server, certificate, monkeypatch):
    port, asked = tls_server
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with client(f"https://127.0.0.1:{port}") as (http, _), pytest.raises(CertificateError):
        http.get("/a")
    assert asked == []


@pytest.mark.parametrize("url", ["https://localhost:1", "http://localhost:1"])
def test_tls_is_verified_whatever_openssl_can_do_here(url):
    with client(url) as (http, _):
        context = http._shared_tls()
        assert http._shared_tls() is context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("form", ["http://127.0.0.1:{}", "127.0.0.1:{}"])
def test_https_goes_through_the_proxy_which_does_not_see_the_key(monkeypatch, form):
    with refusing_proxy() as (port, said):
        monkeypatch.setenv("HTTPS_PROXY", form.format(port))
        with client("https://agents.example") as (http, _), pytest.raises(UnreachableError):
            http.get("/a")
    (text,) = said
    assert text.startswith(b"CONNECT agents.example:443 HTTP/1.1\r\n")
    assert KEY.encode() not in text


def test_a_host_that_the_environment_takes_out_is_asked_directly(monkeypatch):
    with refusing_proxy() as (port, said):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("NO_PROXY", "agents.example")
        # The tests' own guard is what a direct request to that host runs into.
        with (
            client("https://agents.example") as (http, _),
            pytest.raises(RuntimeError, match=r"tried to look up agents\.example"),
        ):
            http.get("/a")
    assert said == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_asked_without_a_proxy(monkeypatch, host):
    with refusing_proxy() as (proxy, said), answering() as (port, asked):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        with client(f"http://{host}:{port}") as (http, _):
            assert http.get("/a") == {"path": "/a"}
    assert (said, asked) == ([], ["/a"])


@respx.mock
def test_every_request_says_how_long_it_waits():
    route = respx.get("https://agents.example/a").respond(json=1)
    with client("https://agents.example") as (http, _):
        http.get("/a")
    timeout = route.calls.last.request.extensions["timeout"]
    assert timeout == {"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 30.0}


def test_a_server_that_says_nothing_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # A client that waits for ever is let go, with another error.
        release = threading.Timer(10, silent.close)
        release.start()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with client(url, read_timeout=0.05) as (http, _), pytest.raises(TimedOutError) as caught:
            http.get("/a")
        release.cancel()
        release.join()
    assert caught.value.request == "GET /a"


def test_each_thread_keeps_one_connection_of_its_own():
    failures = []

    def work(http):
        try:
            for _ in range(7):
                http.get(AGENTS)
        except ProviderError as error:
            failures.append(error)

    with running(Options()) as server:
        with client(server.url) as (http, _):
            # One after the other: threads that share connections would need one for all.
            for _ in range(3):
                thread = threading.Thread(target=work, args=(http,))
                thread.start()
                thread.join()
        stats = server.stats()
    assert failures == []
    assert (stats["connections"], stats["total_requests"]) == (3, 21)


@pytest.mark.parametrize("status", [404, 500])
def test_a_refusal_leaves_its_connection_to_the_next_request(status):
    with running(Options()) as server:
        if status == 500:
            body = "x" * 100_000
            server.add_fault(Fault(kind="status", status=500, body=body, path=NOBODY, count=None))
        with client(server.url) as (http, _):
            for _ in range(3):
                with pytest.raises((NotFoundError, ServerError), match=str(status)):
                    http.get(NOBODY)
                assert http.get(AGENTS)["items"] == []
        assert server.stats()["connections"] == 1


# Writes.


def test_a_write_that_nobody_listens_to_was_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (
        client(f"http://127.0.0.1:{port}", tries=3) as (http, waits),
        pytest.raises(UnreachableError) as caught,
    ):
        http.send("POST", "/a", {})
    assert caught.value.sent is False
    assert len(waits) == 2


def test_a_write_that_the_proxy_lets_not_through_was_not_sent(monkeypatch):
    with refusing_proxy() as (port, said):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with (
            client("https://agents.example") as (http, _),
            pytest.raises(UnreachableError) as caught,
        ):
            http.send("POST", "/a", {"secret": KEY})
    assert caught.value.sent is False
    assert KEY.encode() not in b"".join(said)


def test_a_write_to_an_untrusted_host_was_not_sent(tls_server):
    port, asked = tls_server
    with (
        client(f"https://localhost:{port}", tries=4) as (http, waits),
        pytest.raises(CertificateError) as caught,
    ):
        http.send("POST", "/a", {})
    assert caught.value.sent is False
    assert (asked, waits) == ([], [])


@contextmanager
def closing_server(answer):
    """A server that reads one request per connection and ends it with `answer`; who has called.

    Shape: `closed` is released each time a connection has been closed.
    """
    called, closed = [], threading.Semaphore(0)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run():
            while True:
                caller, _ = listener.accept()
                with caller:
                    text = caller.recv(65536)
                    if not text:
                        return
                    called.append(text.split(b" ", 1)[0].decode())
                    caller.sendall(answer)
                closed.release()

        thread = threading.Thread(target=run)
        thread.start()
        port = listener.getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}", called, closed
        finally:
            socket.create_connection(("127.0.0.1", port)).close()
            thread.join()


def test_a_connection_that_the_server_has_closed_meanwhile_is_not_written_to():
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with closing_server(answer) as (url, called, closed), client(url) as (http, waits):
        for _ in range(3):
            assert http.send("POST", "/a", {"b": 1}) == {}
            closed.acquire()
        assert called == ["POST"] * 3
        assert waits == []


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", b"?"]
)
def test_a_write_whose_answer_breaks_off_may_have_counted_and_is_not_repeated(answer):
    with closing_server(answer) as (url, called, _), client(url, tries=4) as (http, waits):
        with pytest.raises(UnreachableError) as caught:
            http.send("DELETE", "/a", expect=(204,))
        assert caught.value.sent is True
        assert (called, waits) == (["DELETE"], [])


def test_a_write_that_is_never_answered_may_have_counted():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            client(url, read_timeout=0.05, tries=4) as (http, waits),
            pytest.raises(TimedOutError) as caught,
        ):
            http.send("POST", "/a", {})
    assert caught.value.sent is True
    assert waits == []


def waits_of(jitter):
    with client("https://agents.example", tries=12, jitter=jitter) as (http, waits), respx.mock:
        respx.get("https://agents.example/a").respond(503)
        with pytest.raises(ServerError):
            http.get("/a")
    assert len(waits) == 11
    return waits


def test_waits_double_up_to_eight_seconds():
    assert waits_of(lambda: 1.0) == [0.5, 1.0, 2.0, 4.0, *[8.0] * 7]


def test_luck_shortens_a_wait_by_up_to_a_half():
    assert waits_of(lambda: 0.0) == [0.25, 0.5, 1.0, 2.0, *[4.0] * 7]
    longest = waits_of(None)[4:]
    assert len(set(longest)) > 1
    assert all(4.0 <= seconds <= 8.0 for seconds in longest)
