"""What cannot be written safely: told as a value, and never written."""

import random
from typing import Any

import pytest
from amount import EXAMPLES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readback import FOLDER, after, form, read

from agentsync.canonical import same
from agentsync.engine.normalise import desired, normalise
from agentsync.engine.yaml.writing.rewrite import NotEditableError
from agentsync.files import contents, layout
from agentsync.files.authoring import CONFLICT, authored, paths
from agentsync.files.authoring import settings as files_settings
from agentsync.files.authoring.paths import path_trouble
from agentsync.providers.managed import RULES

LAW = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
URL = "https://tools.example.com"
EMPTY = {"instructions": "", "files": {}}
NOTHING = {"tools": {"tools": {}, "interrupt_config": {}}, "instructions": "", "files": {}}


def import_of(**fields: Any) -> Any:
    """What a canonical form with these fields comes to, from nothing."""
    wanted = {**normalise({"name": "A"}, RULES), **fields}
    return authored({}, {}, wanted, RULES)


def subagent(**fields: Any) -> Any:
    return {"subagents": {"s": {**NOTHING, **fields}}}


def skill(**fields: Any) -> Any:
    return {"skills": {"s": {"instructions": "", "files": {}, **fields}}}


BAD_PATHS = [
    *("../evil", "/etc/passwd", "a/../../evil", "a//b", "", "a/", "./a", ".", "..", "a/.."),
    *(".env", "a/.git/config", ".github/workflows/x.yml", "~x~", "a/#x#", "Thumbs.db"),
    *("git~1/config", "GIT~1", "a/git~1. ./x", "a\\b", "..\\evil", "C:\\x"),
    *("a\nb", "a\tb", "a\x1b[2Jb", "a\u202eb", "a\u200bb", "a\0b", "a\ud800b", "a\u2028b"),
    *("x" * 256, "é" * 128, "/".join(["d"] * 34), "/".join(["long" * 30] * 10)),
]
GOOD_PATHS = [
    *(
        "a",
        "a/b.c",
        "folder~/x",
        "#a",
        "a#",
        "a b/c d.md",
        "héé/ö.md",
        "日本/語.md",
        "x" * 255,
    ),
    *("/".join(["d"] * 33), "git/config", "agent.yaml", "a,b;c&d'e\"f$g`h|i<j>k?l*m"),
]


@pytest.mark.parametrize("path", [*BAD_PATHS, "...x"])
def test_no_file_leaves_its_folder_or_hides(path: str) -> None:
    assert path_trouble(path)
    for fields in (
        {"files": {path: {"content": "x"}}},
        skill(files={path: "x"}),
        subagent(files={path: "x"}),
    ):
        made = import_of(**fields)
        assert len(made.obstacles) == 1
        assert not {name for name in made.texts if "\n" in name or name.split("/")[-1] in path}
        assert made.texts.keys() <= {
            *("AGENTS.md", "agent.yaml", "skills/s/SKILL.md"),
            *("subagents/s/AGENTS.md", "subagents/s/agent.yaml"),
        }


@pytest.mark.parametrize("path", GOOD_PATHS)
def test_other_paths_are_files_like_any(path: str) -> None:
    for fields in (
        {"files": {path: {"content": "x"}}},
        skill(files={path: "x"}),
        subagent(files={path: "x"}),
    ):
        made = import_of(**fields)
        assert made.obstacles == ()
        assert same(form(after({}, made), "t"), {**normalise({"name": "A"}, RULES), **fields})


