"""`rollback` over a socket: back to what a revision held, as a plan like any other."""

import json
import shutil

import pytest
from amount import EXAMPLES
from generated import documents
from hypothesis import given, settings
from rewound import document, only_change, rewound
from stage import AGENTS, differing, outcomes

from agentsync.emulator.faults import Fault
from agentsync.emulator.readings import Readings, every
from agentsync.errors import (
    AgentsyncError,
    ExitCode,
    ForbiddenError,
    IdentityError,
    ProjectError,
    RefusedError,
    UsageError,
)
from agentsync.files import planfile
from agentsync.model import Action, Effect, Guarantee, OnConflict, Origin, Status
from agentsync.ops.apply import ApplyOptions, apply
from agentsync.ops.watch import Watch
from agentsync.providers import Commit
from agentsync.providers.managed import ManagedDeepAgents

GIT_AGAIN = "git still says otherwise: revert it there, or the next apply brings it back"
MEMORY = {"content": "remembered"}


@pytest.fixture
def agent(tmp_path):
    """An agent that was applied twice, with the git commits and the revisions."""
    with rewound(tmp_path) as found:
        yield found, *zip(*(found.release(said) for said in ("one", "two")), strict=True)


def reading(readings):
    plain = Readings()
    names = [it for it in Readings.__slots__ if getattr(readings, it) != getattr(plain, it)]
    return ",".join(f"{it}={getattr(readings, it)}" for it in names) or "plain"


def never(report):
    raise AssertionError("there is nothing to ask for")


def done(report):
    assert report.exit_code is ExitCode.OK, report
    return report


def facts(found):
    return found.stage.facts(found.agent_id)


def origins(found):
    """Who made what differ, as a plan sees it now."""
    return {pointer: who for _, pointer, who in differing(found.checkout.plan()) if "/" in pointer}


def test_an_agent_goes_back_with_its_files_and_its_metadata(agent):
    found, commits, tokens = agent
    seen = []
    report = done(found.back(tokens[0], confirm=lambda plan: seen.append(plan) or True))
    assert report.command == "rollback"
    (asked,) = seen
    change = only_change(asked)
    assert change.action is Action.UPDATE
    assert change.reason == f"back to revision {tokens[0][:12]}: 5 fields differ"
    assert {it.pointer: it.after for it in change.fields} == {
        "/description": "one",
        "/files/notes~1guide.md/content": "one\n",
        "/skills/s/instructions": "one",
        "/subagents/critic/instructions": "Say one.",
        "/system_prompt": "You say one.",
    }
    assert change.notes == (
        f"what is not in the file tree is as git commit {commits[0][:12]} says",
        GIT_AGAIN,
    )
    (outcome,) = report.outcomes
    assert (outcome.status, outcome.files, outcome.metadata) == (
        Status.APPLIED,
        Guarantee.ATOMIC,
        Guarantee.CHECKED,
    )
    assert outcome.verified
    assert facts(found)["/system_prompt"] == "You say one."
    assert facts(found)["/description"] == "one"
    # It is a new revision: nothing of the past is gone.
    assert [it.token for it in found.history().revisions[1:]] == [*tokens[::-1]]


def test_the_marker_names_the_commit_gone_back_to_and_git_is_ahead_of_it(agent):
    found, commits, tokens = agent
    report = done(found.back(tokens[0]))
    assert report.plan.commit == commits[0]
    assert found.stage.marker(found.agent_id)["commit"] == commits[0]
    assert set(origins(found).values()) == {"git"}
    newest = found.history().revisions[0]
    assert newest.current
    assert newest.applied.commit == newest.commit == commits[0]
    found.repo.git("revert", "--no-edit", "HEAD")
    assert differing(found.checkout.plan()) == []


def test_the_beginning_of_a_token_is_enough(agent):
    found, _, tokens = agent
    done(found.back(tokens[0][:8].upper()))
    assert facts(found)["/system_prompt"] == "You say one."


def test_going_back_to_what_is_there_sends_nothing(agent):
    found, commits, tokens = agent
    found.stage.server.reset_stats()
    for _ in range(2):
        report = done(found.back(tokens[1], confirm=never))
        change = only_change(report)
        assert change.action is Action.NO_OP
        assert change.reason == f"it is as it was at revision {tokens[1][:12]}"
        assert change.fields == ()
        assert outcomes(report) == {"a": "unchanged"}
    assert not found.stage.writes()
    assert GIT_AGAIN not in change.notes
    found.define("three")
    assert GIT_AGAIN in only_change(found.back(tokens[1], confirm=never)).notes
    done(found.back(tokens[0]))
    found.stage.server.reset_stats()
    assert only_change(done(found.back(tokens[0], confirm=never))).action is Action.NO_OP
    assert not found.stage.writes()
    assert commits


