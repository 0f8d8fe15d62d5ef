import pytest

from agentsync.engine.advice import closest, did_you_mean, hint_for_uuid, listed

AGENTS = [f"agent-{number:05}" for number in range(1000)]


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("agent-0000", AGENTS, "agent-00000"),
        ("agent-0090", AGENTS, "agent-00900"),
        ("Agent-00042", AGENTS, "agent-00042"),
        ("nmae", ["name", "model"], "name"),
        ("perm", ["permissions", "name"], "permissions"),
        ("no", ["notes"], ""),
        ("nope", AGENTS, ""),
        ("prompt", ["system_prompt", "prompts"], "system_prompt"),
    ],
)
def test_what_was_meant(word, known, meant):
    assert closest(word, known) == meant


def test_a_few_names_are_all_listed_and_of_many_the_first():
    assert listed("ab") == "`a`, `b`"
    assert listed(f"{n}" for n in range(16)).endswith("`15`")
    assert listed(f"{n}" for n in range(17)) == (
        "`0`, `1`, `2`, `3`, `4`, `5`, `6`, `7` … and 9 more"
    )
    assert did_you_mean("nope", AGENTS).endswith("`agent-00007` … and 992 more")
    assert did_you_mean("nope", ()) == ""


@pytest.mark.parametrize(
    "text",
    [
        "dfa71115c97141978f0220826fbc6f40",
        "{DFA71115-C971-4197-8F02-20826FBC6F40}",
        " urn:uuid:dfa71115-c971-4197-8f02-20826fbc6f40",
    ],
)
def test_a_uuid_in_another_spelling_is_shown_as_it_must_be(text):
    assert hint_for_uuid(text) == "write dfa71115-c971-4197-8f02-20826fbc6f40"


@pytest.mark.parametrize("text", ["", "dfa71115", "g" * 32, "0" * 33, 5, None])
def test_what_is_no_uuid_is_not_made_one(text):
    assert hint_for_uuid(text) == ""
