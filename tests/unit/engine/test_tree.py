"""The file tree that a canonical form stands for, and the least that makes one from another."""

import json

import pytest
import yaml
from furnished import FRONT_MATTER, furnished
from hypothesis import given

from agentsync.canonical import canonical_json
from agentsync.emulator import frontmatter as emulated
from agentsync.emulator.readings import every
from agentsync.emulator.tree import typed_fields
from agentsync.emulator.writes import as_entry
from agentsync.engine import frontmatter
from agentsync.engine.normalise import desired, live
from agentsync.engine.tree import changes, completed, rendered
from agentsync.providers.managed import RULES

TREE = ("system_prompt", "tools", "subagents", "skills", "files")
URL = "https://t.example"
TOOL = {"name": "t", "mcp_server_url": URL}


def canonical(**document):
    return desired({"name": "a", **document}, RULES)


def said(value):
    return canonical_json({key: value[key] for key in TREE})


def applied(tree, found):
    """What a commit of these changes makes of the tree."""
    after = {**tree, **found}
    return {path: entry for path, entry in after.items() if entry is not None}


@given(furnished())
def test_reading_the_tree_gives_the_value(document):
    value = desired(document, RULES)
    assert said(live({"files": rendered(value)}, RULES)[0]) == said(value)


@given(furnished())
def test_reading_what_a_server_makes_of_the_tree_gives_the_value(document):
    value = desired(document, RULES)
    files = rendered(value)
    tree = {path: as_entry(entry) for path, entry in files.items()}
    for reading in every():
        typed = typed_fields(tree, reading, lambda _: None)
        if reading.linked_pin == "pinned":
            assert said(live({**typed, "files": files}, RULES)[0]) == said(value)


@given(furnished())
def test_a_value_has_one_tree_in_whatever_order_it_is_said(document):
    value = desired(document, RULES)
    reordered = json.loads(canonical_json(value))
    assert changes(rendered(value), rendered(reordered)) == {}


@given(furnished(), furnished())
def test_the_changes_make_one_tree_the_other(one, other):
    before, after = (rendered(desired(each, RULES)) for each in (one, other))
    found = changes(before, after)
    assert applied(before, found) == after
    assert all(before.get(path) != entry for path, entry in found.items())
    assert changes(after, after) == {}


def test_a_change_of_one_thing_touches_one_path():
    critic = {"name": "critic", "instructions": "i", "tools": {"tools": [TOOL]}}
    pdf = {"name": "pdf", "description": "d", "instructions": "i", "files": {"a.py": "1"}}
    before = {"system_prompt": "p", "subagents": [critic], "skills": [pdf]}
    edits = {
        "AGENTS.md": {"system_prompt": "q"},
        "tools.json": {"tools": {"tools": [TOOL]}},
        "subagents/critic/AGENTS.md": {"subagents": [{**critic, "description": "new"}]},
        "subagents/critic/tools.json": {"subagents": [{**critic, "tools": {}}]},
        "skills/pdf/SKILL.md": {"skills": [{**pdf, "instructions": "j"}]},
        "skills/pdf/a.py": {"skills": [{**pdf, "files": {"a.py": "2"}}]},
        "notes.md": {"files": {"notes.md": {"content": "n"}}},
    }
    for path, edit in edits.items():
        found = changes(rendered(canonical(**before)), rendered(canonical(**{**before, **edit})))
        assert found.keys() == {path}


def test_what_is_deleted_comes_first():
    pdf = {"name": "pdf", "description": "d", "instructions": "i"}
    link = {"name": "pdf", "repo_handle": "shared"}
    inline, linked = (rendered(canonical(skills=[each])) for each in (pdf, link))
    assert next(iter(changes(linked, inline).items())) == ("skills/pdf", None)
    assert list(changes(inline, linked)) == ["skills/pdf/SKILL.md", "skills/pdf"]


def test_a_link_says_nothing_of_what_stood_in_its_place():
    value = canonical(skills=[{"name": "pdf", "instructions": "i"}])
    value["skills"]["pdf"]["repo_handle"] = "shared"
    assert rendered(value)["skills/pdf"] == {"type": "skill", "repo_handle": "shared"}


def test_a_tools_file_that_nobody_can_read_stays_until_there_are_tools():
    damaged = {"tools.json": {"content": "{"}}
    value = live({"files": damaged}, RULES)[0]
    assert rendered(value)["tools.json"] == {"type": "file", "content": "{"}
    with_tools = {**value, "tools": canonical(tools={"tools": [TOOL]})["tools"]}
    assert "https://t.example" in rendered(with_tools)["tools.json"]["content"]


@pytest.mark.parametrize(
    "tools",
    [
        [{"name": "t"}],
        [{"name": "a::b", "mcp_server_url": URL}],
        [{"name": "t", "mcp_server_url": "localhost:80"}],
        [{"name": "t", "mcp_server_url": "https://[::1]:9/mcp"}],
        [{**TOOL, "display_name": name} for name in "ABC"],
        [{"name": "t#2", "mcp_server_url": URL}],
    ],
)
def test_tools_keep_their_names_and_servers(tools):
    text = rendered(canonical(tools={"tools": tools}))["tools.json"]["content"]
    names = [(tool["name"], tool.get("mcp_server_url")) for tool in json.loads(text)["tools"]]
    assert names == [(tool["name"], tool.get("mcp_server_url")) for tool in tools]


# Front matter.


