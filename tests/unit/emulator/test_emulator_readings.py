"""Every open reading can be played both ways; a switch that changes nothing fails here."""

from dataclasses import fields

import pytest

from agentsync.emulator.readings import DEFAULTS, Readings, choices, every, parse
from agentsync.errors import UsageError

API = "/v1/deepagents"
HUB = "/v1/platform/hub/repos/-"
SKILL = {"name": "s", "instructions": "x", "files": {"a.md": "A"}}


def test_revision_is_the_commit_or_a_token_of_its_own(start):
    for same in (True, False):
        api = start(readings=Readings(revision_is_commit=same))
        agent = api.create()
        assert (agent["revision"] == api.head(agent["id"])) is same
        after = api.patch(agent["id"], system_prompt="x")
        assert after["revision"] != agent["revision"]
        assert api.get(agent["id"])["revision"] == after["revision"]
        api.commit(agent["id"], {"a": "1"})
        assert api.get(agent["id"])["revision"] != after["revision"]


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("moves", [True, False])
def test_a_metadata_patch_moves_the_revision_or_not(start, same, moves):
    readings = Readings(revision_is_commit=same, metadata_patch_moves_revision=moves)
    api = start(readings=readings)
    agent = api.create(system_prompt="x")
    head = api.head(agent["id"])
    after = api.patch(agent["id"], description="new")
    assert (after["revision"] != agent["revision"]) is moves
    assert (api.head(agent["id"]) != head) is (same and moves)
    assert api.text(agent["id"], "AGENTS.md") == "x"


@pytest.mark.parametrize("commits", [True, False])
def test_an_empty_write_commits_or_not(start, commits):
    api = start(readings=Readings(empty_write_commits=commits))
    agent = api.create(system_prompt="x")
    head = api.head(agent["id"])
    answered = api.commit(agent["id"], {"AGENTS.md": "x", "not/there": None}, head)
    assert (answered != head) is commits
    assert api.head(agent["id"]) == answered
    after = api.patch(agent["id"], system_prompt="x")
    assert (after["revision"] != answered) is commits
    assert (after["updated_at"] != agent["updated_at"]) is commits
    assert api.patch(agent["id"])["revision"] == after["revision"]


def test_an_empty_metadata_patch_moves_nothing_where_empty_writes_do_not_commit(start):
    readings = Readings(metadata_patch_moves_revision=True, empty_write_commits=False)
    api = start(readings=readings)
    agent = api.create(description="d")
    assert api.patch(agent["id"], description="d") == agent
    assert api.patch(agent["id"], description="e")["revision"] != agent["revision"]


@pytest.mark.parametrize("merges", [True, False])
def test_a_permissions_patch_merges_or_resets(start, merges):
    api = start(readings=Readings(permissions_patch_merges=merges))
    sent = {"visibility": "user", "identity": "shared", "shared_users": {"read": ["u"]}}
    agent = api.create(permissions=sent)
    after = api.patch(agent["id"], permissions={"tenant_access_level": "run"})["permissions"]
    kept = sent if merges else {"visibility": "tenant", "identity": "personal"}
    assert after == {**kept, "tenant_access_level": "run"}


FULL = {
    "description": "d",
    "system_prompt": "p",
    "extras": {"a": 1},
    "runtime": {"model": {"model_id": "m:x"}},
    "tools": {"tools": [{"name": "t"}]},
    "subagents": [{"name": "a", "instructions": "x"}],
    "permissions": {"visibility": "user"},
}


def test_null_is_ignored(start):
    api = start(readings=Readings(null_in_patch="ignore"))
    agent = api.create(**FULL, files={"f": None, "g": {"content": "G"}})
    assert list(api.get(agent["id"], include_files=1)["files"]) == [
        "AGENTS.md",
        "g",
        "subagents/a/AGENTS.md",
        "tools.json",
    ]
    after = api.patch(agent["id"], **dict.fromkeys(FULL), name=None, files={"g": None})
    for field in FULL:
        assert after[field] == agent[field]
    assert api.text(agent["id"], "g") == "G"


def test_null_clears(start):
    api = start(readings=Readings(null_in_patch="clear"))
    agent = api.create(**FULL, files={"g": {"content": "G"}})
    after = api.patch(agent["id"], **dict.fromkeys(FULL), files={"g": None})
    assert {key for key in FULL if key in after} == {"tools", "permissions"}
    assert after["tools"] == {}
    assert after["permissions"]["visibility"] == "tenant"
    assert "g" not in api.tree(agent["id"])["files"]
    assert api.try_patch(agent["id"], name=None).status_code == 400
    nested = api.patch(agent["id"], subagents=[{"name": "a", "description": None, "tools": None}])
    assert nested["subagents"] == [{"name": "a", "tools": {}}]


