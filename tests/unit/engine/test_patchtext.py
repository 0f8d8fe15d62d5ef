"""A patch is what git takes it for: `git apply` of it yields the bytes."""

import subprocess
from itertools import count

import pytest
from amount import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsync.engine.patchtext import patch_of, unified_patch

_LINES = st.lists(
    st.one_of(
        st.sampled_from(["", "a", "b", "the end", "x\r", "  x", "\ty", "--- a", "+++ b", "@@ -1"]),
        st.sampled_from(["\\ No newline at end of file", "a\rb", "ä\u2028", "diff --git a/x b/x"]),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    ),
    max_size=12,
)


@st.composite
def texts(draw):
    """Two states of a file, either of which may be that there is none."""
    before = draw(_LINES)
    after = list(before)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(after)))
        to = draw(st.integers(at, min(len(after), at + 3)))
        after[at:to] = draw(st.one_of(_LINES, st.just(after[at : at + 2] * 2)))
    end, newline = st.sampled_from(["", "\n"]), draw(st.sampled_from(["\n", "\r\n"]))
    both = [newline.join(lines) + draw(end) for lines in (before, after)]
    gone = draw(st.sampled_from([None, None, None, 0, 1]))
    if gone is not None:
        both[gone] = None
    return both


PATHS = st.one_of(
    st.sampled_from(["a", "agents/x/AGENTS.md", "a b/c d", 'q"u', "back\\slash", "ä/ö", "tab\tx"]),
    st.text("ab c\"'\\\t\n\x01\x7fäß日 ", min_size=1, max_size=8)
    .map(str.strip)
    .filter(lambda text: text and text not in (".", "..")),
)
_NUMBERS = count()


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    """Fresh repositories: `git apply` has no tree to compare with but what lies there."""
    home = tmp_path_factory.mktemp("repositories")

    def made():
        root = home / str(next(_NUMBERS))
        root.mkdir()
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        return root

    return made


def applied(root, patch):
    done = subprocess.run(
        ["git", "-C", str(root), "apply", "--whitespace=nowarn", "-"],
        input=patch.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


@settings(max_examples=min(EXAMPLES, 100))
@given(path=PATHS, both=texts())
def test_git_apply_yields_the_bytes(repositories, path, both):
    before, after = both
    patch = unified_patch(path, before, after)
    root = repositories()
    there = root / path
    if before is not None:
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(before.encode())
    if patch:
        applied(root, patch)
    else:
        assert before == after
    assert (there.read_bytes() if there.exists() else None) == (
        None if after is None else after.encode()
    )


def test_several_patches_are_one_patch(repositories):
    root = repositories()
    (root / "old").write_text("gone\n")
    (root / "kept").write_text("one\ntwo")
    applied(
        root,
        unified_patch("old", "gone\n", None)
        + unified_patch("new/empty", None, "")
        + unified_patch("kept", "one\ntwo", "one\nthree"),
    )
    assert not (root / "old").exists()
    assert (root / "new" / "empty").read_bytes() == b""
    assert (root / "kept").read_bytes() == b"one\nthree"


def test_an_empty_file_is_deleted_as_well(repositories):
    root = repositories()
    (root / "empty").write_bytes(b"")
    applied(root, unified_patch("empty", "", None))
    assert not (root / "empty").exists()


def test_a_name_with_a_space_ends_in_a_tab():
    """Other readers than git would take the rest of the line for a time."""
    assert "--- a/a b\t\n+++ b/a b\t\n" in unified_patch("a b", "x\n", "y\n")


def test_it_reads_like_any_other_diff():
    assert unified_patch("a/b.md", "1\n2\n3\n", "1\nzwei\ndrei\n3") == (
        "diff --git a/a/b.md b/a/b.md\n"
        "--- a/a/b.md\n"
        "+++ b/a/b.md\n"
        "@@ -1,3 +1,4 @@\n"
        " 1\n"
        "-2\n"
        "-3\n"
        "+zwei\n"
        "+drei\n"
        "+3\n"
        "\\ No newline at end of file\n"
    )


def test_lines_are_counted():
    patch = patch_of("a", "1\n2\n3\n", "1\nzwei\n")
    assert (patch.added, patch.removed) == (1, 2)
    assert (patch_of("a", None, "1\n2").added, patch_of("a", "1\n", None).removed) == (2, 1)
    assert patch_of("a", "x", "x").text == ""