def test_what_somebody_has_brought_back_by_hand_is_left_and_said_so(tmp_path):
    with rewound(tmp_path, git=False) as found:
        found.release("one", files={})
        first = found.head()
        texts = found.stage.raw(found.agent_id)["files"]
        found.release("two", files={}, description="two")
        found.edit(files={path: {"content": it["content"]} for path, it in texts.items()})
        found.edit(description="Bob's")
        marker = found.stage.marker(found.agent_id)
        assert set(origins(found).values()) == {"live"}
        found.stage.server.reset_stats()
        report = done(found.back(first, confirm=never))
        change = only_change(report)
        assert (change.action, change.fields, change.desired) == (Action.NO_OP, (), None)
        assert change.precondition.digest is None
        assert not found.stage.writes()
        # It is drift as before: nobody has applied anything.
        assert found.stage.marker(found.agent_id) == marker
        assert set(origins(found).values()) == {"live"}


def test_whoever_edited_it_since_the_decision_is_to_go_back(agent):
    found, _, tokens = agent
    found.edit(
        system_prompt="Bob's.\n", description="Bob's", skills=[], files={"memories/m": MEMORY}
    )
    found.define("three")
    report = done(found.back(tokens[0]))
    who = {it.pointer: it.origin for it in only_change(report).fields}
    # The skill was to go and is, on Bob's word; the rest both have changed.
    assert who["/system_prompt"] is Origin.BOTH
    assert all(it.effect is Effect.APPLY for it in only_change(report).fields)
    assert facts(found)["/system_prompt"] == "You say one."
    assert facts(found)["/description"] == "one"
    assert facts(found)["/skills/s/instructions"] == "one"
    assert facts(found)["/files/memories~1m/content"] == "remembered"


def test_back_to_the_last_apply_undoes_what_was_edited_since(agent):
    found, commits, tokens = agent
    before = facts(found)
    found.edit(system_prompt="Bob's.\n", description="Bob's")
    report = done(found.back(tokens[1]))
    assert {it.origin for it in only_change(report).fields} == {Origin.LIVE}
    assert facts(found) == before
    assert report.plan.commit == commits[1]
    assert GIT_AGAIN not in only_change(report).notes
    assert differing(found.checkout.plan()) == []


def test_metadata_is_that_of_the_apply_not_of_a_later_commit(agent):
    found, commits, tokens = agent
    found.define("two", description="not applied yet")
    found.edit(system_prompt="Bob's.\n", description="Bob's")
    report = done(found.back(tokens[1]))
    assert report.plan.commit == commits[1]
    assert facts(found)["/description"] == "two"
    # Of a revision that is not the last apply's, nobody knows which of two such commits it was.
    found.define("one", description="later")
    report = done(found.back(tokens[0]))
    assert report.plan.commit == ""
    assert "nobody knows which was applied" in only_change(report).notes[0]
    assert facts(found)["/description"] == "two"


def test_a_commit_that_was_not_what_was_applied_says_nothing_of_metadata(tmp_path):
    with rewound(tmp_path) as found:
        found.define("zero")
        found.checkout.write("a", document("one"))
        done(found.checkout.apply())
        applied = found.head()
        found.edit(system_prompt="Bob's.\n", description="Bob's")
        report = done(found.back(applied))
        assert report.plan.commit == ""
        assert facts(found)["/system_prompt"] == "You say one."
        assert facts(found)["/description"] == "Bob's"
        commit = found.repo.git("rev-parse", "HEAD")
        said = f"git commit {commit[:12]} does not say all that was applied then"
        assert said in only_change(report).notes[0]


