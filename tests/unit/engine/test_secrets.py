"""Secrets are found by their shape or their name, and what stands for one is not one."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsync.engine.randomness import looks_random
from agentsync.engine.secrets import findings_of, is_secret_name, secrets_in, secrets_of

LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def made(seed: int, length: int, letters: str = LETTERS) -> str:
    """A text that a generator of keys might give; nobody's key."""
    chance = random.Random(f"{seed} {length} {letters}")
    return "".join(chance.choice(letters) for _ in range(length))


# Put together here, so that no scanner takes this file for a leak.
KEYS = {
    "a LangSmith API key": lambda n: f"lsv2_{'pt'}_{made(n, 32, HEX)}_{made(n, 10, HEX)}",
    "an OpenAI API key": lambda n: "sk-" + f"proj-{made(n, 64)}",
    "an Anthropic API key": lambda n: "sk-" + f"ant-api03-{made(n, 93)}AA",
    "a GitHub token": lambda n: "ghp" + f"_{made(n, 36)}",
    "a GitLab token": lambda n: "glpat" + f"-{made(n, 20)}",
    "an AWS access key": lambda n: "AKIA" + made(n, 16, string.ascii_uppercase + "234567"),
    "a Google API key": lambda n: "AIza" + made(n, 35),
    "a Slack token": lambda n: f"xoxb-{made(n, 12, string.digits)}-{made(n, 24)}",
    "a Slack webhook": lambda n: f"https://hooks.slack.com/services/T{made(n, 8)}/{made(n, 24)}",
    "a Stripe key": lambda n: "sk_" + f"live_{made(n, 24)}",
    "an npm token": lambda n: "npm" + f"_{made(n, 36)}",
    "a PyPI token": lambda n: "pypi-" + f"AgEIcHlwaS5vcmc{made(n, 120)}",
    "a Hugging Face token": lambda n: "hf" + f"_{made(n, 34)}",
    "a private key": lambda n: f"-----BEGIN RSA PRIVATE KEY-----\n{made(n, 64)}\n",
    "a JSON web token": lambda n: f"eyJ{made(n, 20)}.eyJ{made(n, 60)}.{made(n, 43)}",
    "a password in a URL": lambda n: f"postgres://app:{made(n, 12)}@db.acme.example/agents",
}


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("seed", range(20))
def test_well_known_formats(kind: str, seed: int) -> None:
    key = KEYS[kind](seed)
    text = f"First line.\nUse {key} for it, and `other`."
    (secret,) = secrets_in(text)
    assert secret.kind == kind
    assert text[secret.start : secret.end].strip() in key
    assert len(text[secret.start : secret.end]) >= 12


@pytest.mark.parametrize(
    "around",
    [
        "password: {}",
        'API_KEY="{}"',
        "export TAVILY_API_KEY={}",
        "https://mcp.acme.example/mcp?apiKey={}&mode=fast",
        '{{"client_secret": "{}"}}',
        "access-token = '{}'",
        "Authorization: Bearer {}",
        "curl -H 'Authorization: Basic {}'",
    ],
)
def test_what_the_text_itself_calls_a_secret(around: str) -> None:
    found = [list(secrets_in(around.format(made(seed, 32)))) for seed in range(50)]
    # A word may come out of chance: what looks like one is let go.
    assert sum(map(len, found)) >= 47


SAMPLES = r"""
sk-...
sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
sk-your-api-key-goes-here-1234567
desk-9fK2mQ7xL0vB3nT8cR5wZ1
sk-toggleable__content-arrow-container-2
export OPENAI_API_KEY=sk-...
OPENAI_API_KEY=${OPENAI_API_KEY}
api_key: <your key>
api_key = os.environ["OPENAI_API_KEY"]
api_key=API_KEY_2
token: {{ secrets.GITHUB_TOKEN }}
token: the user's session-token, see docs/2024-01-auth.md
token_url: https://auth.acme.example/oauth2/v2.0/token
The token=openai:gpt-5.5-mini-2024
csrf_token = request.headers["X-CSRF-Token"]
password: changeme123
password_policy: at-least-12-characters
Never reveal the password: it belongs to the user.
secret_name: projects/12345/secrets/langsmith-key
secret: use-the-one-from-vault-2
ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
ghp_1234567890abcdefghijklmnopqrstuvwxyzAB
lsv2_pt_...
lsv2_pt_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_xxxxxxxxxx
access_key_id: AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
sk_test_4eC39HqLyjWDarjtT1zdp7dc
https://user:password@acme.example/
https://USER:${PASS}@acme.example/
https://<user>:<password>@acme.example/
https://x-access-token:${{ github.token }}@github.com/acme/agents
mysql://root:root@localhost/db
Meet at 10:30@noon, see http://acme.example:8080/path@v2
Authorization: Bearer <token>
Authorization: Bearer $TOKEN
Bearer YOUR_API_TOKEN_HERE
Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==
https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX
-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----
max_tokens: 4096
tokens: 12345678
tokenizer: cl100k_base_2023
commit 3520288a9f0c7e1db2f0a1c2d3e4f5a6b7c8d9e0
dfa71115-c971-4197-8f02-20826fbc6f40
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk
""".strip().splitlines()
# The sample of jwt.io, which half of all manuals show.
SAMPLES.append(
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwi"
    "aWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
)