@pytest.mark.parametrize(
    "body",
    [
        {"description": None},
        {"runtime": {"model": None}},
        {"files": {"a": None}},
        {"tools": {"tools": [{"name": "a", "display_name": None}]}},
    ],
)
def test_null_is_refused(start, body):
    api = start(readings=Readings(null_in_patch="refuse"))
    agent = api.create(extras={"mine": None})
    answer = api.try_patch(agent["id"], **body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request_body")


def test_replacing_removes_generated_paths_or_the_directory(start):
    left = {}
    for reading in ("generated", "directory"):
        api = start(readings=Readings(replace_removes=reading))
        agent = api.create(
            skills=[SKILL],
            subagents=[{"name": "a", "tools": {}}],
            files={
                "skills/link": {"type": "skill", "repo_handle": "r"},
                "subagents/a/skills/x/SKILL.md": {"content": "own"},
                "notes.md": {"content": ""},
            },
        )
        api.patch(agent["id"], skills=[], subagents=[{"name": "b"}])
        left[reading] = set(api.tree(agent["id"])["files"])
    assert left["directory"] == {"notes.md", "subagents/b/AGENTS.md"}
    kept = {"skills/link", "subagents/a/skills/x/SKILL.md"}
    assert left["generated"] == left["directory"] | kept


def test_include_files_shows_all_or_the_untyped(start):
    shown = {}
    for reading in ("all", "untyped"):
        api = start(readings=Readings(include_files=reading))
        agent = api.create(
            system_prompt="p",
            tools={},
            skills=[SKILL],
            subagents=[{"name": "a", "tools": {}}],
            files={
                "notes.md": {"content": "n"},
                "skills/link": {"type": "skill", "repo_handle": "r"},
                "skills/broken/other.md": {"content": "no SKILL.md here"},
                "subagents/a/skills/x/SKILL.md": {"content": "x"},
                "subagents/b/tools.json": {"content": "{}"},
            },
        )
        shown[reading] = set(api.get(agent["id"], include_files=1)["files"])
        whole = set(api.tree(agent["id"])["files"])
    assert shown["all"] == whole
    assert shown["untyped"] == {
        "notes.md",
        "skills/link",
        "skills/broken/other.md",
        "subagents/a/skills/x/SKILL.md",
        "subagents/b/tools.json",
    }


@pytest.mark.parametrize("reading", ["gone", "kept"])
def test_the_repository_of_a_deleted_agent(start, reading):
    api = start(readings=Readings(deleted_repo=reading))
    agent = api.create(system_prompt="x")
    api.delete(agent["id"])
    answer = api.request("GET", f"{HUB}/{agent['id']}/directories")
    assert answer.status_code == (404 if reading == "gone" else 200)
    if reading == "kept":
        assert answer.json()["files"]["AGENTS.md"]["content"] == "x"
        assert api.commit(agent["id"], {"a": "1"}, api.head(agent["id"]))
    assert api.request("GET", f"{API}/agents/{agent['id']}").status_code == 404


def test_a_linked_skill_is_pinned_or_not(start):
    pinned = {"type": "skill", "repo_handle": "r", "commit_id": "a" * 64}
    for reading in ("pinned", "latest", "resolved"):
        api = start(readings=Readings(linked_pin=reading), skills=(("r", {"SKILL.md": "v1"}),))
        agent = api.create(files={"skills/l": pinned})
        for _ in range(2):  # the second time behind a newer commit of the skill
            entry = api.tree(agent["id"])["files"]["skills/l"]
            (skill,) = api.get(agent["id"])["skills"]
            expected = {
                "pinned": "a" * 64,
                "latest": None,
                "resolved": api.head("r"),
            }[reading]
            assert entry.get("commit_id") == skill.get("commit_id") == expected
            api.commit("r", {"SKILL.md": "v2"})


@pytest.mark.parametrize("listed", [True, False])
def test_linked_skills_are_listed_or_not(start, listed):
    api = start(readings=Readings(linked_in_skills=listed))
    agent = api.create(skills=[SKILL], files={"skills/l": {"type": "skill", "repo_handle": "r"}})
    names = [skill["name"] for skill in agent["skills"]]
    assert names == (["l", "s"] if listed else ["s"])
    assert "skills/l" in api.tree(agent["id"])["files"]


def test_metadata_in_the_tree_is_written_and_read(start):
    api = start(readings=Readings(metadata_in_tree=True))
    runtime = {"model": {"model_id": "m:x"}}
    agent = api.create(name="n", description="d", runtime=runtime, extras={"k": 1})
    files = api.tree(agent["id"])["files"]
    assert sorted(files) == ["agent.json", "config.json"]
    assert api.patch(agent["id"], description="e")["revision"] != agent["revision"]
    assert '"e"' in api.text(agent["id"], "agent.json")
    api.commit(agent["id"], {"agent.json": '{"name": "m", "description": "f"}'})
    after = api.get(agent["id"])
    assert (after["name"], after["description"]) == ("m", "f")
    assert "extras" not in after
    api.commit(agent["id"], {"agent.json": "broken", "config.json": None})
    lost = api.get(agent["id"])
    assert (lost["name"], "description" in lost, "runtime" in lost) == ("m", False, False)
    assert api.request("POST", f"{API}/agents/{agent['id']}/clone").json()["name"] == "m (copy)"


def test_metadata_is_not_in_the_tree_by_default(api):
    agent = api.create(description="d")
    api.commit(agent["id"], {"agent.json": '{"description": "f"}'})
    assert api.get(agent["id"])["description"] == "d"


def test_empty_fields_are_shown(start):
    api = start(readings=Readings(empty_fields="shown"))
    agent = api.create(subagents=[{"name": "a"}], skills=[{"name": "s"}])
    assert agent["description"] == agent["system_prompt"] == agent["instructions"] == ""
    assert agent["extras"] == agent["runtime"] == {}
    assert agent["subagents"] == [
        {"name": "a", "description": "", "model_id": "", "instructions": ""}
    ]
    skill = {"type": "inline", "name": "s", "description": "", "instructions": "", "files": {}}
    assert agent["skills"] == [skill]
    assert api.create()["subagents"] == []


def test_unknown_fields_are_kept(start):
    api = start(readings=Readings(unknown_fields="kept"))
    agent = api.create(
        labels=["a"],
        permissions={"new": 1},
        runtime={"model": {"model_id": "m:x", "temperature": 0.5}},
        tools={"tools": [{"name": "t", "new": 2}], "mode": "x"},
    )
    assert agent["labels"] == ["a"]
    assert agent["permissions"]["new"] == 1
    assert agent["runtime"]["model"]["temperature"] == 0.5
    assert agent["tools"] == {"tools": [{"name": "t", "new": 2}], "mode": "x"}
    assert api.patch(agent["id"], description="d")["labels"] == ["a"]


def test_backends_in_legacy_names(start):
    # The documents know the current names only, so these answers cannot fit them.
    api = start(readings=Readings(backend_names="legacy"), checked=False)
    agent = api.create(backend={"type": "state"})
    assert agent["backend"] == {"type": "default"}
    config = {"scope": "agent", "idle_ttl_seconds": 5}
    after = api.patch(agent["id"], backend={"type": "sandbox", "sandbox_config": config})
    assert after["backend"] == {
        "type": "agent_scoped_sandbox",
        "sandbox": {"idle_ttl_seconds": 5},
    }
    assert api.patch(agent["id"], backend=after["backend"])["backend"] == after["backend"]


def test_every_reading_serves_the_whole_story(start):
    for readings in every():
        api = start(readings=readings, checked=readings.backend_names == "current")
        agent = api.create(**FULL, skills=[SKILL], backend={"type": "state"})
        api.patch(agent["id"], description="new", skills=[])
        api.commit(agent["id"], {"AGENTS.md": "new"}, api.head(agent["id"]))
        after = api.get(agent["id"], include_files="true")
        assert (after["description"], after["system_prompt"]) == ("new", "new")
        assert api.request("GET", f"{API}/agents").json()["items"][0]["id"] == agent["id"]
        api.delete(agent["id"])
        assert api.server.stats()["internal_errors"] == 0


# -- the switches themselves


def test_choices_and_every_cover_each_field():
    known = choices()
    assert set(known) == {field.name for field in fields(Readings)}
    assert all(len(values) >= 2 for values in known.values())
    found = list(every())
    assert found[0] == DEFAULTS
    assert len(found) == len(set(found)) == 1 + sum(len(values) - 1 for values in known.values())


def test_parse_reads_pairs():
    found = parse(["revision_is_commit=false", "null-in-patch=CLEAR", "no_access=403-text"])
    assert found == Readings(revision_is_commit=False, null_in_patch="clear", no_access="403-text")
    assert parse([]) == DEFAULTS


@pytest.mark.parametrize(
    ("pair", "hint"),
    [
        ("revison_is_commit=true", "did you mean `revision_is_commit`?"),
        ("???=1", "known: revision_is_commit"),
        ("no_access=500", "one of: 404, 403, 403-text"),
        ("revision_is_commit", "one of: true, false"),
    ],
)
def test_parse_refuses_with_a_hint(pair, hint):
    with pytest.raises(UsageError) as caught:
        parse([pair])
    assert hint in caught.value.hint