def test_what_the_loader_passes_over_is_refused() -> None:
    passed_over = {name for name in layout._LEFT_BEHIND if not name.startswith(".")}
    assert passed_over == paths._LEFT_BEHIND
    assert all(path_trouble(name) for name in layout._LEFT_BEHIND)
    assert not path_trouble("/".join(["d"] * (layout.MAX_DEPTH + 1)))


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        # Places that another part of the definition has.
        ({"files": {"AGENTS.md": {"content": "x"}}}, "files/AGENTS.md", "move it beside"),
        ({"files": {"agents.md": {"content": "x"}}}, "files/agents.md", "move it beside"),
        ({"files": {"skills/x": {"content": "x"}}}, "files/skills/x", "move it to skills/"),
        ({"files": {"Subagents/x": {"content": "x"}}}, "files/Subagents/x", "to subagents/"),
        (subagent(files={"tools.json": "x"}), "subagents/s/files/tools.json", "another part"),
        (subagent(files={"Skills/x": "x"}), "subagents/s/files/Skills/x", "another part"),
        (subagent(files={"skills/x.md": "x"}), "subagents/s/files/skills/x.md", "another part"),
        # Names that no folder may have.
        ({"skills": {"a/b": EMPTY}}, "skills/a/b", "may have this name"),
        ({"skills": {"..": EMPTY}}, "skills/..", "may have this name"),
        ({"skills": {"a.b": EMPTY}}, "skills/a.b", "may have this name"),
        ({"skills": {"__pycache__": EMPTY}}, "skills/__pycache__", "may have this name"),
        ({"skills": {"x" * 256: EMPTY}}, "skills/" + "x" * 256, "may have this name"),
        ({"subagents": {"../x": NOTHING}}, "subagents/../x", "may have this name"),
        ({"subagents": {" ": NOTHING}}, "subagents/ ", "may have this name"),
        (subagent(files={"skills/a.b/SKILL.md": "x"}), "subagents/s/skills/a.b/SKILL.md",
         "no skill's folder may have this name"),
        ({"skills": {"a.b": {"repo_handle": "h"}}}, "agent.yaml", "no folder may have"),
        ({"skills": {"pdf": {"repo_handle": "h"}, "PDF": {"instructions": "", "files": {}}}},
         "agent.yaml", "differ only in case"),
        # What no file here can say.
        ({"files": {"a": {"type": "skill", "repo_handle": "h"}}}, "files/a", "more than a text"),
        ({"files": {"a": {"content": "x", "mode": "0755"}}}, "files/a", "more than a text"),
        (subagent(files={"skills/x": {"type": "skill", "repo_handle": "h"}}),
         "subagents/s/files/skills/x", "another part"),
        (subagent(files={"notes/x": {"type": "skill", "repo_handle": "h"}}),
         "subagents/s/files/notes/x", "a link to a skill"),
        (subagent(files={"skills/x/SKILL.md": {"type": "skill", "repo_handle": "h"}}),
         "subagents/s/skills/x/SKILL.md", "a link to a skill"),
        (subagent(front_matter={"colour": "red"}), "subagents/s/AGENTS.md", "`colour`"),
        (subagent(colour="red"), "subagents/s/agent.yaml", "unknown key `colour`"),
        (skill(front_matter={"name": "other"}), "skills/s/SKILL.md", "another `name`"),
        (skill(colour="red"), "skills/s/SKILL.md", "cannot say `colour`"),
        (skill(description=7), "skills/s/SKILL.md", "`description` must be text"),
        (subagent(files={"skills/x/run.py": "x"}), "subagents/s/skills/x/SKILL.md",
         "`SKILL.md` is missing"),
        (subagent(files={"skills/x/SKILL.md": "---\nname: y\n---\n"}),
         "subagents/s/skills/x/SKILL.md", "but the folder is `x`"),
        (subagent(files={"skills/x/SKILL.md": "---\na: [\n---\n"}),
         "subagents/s/skills/x/SKILL.md", ""),
        # Texts that no definition may hold.
        ({"system_prompt": "a\0b"}, "AGENTS.md", "NUL"),
        ({"system_prompt": "a\ud800b"}, "AGENTS.md", "half a character"),
        ({"system_prompt": "a\n<<<<<<< b\n>>>>>>> c"}, "AGENTS.md", CONFLICT),
        ({"files": {"a": {"content": "<<<<<<< x\n>>>>>>> y\n"}}}, "files/a", CONFLICT),
        (skill(instructions="<<<<<<< x\n>>>>>>> y"), "skills/s/SKILL.md", CONFLICT),
        (subagent(instructions="a\0b"), "subagents/s/AGENTS.md", "NUL"),
        # What the schema refuses, in its own words.
        ({"name": ""}, "agent.yaml", "`name` is blank"),
        ({"name": "a\nb"}, "agent.yaml", "`name`"),
        ({"colour": "red"}, "agent.yaml", "unknown key `colour`"),
        ({"runtime": {"speed": 2}}, "agent.yaml", "unknown key `speed` in `runtime`"),
        ({"backend": {"type": "state", "sandbox_config": {"scope": "thread"}}}, "agent.yaml",
         "`backend.type` cannot be"),
        ({"tools": {"tools": {f"{URL}::a::b": {}}, "interrupt_config": {}}}, "agent.yaml", "`::`"),
        ({"tools": {"tools": {f"{URL}::a": {}, f"{URL}::a#2": {"display_name": "x"}},
                    "interrupt_config": {}}}, "agent.yaml", "already listed"),
        ({"tools": {"tools": {"::a": {}}, "interrupt_config": {}}}, "agent.yaml",
         "`mcp_server_url` is missing"),
        ({"skills": {"s": {"repo_handle": "h", "colour": "red"}}}, "agent.yaml", "`colour`"),
        # A rule that contradicted another in the answer: read back, it is about the tool itself.
        ({"tools": {"tools": {f"{URL}::a": {}}, "interrupt_config": {f"{URL}::a::x": True}}},
         "agent.yaml", "no words for its `tools`"),
        ({"extras": {"agentsync": 1}}, "agent.yaml", "reserved"),
        # What YAML, or this reader of it, does not have.
        ({"extras": {"n": 2**70}}, "agent.yaml", ""),
        ({"extras": {"half": "\ud800"}}, "agent.yaml", ""),
    ],
)  # fmt: skip
def test_obstacles_name_their_file_and_a_reason(fields: Any, path: str, reason: str) -> None:
    made = import_of(**fields)
    assert [name for name, _ in made.obstacles] == [path] * len(made.obstacles)
    assert made.obstacles
    assert any(reason in told for _, told in made.obstacles), made.obstacles


