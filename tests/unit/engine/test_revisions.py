"""What trees say of each other, of git and of the marker."""

import pytest
from generated import documents
from hypothesis import given
from matched import LAW, change_of, marked

from agentsync.canonical import ABSENT, same
from agentsync.engine import revisions
from agentsync.engine.normalise import desired, live
from agentsync.engine.origins import base_of, outline
from agentsync.engine.tree import rendered
from agentsync.model import Effect
from agentsync.providers.managed import RULES


def canonical(**document):
    return desired({"name": "A", **document}, RULES)


def tree(**document):
    return revisions.content(canonical(**document), RULES)


def file(text):
    return {"content": text}


def skill(**more):
    return {"name": "s", "description": "d", "instructions": "i", **more}


def subagent(**more):
    return {"name": "x", "description": "d", "instructions": "i", **more}


def test_content_is_what_lives_in_the_tree():
    value = canonical(description="d", extras={"a": 1}, runtime={}, system_prompt="p")
    assert set(revisions.content(value, RULES)) == RULES.tree


def test_steps_lead_from_the_older_tree_to_the_newer():
    older = tree(system_prompt="1", files={"gone": file("g"), "same": file("s")})
    newer = tree(system_prompt="2", skills=[skill()], files={"same": file("s")})
    assert {it.pointer: (it.before, it.after) for it in revisions.steps(older, newer, RULES)} == {
        "/files/gone/content": ("g", ABSENT),
        "/skills/s": (ABSENT, newer["skills"]["s"]),
        "/system_prompt": ("1", "2"),
    }
    assert revisions.steps(newer, newer, RULES) == ()


def test_the_first_tree_is_told_whole_without_what_says_nothing():
    assert revisions.steps(None, tree(), RULES) == ()
    (only,) = revisions.steps(None, tree(system_prompt="1"), RULES)
    assert (only.pointer, only.before, only.after) == ("/system_prompt", "", "1")


@pytest.mark.parametrize(
    ("live_tree", "git", "same_content"),
    [
        ({}, {}, True),
        ({"system_prompt": "p"}, {"system_prompt": "p"}, True),
        ({"system_prompt": "p"}, {}, False),
        ({}, {"system_prompt": "p"}, False),
        ({"skills": [skill()]}, {}, False),
        ({}, {"skills": [skill()]}, False),
        ({"skills": [skill(instructions="j")]}, {"skills": [skill()]}, False),
        # Files that git does not declare are nobody's business.
        ({"files": {"memories/m": file("m")}}, {}, True),
        ({}, {"files": {"f": file("f")}}, False),
        ({"files": {"f": file("e")}}, {"files": {"f": file("f")}}, False),
        ({"files": {"f": file("f"), "m": file("m")}}, {"files": {"f": file("f")}}, True),
        ({"subagents": [subagent(files={"m": "m"})]}, {"subagents": [subagent()]}, True),
        ({"subagents": [subagent()]}, {"subagents": [subagent(files={"m": "m"})]}, False),
        # The API may resolve a pin by itself.
        (
            {"skills": [{"name": "l", "repo_handle": "r", "commit_id": "1"}]},
            {"skills": [{"name": "l", "repo_handle": "r"}]},
            True,
        ),
        (
            {"skills": [{"name": "l", "repo_handle": "r"}]},
            {"skills": [{"name": "l", "repo_handle": "r", "commit_id": "1"}]},
            True,
        ),
        (
            {"skills": [{"name": "l", "repo_handle": "r", "commit_id": "2"}]},
            {"skills": [{"name": "l", "repo_handle": "r", "commit_id": "1"}]},
            False,
        ),
        (
            {"skills": [{"name": "l", "repo_handle": "r"}]},
            {"skills": [{"name": "l", "repo_handle": "q"}]},
            False,
        ),
    ],
)
def test_a_tree_is_what_a_definition_says(live_tree, git, same_content):
    value = canonical(description="metadata is another matter", **git)
    assert revisions.says(tree(**live_tree), value, RULES) is same_content
    assert revisions.applied(tree(**live_tree), outline(value), RULES) is same_content


def test_what_is_ignored_differs_in_nothing():
    git, other = canonical(system_prompt="p"), tree(system_prompt="q", skills=[skill()])
    assert not revisions.says(other, git, RULES, ("/system_prompt",))
    ignore = ("/system_prompt", "/skills/*")
    assert revisions.says(other, git, RULES, ignore)
    assert revisions.applied(other, outline(git), RULES, ignore)


def test_a_kept_edit_is_not_what_was_applied():
    git = canonical(system_prompt="p")
    base = base_of(git, outline(canonical(system_prompt="older")), ("/system_prompt",))
    assert not revisions.applied(tree(system_prompt="p"), base, RULES)
    assert revisions.applied(tree(system_prompt="older"), base, RULES)


def test_only_gits_files_are_restored():
    then = tree(
        files={"memories/m": file("m"), "now": file("1"), "then": file("2"), "once": file("3")},
        subagents=[subagent(files={"memory": "m", "declared": "d", "skills/s/SKILL.md": "k"})],
        skills=[skill(files={"run.py": "r"})],
    )
    declared = (
        canonical(files={"now": file("other")}),
        canonical(files={"then": file("2")}, subagents=[subagent(files={"declared": "d"})]),
        outline(canonical(files={"once": file("3")})),
    )
    found = revisions.restored(then, RULES, declared)
    assert set(found["files"]) == {"now", "then", "once"}
    assert found["files"]["now"] == file("1")
    assert set(found["subagents"]["x"]["files"]) == {"declared", "skills/s/SKILL.md"}
    assert found["skills"] == then["skills"]
    assert found["system_prompt"] == then["system_prompt"]


def test_a_change_may_leave_everything_outside_the_tree():
    base, git = canonical(description="1", system_prompt="1"), canonical(system_prompt="2")
    change = change_of(git, marked(base, canonical(description="1", system_prompt="1", extras={})))
    found = revisions.leaving_metadata(change, RULES)
    assert {it.pointer: it.effect for it in change.fields} == {
        "/description": Effect.APPLY,
        "/system_prompt": Effect.APPLY,
    }
    assert {it.pointer: it.effect for it in found.fields} == {
        "/description": Effect.KEEP,
        "/system_prompt": Effect.APPLY,
    }
    assert [it.pointer for it in found.to_apply] == ["/system_prompt"]


@LAW
@given(documents(), documents())
def test_a_definitions_own_tree_says_what_it_says(one, other):
    value, another = (desired(each, RULES) for each in (one, other))
    seen = revisions.content(live({"files": rendered(value)}, RULES)[0], RULES)
    assert revisions.says(seen, value, RULES)
    assert revisions.applied(seen, outline(value), RULES)
    assert revisions.steps(seen, seen, RULES) == ()
    assert same(revisions.restored(seen, RULES, (value,)), revisions.content(value, RULES))
    pointers = {
        it.pointer for it in revisions.steps(seen, revisions.content(another, RULES), RULES)
    }
    assert ("/system_prompt" in pointers) is (value["system_prompt"] != another["system_prompt"])
    if "/system_prompt" in pointers:
        assert not revisions.says(seen, another, RULES)
