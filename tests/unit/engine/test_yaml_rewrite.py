import json
import random
import re
from collections import Counter
from typing import Any

import pytest
import yamledits
from amount import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st
from yamlwritten import Ways, Written, written

from agentsync.canonical import same
from agentsync.engine.yaml import nodes
from agentsync.engine.yaml.slow import Parser
from agentsync.engine.yaml.strict import parse
from agentsync.engine.yaml.writing.emit import emitted
from agentsync.engine.yaml.writing.rewrite import NotEditableError, rewritten
from agentsync.engine.yaml.writing.splices import Splices

SEEDS = st.integers(0, 2**32)
CALM = Ways(block_scalars=False)


def lines(text: str) -> list[str]:
    """The lines of a text with their breaks, that of the last line apart."""
    found = re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$", text.removeprefix("\ufeff"))
    return [*found[:-1], *(line.rstrip("\r\n") for line in found[-1:])]


def comments(text: Written) -> Counter[str]:
    found = [line.text.strip("\ufeff \t\r\n") for line in text.lines if line.says is None]
    return Counter(filter(None, found))


def first_missing(wanted: list[str], there: list[str]) -> str | None:
    """The first line that does not follow the ones before it; its break does not count."""
    rest = iter(line.rstrip("\r\n") for line in there)
    return next((line for line in wanted if line.rstrip("\r\n") not in rest), None)


def edited(seed: int, ways: Ways) -> tuple[Written, yamledits.Edit, str]:
    chance = random.Random(seed)
    old = yamledits.mapping(chance) or {"a": 1}
    text, done = written(old, chance, ways), yamledits.edit(old, chance)
    assert same(parse(text.text).value, old)
    return text, done, rewritten(text.text, done.new)


@settings(max_examples=2 * EXAMPLES)
@given(seed=SEEDS)
def test_any_edit_of_any_text_says_what_was_asked_for(seed: int) -> None:
    text, done, after = edited(seed, Ways())
    assert parse(after).problems == ()
    assert same(parse(after).value, done.new)
    assert not comments(text) - Counter(line.strip(" \t\r\n") for line in lines(after))


@settings(max_examples=2 * EXAMPLES)
@given(seed=SEEDS)
def test_lines_that_hold_nothing_of_an_edit_are_the_same_bytes(seed: int) -> None:
    text, done, after = edited(seed, CALM)
    standing = yamledits.standing(text, done)
    if "\\n" in json.dumps(done.new):
        # A new block scalar would take in comments that are indented further.
        standing = [line for line in standing if line.says is not None]
    kept = [line.text.removeprefix("\ufeff") for line in standing]
    if done.kind == "shuffle":
        assert not Counter(map(str.rstrip, kept)) - Counter(map(str.rstrip, lines(after)))
    else:
        assert first_missing(kept, lines(after)) is None
    assert after.startswith("\ufeff") == text.text.startswith("\ufeff")


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_so_are_lines_of_values_beside_block_scalars(seed: int) -> None:
    """Comments and blank lines may change there: a block scalar would take them in."""
    text, done, after = edited(seed, Ways())
    standing = [line for line in yamledits.standing(text, done) if line.says is not None]
    kept = [line.text.removeprefix("\ufeff") for line in standing]
    if done.kind != "shuffle":
        assert first_missing(kept, lines(after)) is None


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_many_edits_one_after_the_other_and_all_at_once(seed: int) -> None:
    chance = random.Random(seed)
    old = yamledits.mapping(chance) or {"a": 1}
    start = text = written(old, chance).text
    for _ in range(4):
        old = yamledits.edit(old or {"a": 1}, chance).new
        text = rewritten(text, old)
        assert same(parse(text).value, old)
    assert same(parse(rewritten(start, old)).value or {}, old)


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_a_text_that_says_it_already_is_returned_as_it_is(seed: int) -> None:
    chance = random.Random(seed)
    old = yamledits.mapping(chance)
    text = written(old, chance, Ways(anchors=True)).text
    assert rewritten(text, json.loads(json.dumps(old))) is text


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_texts_with_anchors_are_edited_right_or_refused_with_the_reason(seed: int) -> None:
    chance = random.Random(seed)
    old = yamledits.mapping(chance) or {"a": 1}
    old |= {"again": list(old.values()), "more": {**old, "z": 1}}
    text, new = written(old, chance, Ways(anchors=True)).text, yamledits.edit(old, chance).new
    try:
        after = rewritten(text, new)
    except NotEditableError as error:
        refused = error
    else:
        assert same(parse(after).value, new)
        return
    assert "*" in text
    assert re.search("alias|merge key", refused.message)
    assert refused.line
    assert refused.column


