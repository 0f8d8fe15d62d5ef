import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from agentsync.files import contents
from agentsync.files.definition import Loaded, load
from agentsync.files.project import open_project

Write = Callable[[Mapping[str, str]], Path]

SKILL = "---\nname: pdf\ndescription: Reads PDF.\nlicense: MIT\n---\n\nRead it.\n"


def loaded(root: Path, target: str = "", slug: str = "helper") -> Loaded:
    return load(open_project(root), slug, target)


def document(root: Path, target: str = "") -> dict[str, Any]:
    found = loaded(root, target)
    assert found.diagnostics == ()
    assert found.document is not None
    return dict(found.document)


def test_the_smallest_definition(write: Write) -> None:
    assert document(write({})) == {
        "name": "Helper",
        "runtime": {"model": {"model_id": "openai:gpt-5.5"}},
        "system_prompt": "You help.\n",
        "subagents": [],
        "skills": [],
        "files": {},
    }


def test_everything_a_definition_can_say(write: Write) -> None:
    root = write(
        {
            "agents/helper/agent.yaml": "name: Helper\ndescription: ''\n"
            "id: DFA71115-C971-4197-8F02-20826FBC6F40\n"
            "permissions: {visibility: user}\nextras: {team: a}\n"
            "tools: {tools: [{name: s, mcp_server_url: https://t.example.com}]}\n"
            "skills: [{repo_handle: acme/summary, commit_id: abc}]\n",
            "agents/helper/skills/pdf/SKILL.md": SKILL,
            "agents/helper/skills/pdf/scripts/run.py": "print()\n",
            "agents/helper/subagents/critic/agent.yaml": "description: Checks.\nmodel_id: a:b\n",
            "agents/helper/subagents/critic/AGENTS.md": "Check.\n",
            "agents/helper/subagents/critic/skills/pdf/SKILL.md": SKILL,
            "agents/helper/subagents/critic/files/notes/a.md": "note\n",
            "agents/helper/files/docs/a.md": "doc\r\n",
        }
    )
    found = loaded(root)
    assert found.diagnostics == ()
    assert found.agent_id == "dfa71115-c971-4197-8f02-20826fbc6f40"
    assert (found.address, found.folder, found.name) == ("helper", "agents/helper", "Helper")
    assert found.document == {
        "name": "Helper",
        "description": "",
        "permissions": {"visibility": "user"},
        "extras": {"team": "a"},
        "tools": {"tools": [{"name": "s", "mcp_server_url": "https://t.example.com"}]},
        "system_prompt": "You help.\n",
        "subagents": [
            {
                "name": "critic",
                "description": "Checks.",
                "model_id": "a:b",
                "instructions": "Check.\n",
                "files": {"skills/pdf/SKILL.md": SKILL, "notes/a.md": "note\n"},
            }
        ],
        "skills": [
            {"name": "summary", "repo_handle": "acme/summary", "commit_id": "abc"},
            {
                "name": "pdf",
                "description": "Reads PDF.",
                "instructions": "\nRead it.\n",
                "front_matter": {"license": "MIT"},
                "files": {"scripts/run.py": "print()\n"},
            },
        ],
        "files": {"docs/a.md": {"type": "file", "content": "doc\r\n"}},
    }


@pytest.mark.parametrize(
    ("base", "overlay", "runtime"),
    [
        ("model: a:b", "model: c:d", {"model": {"model_id": "c:d"}}),
        ("model: a:b", "runtime: {model: {model_id: c:d}}", {"model": {"model_id": "c:d"}}),
        ("runtime: {model: {model_id: a:b}}", "model: c:d", {"model": {"model_id": "c:d"}}),
        ("runtime: {model: {model_id: a:b}}", "runtime: {model: {model_id: c:d}}",
         {"model": {"model_id": "c:d"}}),
        ("model: a:b", "model: null", None),
        ("runtime: {model: {model_id: a:b}}", "model: null", None),
        ("model: a:b", "description: x", {"model": {"model_id": "a:b"}}),
    ],
)  # fmt: skip
def test_an_overlay_may_spell_the_model_otherwise(
    write: Write, base: str, overlay: str, runtime: Any
) -> None:
    root = write(
        {
            "agents/helper/agent.yaml": f"name: Helper\n{base}\n",
            "agents/helper/agent.production.yaml": f"{overlay}\n",
        }
    )
    assert document(root, "production").get("runtime") == runtime
    assert document(root, "staging").get("runtime") == {"model": {"model_id": "a:b"}}


def test_each_target_has_its_own_id_and_values(write: Write) -> None:
    root = write(
        {
            "agents/helper/agent.yaml": "name: Helper\nextras: {a: 1, b: 2}\n",
            "agents/helper/agent.production.yaml": "id: dfa71115-c971-4197-8f02-20826fbc6f40\n"
            "extras: {b: null, c: 3}\n",
        }
    )
    assert loaded(root, "production").agent_id == "dfa71115-c971-4197-8f02-20826fbc6f40"
    assert document(root, "production")["extras"] == {"a": 1, "c": 3}
    assert loaded(root, "staging").agent_id is None
    assert document(root, "staging")["extras"] == {"a": 1, "b": 2}


def test_warnings_leave_a_document_and_errors_leave_none(write: Write) -> None:
    mild = loaded(write({"agents/helper/AGENTS.md": ""}))
    assert [note.code for note in mild.diagnostics] == ["empty-prompt"]
    assert mild.document is not None
    bad = loaded(write({"agents/helper/agent.yaml": "nmae: Helper\nname: Helper\n"}))
    assert bad.document is None
    assert bad.diagnostics[0].code == "unknown-key"


def test_write_only_fields_are_no_part_of_the_document(write: Write) -> None:
    found = loaded(write({"agents/helper/agent.yaml": "name: Helper\nconfigurable: {a: 1}\n"}))
    assert found.document is not None
    assert "configurable" not in found.document
    assert [note.code for note in found.diagnostics] == ["write-only-key"]


def test_diagnostics_are_sorted(write: Write) -> None:
    found = loaded(
        write(
            {
                "agents/helper/agent.yaml": "name: Helper\nx: 1\na: 1\n",
                "agents/helper/AGENTS.md": "",
                "agents/helper/zzz.md": "",
            }
        )
    )
    orders = [note.order for note in found.diagnostics]
    assert len(orders) == 4
    assert orders == sorted(orders)


def test_an_agent_has_only_so_many_files(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MAX_FILES", 3)
    files = {f"agents/helper/files/{number}.txt": "x" for number in range(6)}
    notes = loaded(write(files)).diagnostics
    assert [note.code for note in notes] == ["agent-too-large"]
    assert "more than 3 files" in notes[0].message


def test_an_agent_has_only_so_much_text(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MAX_BYTES", 10)
    files = {f"agents/helper/files/{number}.txt": "x" * 6 for number in range(6)}
    notes = loaded(write(files)).diagnostics
    assert [note.code for note in notes] == ["agent-too-large"]


def test_the_fast_path_imports_nothing_slow(write: Write) -> None:
    import subprocess

    root = write({})
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from agentsync.files.check import check_project\n"
        f"assert check_project(Path({str(root)!r})) == (1, ())\n"
        "slow = {'jsonschema', 'difflib', 'deepdiff', 'httpx', 'asyncio', 'rich', 'click'}\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