def test_back_to_an_edit_that_git_never_had(agent):
    found, *_ = agent
    edited = found.edit(system_prompt="Bob's.\n")
    found.define("three")
    done(found.checkout.apply(on_conflict=OnConflict.GIT))
    before = facts(found)
    report = done(found.back(edited))
    assert report.plan.commit == ""
    assert found.stage.marker(found.agent_id)["commit"] == ""
    after = facts(found)
    assert after["/system_prompt"] == "Bob's."
    assert after["/files/notes~1guide.md/content"] == "two\n"
    # Metadata is not in the history, and git has no commit for this content.
    assert after["/description"] == before["/description"] == "three"
    left, again = only_change(report).notes
    assert left.startswith("what is not in the file tree is left as it is live: no git commit")
    assert again == GIT_AGAIN
    assert set(origins(found).values()) == {"git"}


@pytest.mark.parametrize("how", ["no repository", "another clone", "dirty"])
def test_without_the_commit_metadata_stays_as_it_is_with_its_drift(tmp_path, how):
    with rewound(tmp_path) as found:
        extras = {"extras": {"kept": 1, "edited": 1, "conflict": 1}}
        if how == "dirty":
            found.define("zero")
            found.checkout.write("a", document("one", **extras))
            done(found.checkout.apply())
            first = found.head()
        else:
            _, first = found.release("one", **extras)
        _, second = found.release("two", **extras)
        found.edit(extras=found.stage.raw(found.agent_id)["extras"] | {"edited": 2, "conflict": 2})
        # Undeclared by now: an apply would take the description back.
        more = {"extras": {"kept": 2, "edited": 1, "conflict": 3}}
        now = document("two", **more)
        del now["description"]
        found.checkout.write("a", now)
        if how != "dirty":
            found.repo.commit()
        if how == "no repository":
            shutil.rmtree(found.checkout.root / ".git")
        elif how == "another clone":
            found.repo.git("checkout", "--quiet", "--orphan", "fresh")
            found.repo.commit()
            found.repo.git("branch", "--quiet", "-D", "main")
            found.repo.git("reflog", "expire", "--expire=now", "--all")
            found.repo.git("gc", "--quiet", "--prune=now")
        before, known = facts(found), origins(found)
        assert known == {
            "/description": "git",
            "/extras/conflict": "both",
            "/extras/edited": "live",
            "/extras/kept": "git",
        }
        report = done(found.back(first))
        kept = {it.pointer for it in only_change(report).kept}
        assert kept == set(known)
        after = facts(found)
        for pointer in ("/description", "/extras/kept", "/extras/edited", "/extras/conflict"):
            assert after.get(pointer) == before.get(pointer)
        assert after["/system_prompt"] == "You say one."
        tree = {it for it in origins(found) if not it.startswith(("/description", "/extras"))}
        # Who changed what outside the tree is known as it was before.
        assert {it: who for it, who in origins(found).items() if it not in tree} == known
        assert {origins(found)[it] for it in tree} == {"git"}
        assert "is left as it is live" in only_change(report).notes[0]
        assert second


def test_what_a_running_agent_wrote_is_not_rolled_back(agent):
    found, *_ = agent
    theirs = {"memories/m": MEMORY, "subagents/critic/memory.md": MEMORY}
    found.edit(files=theirs)
    _, then = found.release("three")
    newer = {"content": "newer"}
    found.edit(files=dict.fromkeys(theirs, newer) | {"later": newer})
    found.release("four")
    before = facts(found)
    done(found.back(then))
    after = facts(found)
    assert after["/system_prompt"] == "You say three."
    for pointer in (
        "/files/memories~1m/content",
        "/files/later/content",
        "/subagents/critic/files/memory.md",
    ):
        assert after[pointer] == before[pointer] == "newer"


def test_files_that_git_had_come_and_go(tmp_path):
    with rewound(tmp_path) as found:
        file = {"content": "x\n"}
        _, first = found.release("same", files={"old.md": file, "both.md": file})
        _, second = found.release("same", files={"new.md": file, "both.md": {"content": "y\n"}})
        done(found.back(first))
        assert set(found.stage.raw(found.agent_id)["files"]) >= {"old.md", "both.md"}
        assert "new.md" not in found.stage.raw(found.agent_id)["files"]
        assert facts(found)["/files/both.md/content"] == "x\n"
        # The same without git: the marker and today's definition say which files are git's.
        shutil.rmtree(found.checkout.root / ".git")
        done(found.back(second))
        files = found.stage.raw(found.agent_id)["files"]
        assert "new.md" in files
        assert "old.md" not in files