@pytest.mark.parametrize("text", SAMPLES)
def test_what_only_stands_for_a_secret(text: str) -> None:
    assert list(secrets_in(text)) == []


def test_every_secret_of_a_text_in_its_order_and_none_twice() -> None:
    first, second = KEYS["a GitHub token"](1), KEYS["a LangSmith API key"](2)
    text = f"token: {first}\nAuthorization: Bearer {second}\n"
    assert [text[item.start : item.end] for item in secrets_in(text)] == [first, second]


def test_pointers_of_a_canonical_form() -> None:
    key, password = KEYS["a GitHub token"](3), made(4, 20)
    value = {
        "name": "A",
        "system_prompt": f"One\n{key}",
        "extras": {"a/b": {"password": password, "other": password, "list": [key]}},
        "tools": {"tools": {f"https://user:{password}@mcp.acme.example::search": {"x": key}}},
    }
    assert list(secrets_of(value)) == [
        ("/system_prompt", "a GitHub token"),
        ("/extras/a~1b/password", "a password or token"),
        ("/extras/a~1b/list", "a GitHub token"),
        ("/tools/tools", "a password in a URL"),
    ]


def test_findings_say_what_and_where_and_never_the_secret() -> None:
    key = KEYS["a GitHub token"](3)
    (finding,) = findings_of("bot", {"system_prompt": f"One\nTwo\n{key}", key: 1})[:1]
    assert (finding.rule, finding.severity, finding.address) == ("secret", "high", "bot")
    assert finding.message == "a GitHub token in line 3"
    told = str([item.to_json() for item in findings_of("bot", {key: {"x": key}, "y": key})])
    assert not any(key[at : at + 6] in told for at in range(len(key) - 6))


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *((name, True) for name in ("password", "dbPassword", "API_KEY", "x-api-key", "token")),
        *((name, True) for name in ("clientSecret", "github_token", "private_key")),
        *((name, False) for name in ("tokens", "max_tokens", "token_url", "secret_name", "key")),
        *((name, False) for name in ("secretary", "passage", "tokenizer", "api_key_id", "name")),
    ],
)
def test_names(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    for secret in secrets_in(text):
        assert 0 <= secret.start < secret.end <= len(text)
    assert looks_random(text) in (True, False)


@pytest.mark.parametrize(
    "part",
    ["a", "token", "sk-", "://", "eyJ", "password:", "-----BEGIN PRIVATE KEY-----", "a-", "ls__"],
)
def test_no_text_takes_forever(part: str) -> None:
    # A pattern that went back and forth over this would not end before the test run does.
    assert isinstance(list(secrets_in(part * (200_000 // len(part)))), list)


@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        ("a GitLab token", "gldt-aB3dE5gH7jK9mN1pQ3sT"),
        ("a Discord token", "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"),
        ("a Twilio key", "SK3f9c0a7b2d4e6f8091a2b3c4d5e6f708"),
        ("a Telegram token", "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw9"),
        (
            "an Azure storage key",
            "AccountKey=lJzRc1YdHaAA2KCNJJ1tkYwF3SbYe7fQk3lXo9Zc5Vb8Nm2Qw4Er6Ty8Ui0"
            "Op1As3Df5Gh7Jk9LzX4cV6bN8mQ2==",
        ),
        ("a Mailchimp key", "8b1a9953c4611296a827abf8c47804d7-us6"),
    ],
)
def test_the_formats_of_the_library(kind: str, secret: str) -> None:
    text = f"First.\nUse {secret} for it.\nLast 2025-11-20."
    found = list(secrets_in(text))
    assert [item.kind for item in found] == [kind]
    assert text[found[0].start : found[0].end] in secret
    assert found[0].end - found[0].start >= 16
