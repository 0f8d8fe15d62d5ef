import importlib.util
import json
import re
import sys
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from agentsync.engine.yaml import nodes
from agentsync.engine.yaml.strict import MAX_PROBLEMS, Places, locate, parse, place_of

# Every unquoted scalar of the YAML 1.2 core schema that YAML 1.1 reads in another way, or that
# other loaders do; and the ordinary ones beside them.
SCALARS: dict[str, Any] = {
    "yes": "yes",
    "no": "no",
    "on": "on",
    "off": "off",
    "y": "y",
    "2026-01-01": "2026-01-01",
    "2026-01-01T10:00:00Z": "2026-01-01T10:00:00Z",
    "12:30:45": "12:30:45",
    "1_000": "1_000",
    "0b101": "0b101",
    "=": "=",
    "0o12": 10,
    "0x1F": 31,
    "0": 0,
    "-0": 0,
    "+7": 7,
    "-12": -12,
    "1e3": 1000.0,
    "1.": 1.0,
    ".5": 0.5,
    "-.5": -0.5,
    "00.5": 0.5,
    "6.02e23": 6.02e23,
    "true": True,
    "True": True,
    "TRUE": True,
    "tRUE": "tRUE",
    "false": False,
    "null": None,
    "Null": None,
    "~": None,
    "": None,
    "nil": "nil",
    "~x": "~x",
    "-x": "-x",
    ".x": ".x",
    "1.2.3": "1.2.3",
    "0x": "0x",
    "9223372036854775807": 2**63 - 1,
    "-9223372036854775808": -(2**63),
    '"012"': "012",
    "'true'": "true",
    "!!str 012": "012",
    "!!str": "",
    '!!int "3"': 3,
    "!!float 3": 3.0,
    "!!float 0.5": 0.5,
    "!!bool true": True,
    "!!null": None,
    "|\n  012": "012",
}


@pytest.mark.parametrize("text", SCALARS)
def test_a_scalar_is_what_yaml_1_2_says(text: str) -> None:
    parsed = parse(f"a: {text}")
    assert parsed.problems == ()
    assert parsed.value == {"a": SCALARS[text]}
    assert type(parsed.value["a"]) is type(SCALARS[text])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("012", "ambiguous-number"),
        ("-012", "ambiguous-number"),
        ("08", "ambiguous-number"),
        (".nan", "number-not-in-json"),
        ("+.INF", "number-not-in-json"),
        ("1e400", "number-too-big"),
        ("-1e400", "number-too-big"),
        ("9223372036854775808", "number-too-big"),
        ("-9223372036854775809", "number-too-big"),
        ("0xFFFFFFFFFFFFFFFFFF", "number-too-big"),
        ("9" * 5000, "number-too-big"),
        ("!!int 012", "ambiguous-number"),
        ("!!int yes", "tag-mismatch"),
        ("!!int true", "tag-mismatch"),
        ("!!bool 1", "tag-mismatch"),
        ("!!float x", "tag-mismatch"),
        ("!!timestamp 2026-01-01", "unknown-tag"),
        ("!!binary aGk=", "unknown-tag"),
        ("!env KEY", "unknown-tag"),
        ("!!map x", "unknown-tag"),
        ("!!set {a}", "unknown-tag"),
    ],
)
def test_a_scalar_that_would_change_is_a_problem(text: str, code: str) -> None:
    (problem,) = parse(f"a:\n  - {text}").problems
    assert (problem.code, problem.line, problem.column) == (code, 2, 5)
    assert problem.message
    assert problem.hint


def test_collections_may_carry_their_core_tags() -> None:
    assert parse("!!map {a: !!seq [1]}").value == {"a": [1]}


@pytest.mark.parametrize("key", ["1", "true", "~", "1.5", "0x1F", "''''x: y\n? a"])
def test_only_texts_are_keys(key: str) -> None:
    problems = parse(f"{key}: 1").problems
    assert [problem.code for problem in problems if problem.code == "key-not-text"] or problems


def test_quoted_and_word_like_keys_are_texts() -> None:
    parsed = parse("'1': a\nyes: b\non: c\n2026-01-01: d\n\"<<\": e\n!!str 7: f")
    assert parsed.problems == ()
    assert parsed.value == {"1": "a", "yes": "b", "on": "c", "2026-01-01": "d", "<<": "e", "7": "f"}


def test_duplicate_keys_name_both_places() -> None:
    parsed = parse("a: 1\nb:\n  c: 1\n  'c': 2\na: 3\n")
    assert [(p.code, p.line, p.column) for p in parsed.problems] == [
        ("duplicate-key", 4, 3),
        ("duplicate-key", 5, 1),
    ]
    assert "3:3" in parsed.problems[0].message
    assert "1:1" in parsed.problems[1].message


def test_all_problems_are_told_in_the_order_of_the_text() -> None:
    parsed = parse("a: 012\nb: .nan\nc: !x 1\n1: d\na: 2\n")
    assert [problem.line for problem in parsed.problems] == [1, 2, 3, 4, 5]


