"""Whatever the bytes of a project's files are, the answer is diagnostics and never a traceback."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from agentsync.errors import ProjectError
from agentsync.files.check import check_project

FILES = {
    "agentsync.yaml": b"version: 1\nproject: acme\ntargets:\n  live: {protect: true}\n",
    "agents/a/agent.yaml": b"name: A\nmodel: x:y\ntools:\n  tools:\n    - name: s\n"
    b"      mcp_server_url: https://t.example.com\n  interrupt_config:\n"
    b"    https://t.example.com::s: true\nskills: [{repo_handle: r}]\nextras: {a: [1, {b: c}]}\n",
    "agents/a/agent.live.yaml": b"description: live\nextras: {a: null}\n",
    "agents/a/AGENTS.md": b"You help.\n",
    "agents/a/skills/pdf/SKILL.md": b"---\nname: pdf\ndescription: Reads.\n---\nRead.\n",
    "agents/a/subagents/c/agent.yaml": b"description: Checks.\n",
    "agents/a/subagents/c/AGENTS.md": b"Check.\n",
}
PIECES = st.sampled_from(
    [
        *(
            b": ",
            b":",
            b"\n",
            b"- ",
            b"[",
            b"]",
            b"{",
            b"}",
            b"&a ",
            b"*a",
            b"!!str ",
            b"!x ",
            b"?",
        ),
        *(b"---\n", b"\t", b'"', b"'", b"<<: ", b"012", b"~", b"\xff", b"\0", b"|\n", b"  ", b"#"),
        *(b"null", b"yes", b"\r", b"\x1b[31m", "\u202e\u2028é".encode(), b"name", b"\xef\xbb\xbf"),
    ]
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(sorted(FILES)), st.floats(0, 1), st.integers(0, 6), PIECES | st.just(b"")
    ),
    min_size=1,
    max_size=4,
)


@given(EDITS)
def test_no_bytes_make_a_traceback(edits: list[tuple[str, float, int, bytes]]) -> None:
    files = dict(FILES)
    for path, where, removed, added in edits:
        data = files[path]
        at = int(where * len(data))
        files[path] = data[:at] + added + data[at + removed :]
    with tempfile.TemporaryDirectory() as folder:
        for path, data in files.items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        try:
            _, diagnostics = check_project(Path(folder))
        except ProjectError:
            assert files["agentsync.yaml"] != FILES["agentsync.yaml"]
            return
    for note in diagnostics:
        assert note.message
        assert (note.message + note.hint).isprintable()
        assert note.span.path in files or note.span.path.startswith("agents")
        assert note.span.line >= 0
