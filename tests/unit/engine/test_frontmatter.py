import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsync.engine.frontmatter import parse_header, read, split

SKILL = "---\nname: pdf\ndescription: Reads PDF files.\n---\n\nRead it.\n"


def test_a_text_is_split_at_its_two_lines() -> None:
    parts = split(SKILL)
    assert parts.header == "name: pdf\ndescription: Reads PDF files.\n"
    assert parts.body == "\nRead it.\n"
    assert parts.body_line == 5
    assert SKILL.split("\n")[parts.body_line - 1 :] == parts.body.split("\n")


@pytest.mark.parametrize(
    ("text", "header", "body", "line"),
    [
        ("---\n---\n", "", "", 3),
        ("---\n---", "", "", 3),
        ("---\na: 1\n---", "a: 1\n", "", 4),
        ("---  \na: 1\n--- \t\nx", "a: 1\n", "x", 4),
        ("---\r\na: 1\r\n---\r\nx\r\n", "a: 1\r\n", "x\r\n", 4),
        ("\ufeff---\na: 1\n---\nx", "a: 1\n", "x", 4),
        ("---\na: |\n  x\n  ---\n---\nx", "a: |\n  x\n  ---\n", "x", 6),
        ("---\na: 1\n---\n---\nb\n---\n", "a: 1\n", "---\nb\n---\n", 4),
    ],
)
def test_headers(text: str, header: str, body: str, line: int) -> None:
    parts = split(text)
    assert (parts.header, parts.body, parts.body_line) == (header, body, line)
    assert not parts.unclosed


@pytest.mark.parametrize(
    ("text", "unclosed"),
    [
        ("", False),
        ("Read it.\n", False),
        ("\n---\na: 1\n---\n", False),
        (" ---\na: 1\n---\n", False),
        ("----\na: 1\n----\n", False),
        ("--- a: 1\n---\n", False),
        ("---", True),
        ("---\na: 1\n", True),
        ("---\na: 1\n----\n", True),
    ],
)
def test_texts_without_header(text: str, unclosed: bool) -> None:
    parts = split(text)
    assert (parts.header, parts.body, parts.unclosed) == (None, text, unclosed)


@pytest.mark.parametrize(
    ("text", "values", "body"),
    [
        (SKILL, {"name": "pdf", "description": "Reads PDF files."}, "\nRead it.\n"),
        ("---\ndescription: >-\n  one\n  two\n---\nx", {"description": "one two"}, "x"),
        ("---\n# nothing\n---\nx", {}, "x"),
        ("---\nversion: 012\n---\nx", {"version": "012"}, "x"),
        ("---\na: 1\na: 2\n---\nx", {"a": 2}, "x"),
        ("x", None, "x"),
        ("---\na: b: c\n---\nx", None, "---\na: b: c\n---\nx"),
        ("---\n- a\n---\nx", None, "---\n- a\n---\nx"),
        ("---\ntext\n---\nx", None, "---\ntext\n---\nx"),
        ("\ufeffx", None, "x"),
    ],
)
def test_reading_live_text_is_lenient(text: str, values: object, body: str) -> None:
    assert read(text) == (values, body)


def test_problems_count_lines_from_the_start_of_the_file() -> None:
    (problem,) = parse_header(split("---\na: 1\na: 2\n---\n")).problems
    assert (problem.line, problem.column) == (3, 1)
    assert "2:1" in problem.message


@given(st.text(st.sampled_from("-ab: \n\r\ufeff#[") | st.characters(), max_size=60))
def test_no_text_is_lost(text: str) -> None:
    parts = split(text)
    assert text.endswith(parts.body)
    values, body = read(text)
    assert values is not None or body == text.removeprefix("\ufeff")


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.integers(0, 99), max_size=4),
    st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])),
)
def test_what_is_written_is_read(values: dict[str, int], body: str) -> None:
    header = "".join(f"{key}: {value}\n" for key, value in values.items())
    assert read(f"---\n{header}---\n{body}") == (values, body)
