"""The journal: every write that took effect, and nothing else."""

from itertools import pairwise

from agentsync.emulator.faults import Fault

API = "/v1/deepagents"


def test_every_accepted_write_is_taken_down(start):
    api = start(journal=True)
    made = api.create(name="a", system_prompt="one")["id"]
    api.patch(made, description="d")
    head = api.commit(made, {"AGENTS.md": "two\n"}, api.head(made))
    api.delete(made)
    entries = api.server.journal()
    assert [(item.number, item.key, item.method) for item in entries] == [
        (1, "k", "POST"),
        (2, "k", "PATCH"),
        (3, "k", "POST"),
        (4, "k", "DELETE"),
    ]
    assert {item.agent_id for item in entries} == {made}
    assert (entries[0].before, entries[3].after) == (None, None)
    assert all(item.after == later.before for item, later in pairwise(entries))
    assert entries[1].after["metadata"]["description"] == "d"
    assert entries[2].after["files"]["AGENTS.md"] == "two\n"
    assert head


def test_refused_writes_are_not(start):
    api = start(journal=True)
    made = api.create(name="a")["id"]
    assert api.try_patch(made, name="").status_code == 400
    assert api.try_commit(made, {"x": None}, "0" * 8).status_code == 409
    api.request("POST", f"{API}/mcp-servers", json={"name": "t", "url": "https://t.example"})
    api.get(made)
    assert [item.method for item in api.server.journal()] == ["POST"]


def test_a_write_whose_answer_was_lost_is_and_so_is_a_racing_writer(start):
    api = start(journal=True, checked=False)
    made = api.create(name="a", system_prompt="one")["id"]
    api.server.add_fault(Fault(kind="race", method="PATCH"))
    api.server.add_fault(Fault(kind="status", method="PATCH", when="after"))
    assert api.try_patch(made, description="d").status_code == 503
    entries = api.server.journal()
    assert [(item.key, item.method) for item in entries] == [
        ("k", "POST"),
        ("", "RACE"),
        ("k", "PATCH"),
    ]
    assert "Edited by somebody else." in entries[1].after["files"]["AGENTS.md"]


def test_none_is_kept_unless_asked_for(api):
    api.create(name="a")
    assert api.server.journal() == ()
