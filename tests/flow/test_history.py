"""`log` over a socket: the revisions, what changed in each, and which are git's or an apply's."""

import shutil

import pytest
from rewound import document, rewound
from stage import AGENTS, HUB, hurry

from agentsync.emulator.faults import Fault
from agentsync.emulator.readings import Readings, every
from agentsync.errors import (
    ExitCode,
    IdentityError,
    NotFoundError,
    ServerError,
    UsageError,
)
from agentsync.files.repository import past
from agentsync.model import ABSENT


@pytest.fixture
def past_of_three(tmp_path):
    """An agent that was applied three times, with the git commits and the revisions."""
    with rewound(tmp_path) as found:
        yield found, *zip(*(found.release(said) for said in ("one", "two", "three")), strict=True)


def named(readings):
    plain = Readings()
    names = [it for it in Readings.__slots__ if getattr(readings, it) != getattr(plain, it)]
    return ",".join(f"{it}={getattr(readings, it)}" for it in names) or "plain"


def said(revision):
    return {it.pointer: (it.before, it.after) for it in revision.fields}


def test_every_revision_tells_what_changed_and_where_it_came_from(past_of_three):
    found, commits, tokens = past_of_three
    edited = found.edit(system_prompt="Bob's.\n", files={"memories/m": {"content": "m"}})
    history = found.history()
    assert (history.address, history.name, history.agent_id) == ("a", "Agent", found.agent_id)
    assert history.complete
    assert history.notes == ()
    newest, third, second, first = history.revisions
    assert [it.token for it in history.revisions] == [edited, *tokens[::-1]]
    assert [it.current for it in history.revisions] == [True, False, False, False]
    assert [it.author for it in history.revisions] == ["bob", "ann", "ann", "ann"]
    times = [it.at for it in history.revisions]
    assert times == sorted(times, reverse=True)
    assert all(times)
    assert [it.commit for it in history.revisions] == ["", *commits[::-1]]
    assert [bool(it.applied) for it in history.revisions] == [False, True, False, False]
    assert third.applied.commit == commits[-1]
    assert third.applied.at == found.stage.marker(found.agent_id)["applied_at"]
    assert said(newest) == {
        "/files/memories~1m/content": (ABSENT, "m"),
        "/system_prompt": ("You say three.", "Bob's."),
    }
    assert said(second) == {
        "/files/notes~1guide.md/content": ("one\n", "two\n"),
        "/skills/s/instructions": ("one", "two"),
        "/subagents/critic/instructions": ("Say one.", "Say two."),
        "/system_prompt": ("You say one.", "You say two."),
    }
    assert set(said(first)) == {
        "/files/notes~1guide.md/content",
        "/skills/s",
        "/subagents/critic",
        "/system_prompt",
    }
    assert all(it.readable for it in history.revisions)


def test_reading_writes_nothing(past_of_three):
    found, *_ = past_of_three
    found.stage.server.reset_stats()
    found.history()
    assert not found.stage.writes()
    assert found.repo.git("status", "--porcelain") == ""


def test_fewer_revisions_than_there_are(past_of_three):
    found, _, tokens = past_of_three
    history = found.history(limit=2)
    assert [it.token for it in history.revisions] == [tokens[2], tokens[1]]
    assert not history.complete
    # The one before is not told, but what changed since is.
    assert said(history.revisions[1])["/system_prompt"] == ("You say one.", "You say two.")
    assert found.history(limit=3).complete
    assert found.history(limit=4).complete
    with pytest.raises(UsageError):
        found.history(limit=0)


def test_the_newest_commit_of_the_same_content_is_named(past_of_three):
    found, commits, _ = past_of_three
    again = found.define("one", description="said otherwise")
    # Not what it is about: another folder, and a definition that is wrong.
    found.define("elsewhere", address="b")
    found.checkout.remove("b")
    (found.checkout.root / "agents/a/agent.yaml").write_text("name: [\n")
    found.repo.commit()
    found.define("four")
    assert [it.commit for it in found.history().revisions] == [commits[2], commits[1], again]


def test_the_definition_as_it_is_on_disk_does_not_count(past_of_three):
    found, commits, _ = past_of_three
    found.checkout.write("a", document("not committed"))
    assert [it.commit for it in found.history().revisions] == [*commits[::-1]]


def test_a_commit_that_no_branch_has_is_known_by_the_marker(tmp_path):
    with rewound(tmp_path) as found:
        found.release("one")
        squashed, _ = found.release("two")
        found.repo.git("reset", "--quiet", "--hard", "HEAD~1")
        found.define("three")
        newest, _ = found.history().revisions
        assert newest.commit == newest.applied.commit == squashed


def test_what_is_ignored_makes_no_difference(tmp_path):
    with rewound(tmp_path, more="ignore: [/system_prompt]\n") as found:
        commits = [found.release(each)[0] for each in ("one", "two")]
        found.edit(system_prompt="Bob's.\n")
        assert [it.commit for it in found.history().revisions] == [commits[1], *commits[::-1]]


