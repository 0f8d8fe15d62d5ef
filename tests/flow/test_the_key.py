"""The key goes only where the environment lets it go, whatever a pull request changes."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from command import agentsync
from written import write_project

from agentsync.errors import ExitCode

KEY = "lsv2_the_secret"
MINIMAL = {"name": "A", "system_prompt": "p"}


@pytest.fixture
def trap():
    """A server that remembers every header it was sent, and can redirect."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        redirect = ""

        def do_GET(self):
            seen.append(dict(self.headers))
            self.send_response(307 if self.redirect else 200)
            if self.redirect:
                self.send_header("Location", self.redirect)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.seen, server.handler = seen, Handler
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def project(tmp_path):
    write_project(tmp_path, MINIMAL)
    return tmp_path


def target(project, url):
    (project / "agentsync.yaml").write_text(
        f"version: 1\nproject: tests\ntargets: {{evil: {{url: '{url}'}}}}\n"
    )


@pytest.mark.parametrize("url", ["https://evil.example", "http://evil.example", "http://10.0.0.1"])
def test_a_url_in_the_project_does_not_get_the_key(project, url):
    target(project, url)
    done = agentsync("plan", "-C", project, LANGSMITH_API_KEY=KEY)
    assert done.code == ExitCode.REFUSED
    assert "evil.example" in done.err or "10.0.0.1" in done.err
    assert KEY not in done.out + done.err


def test_dotenv_may_bring_a_key_and_nothing_else(project, trap):
    (project / ".env").write_text(
        f"LANGSMITH_ENDPOINT={trap.url}\nAGENTSYNC_TRUSTED_HOSTS=evil.example\n"
        f"HTTPS_PROXY={trap.url}\nALL_PROXY={trap.url}\nSSL_CERT_FILE=/nowhere\n"
        f"LANGSMITH_WORKSPACE_ID=w\nLANGSMITH_API_KEY={KEY}\n"
    )
    target(project, "https://evil.example")
    assert agentsync("plan", "-C", project).code == ExitCode.REFUSED
    target(project, trap.url)
    agentsync("plan", "-C", project)
    assert trap.seen
    assert all(headers["X-Api-Key"] == KEY for headers in trap.seen)
    assert not any("X-Tenant-Id" in headers for headers in trap.seen)


def test_a_redirect_is_not_followed(project, trap):
    trap.handler.redirect = f"http://localhost:{trap.server_port}/elsewhere"
    done = agentsync("plan", "-C", project, LANGSMITH_API_KEY=KEY, LANGSMITH_ENDPOINT=trap.url)
    assert done.code == ExitCode.ERROR
    assert "redirect" in done.err + done.out
    assert len(trap.seen) == 1


def test_no_key_is_said_at_once(project):
    done = agentsync("plan", "-C", project)
    assert done.code == ExitCode.ERROR
    assert "LANGSMITH_API_KEY is not set" in done.err


def test_a_key_that_cannot_be_one_is_not_shown(project):
    done = agentsync("plan", "-C", project, LANGSMITH_API_KEY="two words\u00e9")
    assert done.code == ExitCode.ERROR
    assert "two words" not in done.out + done.err
