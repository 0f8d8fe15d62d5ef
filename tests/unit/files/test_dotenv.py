"""`.env` may bring a key, and nothing else."""

import pytest

from agentsync.errors import ProjectError
from agentsync.files.dotenv import keys_in

NAMES = ("LANGSMITH_API_KEY",)


@pytest.fixture
def env(tmp_path):
    return tmp_path / ".env"


def test_only_the_names_asked_for_are_read(env):
    env.write_text(
        "LANGSMITH_ENDPOINT=https://evil.example\n"
        "HTTPS_PROXY=http://evil.example\n"
        "export LANGSMITH_API_KEY='the key' # mine\n"
        "SSL_CERT_FILE=/evil.pem\n"
    )
    assert keys_in(env, NAMES) == {"LANGSMITH_API_KEY": "the key"}
    assert keys_in(env, ("ABSENT",)) == {}
    assert keys_in(env, ()) == {}
    two = ("SSL_CERT_FILE", "LANGSMITH_API_KEY")
    assert keys_in(env, two) == {"SSL_CERT_FILE": "/evil.pem", "LANGSMITH_API_KEY": "the key"}


@pytest.mark.parametrize(
    "value", ["${OTHER}", "a${OTHER}b", "${HOME}", "${OTHER:-default}", "$OTHER", "${SIBLING}"]
)
def test_a_value_is_taken_as_it_stands(env, monkeypatch, value):
    """Else a file in the repository could send what the environment holds to a host as a key."""
    monkeypatch.setenv("OTHER", "a secret of the environment")
    for quoted in (value, f'"{value}"'):
        env.write_text(f"SIBLING=s\nLANGSMITH_API_KEY={quoted}\n")
        assert keys_in(env, NAMES) == {"LANGSMITH_API_KEY": value}


def test_a_link_is_not_followed(tmp_path, env):
    (tmp_path / "elsewhere").write_text("LANGSMITH_API_KEY=of somebody else\n")
    env.symlink_to(tmp_path / "elsewhere")
    assert keys_in(env, NAMES) == {}
    assert keys_in(tmp_path / "elsewhere", NAMES) == {"LANGSMITH_API_KEY": "of somebody else"}


def test_no_file_and_no_value_are_no_keys(tmp_path, env):
    assert keys_in(env, NAMES) == {}
    assert keys_in(tmp_path, NAMES) == {}
    for text in ("", "LANGSMITH_API_KEY=\n", "LANGSMITH_API_KEY\n", "# LANGSMITH_API_KEY=k\n"):
        env.write_text(text)
        assert keys_in(env, NAMES) == {}


def test_a_file_that_is_no_text_is_an_error_which_does_not_show_it(env):
    env.write_bytes(b"LANGSMITH_API_KEY=secret\xff\n")
    with pytest.raises(ProjectError, match=r"cannot read \.env") as caught:
        keys_in(env, NAMES)
    assert "secret" not in caught.value.message
    assert caught.value.hint


def test_reading_changes_no_environment(env, monkeypatch):
    import os

    env.write_text("LANGSMITH_API_KEY=k\n")
    before = dict(os.environ)
    keys_in(env, NAMES)
    assert dict(os.environ) == before