def test_line_ends_make_no_difference(tmp_path):
    with rewound(tmp_path) as found:
        found.define("one")
        (found.checkout.root / "agents/a/AGENTS.md").write_bytes(
            b"\xef\xbb\xbfYou say\r\none.\r\n\r\n"
        )
        commit = found.repo.commit()
        found.checkout.apply()
        newer, _ = found.release("two")
        assert [it.commit for it in found.history().revisions] == [newer, commit]


@pytest.mark.parametrize("how", ["no repository", "no git"])
def test_without_git_the_rest_is_told(past_of_three, monkeypatch, how):
    found, commits, tokens = past_of_three
    if how == "no repository":
        shutil.rmtree(found.checkout.root / ".git")
    else:
        monkeypatch.setattr(past, "_git", lambda *_, **__: None)
    history = found.history()
    assert [it.token for it in history.revisions] == [*tokens[::-1]]
    assert not any(it.commit for it in history.revisions)
    assert history.revisions[0].applied.commit == commits[2]


def test_an_edit_that_was_kept_stays_no_commits(tmp_path):
    with rewound(tmp_path) as found:
        found.release("one")
        found.edit(system_prompt="Bob's.\n")
        commit, _ = found.release("two", system_prompt="You say one.")
        newest = found.history().revisions[0]
        # What apply left is neither this commit nor any other, and it says so by its silence.
        assert commit
        assert newest.applied is None
        assert newest.commit == ""


def test_the_revision_that_was_applied_stays_it_when_somebody_comes_back_to_it(tmp_path):
    with rewound(tmp_path) as found:
        found.release("one")
        _, second = found.release("two")
        text = found.stage.raw(found.agent_id)["files"]["AGENTS.md"]["content"]
        found.edit(system_prompt="Bob's.\n")
        found.edit(system_prompt=text)
        assert [it.token for it in found.history().revisions if it.applied] == [second]


def test_the_revision_of_a_create_is_the_first(tmp_path):
    with rewound(tmp_path) as found:
        _, first = found.release("one")
        text = found.stage.raw(found.agent_id)["files"]["AGENTS.md"]["content"]
        found.edit(system_prompt="Bob's.\n")
        found.edit(system_prompt=text)
        assert [it.token for it in found.history().revisions if it.applied] == [first]
        # Of what is not told nobody knows whether it is the one.
        assert not any(it.applied for it in found.history(limit=1).revisions)
        assert not any(it.applied for it in found.history(limit=2).revisions)


def test_an_older_apply_is_not_taken_for_a_newer_revision(tmp_path):
    with rewound(tmp_path) as found:
        found.release("one")
        _, second = found.release("two")
        text = found.stage.raw(found.agent_id)["files"]["AGENTS.md"]["content"]
        for each in ("Bob's.\n", "Bob's again.\n", text):
            found.edit(system_prompt=each)
        assert not any(it.applied for it in found.history(limit=1).revisions)
        assert [it.token for it in found.history().revisions if it.applied] == [second]


@pytest.mark.parametrize("readings", tuple(every()), ids=named)
def test_whatever_the_api_does_what_is_told_is_true(tmp_path, readings):
    with rewound(tmp_path, readings) as found:
        commits = [found.release(each)[0] for each in ("one", "two")]
        found.edit(system_prompt="Bob's.\n")
        history = found.history()
        heads = [it.token for it in history.revisions if it.current]
        assert heads == [found.head()]
        by_text = {"You say one.": commits[0], "You say two.": commits[1], "Bob's.": ""}
        for revision in history.revisions:
            tree = found.stage.client.get(
                f"{HUB}/{found.agent_id}/directories", params={"commit": revision.token}
            ).raise_for_status()
            text = tree.json()["files"]["AGENTS.md"]["content"].strip()
            assert revision.commit == by_text[text]
            if revision.applied:
                assert text == "You say two."
                assert revision.applied.commit == commits[1]
        if readings.history == "listed":
            assert sum(bool(it.applied) for it in history.revisions) == 1
            assert history.complete
            assert not history.notes


@pytest.mark.parametrize("reading", ["hidden", "empty"])
def test_a_history_that_is_not_listed(tmp_path, reading):
    with rewound(tmp_path, Readings(history=reading)) as found:
        commits, tokens = zip(*(found.release(each) for each in ("one", "two")), strict=True)
        edited = found.edit(system_prompt="Bob's.\n")
        history = found.history()
        assert [it.token for it in history.revisions] == [edited, tokens[1]]
        newest, applied = history.revisions
        assert newest.current
        assert said(newest) == {"/system_prompt": ("You say two.", "Bob's.")}
        assert applied.applied.commit == applied.commit == commits[1]
        # What it was before is not known, so nothing is said of what changed then.
        assert applied.fields == ()
        assert not applied.readable
        assert not history.complete
        assert "does not list" in history.notes[0]


