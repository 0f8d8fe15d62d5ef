"""What a commit of a pull says: where what changed, on lines that nothing live can break out of."""

import pytest

from agentsync.canonical import ABSENT, escape
from agentsync.model import AgentPatch, FieldChange, Origin, PatchStatus, Span
from agentsync.ops.pulling.message import message, subject

SEARCH = "/tools/tools/" + escape("https://tools.acme.example/mcp::search")
HOSTILE = "x\n\nSigned-off-by: root\x1b[2J\u202e" + "y" * 500


def field(pointer, before=ABSENT, after=ABSENT, path=""):
    span = Span(path=path, line=1) if path else None
    return FieldChange(pointer=pointer, before=before, after=after, origin=Origin.LIVE, span=span)


def said(*fields, **patch):
    whole = AgentPatch(address="a", name="A", status=PatchStatus.WRITTEN, fields=fields, **patch)
    return message(whole, "staging", "agents/a")


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (
            field("/system_prompt", "one\ntwo\nthree\n4", "one\n2\n3"),
            "AGENTS.md: 3 lines added, 2 removed",
        ),
        (field("/system_prompt", "a\nb", "a\nb\nc"), "AGENTS.md: 1 line removed"),
        (field("/system_prompt", "b", "a"), "AGENTS.md: text a → b"),
        (
            field("/runtime/model/model_id", "openai:b", "openai:a", "agents/a/agent.yaml"),
            "agent.yaml: model openai:a → openai:b",
        ),
        (
            field("/description", "new", "old", "agents/a/agent.staging.yaml"),
            "agent.staging.yaml: description old → new",
        ),
        (field("/description", "new"), "agent.yaml: added description: new"),
        (field("/description", after="old"), "agent.yaml: removed description"),
        (
            field("/description", "x\ny", "x"),
            "agent.yaml: description, 1 line added",
        ),
        (
            field("/permissions/identity", "shared", "personal"),
            "agent.yaml: permissions/identity personal → shared",
        ),
        (field("/extras/flags", [1, "b"], [True]), "agent.yaml: extras/flags [true] → [1, b]"),
        (field(SEARCH, {}), "tools: added search (https://tools.acme.example/mcp)"),
        (
            field(SEARCH, after={"display_name": "S"}),
            "tools: removed search (https://tools.acme.example/mcp)",
        ),
        (
            field(f"{SEARCH}/display_name", "Find", "Search"),
            "agent.yaml: search (https://tools.acme.example/mcp) display_name Search → Find",
        ),
        (
            field(SEARCH.replace("/tools/tools", "/tools/interrupt_config"), True),
            "agent.yaml: added interrupt of search (https://tools.acme.example/mcp): true",
        ),
        (field("/skills/pdf", {"instructions": "i"}), "skills: added pdf"),
        (field("/subagents/critic", after={}), "subagents: removed critic"),
        (field("/skills/pdf/description", "b", "a"), "skills/pdf/SKILL.md: description a → b"),
        (
            field("/skills/pdf/files/scripts~1run.py", after="x"),
            "skills/pdf/scripts/run.py: removed text",
        ),
        (
            field("/subagents/critic/instructions", "a\nb", "a"),
            "subagents/critic/AGENTS.md: 1 line added",
        ),
        (
            field("/subagents/critic/model_id", "b", "a"),
            "subagents/critic/agent.yaml: model_id a → b",
        ),
        (field("/files/guide.md/content", "a\n", "a\nb\n"), "files/guide.md: 1 line removed"),
    ],
)
def test_a_line_per_field(item, line):
    assert said(item).split("\n")[2:-1] == [line, ""]


def test_subject_and_trailers():
    whole = said(field("/system_prompt", "b", "a"), agent_id="i-1", revision="abc")
    assert whole == (
        "agentsync: pull a from staging\n\nAGENTS.md: text a → b\n\n"
        "Agentsync-Agent: i-1\nAgentsync-Revision: abc\n"
    )


def test_the_subject_is_short():
    assert subject("a", "") == "agentsync: pull a"
    assert subject("a" * 50, "production") == f"agentsync: pull {'a' * 50}"
    assert len(subject("a" * 100, "production")) == 72


@pytest.mark.parametrize(
    "item",
    [
        field("/description", HOSTILE, "x"),
        field("/description", "x", HOSTILE),
        field(f"/extras/{escape(HOSTILE)}", 1, 2),
        field(f"/tools/tools/{escape(HOSTILE)}", {}),
        field(f"/skills/{escape(HOSTILE)}", {}),
        field(f"/skills/a/files/{escape(HOSTILE)}", "a\nb", "a"),
        field("/extras/x", {"a": HOSTILE}, [HOSTILE]),
    ],
)
def test_hostile_texts_stay_on_their_line(item):
    whole = said(item, agent_id=HOSTILE, revision=HOSTILE)
    lines = whole.split("\n")
    assert len(lines) == 7
    assert lines[0] == "agentsync: pull a from staging"
    assert [line.partition(":")[0] for line in lines[4:6]] == [
        "Agentsync-Agent",
        "Agentsync-Revision",
    ]
    assert all(len(line) < 160 for line in lines)
    assert not [char for char in whole if char < " " and char != "\n"]
    assert "\u202e" not in whole


def test_a_great_change_is_cut():
    whole = said(*(field(f"/extras/k{number:03}", 1, 2) for number in range(70)))
    assert whole.split("\n")[-3] == "and 20 more fields"
    assert len(whole.split("\n")) == 55
