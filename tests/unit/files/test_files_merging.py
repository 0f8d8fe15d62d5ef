"""Three texts become one as git merges them, whatever stands in them and whoever is asked."""

import subprocess

import pytest
from amount import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsync.errors import ProjectError
from agentsync.files.repository.merging import Clash, Merged, merge_text

MARKS = ("<first>", "<middle>", "<last>")
LINE = st.one_of(
    st.sampled_from(
        ["", "a", "b", "the end", "=======", "<<<<<<< x", ">>>>>>> y", "|||||||", "\r"]
    ),
    st.text(max_size=6).map(lambda text: text.replace("\n", "").replace("\0", "")),
)
TEXT = st.builds(
    lambda lines, end: "\n".join(lines) + end,
    st.lists(LINE, max_size=8),
    st.sampled_from(["", "\n"]),
)
FEW = settings(max_examples=min(EXAMPLES, 60))


@FEW
@given(base=TEXT, changed=TEXT)
def test_a_side_that_changed_nothing_takes_the_other(base, changed):
    for ours, theirs in ((changed, base), (base, changed), (changed, changed)):
        merged = merge_text(ours, base, theirs)
        assert merged.clashes == 0
        assert merged.text(MARKS) == changed


@FEW
@given(first=TEXT, second=TEXT, third=TEXT)
def test_markers_of_our_own_hold_all_that_clashes(first, second, third):
    merged = merge_text(first, second, third)
    for part in merged.parts:
        if isinstance(part, Clash):
            assert part.ours != part.theirs
            assert set(part.ours.split("\n")) <= {*first.split("\n"), ""}
            assert set(part.theirs.split("\n")) <= {*third.split("\n"), ""}
    assert merged.text(MARKS).split("\n").count(MARKS[0]) == merged.clashes


def test_both_sides_edits_meet():
    base = "one\ntwo\nthree\nfour\nfive"
    merged = merge_text(base.replace("one", "ONE"), base, base.replace("five", "FIVE"))
    assert merged == Merged(("ONE\ntwo\nthree\nfour\nFIVE\n",), ended=False)
    assert merged.text(MARKS) == "ONE\ntwo\nthree\nfour\nFIVE"


def test_only_lines_that_truly_clash_are_marked():
    merged = merge_text("a\nB1\nc\nd", "a\nb\nc", "a\nB2\nc\nd")
    assert merged.text(MARKS) == "a\n<first>\nB1\n<middle>\nB2\n<last>\nc\nd"


@pytest.mark.parametrize(
    ("ours", "base", "theirs", "ended"),
    [("a\n", "a", "a", True), ("a", "a\n", "a\n", False), ("a\n", "a", "b\n", True)],
)
def test_the_last_line_ends_as_the_side_has_it_that_changed_it(ours, base, theirs, ended):
    assert merge_text(ours, base, theirs).ended is ended


def test_half_characters_and_line_ends_of_another_kind_survive():
    text = "x\ud800\n\x85y\u2028z\rw"
    assert merge_text(text, "", "").text(MARKS) == text


def test_nobody_s_configuration_has_a_say(tmp_path, monkeypatch):
    """Neither a repository around the temporary folder nor one of the person."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for place in (tmp_path / ".git" / "config", tmp_path / ".gitconfig"):
        with place.open("a") as file:
            file.write("[merge]\n\tconflictStyle = diff3\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert merge_text("a\n", "b\n", "c\n").parts == ("", Clash("a\n", "c\n"), "")


def test_a_machine_without_git_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProjectError, match="git is not installed") as told:
        merge_text("a", "b", "c")
    assert told.value.hint


def test_what_git_cannot_merge_is_an_error():
    with pytest.raises(ProjectError, match="cannot merge"):
        merge_text("a\0", "b", "c")
