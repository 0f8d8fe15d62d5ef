"""From the canonical form to files and back: the loader is the judge."""

import random
from typing import Any

import pytest
from amount import EXAMPLES
from histories import mixed, varied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readback import FOLDER, SKILL, after, form, read
from spelled import agents, folder

from agentsync.canonical import ABSENT, resolve, same
from agentsync.engine.normalise import desired, normalise
from agentsync.engine.origins import put
from agentsync.files.authoring import Authored, authored
from agentsync.providers.managed import RULES

LAW = settings(max_examples=EXAMPLES // 3, suppress_health_check=[HealthCheck.too_slow])
SEED = st.integers(1, 2**32)
ID = "dfa71115-c971-4197-8f02-20826fbc6f40"
URL = "https://tools.example.com"


def change(texts: dict[str, str], **fields: Any) -> dict[str, str | None]:
    """What is written when these places of the canonical form change; ABSENT takes one out."""
    before = form(texts)
    wanted = before
    for pointer, value in fields.items():
        wanted = put(wanted, pointer, value)
    made = authored(texts, before, wanted, RULES, target="t")
    assert made.obstacles == ()
    assert same(form(after(texts, made)), wanted)
    return dict(made.texts)


@LAW
@given(agents())
def test_what_is_written_from_nothing_says_what_was_wanted(document: Any) -> None:
    wanted = desired(document, RULES)
    made = authored({}, {}, wanted, RULES)
    assert made.obstacles == ()
    assert None not in made.texts.values()
    assert same(form(after({}, made)), wanted)
    assert authored(after({}, made), wanted, wanted, RULES) == Authored()


def another(before: Any, other: Any, chance: random.Random) -> Any:
    """Another canonical form that the API could have, with much of the first in it."""
    found = mixed([before, before, varied(before, chance, "x"), other], chance)
    found = normalise({"name": "A", **found}, RULES)
    for part, key in ENUMERATED:
        if isinstance(found.get(part), dict) and part in before and key in before[part]:
            found[part] = {**found[part], key: before[part][key]}
    backend = found.get("backend", {})
    if backend.get("type") == "sandbox":
        config = backend.get("sandbox_config", {})
        scope = resolve(before, "/backend/sandbox_config/scope", "thread")
        found["backend"] = {**backend, "sandbox_config": {**config, "scope": scope}}
    else:
        backend.pop("sandbox_config", None)
    return found


ENUMERATED = [
    ("backend", "type"),
    *(("permissions", key) for key in ("identity", "visibility", "tenant_access_level")),
]


@LAW
@given(agents(), agents(), SEED, st.booleans())
def test_what_is_changed_in_place_says_what_was_wanted(
    one: Any, two: Any, seed: int, overlay: bool
) -> None:
    chance = random.Random(seed)
    texts = folder(one, chance, overlay)
    before = form(texts)
    wanted = another(before, desired(two, RULES), chance)
    made = authored(texts, before, wanted, RULES, target="t")
    for path in made.texts:
        assert made.texts[path] != texts.get(path)
    if not made.obstacles:
        assert same(form(after(texts, made)), wanted)
    else:
        # A link and a folder of one name, mixed into one skill: nothing says that.
        assert {path for path, _ in made.obstacles} == {"agent.yaml"}
        assert any("skills" in reason for _, reason in made.obstacles), made.obstacles


@LAW
@given(agents(), agents(), SEED, st.booleans())
def test_only_what_has_changed_is_written(one: Any, two: Any, seed: int, overlay: bool) -> None:
    chance = random.Random(seed)
    texts = folder(one, chance, overlay)
    before = form(texts)
    assert authored(texts, before, before, RULES, target="t") == Authored()
    other = desired(two, RULES)
    section = chance.choice(["system_prompt", "skills", "subagents", "files"])
    wanted = {**before, section: other[section]}
    made = authored(texts, before, wanted, RULES, target="t")
    for path in made.texts:
        assert path.startswith(OWN[section]), f"{path} was written for {section}"
    for name in before.get(section, ()) if section != "system_prompt" else ():
        old, new = (side[section].get(name, ABSENT) for side in (before, wanted))
        if same(old, new):
            assert not [path for path in made.texts if f"/{name}/" in f"/{path}/"]


OWN = {
    "system_prompt": ("AGENTS.md",),
    "skills": ("skills/", "agent.yaml", "agent.t.yaml"),
    "subagents": ("subagents/",),
    "files": ("files/",),
}


def test_a_change_is_written_where_it_is_said() -> None:
    assert (
        change(FOLDER, **{"/name": "Helpers"})
        == {"agent.yaml": FOLDER["agent.yaml"].replace("Helper ", "Helpers ", 1)}
        or "the YAML editor moves the comment"
    )
    made = change(FOLDER, **{"/description": "Here.", "/extras/stage": "live", "/extras/n": 1})
    assert made.keys() == {"agent.t.yaml", "agent.yaml"}
    assert made["agent.t.yaml"] == "# Only there.\ndescription: Here.\nextras:\n  stage: live\n"
    assert change(FOLDER, **{"/description": ABSENT})["agent.t.yaml"] == (
        "# Only there.\nextras:\n  stage: trial\n"
    )


def test_lines_keep_their_bytes() -> None:
    assert change(FOLDER, **{"/system_prompt": "# You\n\nYou help well."}) == {
        "AGENTS.md": "# You\r\n\r\nYou help well.\r\n"
    }
    assert change(FOLDER, **{"/files/guide.md": {"content": "a\nb\nc"}}) == {
        "files/guide.md": "a\r\nb\r\nc"
    }
    assert change(FOLDER, **{"/subagents/critic/instructions": "Check.\nTwice."}) == {
        "subagents/critic/AGENTS.md": "\nCheck.\nTwice.\n"
    }


def test_a_skill_is_changed_in_its_own_style() -> None:
    path = "skills/pdf/SKILL.md"
    assert change(FOLDER, **{"/skills/pdf/instructions": "Read it twice."}) == {
        path: SKILL.replace("Read it.", "Read it twice.")
    }
    assert change(FOLDER, **{"/skills/pdf/description": "Reads."}) == {
        path: SKILL.replace("'Reads PDF.'", "'Reads.'")
    }
    assert change(FOLDER, **{"/skills/pdf/front_matter/license": "BSD"}) == {
        path: SKILL.replace("MIT", "BSD")
    }
    assert change(FOLDER, **{"/skills/pdf/description": ABSENT}) == {
        path: SKILL.replace("description: 'Reads PDF.'\n", "")
    }
    assert change(FOLDER, **{"/skills/pdf/instructions": ""}) == {
        path: SKILL.replace("\nRead it.\n", "")
    }
    assert change(FOLDER, **{"/skills/pdf/files/run.py": ABSENT}) == {"skills/pdf/run.py": None}


@pytest.mark.parametrize(
    ("text", "fields", "made"),
    [
        ("Read it.\n", {"description": "Reads."},
         "---\nname: pdf\ndescription: Reads.\n---\n\nRead it.\n"),
        ("Read it.\n", {"instructions": "Read all."}, "Read all.\n"),
        ("Read it.\r\n", {"description": "Reads."},
         "---\r\nname: pdf\r\ndescription: Reads.\r\n---\r\n\r\nRead it.\r\n"),
        ("Read it.\n", {"instructions": "---\na: b\n---"},
         "---\nname: pdf\n---\n\n---\na: b\n---\n"),
        ("---\nname: pdf\n---\n", {"instructions": "Read."}, "---\nname: pdf\n---\n\nRead.\n"),
        ("---\nname: pdf\n---", {"instructions": "Read."}, "---\nname: pdf\n---\n\nRead.\n"),
        ("---\r\nname: pdf\r\n---", {"instructions": "A\nB"},
         "---\r\nname: pdf\r\n---\r\n\r\nA\r\nB\r\n"),
        ("---\nname: pdf\n---\nRead.\n", {"instructions": "Look."}, "---\nname: pdf\n---\nLook.\n"),
        ("\ufeff---\nname: pdf\n---\nRead.\n", {"description": "D"},
         "\ufeff---\nname: pdf\ndescription: D\n---\nRead.\n"),
        ("---\n---\nRead.\n", {"description": "D"},
         "---\nname: pdf\ndescription: D\n---\nRead.\n"),
        ("--- \nname: pdf\n---  \n\n\nRead.\n\n\n", {"instructions": "Look."},
         "--- \nname: pdf\n---  \n\n\nLook.\n\n\n"),
    ],
)  # fmt: skip
def test_every_kind_of_skill_file_can_be_changed(text: str, fields: Any, made: str) -> None:
    path = "skills/pdf/SKILL.md"
    texts = {**FOLDER, path: text}
    found = change(texts, **{f"/skills/pdf/{key}": item for key, item in fields.items()})
    assert found == {path: made}


def test_what_goes_is_deleted_and_what_comes_is_written_as_people_write_it() -> None:
    gone = change(FOLDER, **{"/skills": {}, "/subagents": {}, "/files": {}})
    assert gone == {path: None for path in FOLDER if "/" in path}
    critic = {
        "description": "Checks.",
        "model_id": "a:b",
        "tools": {
            "tools": {f"{URL}::b": {}, f"{URL}::a": {"display_name": "A"}},
            "interrupt_config": {f"{URL}::a": True},
        },
        "instructions": "Check.",
        "files": {"notes/x.md": "x", "skills/s/SKILL.md": "---\nname: s\n---\n"},
    }
    skill = {
        "description": "Reads: PDF.",
        "instructions": "Read.\n\nAll.",
        "files": {"bin/run": "x"},
        "front_matter": {"license": "MIT", "metadata": {"owner": "us"}},
    }
    made = change(FOLDER, **{"/subagents/new": critic, "/skills/new": skill})
    assert made == {
        "skills/new/SKILL.md": '---\nname: new\ndescription: "Reads: PDF."\nlicense: MIT\n'
        "metadata:\n  owner: us\n---\n\nRead.\n\nAll.\n",
        "skills/new/bin/run": "x",
        "subagents/new/agent.yaml": "description: Checks.\nmodel_id: a:b\ntools:\n  tools:\n"
        f"    - name: a\n      mcp_server_url: {URL}\n      display_name: A\n"
        f"    - name: b\n      mcp_server_url: {URL}\n"
        f"  interrupt_config:\n    {URL}::a: true\n",
        "subagents/new/AGENTS.md": "Check.\n",
        "subagents/new/files/notes/x.md": "x",
        "subagents/new/skills/s/SKILL.md": "---\nname: s\n---\n",
    }
    nothing = {"tools": {"tools": {}, "interrupt_config": {}}, "instructions": "", "files": {}}
    assert change(FOLDER, **{"/subagents/n": nothing}) == {
        "subagents/n/agent.yaml": 'description: ""\n',
        "subagents/n/AGENTS.md": "",
    }


def test_a_skill_may_become_a_link_and_a_link_a_skill() -> None:
    link = {"repo_handle": "acme/pdf"}
    made = change(FOLDER, **{"/skills/pdf": link})
    assert made.keys() == {"agent.yaml", "skills/pdf/SKILL.md", "skills/pdf/run.py"}
    assert made["agent.yaml"] == FOLDER["agent.yaml"].replace(
        "gpt-5.5\n", "gpt-5.5\nskills:\n  - repo_handle: acme/pdf\n"
    )
    linked = {**FOLDER, **made, "agent.yaml": str(made["agent.yaml"])}
    texts = {path: text for path, text in linked.items() if text is not None}
    back = change(texts, **{"/skills/pdf": form(FOLDER)["skills"]["pdf"]})
    assert back.keys() == made.keys()
    assert back["agent.yaml"] == FOLDER["agent.yaml"]


WANTED = normalise({"name": "A", "runtime": {"model": {"model_id": "a:b"}}}, RULES)


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({}, {"agent.yaml": "name: A\nmodel: a:b\n"}),
        ({"bind": ID}, {"agent.yaml": f"id: {ID}\nname: A\nmodel: a:b\n"}),
        ({"bind": ID, "target": "t"}, {"agent.yaml": f"id: {ID}\nname: A\nmodel: a:b\n"}),
        ({"bind": ID, "target": "t", "bind_in_overlay": True},
         {"agent.yaml": "name: A\nmodel: a:b\n", "agent.t.yaml": f"id: {ID}\n"}),
        ({"bind": ID, "bind_in_overlay": True}, {"agent.yaml": f"id: {ID}\nname: A\nmodel: a:b\n"}),
        ({"schema": "../../.agentsync/schemas/agent.schema.json"},
         {"agent.yaml": "# yaml-language-server: "
          "$schema=../../.agentsync/schemas/agent.schema.json\nname: A\nmodel: a:b\n"}),
    ],
)  # fmt: skip
def test_a_new_definition_is_bound_and_finds_its_schema(options: Any, texts: Any) -> None:
    made = authored({}, {}, WANTED, RULES, **options)
    assert made == Authored(texts={**texts, "AGENTS.md": ""})
    found = read(after({}, made))
    assert found.agent_id == options.get("bind")