def test_merge_keys_fill_in_what_is_not_said() -> None:
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 3\n"
    assert parse(text).value["z"] == {"a": 3, "b": 1, "c": 2}
    assert parse(text).problems == ()


@pytest.mark.parametrize("text", ["<<: 1", "<<: [[{a: 1}]]", "<<: [1]"])
def test_merge_keys_need_mappings(text: str) -> None:
    assert {problem.code for problem in parse(text).problems} == {"bad-merge"}


def test_a_problem_of_an_aliased_value_is_told_once() -> None:
    assert len(parse("a: &x {b: 012}\nc: *x\nd: {<<: *x}\n").problems) == 1


def test_aliases_are_values() -> None:
    assert parse("a: &x [1, 2]\nb: *x").value == {"a": [1, 2], "b": [1, 2]}


def _bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (_bomb(40), "alias-bomb"),
        (f"a: &a {'x' * 2000}\nb: [{', '.join(['*a'] * 1000)}]", "alias-bomb"),
        ("a: &a [*a]", "recursive-alias"),
        ("a: &a {b: {c: *a}}", "recursive-alias"),
        ("&a {<<: *a}", "recursive-alias"),
        ("&a {? *a : 1}", "recursive-alias"),
        ("[" * 200_000, "too-deep"),
        ("[" * 200 + "]" * 200, "too-deep"),
        ("- " * 200_000, "too-deep"),
        ("? " * 100_000, "too-deep"),
        ("".join(" " * n + "a:\n" for n in range(300)), "too-deep"),
        ("{a: " * 100_000, "too-deep"),
        ("a: &a [[[[[[[[[[x]]]]]]]]]]\n" * 1 + "b: " + "[" * 60 + "*a" + "]" * 60, "too-deep"),
    ],
)
def test_hostile_texts_are_refused_quickly(text: str, code: str) -> None:
    started = time.monotonic()
    parsed = parse(text)
    assert code in {problem.code for problem in parsed.problems}
    assert time.monotonic() - started < 5


def test_few_aliases_are_fine() -> None:
    assert parse(_bomb(4)).problems == ()


def test_only_so_many_problems_are_told() -> None:
    assert len(parse("a: 012\n" * 1000).problems) == MAX_PROBLEMS


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("a: b: c", 1, 5, "`:` cannot stand here"),
        ("a:\n\tb: 1", 2, 1, "a tab"),
        ("é: @x", 1, 4, "cannot start with `@`"),
        ("a: `x`", 1, 4, "cannot start with"),
        ('a: "x\nb: 1\n', 1, 4, "never closed"),
        ("a: 'x", 1, 4, "never closed"),
        ("a: [1, 2\nb: 3\n", 1, 4, "list is not closed"),
        ("a: {b: 1\nc: 3\n", 1, 4, "mapping is not closed"),
        ("a: [", 1, 5, "ends"),
        ("a: 1\n---\nb: 2\n", 2, 1, "second YAML document"),
        ("a: *x", 1, 4, "alias"),
        ("a: *", 1, 4, "cannot start with `*`"),
        ("a: &x 1\nb: &x 2", 2, 4, "taken"),
        ('a: "\\q"', 1, 5, "escape"),
        ('a: "\\xZZ"', 1, 7, "escape"),
        ('a: "\\ud83d\\ude00"', 1, 7, "escape"),
        ("a:\n  - 1\n  b: 2\n", 3, 3, "list item"),
        ("a: - 1", 1, 4, "list cannot start"),
        ("a: !x!y 1", 1, 4, "tag"),
        ("%YAML 3.0\n---\na: 1", 1, 1, "version"),
        ("a: 1\n... b", 2, 5, ""),
        ("a\n---\n", 2, 1, ""),
        ("a: ]", 1, 4, ""),
        ("a: x\x01", 1, 5, "U+0001"),
        ("a: x\x7f", 1, 5, "U+007F"),
        ("a: \ud800", 1, 4, "U+D800"),
        ("a: x\u2028y", 1, 5, "U+2028"),
        ("a: x\x85", 1, 5, "U+0085"),
        ("a: 1\r\nb: [\r\n", 3, 1, "ends"),
        ("a: 1\rb: c: d\r", 2, 5, "cannot stand here"),
    ],
)
def test_broken_syntax_is_one_problem_with_its_place(
    text: str, line: int, column: int, said: str
) -> None:
    parsed = parse(text)
    assert parsed.value is None
    (problem,) = parsed.problems
    assert (problem.line, problem.column) == (line, column), problem
    assert said in problem.message
    assert problem.hint


def test_line_numbers_can_start_elsewhere() -> None:
    (problem,) = parse("a: 1\na: 2", first_line=10).problems
    assert (problem.line, problem.column) == (11, 1)
    assert "10:1" in problem.message


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "--- ~\n", "null"])
def test_an_empty_text_says_nothing(text: str) -> None:
    assert parse(text).value is None
    assert parse(text).problems == ()