def test_without_git_the_marker_and_the_definition_say_which_files_are_gits(tmp_path):
    with rewound(tmp_path, git=False) as found:
        first_file, file = {"content": "1\n"}, {"content": "2\n"}
        _, first = found.release("same", files={"marked": first_file, "declared": first_file})
        found.release("same", files={"marked": file})
        found.edit(files={"theirs": file})
        found.edit(files={"theirs": first_file, "memories/m": file})
        # Not applied yet: one file is to go, another one is to come back.
        found.checkout.write("a", document("same", files={"declared": file}))
        done(found.back(first))
        files = found.stage.raw(found.agent_id)["files"]
        assert files["marked"]["content"] == files["declared"]["content"] == "1\n"
        assert files["theirs"]["content"] == "1\n"
        assert files["memories/m"]["content"] == "2\n"


def test_what_is_ignored_stays(tmp_path):
    more = "ignore: [/skills/s/instructions, /description]\n"
    with rewound(tmp_path, more=more) as found:
        _, first = found.release("one")
        found.release("two")
        found.edit(description="Bob's", files={"skills/s/SKILL.md": {"content": SKILL}})
        report = done(found.back(first))
        touched = {it.pointer for it in only_change(report).fields}
        assert touched == {
            "/files/notes~1guide.md/content",
            "/subagents/critic/instructions",
            "/system_prompt",
        }
        assert facts(found)["/skills/s/instructions"] == "Bob's."
        assert facts(found)["/description"] == "Bob's"


SKILL = "---\nname: s\ndescription: d\n---\n\nBob's.\n"


def test_a_writer_in_between_makes_it_stale(agent):
    found, _, tokens = agent

    def edited(report):
        found.edit(system_prompt="Bob's, just now.\n")
        found.stage.server.reset_stats()
        return True

    report = found.back(tokens[0], confirm=edited)
    assert report.exit_code is ExitCode.REFUSED
    assert outcomes(report) == {"a": "stale"}
    assert not found.stage.writes()
    assert facts(found)["/system_prompt"] == "Bob's, just now."


def test_a_writer_at_the_last_moment_is_not_overwritten(agent):
    found, _, tokens = agent
    found.stage.server.add_fault(
        Fault(kind="race", method="POST", path="*/commits", files={"AGENTS.md": "Raced.\n"})
    )
    report = found.back(tokens[0])
    assert report.exit_code is ExitCode.REFUSED
    assert facts(found)["/system_prompt"] == "Raced."
    assert facts(found)["/description"] == "two"
    assert report.outcomes[0].written is False


def test_nobody_who_said_yes_means_nothing_written(agent):
    found, _, tokens = agent
    found.stage.server.reset_stats()
    report = found.back(tokens[0], confirm=lambda plan: False)
    assert report.exit_code is ExitCode.REFUSED
    assert [it.code for it in report.problems] == ["not-confirmed"]
    assert not found.stage.writes()


def test_limits_hold(agent):
    found, _, tokens = agent
    config = found.checkout.root / "agentsync.yaml"
    config.write_text(config.read_text() + "limits: {max_changes: 0}\n")
    found.stage.server.reset_stats()
    report = found.back(tokens[0], confirm=never)
    assert report.exit_code is ExitCode.REFUSED
    assert "max_changes" in report.plan.refusals[0]
    assert not found.stage.writes()


def test_a_saved_plan_is_applied_by_apply(agent, tmp_path):
    found, commits, tokens = agent
    path = tmp_path / "back.json"
    found.stage.server.reset_stats()
    report = done(found.back(tokens[0], confirm=never, save=path))
    assert report.outcomes == ()
    assert not found.stage.writes()
    assert planfile.read(path) == report.plan
    options = ApplyOptions(directory=found.checkout.root, plan_file=path)

    def applied():
        return apply(
            options, found.checkout.environ, Watch(), never, lambda: "2026-02-01T00:00:00Z"
        )

    assert outcomes(done(applied())) == {"a": "applied"}
    assert facts(found)["/system_prompt"] == "You say one."
    assert facts(found)["/description"] == "one"
    assert found.stage.marker(found.agent_id)["commit"] == commits[0]
    assert outcomes(done(applied())) == {"a": "unchanged"}
    found.edit(system_prompt="Bob's.\n")
    assert applied().exit_code is ExitCode.REFUSED