def test_a_new_subagent_finds_its_schema_as_well() -> None:
    spec = {"description": "D", "instructions": "", "tools": {}}
    wanted = normalise({"name": "A", "subagents": [{**spec, "name": "s"}]}, RULES)
    made = authored({}, {}, wanted, RULES, schema="../../.agentsync/schemas/agent.schema.json")
    assert made.texts["subagents/s/agent.yaml"] == (
        "# yaml-language-server: $schema=../../../../.agentsync/schemas/subagent.schema.json\n"
        "description: D\n"
    )


@pytest.mark.parametrize("in_overlay", [True, False])
def test_a_definition_that_is_there_is_bound_and_nothing_else(in_overlay: bool) -> None:
    before = form(FOLDER)
    options: Any = {"target": "t", "bind": ID, "bind_in_overlay": in_overlay}
    made = authored(FOLDER, before, before, RULES, **options)
    path = "agent.t.yaml" if in_overlay else "agent.yaml"
    assert made.texts.keys() == {path}
    comment, rest = FOLDER[path].split("\n", 1)
    assert made.texts[path] == f"{comment}\nid: {ID}\n{rest}"
    assert read(after(FOLDER, made)).agent_id == ID
    assert authored(after(FOLDER, made), before, before, RULES, **options) == Authored()


def test_outdated_words_stay_as_long_as_they_say_it() -> None:
    text = "name: A\npermissions: {identity: personal}\ntools:\n  tools:\n  - name: a\n"
    text += f"    mcp_server_url: {URL}/\n    display_name: a\n"
    texts = {"agent.yaml": text, "AGENTS.md": "x\n"}
    made = change(texts, **{"/tools/interrupt_config": {f"{URL}::a": True}})
    assert made == {"agent.yaml": f"{text}  interrupt_config:\n    {URL}::a: true\n"}
    assert change(texts, **{"/permissions/visibility": "user"}) == {
        "agent.yaml": text.replace("{identity: personal}", "{identity: personal, visibility: user}")
    }