@settings(max_examples=EXAMPLES // 3)
@given(seed=SEEDS)
def test_the_parser_without_libyaml_leads_to_the_same_text(seed: int) -> None:
    chance = random.Random(seed)
    old = yamledits.mapping(chance) or {"a": 1}
    # It takes no tabs behind a value.
    text = written(old, chance).text.replace("\t", " ")
    if not same(parse(text).value, old):
        return
    new = yamledits.edit(old, chance).new
    fast = rewritten(text, new)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nodes, "_FastParser", type("Slow", (nodes._Untagged, Parser), {}))
        assert rewritten(text, new) == fast


@pytest.mark.parametrize(
    ("text", "value", "after"),
    [
        ("", {"a": 1}, "a: 1\n"),
        ("# c", {"a": 1}, "# c\na: 1"),
        ("---\n", {"a": 1}, "---\na: 1\n"),
        ("--- # c\n# d\n...\n# e\n", {"a": 1}, "--- # c\n# d\na: 1\n...\n# e\n"),
        ("null\n", {"a": 1}, "a: 1\n"),
        ("{}", {"a": 1}, "a: 1"),
        ("--- {}\n", {"a": [1]}, "---\na:\n  - 1\n"),
        ('{"a": 1}', {"a": 1, "b": "x"}, '{"a": 1, "b": "x"}'),
        ("a: 1", {}, "{}"),
        ("a: 1", {"a": "1"}, 'a: "1"'),
        ("a: 1\n", {"a": 1.5}, "a: 1.5\n"),
        ("a: 1\n", {"a": True}, "a: true\n"),
        ("a: true\n", {"a": 1}, "a: 1\n"),
        ("a: |\n  x", {"a": "x", "b": 1}, "a: |-\n  x\nb: 1"),
        ("a: |\n  x", {"a": "x\n"}, "a: |\n  x\n"),
        ("a: |\n  x\n\n\nb: 1\n", {"a": "y\n", "b": 1}, "a: |\n  y\n\n\nb: 1\n"),
        ("a: |\n  x\n\nb: 1\n", {"a": "x\n\n", "b": 1}, "a: |+\n  x\n\nb: 1\n"),
        ("a: |\n  x\n  \n  y\n", {"a": "x\n\nz\n"}, "a: |\n  x\n  \n  z\n"),
        ("a: |\n  x\n", {"a": ""}, 'a: ""\n'),
        ("a: |\n  x\n", {"a": "x\u2028\n"}, 'a: "x\\u2028\\n"\n'),
        ("a: |\n  x # no comment\n", {"a": 1}, "a: 1\n"),
        ("a: |+ # c\n  x\n\n# d\n", {"a": 1}, "a: 1 # c\n# d\n"),
        ("a:\r\n- x\r\n- y\r\n", {"a": ["x", "z", "y"]}, "a:\r\n- x\r\n- z\r\n- y\r\n"),
        ("a: 1\rb: 2\r", {"a": 1, "b": 3, "c": [4]}, "a: 1\rb: 3\rc:\r  - 4\r"),
        ("- a", None, None),
        ("a: {b: 1}\n", {"a": {"c": 2}}, "a: {c: 2}\n"),
        ("a: [x: 1, y]\n", {"a": [{"x": 2, "z": 3}, "y"]}, "a: [{x: 2, z: 3}, y]\n"),
        ("a: {x, y: }\n", {"a": {"x": 1, "y": 2}}, "a: {x: 1, y: 2 }\n"),
        ("a:\n- - x\n  - y\n", {"a": [["y"]]}, "a:\n-\n  - y\n"),
        ("a:\n- - x\n", {"a": [["w", "x"]]}, "a:\n- - w\n  - x\n"),
        ("a:\n  - x: 1 # c\n    y: 2\n", {"a": [{"y": 2}]}, "a:\n  -\n    y: 2\n"),
        ("a:\n  - x: 1 # c\n    y: 2\n", {"a": [3]}, "a:\n  - 3\n"),
        ("a:\n  # c\n  b: 1\nd: 2\n", {"a": "x\ny", "d": 2}, "a: |-\n  x\n  y\n# c\nd: 2\n"),
        ("a: |+\n  x\nb: 1\n\nc: 2\n", {"a": "x\n", "c": 2}, "a: |+\n  x\nc: 2\n"),
        ("a: {b: 1} # c\n", {"a": {}}, "a: {} # c\n"),
        ("a: &x 1\n", {"a": 2}, "a: &x 2\n"),
        ("? a\n: |\t# c\n  x\n", {"a": {"b": 1}}, "? a\n: # c\n  b: 1\n"),
        ("a:\n  5 # c\n", {"a": {"b": 1}}, "a:\n  # c\n  b: 1\n"),
        ("a: [b]\n", {"a": ["c", "d"]}, "a: [c, d]\n"),
        ("a: [b, c]\n", {"a": ["d"]}, "a: [d]\n"),
        ("a: |\n  x\n     \nb: 1\n", {"a": "y\n", "b": 1}, "a: |\n  y\nb: 1\n"),
        ("a: 1\rb: 2\rc: 3\r", {"a": 1, "c": 3}, "a: 1\rc: 3\r"),
        ("a: |\n    x\n", {"a": "x\n", "b": {"c": 1}}, "a: |\n    x\nb:\n    c: 1\n"),
        ("a: [b, c]\n", {"a": ["b"]}, "a: [b]\n"),
        ("a: [b, c, ]\n", {"a": ["b"]}, "a: [b, ]\n"),
        ("a: [b, # c\n  d]\n", {"a": ["d"]}, "a: [ # c\n  d]\n"),
        ("a: [b, # c\n  d]\n", {"a": ["b"]}, "a: [b, # c\n]\n"),
        ("a: [{\n  # c\n  b: 1}, d]\n", {"a": ["d"]}, "a: [\n  # c\nd]\n"),
        ("a: |\n  # Role\n\n  # Task\nb: 1\n", {"b": 1}, "b: 1\n"),
        ("a: >\n  x  y\n  z\nb: 1\n", {"a": "x  w\n", "b": 1}, "a: >\n  x  w\nb: 1\n"),
        ("a: >\n  x\n  y\n", {"a": "x  z\n"}, "a: >\n  x  z\n"),
        (
            "a:\n  # first\n  - 'x'\n  - b: 1 # c\n    # d\n    e: 'f'\n  - y\n",
            {"a": [{"b": 1, "e": "f"}, "x", "y"]},
            "a:\n  # first\n  - b: 1 # c\n    # d\n    e: 'f'\n  - 'x'\n  - y\n",
        ),
        ("a: &x {b: 1}\n", {"a": {"b": 2}}, "a: &x {b: 2}\n"),
    ],
)
def test_an_edit_is_the_smallest_one(text: str, value: Any, after: str | None) -> None:
    if after is None:
        with pytest.raises(NotEditableError, match="no mapping"):
            rewritten(text, {})
        return
    assert rewritten(text, value) == after
    assert same(parse(after).value, value)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"a": "\ud800"}, "`a` holds half a character"),
        ({"b": {"\udfff": 1}}, "holds half a character"),
        ({"a": [2**63]}, r"`a\[0\]` is a number that does not fit into 64 bits"),
        ({"a": float("inf")}, "`a` is inf"),
        ({"a": json.loads("[" * 70 + "]" * 70)}, "more than 64 levels"),
        ({"a": json.loads("[" * 900 + "]" * 900)}, "more than 64 levels"),
    ],
)
def test_what_yaml_cannot_say_is_refused(value: Any, why: str) -> None:
    with pytest.raises(NotEditableError, match=why):
        rewritten("a: 1\n", value)
    with pytest.raises(NotEditableError, match=why):
        emitted(value)