def test_a_saved_plan_of_nothing_and_one_that_would_be_refused(agent, tmp_path):
    found, _, tokens = agent
    path = tmp_path / "back.json"
    done(found.back(tokens[1], save=path))
    assert only_change(found.back(tokens[1], save=path)).action is Action.NO_OP
    assert json.loads(path.read_text())["changes"][0]["desired"] is None
    config = found.checkout.root / "agentsync.yaml"
    config.write_text(config.read_text() + "limits: {max_changes: 0}\n")
    assert found.back(tokens[0], save=path).exit_code is ExitCode.REFUSED
    with pytest.raises(ProjectError):
        found.back(tokens[0], save=tmp_path / "nowhere" / "back.json")


@pytest.mark.parametrize(
    "to", ["", "abc", "0123456", "--------", "HEAD~1234", "../../../x", "é" * 9, "a" * 65]
)
def test_what_cannot_be_a_token(agent, to):
    found, *_ = agent
    with pytest.raises(UsageError, match="names no revision") as caught:
        found.back(to)
    assert "agentsync log a" in caught.value.hint


def test_a_revision_that_is_not_there(agent):
    found, commits, tokens = agent
    for to in ("0" * 8, "f" * 64, commits[0]):
        with pytest.raises(UsageError, match="has no revision") as caught:
            found.back(to)
        assert tokens[0][:12] in caught.value.hint
        assert tokens[1][:12] in caught.value.hint


def test_several_revisions_of_one_beginning(agent, monkeypatch):
    found, _, tokens = agent
    more = [Commit(token="abcdefab" + "0" * 56), Commit(token="abcdefab" + "1" * 56)]
    monkeypatch.setattr(ManagedDeepAgents, "history", lambda *_: iter(more))
    with pytest.raises(UsageError, match="2 revisions begin with `abcdefab`") as caught:
        found.back("abcdefab")
    assert "abcdefab0000, abcdefab1111" in caught.value.message
    # A whole token is that one, though another begins with it.
    both = [Commit(token=tokens[0] + "0"), Commit(token=tokens[0])]
    monkeypatch.setattr(ManagedDeepAgents, "history", lambda *_: iter(both))
    done(found.back(tokens[0]))


def test_a_revision_that_is_listed_and_not_shown(agent):
    found, _, tokens = agent
    found.stage.server.add_fault(
        Fault(kind="status", status=404, method="GET", path="*/directories", count=None)
    )
    with pytest.raises(AgentsyncError, match="does not show what it held"):
        found.back(tokens[0])


@pytest.mark.parametrize("reading", ["hidden", "empty"])
def test_a_history_that_is_not_listed(tmp_path, reading):
    with rewound(tmp_path, Readings(history=reading)) as found:
        (commit, first), (_, second) = found.release("one"), found.release("two")
        done(found.back(first[:10]))
        assert facts(found)["/system_prompt"] == "You say one."
        assert facts(found)["/description"] == "one"
        assert found.stage.marker(found.agent_id)["commit"] == commit
        with pytest.raises(UsageError) as caught:
            found.back("0" * 12)
        assert found.head()[:12] in caught.value.hint
        assert second


@pytest.mark.parametrize("readings", tuple(every()), ids=reading)
def test_whatever_the_api_does_the_content_comes_back(tmp_path, readings):
    with rewound(tmp_path, readings) as found:
        _, first = found.release("one")
        then = facts(found)
        found.release(
            "two", tools={"tools": [{"name": "t", "mcp_server_url": "https://t.example"}]}
        )
        found.edit(files={"memories/m": MEMORY}, system_prompt="Bob's.\n")
        done(found.back(first))
        now = facts(found)
        assert now.pop("/files/memories~1m/content") == "remembered"
        assert now == then
        found.repo.git("revert", "--no-edit", "HEAD")
        assert differing(found.checkout.plan()) == []
        found.stage.server.reset_stats()
        done(found.back(first, confirm=never))
        assert not found.stage.writes()