def test_an_obstacle_in_one_file_still_shows_the_others() -> None:
    made = import_of(system_prompt="<<<<<<< a\n>>>>>>> b", description="x\ud800")
    assert made.texts["AGENTS.md"] == "<<<<<<< a\n>>>>>>> b\n"
    assert [path for path, _ in made.obstacles] == ["AGENTS.md", "agent.yaml"]


def test_half_characters_are_not_even_shown() -> None:
    assert "AGENTS.md" not in import_of(system_prompt="a\ud800").texts
    assert "AGENTS.md" in import_of(system_prompt="a\0").texts


def test_a_file_that_cannot_say_more_than_it_does_is_not_written() -> None:
    before = form(FOLDER)
    spec = {**before["skills"]["pdf"], "colour": "red"}
    made = authored(FOLDER, before, {**before, "skills": {"pdf": spec}}, RULES, target="t")
    assert [path for path, _ in made.obstacles] == ["skills/pdf/SKILL.md"] * 2
    assert made.texts == {}


def test_a_file_and_a_folder_of_one_name_cannot_be() -> None:
    made = import_of(files={"a": {"content": "x"}, "a/b": {"content": "y"}, "c": {"content": "z"}})
    assert [path for path, _ in made.obstacles] == ["files/a", "files/a/b"]
    assert "files/c" in made.texts
    assert not {"files/a", "files/a/b"} & made.texts.keys()


@pytest.mark.parametrize(
    "fields",
    [
        {"files": {"Guide.md": {"content": "x"}, "guide.md": {"content": "y"}}},
        {"files": {"A/x": {"content": "x"}, "a/y": {"content": "y"}}},
        {"files": {"caf\u00e9": {"content": "x"}, "cafe\u0301": {"content": "y"}}},
        {"skills": {name: {"instructions": "", "files": {}} for name in ("pdf", "PDF")}},
        {"subagents": dict.fromkeys(("a", "A"), NOTHING)},
        skill(files={"skill.md": "x"}),
    ],
)
def test_names_that_differ_only_in_case_cannot_be(fields: Any) -> None:
    made = import_of(**fields)
    assert len(made.obstacles) > 1
    assert all("differs only in case" in reason for _, reason in made.obstacles)
    assert made.texts.keys() == {"AGENTS.md", "agent.yaml"}


def test_a_name_may_get_another_case() -> None:
    texts = {**FOLDER, "files/Note.md": "x"}
    before = form(texts)
    files = {"guide.md": before["files"]["guide.md"], "note.md": {"content": "y"}}
    made = authored(texts, before, {**before, "files": files}, RULES, target="t")
    assert made.obstacles == ()
    assert made.texts == {"files/Note.md": None, "files/note.md": "y"}
    files["Guide.md"] = {"content": "z"}
    made = authored(texts, before, {**before, "files": files}, RULES, target="t")
    assert [path for path, _ in made.obstacles] == ["files/Guide.md"]


def test_what_would_be_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert import_of(system_prompt="x" * 4_194_303).obstacles == ()
    (told,) = import_of(system_prompt="x" * 4_194_304).obstacles
    assert told == ("AGENTS.md", "its text is larger than 4 MiB")
    (told,) = import_of(description="x" * 1_048_576).obstacles
    assert told == ("agent.yaml", "its text is larger than 1 MiB")
    assert import_of(files={"a.yaml": {"content": "x" * 1_048_577}}).obstacles == ()
    monkeypatch.setattr("agentsync.files.authoring.folder.MAX_FILES", 3)
    files = {str(number): {"content": "x"} for number in range(4)}
    assert import_of(files={"1": files["1"]}, **skill(files={"x": "x"})).obstacles == ()
    assert import_of(files=files).obstacles == ((".", "the agent would have more than 3 files"),)
    monkeypatch.setattr("agentsync.files.authoring.folder.MAX_BYTES", 1024**2)
    (told,) = import_of(files={"a": {"content": "x" * 1024**2 + "x"}}).obstacles
    assert told == (".", "the agent would have more than 1 MiB of files")
    assert contents.MAX_FILES == 1000