# JSON escapes what lies beyond U+FFFF as two surrogates, which YAML does not know.
CHARACTERS = st.characters(
    max_codepoint=0xFFFF, exclude_characters="\x7f", exclude_categories=["Cs"]
)
# PyYAML writes YAML 1.1, where these are text and need no quotes; in YAML 1.2 they are numbers.
NUMBERS_SINCE_1_2 = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+|0o[0-7]+")
TEXTS = st.text(CHARACTERS, max_size=20).filter(lambda text: not NUMBERS_SINCE_1_2.fullmatch(text))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_json_is_yaml(value: Any) -> None:
    parsed = parse(json.dumps(value))
    assert parsed.problems == ()
    assert json.dumps(parsed.value) == json.dumps(value)


@given(JSON)
def test_what_a_dumper_writes_is_read_back(value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=False, sort_keys=False)
    parsed = parse(text)
    assert parsed.problems == ()
    assert parsed.value == value


YAMLISH = st.text(st.sampled_from("ab:- \n\t[]{},&*!|>'\"%@?#~0123.<=é\u2028\r"), max_size=40)


@given(YAMLISH | st.text(max_size=40))
def test_no_text_is_too_odd(text: str) -> None:
    parsed = parse(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in parsed.problems:
        assert problem.code
        assert problem.message
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    if not parsed.problems:
        json.dumps(parsed.value, allow_nan=False)


@given(YAMLISH)
def test_places_are_inside_the_text(text: str) -> None:
    place = Places(text).nearest(("a", 0, "b"))
    assert place == (0, 0) or place.line >= 1


TEXT = """\
# é
name: Helper
tools:
  tools:
    - name: "é"  # first
      url: u
    - {name: b, url: v}
base: &base
  x: 1
extras:
  <<: *base
  y: 2
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("name",), (2, 7), (2, 1)),
        (("tools",), (4, 3), (3, 1)),
        (("tools", "tools", 0), (5, 7), (5, 7)),
        (("tools", "tools", 0, "url"), (6, 12), (6, 7)),
        (("tools", "tools", 1, "url"), (7, 22), (7, 17)),
        (("extras", "x"), (9, 6), (9, 3)),
        (("extras", "y"), (12, 6), (12, 3)),
        ((), (2, 1), (2, 1)),
    ],
)
def test_parts_are_located(
    path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    assert locate(TEXT, path) == value
    assert locate(TEXT, path, key=True) == key
    assert Places(TEXT).find(path) == value


@pytest.mark.parametrize(
    "path", [("nope",), ("tools", "tools", 2), ("tools", "tools", "0"), ("name", "x")]
)
def test_what_is_not_there_is_near_what_is(path: tuple[str | int, ...]) -> None:
    places = Places(TEXT)
    assert places.find(path) is None
    assert places.nearest(path) == places.nearest(path[:-1])


def test_a_broken_text_has_no_places() -> None:
    assert locate("a: [", ("a",)) == (0, 0)
    assert locate("", ("a",)) == (0, 0)


def test_a_recursive_merge_does_not_hang_a_search() -> None:
    assert Places("&a {<<: *a, b: 1}").find(("c",)) is None


def test_lines_end_at_lf_crlf_and_cr() -> None:
    text = "a\r\nb\rc\nd"
    assert [place_of(text, text.index(char)) for char in "abcd"] == [(1, 1), (2, 1), (3, 1), (4, 1)]


@pytest.fixture
def slow_nodes(monkeypatch: pytest.MonkeyPatch) -> Any:
    """engine/yaml/nodes.py as it is where PyYAML has no libyaml."""
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    spec = importlib.util.spec_from_file_location("slow_nodes", nodes.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _shape(node: Any) -> Any:
    if node is None:
        return None
    value = node.value
    if not isinstance(value, str):
        value = [
            [_shape(part) for part in (item if isinstance(item, tuple) else (item,))]
            for item in value
        ]
    return node.tag, bool(getattr(node, "style", None)), node.start_mark.index, value


@pytest.mark.parametrize(
    "text", [TEXT, "", "a: 'é'\nb: |\n  x\n", "- [a, {b: c}]\n- !!str 1\n", "? a\n: b"]
)
def test_the_slow_parser_makes_the_same_nodes(slow_nodes: Any, text: str) -> None:
    assert slow_nodes._Parser.__module__ == "agentsync.engine.yaml.slow"
    assert _shape(slow_nodes.compose(text)) == _shape(nodes.compose(text))


def test_the_slow_parser_fails_as_the_fast_one_does(
    slow_nodes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentsync.engine.yaml.strict.compose", slow_nodes.compose)
    monkeypatch.setattr("agentsync.engine.yaml.strict.TooDeepError", slow_nodes.TooDeepError)
    assert parse("[" * 3000).problems[0].code == "too-deep"
    assert parse("[" * 900).problems[0].code in ("too-deep", "yaml-syntax")
    assert parse("a: x\x01").problems[0].code == "control-character"
    assert parse("a: b: c").problems[0].column == 5