@settings(max_examples=max(5, EXAMPLES // 15))
@given(documents(), documents())
def test_law_a_plan_of_the_commit_gone_back_to_is_empty(tmp_path_factory, one, two):
    first = ""
    with rewound(tmp_path_factory.mktemp("law")) as found:
        for each in (one, two):
            found.checkout.write("a", each)
            found.repo.commit()
            done(found.checkout.apply())
            first = first or found.head()
        # One revision stands for all that was applied on it; what was last is what is there.
        moved = first != found.head()
        report = done(found.back(first))
        found.repo.git("checkout", "--quiet", "HEAD~1" if moved else "HEAD")
        assert differing(found.checkout.plan()) == [], report.plan
        if moved:
            head = found.repo.git("rev-parse", "HEAD")
            assert found.stage.marker(found.agent_id)["commit"] == head


def test_somebody_elses_agent_is_refused(agent):
    found, _, tokens = agent
    (found.checkout.root / "agentsync.yaml").write_text("version: 1\nproject: another\n")
    found.stage.server.reset_stats()
    with pytest.raises(RefusedError, match="belongs to project tests") as caught:
        found.back(tokens[0])
    assert "--take-over" in caught.value.hint
    assert not found.stage.writes()


def test_an_agent_of_the_same_name_is_refused_until_it_is_bound(tmp_path):
    with rewound(tmp_path) as found:
        found.define("one")
        first = {"content": "First.\n"}
        body = {"name": "Agent", "description": "live", "files": {"AGENTS.md": first}}
        found.stage.client.post(AGENTS, json=body).raise_for_status()
        token = found.head()
        found.stage.client.patch(
            f"{AGENTS}/{found.agent_id}", json={"system_prompt": "Second.\n"}
        ).raise_for_status()
        with pytest.raises(RefusedError, match="only the name in common") as caught:
            found.back(token)
        assert "--adopt" in caught.value.hint
        path = found.checkout.root / "agents/a/agent.yaml"
        path.write_text(f"id: {found.agent_id}\n" + path.read_text())
        with pytest.raises(RefusedError, match="has no marker"):
            found.back(token)
        assert found.stage.marker(found.agent_id) == {}
        done(found.checkout.apply(adopt=True))
        done(found.back(token))
        assert facts(found)["/system_prompt"] == "First."


def test_a_file_that_the_agent_wrote_itself_stays(tmp_path):
    """Also where today's definition begins to declare it, which nobody has applied."""
    with rewound(tmp_path) as found:
        found.release("one")
        edited = found.edit(system_prompt="Bob's.\n", files={"m.md": {"content": "old"}})
        found.define("two")
        done(found.checkout.apply(on_conflict=OnConflict.GIT))
        found.edit(files={"m.md": {"content": "new"}})
        found.define("two", files={"m.md": {"content": "git's"}})
        done(found.back(edited))
        assert facts(found)["/system_prompt"] == "Bob's."
        assert facts(found)["/files/m.md/content"] == "new"


def test_an_agent_that_is_not_there(tmp_path):
    with rewound(tmp_path) as found:
        found.define("one")
        with pytest.raises(IdentityError, match="no live agent"):
            found.back("0" * 12)


def test_files_that_are_wrong_are_told_with_their_place(agent):
    found, _, tokens = agent
    (found.checkout.root / "agents/a/agent.yaml").write_text("nome: A\n")
    report = found.back(tokens[0], confirm=never)
    assert report.exit_code is ExitCode.ERROR
    assert report.diagnostics
    assert report.command == "rollback"


def test_a_key_that_may_only_look(agent):
    found, _, tokens = agent
    path = found.checkout.root / "agents/a/agent.yaml"
    path.write_text(f"id: {found.agent_id}\n" + path.read_text())
    report = found.back(tokens[0], key="blind")
    assert outcomes(report) == {"a": "failed"}
    assert report.outcomes[0].code == ForbiddenError.code
    assert facts(found)["/system_prompt"] == "You say two."


def test_a_damaged_marker_does_not_stand_in_the_way(agent):
    found, commits, tokens = agent
    extras = found.stage.raw(found.agent_id)["extras"]
    extras["agentsync"] = {**extras["agentsync"], "fields": "damaged"}
    found.stage.client.patch(
        f"{AGENTS}/{found.agent_id}", json={"extras": extras}
    ).raise_for_status()
    done(found.back(tokens[0]))
    assert facts(found)["/system_prompt"] == "You say one."
    assert found.stage.marker(found.agent_id)["commit"] == commits[0]
    assert set(origins(found).values()) == {"git"}


def test_a_kill_half_way_is_finished_by_the_next_run(agent):
    found, _, tokens = agent
    found.stage.server.add_fault(
        Fault(kind="status", status=403, method="PATCH", path=f"{AGENTS}/*")
    )
    report = found.back(tokens[0])
    assert report.exit_code is ExitCode.PARTIAL
    assert facts(found)["/system_prompt"] == "You say one."
    assert facts(found)["/description"] == "two"
    done(found.back(tokens[0]))
    assert facts(found)["/description"] == "one"