def test_yaml_that_cannot_be_edited_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str, value: Any) -> str:
        raise NotEditableError("an anchor that is used elsewhere", line=3, column=1)

    monkeypatch.setattr(files_settings, "rewritten", refuse)
    monkeypatch.setattr("agentsync.files.authoring.markdown.rewritten", refuse)
    before = form(FOLDER)
    wanted = {**before, "name": "B", "system_prompt": "new"}
    wanted["skills"] = {"pdf": {**before["skills"]["pdf"], "description": "x"}}
    made = authored(FOLDER, before, wanted, RULES, target="t")
    told = "line 3: an anchor that is used elsewhere"
    assert made.obstacles == (("agent.yaml", told), ("skills/pdf/SKILL.md", told))
    assert made.texts.keys() == {"AGENTS.md"}


def test_anchors_are_not_edited() -> None:
    text = "name: A\nextras:\n  one: &x {a: 1}\n  two: *x\n"
    texts = {"agent.yaml": text, "AGENTS.md": "x\n"}
    before = form(texts)
    wanted = {**before, "extras": {"one": {"a": 2}, "two": {"a": 1}}}
    made = authored(texts, before, wanted, RULES)
    assert [path for path, _ in made.obstacles] == ["agent.yaml"]
    assert made.texts == {}


def test_somebodys_own_files_are_not_deleted_with_a_folder() -> None:
    texts = {**FOLDER, "skills/pdf/.notes": "mine", "subagents/critic/todo.txt": "mine"}
    before = form(FOLDER)
    made = authored(texts, before, {**before, "skills": {}, "subagents": {}}, RULES, target="t")
    assert [path for path, _ in made.obstacles] == [
        "skills/pdf/.notes",
        "subagents/critic/todo.txt",
    ]
    assert "skills/pdf/.notes" not in made.texts


def test_an_overlay_that_spells_the_model_otherwise_is_told() -> None:
    texts = {
        "agent.yaml": "name: A\n",
        "agent.t.yaml": "model: a:b\n",
        "AGENTS.md": "x\n",
    }
    before = form(texts)
    wanted = {**before, "runtime": {"model": {"model_id": "a:b"}, "speed": 2}}
    made = authored(texts, before, wanted, RULES, target="t")
    assert made.obstacles
    assert made.texts == {} or "agent.yaml" in made.texts


HOSTILE = st.text(
    st.sampled_from("aA./\\~#-_ \n\t\0\x1b\u202e\ud800é日:"), min_size=1, max_size=12
) | st.sampled_from([*BAD_PATHS, *GOOD_PATHS])
TEXT = st.text(st.sampled_from("ab \n\r\0\ud800\ufeff\u2028-<>:é"), max_size=12)


@LAW
@given(st.data(), st.integers(0, 2**32))
def test_whatever_is_live_is_written_right_or_not_at_all(data: Any, seed: int) -> None:
    chance = random.Random(seed)
    names = data.draw(st.lists(HOSTILE, max_size=5))
    fields: dict[str, Any] = {"name": "A", "system_prompt": data.draw(TEXT)}
    fields["files"] = {
        name: {"content": data.draw(TEXT)} for name in names if chance.random() < 0.6
    }
    fields["skills"] = [
        {"name": name, "instructions": data.draw(TEXT), "files": {data.draw(HOSTILE): "x"}}
        for name in dict.fromkeys(names)
        if chance.random() < 0.3
    ]
    fields["subagents"] = [
        {"name": name, "instructions": data.draw(TEXT), "files": {data.draw(HOSTILE): "x"}}
        for name in dict.fromkeys(names)
        if chance.random() < 0.3
    ]
    fields["extras"] = {name: data.draw(TEXT) for name in names}
    wanted = desired(fields, RULES)
    made = authored({}, {}, wanted, RULES)
    for path in made.texts:
        assert all(name.isprintable() and name[0] != "." for name in path.split("/")), path
    if not made.obstacles:
        assert same(desired(read(after({}, made)).document or {}, RULES), wanted)