def test_a_history_that_is_not_listed_of_an_agent_nobody_edited(tmp_path):
    with rewound(tmp_path, Readings(history="hidden")) as found:
        _, token = found.release("one")
        (only,) = found.history().revisions
        assert (only.token, only.current, bool(only.applied)) == (token, True, True)


def test_a_history_that_is_not_listed_names_no_revision_twice_or_in_vain(tmp_path):
    for number, as_commit in enumerate((True, False)):
        readings = Readings(history="hidden", revision_is_commit=as_commit)
        with rewound(tmp_path / str(number), readings) as found:
            found.release("one")
            commit, token = found.release("two")
            (only,) = found.history().revisions
            assert (only.token, only.current) == (token, True)
            assert only.applied.commit == commit


def test_a_hub_that_shows_nothing(past_of_three):
    found, _, tokens = past_of_three
    found.stage.server.add_fault(
        Fault(kind="status", status=403, path="*/platform/hub/*", count=None)
    )
    history = found.history()
    assert [it.token for it in history.revisions] == [*tokens[::-1]]
    assert not any(it.readable or it.fields or it.commit for it in history.revisions)
    found.stage.server.add_fault(Fault(kind="status", status=404, path="/commits/*", count=None))
    history = found.history()
    (only,) = history.revisions
    assert (only.token, only.readable, only.current) == (tokens[2], False, True)
    assert not history.complete
    assert "does not show" in history.notes[0]


def test_a_revision_that_is_not_shown_leaves_a_gap_not_a_lie(past_of_three):
    found, commits, _ = past_of_three
    # The newest tree is read first.
    fault = Fault(kind="status", status=404, path="*/directories", count=1)
    found.stage.server.add_fault(fault)
    newest, second, first = found.history(workers=1).revisions
    assert (newest.readable, newest.fields, newest.commit) == (False, (), "")
    assert newest.applied.commit == commits[2]
    assert (second.readable, second.commit) == (True, commits[1])
    found.stage.server.clear_faults()
    found.stage.server.add_fault(
        Fault(kind="status", status=404, path="*/directories", count=1, skip=1)
    )
    newest, second, first = found.history(workers=1).revisions
    # What the newest changed is not known either: from what, the API does not show.
    assert not newest.readable
    assert not second.readable
    assert newest.commit == commits[2]
    assert first.readable


@pytest.mark.parametrize("path", ["/commits/*", "*/directories"])
def test_an_api_that_fails_is_no_empty_history(past_of_three, monkeypatch, path):
    found, *_ = past_of_three
    found.stage.server.add_fault(Fault(kind="status", status=500, path=path, count=None))
    hurry(monkeypatch)
    with pytest.raises(ServerError):
        found.log()


def test_an_agent_that_is_not_there(tmp_path):
    with rewound(tmp_path) as found:
        found.define("one")
        with pytest.raises(IdentityError, match="no live agent") as caught:
            found.log()
        assert caught.value.hint
        found.checkout.apply()
        with pytest.raises(UsageError, match="no such agent"):
            found.log("b")
        found.define("two", address="b")
        with pytest.raises(UsageError, match="not one agent"):
            found.log(".")


def test_a_bound_agent_that_is_gone(tmp_path):
    with rewound(tmp_path) as found:
        found.release("one")
        path = found.checkout.root / "agents/a/agent.yaml"
        path.write_text(f"id: {found.agent_id}\n" + path.read_text())
        found.stage.forget()
        with pytest.raises((IdentityError, NotFoundError)):
            found.log()


def test_files_that_are_wrong_are_told_with_their_place(past_of_three):
    found, *_ = past_of_three
    (found.checkout.root / "agents/a/agent.yaml").write_text("nome: A\n")
    report = found.log()
    assert report.exit_code is ExitCode.ERROR
    assert report.history is None
    assert report.diagnostics[0].span.path == "agents/a/agent.yaml"
    (found.checkout.root / "agentsync.yaml").write_text("project: 3\n")
    assert found.log().diagnostics


def test_somebody_elses_agent_is_shown_as_theirs(past_of_three):
    found, *_ = past_of_three
    config = found.checkout.root / "agentsync.yaml"
    config.write_text("version: 1\nproject: another\n")
    history = found.history()
    assert history.notes == ("it belongs to project tests (as a)",)
    assert not any(it.applied for it in history.revisions)


def test_an_agent_of_the_same_name_is_not_taken_for_ours(tmp_path):
    with rewound(tmp_path) as found:
        found.define("one")
        found.stage.client.post(AGENTS, json={"name": "Agent"}).raise_for_status()
        assert "only the name in common" in found.history().notes[0]


def test_a_report_is_complete_as_json(past_of_three):
    found, commits, tokens = past_of_three
    told = found.log().to_json()["history"]
    assert told["complete"] is True
    assert [it["token"] for it in told["revisions"]] == [*tokens[::-1]]
    assert told["revisions"][0]["applied"]["commit"] == commits[2]