@given(FRONT_MATTER)
def test_every_yaml_reader_reads_the_same_header(header):
    text = frontmatter.write(header, "body")
    values, body = frontmatter.read(text)
    wanted = canonical(skills=[{"name": "s", "front_matter": header}])
    read = canonical(skills=[{"name": "s", "front_matter": values or {}}])
    assert canonical_json(read) == canonical_json(wanted)
    assert body.strip() == "body"
    block = frontmatter.split(text).header or ""
    for loader in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        loaded = yaml.load(block, Loader=loader) or {}
        assert canonical_json(plainly(loaded)) == canonical_json(plainly(header))
    texts, _ = emulated.split(text)
    assert texts == {key: texts[key] for key in texts} | {
        key: item for key, item in header.items() if isinstance(item, str)
    }
    for line in block.splitlines():
        json.loads("{" + line + "}")


def plainly(value):
    """Every number as a float: beyond 64 bits there are only those."""
    if isinstance(value, dict):
        return {key: plainly(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plainly(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("size", [999, 1000, 1100, 5000])
def test_a_key_may_be_long(size):
    key = "k" * size
    header = {key: {key: [key, "y" * 5000, 1]}, "z": "x" * 5000}
    text = frontmatter.write(header, "")
    assert frontmatter.read(text)[0] == header
    assert yaml.safe_load(frontmatter.split(text).header) == header
    assert emulated.split(text)[0] == {"z": "x" * 5000}


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1e22, "1.0e+22"),
        (10**22, "1.0e+22"),
        (1e-7, "1.0e-07"),
        (1.5e300, "1.5e+300"),
        (2**63 - 1, "9223372036854775807"),
        (-(2**63), "-9223372036854775808"),
        (2**63, "9.223372036854776e+18"),
        (5.0, "5.0"),
        (True, "true"),
        (0, "0"),
    ],
)
def test_a_number_stays_one(number, text):
    written = frontmatter.write({"n": number}, "")
    assert f'"n": {text}\n' in written
    loaded = yaml.safe_load(frontmatter.split(written).header)["n"]
    assert (loaded, isinstance(loaded, bool)) == (number, isinstance(number, bool))
    read = frontmatter.read(written)[0]["n"]
    assert (read, isinstance(read, bool)) == (number, isinstance(number, bool))


def test_half_a_character_does_not_break_the_header():
    assert frontmatter.read(frontmatter.write({"a": "x\ud83dy"}, ""))[0] == {"a": "x\ufffdy"}


@pytest.mark.parametrize("body", ["", "text", "---\na: 1\n---\nx", "\ufeffx", "----", "a\n---\nb"])
def test_a_body_is_never_taken_for_a_header(body):
    for header in ({}, {"a": 1}):
        values, found = frontmatter.read(frontmatter.write(header, body))
        assert ((values or {}), found.strip()) == (header, body)
        assert emulated.split(frontmatter.write(header, body))[1].strip() == body


def test_a_text_that_needs_no_header_gets_none():
    assert frontmatter.write({}, "text") == "text\n"
    assert frontmatter.write({}, "") == ""


# What only the tree says.


def test_settings_that_the_answer_does_not_show_are_completed():
    critic = {"name": "critic", "instructions": "i", "front_matter": {"color": "red"}}
    whole = canonical(
        tools={"tools": [{**TOOL, "timeout": 3}], "budget": 1},
        subagents=[{**critic, "tools": {"tools": [{**TOOL, "retries": 2}]}}],
        skills=[{"name": "pdf", "instructions": "i", "front_matter": {"license": "MIT"}}],
    )
    shown = canonical(
        tools={"tools": [TOOL]},
        subagents=[{"name": "critic", "instructions": "i", "tools": {"tools": [TOOL]}}],
        skills=[{"name": "pdf", "instructions": "i"}],
    )
    assert completed(shown, shown, whole) == whole
    edited = {**shown, "skills": canonical(skills=[{"name": "pdf", "instructions": "j"}])["skills"]}
    found = completed(edited, shown, whole)
    assert found["skills"]["pdf"]["front_matter"] == {"license": "MIT"}
    assert found["tools"] == whole["tools"]


def test_what_was_shown_and_is_gone_stays_gone():
    def skill(**header):
        return canonical(
            tools={"tools": [{**TOOL, "timeout": 3}]},
            skills=[{"name": "pdf", "instructions": "i", "front_matter": header}],
        )

    whole = skill(license="MIT", meta={"a": 1, "b": 2})
    intended = {**skill(meta={"a": 1}), "tools": canonical()["tools"]}
    assert completed(intended, whole, whole) == intended
    gone = {**whole, "skills": {}, "subagents": {}}
    assert completed(gone, whole, whole) == gone
    hidden = skill(license="Apache")
    shown = {**whole, "skills": canonical(skills=[{"name": "pdf", "instructions": "i"}])["skills"]}
    kept = completed(hidden, shown, whole)["skills"]["pdf"]["front_matter"]
    assert kept == {"license": "Apache", "meta": {"a": 1, "b": 2}}


def test_a_link_is_not_completed_by_what_the_tree_had_there():
    whole = canonical(
        skills=[{"name": "pdf", "instructions": "i", "front_matter": {"license": "MIT"}}]
    )
    shown = canonical(skills=[{"name": "pdf", "instructions": "i"}])
    link = canonical(skills=[{"name": "pdf", "repo_handle": "shared"}])
    assert completed(link, shown, whole) == link