def test_a_key_alone_gets_no_value() -> None:
    with pytest.raises(NotEditableError, match="`a` has no `:` behind its key") as refused:
        rewritten("b: 1\n? a\n", {"b": 1, "a": 2})
    assert (refused.value.line, refused.value.column) == (2, 4)
    assert rewritten("b: 1\n? a\n", {"b": 1}) == "b: 1\n"


def test_a_result_that_says_something_else_is_never_returned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from agentsync.engine.yaml.writing import rewrite

    monkeypatch.setattr(rewrite.Editing, "result", lambda self: ("a: 3\n", True))
    with pytest.raises(NotEditableError, match="without changing something else"):
        rewritten("a: 1\n", {"a": 2})
    monkeypatch.setattr(rewrite.Editing, "result", lambda self: ("a: [1", True))
    with pytest.raises(NotEditableError, match="not closed"):
        rewritten("a: 1\n", {"a": 2})


def test_an_item_is_known_by_its_name_wherever_it_moves() -> None:
    text = "tools:\n  - name: z # the last\n    args: 'x'\n    on: 1\n"
    others = [{"name": f"t{n}", "on": 1} for n in range(50)]
    after = rewritten(text, {"tools": [*others, {"name": "z", "args": "x", "on": 2}]})
    assert after.endswith("  - name: z # the last\n    args: 'x'\n    on: 2\n")


def test_of_two_cuts_at_one_place_the_longer_one_is_made() -> None:
    splices = Splices("a\n  \nb\n", None, careful=False)
    splices.cut(2, 4)
    splices.cut(2, 5)
    splices.cut(2, 2, "x\n")
    assert splices.applied() == ("a\nx\nb\n", True)
    splices.cut(5, 7)
    assert splices.applied() == ("a\nx\n", True)


def test_a_line_of_a_long_text_is_one_line_of_the_difference() -> None:
    text = "a: |\n" + "".join(f"    line {n}\n\n" for n in range(500)) + "b: 1\n"
    value = parse(text).value
    value["a"] = value["a"].replace("line 250\n", "another\nand one more\n")
    gone, come = (set(text.split("\n")), set(rewritten(text, value).split("\n")))
    assert gone - come == {"    line 250"}
    assert come - gone == {"    another", "    and one more"}
