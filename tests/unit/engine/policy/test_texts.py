"""What stands in prompts and other texts."""

import pytest
from judged import MAIL, PROMPT, findings

TOKEN = "ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5"
CRITIC = {"instructions": PROMPT, "tools": {"tools": {}, "interrupt_config": {}}}


def test_a_prompt_that_grew_or_shrank_by_much(told):
    assert told({"/system_prompt": PROMPT * 2}) == {
        "prompt-grew": "100 % longer: 600 → 1,200 characters"
    }
    assert told({"/system_prompt": PROMPT[:300]}) == {
        "prompt-shrank": "50 % shorter: 600 → 300 characters"
    }


@pytest.mark.parametrize("text", [PROMPT + "x" * 199, PROMPT[:420], PROMPT[1:]])
def test_a_little_more_or_less_is_none(told, text):
    assert told({"/system_prompt": text}) == {}


def test_a_first_prompt_did_not_grow(told):
    assert told({"/system_prompt": PROMPT}, system_prompt="") == {}


def test_a_subagents_prompt_is_one(told):
    changed = {"/subagents/critic/instructions": PROMPT * 3}
    assert list(told(changed, subagents={"critic": CRITIC})) == ["prompt-grew"]


@pytest.mark.parametrize(
    ("pointer", "value", "where"),
    [
        ("/system_prompt", f"{PROMPT}Use {TOKEN}.", " in line 11"),
        ("/description", f"Use {TOKEN}", ""),
        ("/extras/deep", {"a": {"b": ["x", TOKEN]}}, ""),
        ("/files/notes.md", {"content": f"a\n{TOKEN}\n"}, " in line 2"),
        ("/skills/mail", {"instructions": f"a\nb {TOKEN}", "files": {}}, " in line 2"),
    ],
)
def test_a_secret_wherever_it_stands(pointer, value, where):
    (found,) = findings({pointer: value})
    assert (found.rule, found.message) == ("secret", f"it holds a GitHub token{where}")
    assert found.pointer.startswith(pointer)
    assert TOKEN not in str(found.to_json())


def test_a_secret_is_told_by_the_name_of_its_field_too(told):
    assert told({"/extras/api_token": "q8Zx7Lm2Pv9Rt4Ws"}) == {
        "secret": "it holds a password or token"
    }


def test_a_secret_in_a_key_shows_in_no_pointer():
    found = findings({f"/files/{TOKEN}": {"content": "x"}})
    assert [(item.rule, item.pointer, item.message) for item in found] == [
        ("secret", "/files", "it holds a GitHub token in the name of an entry")
    ]


@pytest.mark.parametrize("side", ["", "old "])
def test_a_secret_that_stays_in_a_changed_text_is_one_again(told, side):
    assert "secret" in told({"/description": f"new {TOKEN}"}, description=f"{side}{TOKEN}")


def test_a_text_that_did_not_change_is_not_looked_at(told):
    assert told({"/name": "Other"}, description=f"x {TOKEN} \u202e") == {}


def test_a_secret_that_goes_is_none(told):
    assert told({"/description": "gone"}, description=TOKEN) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\u202eb", "it hides U+202E"),
        ("a\nb\u200bc", "it hides U+200B in line 2"),
        ("\u2066a\u2069\ufeff", "it hides U+2066, and 2 more"),
        ("tags \U000e0041\U000e0042", "it hides U+E0041"),
        ("filler \u3164", "it hides U+3164"),
        ("x\ufe0e\U000e0101", "it hides U+FE0E, and 1 more"),
    ],
)
def test_hidden_characters(told, text, message):
    assert told({"/description": text}) == {"hidden-characters": message}


@pytest.mark.parametrize(
    "text",
    [
        "👩‍👩‍👧 family, ❤️ heart",
        "می‌خواهم",  # a joiner that Persian needs
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # a flag made of tags
        "日本語、中文、한국어 – “quotes” … é e\u0301",
        "tab\tand\nline",
    ],
)
def test_what_languages_and_emoji_need_is_not_hidden(told, text):
    assert told({"/description": text}) == {}


def test_a_hidden_character_in_the_name_of_an_entry(told):
    found = told({"/files/a\u202eb": {"content": "x"}})
    assert found == {"hidden-characters": "it hides U+202E in the name of an entry"}


def test_a_prompt_that_names_a_tool_it_lost(told):
    left = {"tools": {f"{MAIL}::read": {}}, "interrupt_config": {}}
    prompt = f"{PROMPT}Answer with `send`."
    assert told({"/tools": left}, system_prompt=prompt) == {
        "ungranted-tool": "it names send, which is not granted"
    }


@pytest.mark.parametrize(
    "text", ["the tool `wipe_disk`", "the `wipe_disk` tool", "`wipe_disk` tool!"]
)
def test_a_prompt_that_calls_something_a_tool(told, text):
    assert told({"/system_prompt": PROMPT + text}) == {
        "ungranted-tool": "it names wipe_disk, which is not granted"
    }


@pytest.mark.parametrize(
    "text",
    [
        "`send` it, with the tool `read`",
        "the `write_todos` tool",
        "`urgent` and `low_priority` are states",
        "send the mail with a tool",
        "ask the `critic` tool",
    ],
)
def test_what_is_granted_or_no_tool(told, text):
    assert told({"/system_prompt": PROMPT + text}, subagents={"critic": CRITIC}) == {}


def test_a_subagent_has_only_its_own_tools(told):
    changed = {"/subagents/critic/instructions": f"{PROMPT}Use `send`."}
    assert told(changed, subagents={"critic": CRITIC}) == {
        "ungranted-tool": "it names send, which is not granted"
    }


def test_what_was_named_before_is_not_told_again(told):
    text = f"{PROMPT}Use the `wipe_disk` tool."
    assert told({"/system_prompt": f"{text} Now."}, system_prompt=text) == {}


@pytest.mark.parametrize(("more", "grew"), [(199, False), (200, True)])
def test_a_small_prompt_grows_by_much_only_with_many_characters(told, more, grew):
    changed = {"/system_prompt": "x" * (100 + more)}
    assert (told(changed, system_prompt="x" * 100) != {}) is grew
