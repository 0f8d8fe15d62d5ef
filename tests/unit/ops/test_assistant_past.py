"""The history of an assistant, and the way back in it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from assisted import OWNER, canonical, shown
from recorded import Repository, Version, repository

from agentsync.engine.origins import outline
from agentsync.errors import ExitCode, UsageError
from agentsync.files import planfile
from agentsync.model import Action, Change, History, LiveAgent, Marker, Revision
from agentsync.ops import history as history_module
from agentsync.ops import rollback as rollback_module
from agentsync.ops.history import LogOptions, log
from agentsync.ops.pairing import Pair
from agentsync.ops.rollback import RollbackOptions, rollback
from agentsync.ops.watch import Watch

CONTEXT = {"context": {"a": 1}}
THEIRS = {"metadata": {"team": "git", "theirs": 1}, "config": {"theirs": 1}}


@pytest.fixture
def stage(tmp_path: Path) -> Repository:
    return repository(tmp_path)


def marker(base: Mapping[str, Any], commit: str = "", at: str = "1") -> Marker:
    return Marker(owner=OWNER, commit=commit, applied_at=at, base=outline(dict(base)))


def live_at(version: Version) -> LiveAgent:
    return LiveAgent(
        agent_id="id", revision=version.token, value=version.value, marker=version.marker
    )


def told(pair: Pair, monkeypatch: pytest.MonkeyPatch, limit: int = 20) -> History:
    monkeypatch.setattr(history_module, "paired", lambda *_: pair)
    report = log(LogOptions(directory=pair.project.root, address="a", limit=limit), {}, Watch())
    assert report.exit_code is ExitCode.OK
    assert report.history is not None
    return report.history


def back(pair: Pair, monkeypatch: pytest.MonkeyPatch, to: str) -> Change:
    """The change that going back to this version would be; it is only saved."""
    monkeypatch.setattr(rollback_module, "paired", lambda *_: pair)
    path = pair.project.root / "saved.plan"
    options = RollbackOptions(directory=pair.project.root, address="a", to=to, save=path)
    report = rollback(options, {}, Watch(), lambda _: False, lambda: "now")
    assert report.exit_code is ExitCode.OK, report.problems
    plan = planfile.read(path)
    assert plan.prompt == "/context/p"
    (change,) = plan.changes
    return change


def by_token(history: History) -> dict[str, Revision]:
    return {item.token: item for item in history.revisions}


def test_the_log_tells_every_field_of_every_version(
    stage: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, one = stage.commit("One.", context={"a": 1})
    second, two = stage.commit(None, context={"a": 2}, metadata={"team": "git"})
    edited = shown(**{**two, "description": "edited"})
    v1 = Version("1", shown(**one), marker(one, first))
    v2 = Version("2", shown(**two), marker(two, second, at="2"))
    v3 = Version("3", edited, v2.marker)
    history = told(stage.pair(live_at(v3), v3, v2, v1), monkeypatch)
    found = by_token(history)
    assert [item.token for item in history.revisions] == ["3", "2", "1"]
    assert [item.pointer for item in found["3"].fields] == ["/description"]
    assert {item.pointer for item in found["2"].fields} == {
        *("/context/a", "/metadata/team", "/system_prompt"),
    }
    assert {"/name", "/graph_id", "/system_prompt"} <= {it.pointer for it in found["1"].fields}
    assert [token for token, item in found.items() if item.current] == ["3"]
    # The edit carries the marker on; the version that brought it is the one that was applied.
    assert [token for token, item in found.items() if item.applied] == ["2"]
    # What others edited and git does not declare makes no other definition of it.
    assert {token: item.commit for token, item in found.items()} == {
        "3": second,
        "2": second,
        "1": first,
    }
    assert (history.complete, history.notes) == (True, ())


def test_a_log_that_is_cut_short_calls_no_edit_the_last_apply(
    stage: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, one = stage.commit(None)
    mark = marker(one)
    versions = [Version(str(n), shown(description=f"{n}"), mark) for n in range(9, 0, -1)]
    history = told(stage.pair(live_at(versions[0]), *versions), monkeypatch, limit=4)
    assert [item.token for item in history.revisions] == ["9", "8", "7", "6"]
    assert not any(item.applied for item in history.revisions)
    assert not history.complete
    history = told(stage.pair(live_at(versions[0]), *versions), monkeypatch, limit=9)
    assert [item.token for item in history.revisions if item.applied] == ["1"]
    assert history.complete


def test_a_version_that_somebody_set_back_to_is_told(
    stage: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, one = stage.commit(None)
    v1, v2 = Version("1", shown(), marker(one)), Version("2", shown(description="2"), marker(one))
    history = told(stage.pair(live_at(v1), v2, v1), monkeypatch)
    assert [item.token for item in history.revisions if item.current] == ["1"]
    (note,) = history.notes
    assert "set the agent back to revision 1" in note
    assert "rollback" in note


def test_going_back_restores_all_that_is_gits(
    stage: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, one = stage.commit("One.", context={"a": {"b": 1}}, metadata={"team": "git"})
    second, two = stage.commit("Two.", description="two", context={"c": 1})
    v1 = Version("1", shown(**one), marker(one, first))
    v2 = Version("2", shown(**{**two, **THEIRS}), marker(two, second, at="2"))
    change = back(stage.pair(live_at(v2), v2, v1), monkeypatch, "1")
    assert change.action is Action.UPDATE
    assert {item.pointer: item.after for item in change.fields} == {
        "/context/a": {"b": 1},
        "/context/c": change.fields[1].after,
        "/description": "",
        "/system_prompt": "One.",
    }
    assert not change.fields[1].after
    assert change.reason == "back to revision 1: 4 fields differ"
    assert change.notes == (
        "git still says otherwise: revert it there, or the next apply brings it back",
    )
    assert (change.desired or {})["metadata"] == {"team": "git"}


def test_going_back_to_what_nobody_committed_restores_what_a_marker_knows(
    stage: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, git = stage.commit(None, metadata={"team": "git"})
    then = shown(description="then", system_prompt="Then.", config={"tags": ["then"]}, **CONTEXT)
    # Apply had left it so, from files in no commit: only the marker of that version knows.
    said = canonical(description="then", system_prompt="Then.")
    v1 = Version("1", then, marker(said))
    v2 = Version("2", shown(metadata={"team": "git"}), marker(git, at="2"))
    change = back(stage.pair(live_at(v2), v2, v1), monkeypatch, "1")
    assert {item.pointer: item.after for item in change.fields} == {
        "/context/a": 1,
        "/description": "then",
        "/metadata/team": change.fields[2].after,
        "/system_prompt": "Then.",
    }
    assert not change.fields[2].after
    assert change.notes[0].startswith("/metadata/team cannot be removed")
    # Without that marker nobody knows that the description was git's.
    bare = replace(v1, marker=None)
    change = back(stage.pair(live_at(v2), v2, bare), monkeypatch, "1")
    assert [item.pointer for item in change.fields] == ["/context/a", "/metadata/team"]


def test_an_agent_that_is_there_already_stays(
    stage: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, one = stage.commit("One.")
    v1 = Version("1", shown(**one), marker(one, first))
    v2 = Version("2", shown(**{**one, **THEIRS}), v1.marker)
    change = back(stage.pair(live_at(v2), v2, v1), monkeypatch, "1")
    assert (change.action, change.fields, change.notes) == (Action.NO_OP, (), ())


def test_a_version_is_asked_for_by_its_whole_number(
    stage: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, one = stage.commit("One.")
    versions = [Version(str(n), shown(**one), marker(one)) for n in range(12, 0, -1)]
    pair = stage.pair(live_at(versions[0]), *versions)
    assert back(pair, monkeypatch, "1").reason == "it is as it was at revision 1"
    for asked, what in (("13", "names no revision"), ("", "names no revision")):
        with pytest.raises(UsageError, match=what):
            back(pair, monkeypatch, asked)
