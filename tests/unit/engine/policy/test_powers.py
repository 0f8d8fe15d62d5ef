"""Who may see and use an agent, as whom it acts, what runs it, and where."""

import pytest

SANDBOX = {"type": "sandbox", "sandbox_config": {"scope": "thread", "policy_ids": ["a", "b"]}}


@pytest.mark.parametrize(
    ("pointer", "value", "rule", "message"),
    [
        (
            "/permissions/visibility",
            "tenant",
            "visibility-widened",
            "the whole workspace can see it",
        ),
        (
            "/permissions/tenant_access_level",
            "run",
            "access-widened",
            "the workspace may run it, not only read",
        ),
        (
            "/permissions/tenant_access_level",
            "write",
            "access-widened",
            "the workspace may write it, not only read",
        ),
        (
            "/permissions/identity",
            "shared",
            "identity-shared",
            "it acts with shared connections, not with those of whoever runs it",
        ),
        (
            "/permissions/shared_users/run",
            ["ann"],
            "shared-user-added",
            "a user may run it: ann",
        ),
        (
            "/permissions/shared_users/update",
            ["ann", "bob"],
            "shared-user-added",
            "2 users may change it: ann, bob",
        ),
        (
            "/runtime/model/model_id",
            "openai:gpt-5.4-mini",
            "model-changed",
            "openai:gpt-5.5 → openai:gpt-5.4-mini",
        ),
        ("/backend", SANDBOX, "sandbox-added", "it gets a computer of its own"),
    ],
)
def test_more_is_a_finding(told, pointer, value, rule, message):
    assert told({pointer: value}) == {rule: message}


@pytest.mark.parametrize(
    ("pointer", "narrower", "wider"),
    [
        ("visibility", "user", "tenant"),
        ("tenant_access_level", "run", "write"),
        ("tenant_access_level", "read", "run"),
        ("identity", "personal", "shared"),
    ],
)
def test_less_is_none(told, agent, pointer, narrower, wider):
    permissions = {**agent()["permissions"], pointer: wider}
    assert told({f"/permissions/{pointer}": narrower}, permissions=permissions) == {}


def test_a_user_who_may_do_more_is_not_new_to_less(told, agent):
    users = {"read": [], "run": [], "update": ["ann"]}
    permissions = {**agent()["permissions"], "shared_users": users}
    assert told({"/permissions/shared_users/run": ["ann"]}, permissions=permissions) == {}
    gone = {"read": ["ann"], "run": [], "update": []}
    permissions = {**agent()["permissions"], "shared_users": gone}
    assert list(told({"/permissions/shared_users/run": ["ann"]}, permissions=permissions)) == [
        "shared-user-added"
    ]


def test_an_undeclared_block_says_nothing(told):
    assert told({"/permissions": None, "/backend": None, "/runtime": None}) == {}


def test_a_model_that_was_not_set_is_no_change_of_it(told):
    assert told({"/runtime/model/model_id": "openai:gpt-5.5"}, runtime={}) == {}


@pytest.mark.parametrize("model", ["fast", "openai:", ":gpt-5.5"])
def test_a_model_without_provider(told, model):
    found = told({"/runtime/model/model_id": model})
    assert found["model-form"] == f"{model} is the name of a saved configuration"


def test_a_subagents_model_counts_too(told):
    critic = {"instructions": "", "model_id": "openai:gpt-5.5", "tools": {}}
    changed = {**critic, "model_id": "slow"}
    found = told({"/subagents/critic": changed}, subagents={"critic": critic})
    assert found == {
        "model-changed": "openai:gpt-5.5 → slow",
        "model-form": "slow is the name of a saved configuration",
    }


@pytest.mark.parametrize(
    ("left", "message"),
    [
        (["b"], "the policy a no longer holds"),
        ([], "the policies a, b no longer hold: none is left"),
        (None, "the policies a, b no longer hold: none is left"),
    ],
)
def test_a_sandbox_policy_that_goes(told, left, message):
    pointer = "/backend/sandbox_config/policy_ids"
    assert told({pointer: left}, backend=SANDBOX) == {"sandbox-policy-removed": message}


def test_a_sandbox_that_threads_share(told):
    found = told({"/backend/sandbox_config/scope": "agent"}, backend=SANDBOX)
    assert found == {"sandbox-added": "all threads share its sandbox"}


def test_without_its_sandbox_an_agent_needs_no_policy(told):
    assert told({"/backend": {"type": "state"}}, backend=SANDBOX) == {}
