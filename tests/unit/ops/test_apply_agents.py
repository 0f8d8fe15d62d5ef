"""One agent at a time, where the API behaves as the emulator cannot."""

import threading
from dataclasses import replace

import pytest
from pretending import Pretending, raising

from agentsync.engine.identity import Match
from agentsync.engine.normalise import desired
from agentsync.engine.planner import compare
from agentsync.engine.state import fingerprint, verified
from agentsync.errors import (
    BadAnswerError,
    ForbiddenError,
    NotFoundError,
    ServerError,
    StaleError,
    TimedOutError,
    UnreachableError,
)
from agentsync.model import (
    Action,
    Change,
    Choices,
    Definition,
    Guarantee,
    Owner,
    Precondition,
    Status,
)
from agentsync.ops.apply.aim import Terms
from agentsync.ops.apply.applying import Applying, roster_of
from agentsync.ops.apply.backoff import Backoff
from agentsync.ops.watch import Watch

LIVE = desired({"name": "a", "description": "d", "system_prompt": "p"}, Pretending.rules)
WANTED = desired({"name": "a", "description": "e", "system_prompt": "q"}, Pretending.rules)
TERMS = Terms(
    project="tests",
    target="",
    rules=Pretending.rules,
    ignore=(),
    commit="c",
    at="2026-01-01T00:00:00.000001Z",
)


@pytest.fixture
def api():
    return Pretending(one=LIVE)


def planned(api, value=WANTED, agent_id="one"):
    live = api.agents.get(agent_id)
    match = live and Match(live=live, owner=Owner(project="tests", target="", address="a"))
    definition = Definition(address="a", value=value)
    return compare(definition, match, api.rules, choices=Choices(adopt=True))


def deletion(api):
    digest = fingerprint(api.agents["one"], None, api.rules)
    return Change(
        address="a",
        name="a",
        action=Action.DELETE,
        reason="",
        agent_id="one",
        precondition=Precondition(revision="r", digest=digest),
    )


def applied(api, *changes, waits=None, stop=None):
    """The outcomes of applying these changes."""
    waits = [] if waits is None else waits
    backoff = Backoff(
        stop=stop or threading.Event(), note=lambda text: None, pause=waits.append, jitter=lambda: 1
    )
    applying = Applying(
        provider=api,
        terms=TERMS,
        backoff=backoff,
        addresses=frozenset({"a", "b"}),
        changes=changes,
        roster=roster_of(api, TERMS, frozenset({"a", "b"})),
    )
    applying.run(1, Watch())
    return applying.all_outcomes()


def test_an_update_is_two_writes_each_after_a_read(api):
    (outcome,) = applied(api, planned(api))
    assert outcome.status is Status.APPLIED
    assert (outcome.files, outcome.metadata) == (Guarantee.ATOMIC, Guarantee.CHECKED)
    assert api.log == ["hold", "files", "hold", "metadata", "hold"]
    assert api.agents["one"].value == WANTED
    assert outcome.verified == verified(WANTED)


def test_an_agent_without_a_revision_is_applied_all_the_same(api):
    api.agents["one"] = replace(api.agents["one"], revision="")
    (outcome,) = applied(api, planned(api))
    assert (outcome.status, outcome.before, outcome.after) == (Status.APPLIED, "", "")


@pytest.mark.parametrize("call", ["files", "metadata"])
def test_a_write_that_is_not_seen_at_once_is_waited_for_and_not_sent_again(api, call):
    change = planned(api)
    old, waits = [], []

    def keep():
        # What was written is hidden from the next two reads.
        api.hooks["hold"] = [hide, again, show]

    def hide():
        old.append(api.agents["one"])
        api.agents["one"] = before

    def again():
        pass

    def show():
        api.agents["one"] = old[0]

    def look():
        nonlocal before
        before = api.agents["one"]
        keep()

    before = None
    api.hooks[call] = [look]
    (outcome,) = applied(api, change, waits=waits)
    assert outcome.status is Status.APPLIED, outcome.message
    assert api.log.count(call) == 1
    assert waits == [0.5, 1.0]


def test_a_write_that_is_never_seen_is_a_failure(api):
    api._write = lambda *arguments, **more: None
    waits = []
    (outcome,) = applied(api, planned(api), waits=waits)
    assert (outcome.status, outcome.written) == (Status.FAILED, True)
    assert "still answers with what was there before" in outcome.message
    assert api.log.count("files") == 1
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0]


def test_a_field_that_the_api_does_not_take_is_a_failure_that_names_it(api):
    original = api._write

    def forgetful(held, intended, **more):
        original(held, {**intended, "description": "of its own"}, **more)

    api._write = forgetful
    (outcome,) = applied(api, planned(api))
    assert (outcome.status, outcome.written) == (Status.FAILED, True)
    assert "did not take" in outcome.message
    assert "/description" in outcome.message


def test_a_marker_that_the_api_does_not_keep_is_a_failure(api):
    original = api._write
    api._write = lambda held, intended, tree, marker=None: original(held, intended, tree=tree)
    (outcome,) = applied(api, planned(api))
    assert (outcome.status, outcome.written) == (Status.FAILED, True)


def test_what_could_not_be_read_back_is_told(api):
    failing = raising(TimedOutError("no answer", request="GET /a", hint="h"), sent=False)
    api.hooks["hold"] = [lambda: None, failing]
    (outcome,) = applied(api, planned(api))
    assert (outcome.status, outcome.written) == (Status.FAILED, True)
    assert outcome.message == "it was written, but not read back: no answer"
    assert (outcome.request, outcome.hint) == ("GET /a", "h")


def test_a_lost_write_that_could_not_be_looked_at_is_not_claimed_to_have_failed(api):
    api.hooks["files"] = [raising(UnreachableError("broke off", request="POST /a"))]
    failing = raising(TimedOutError("no answer", request="GET /a"), sent=False)
    api.hooks["hold"] = [lambda: None, failing]
    (outcome,) = applied(api, planned(api))
    assert (outcome.status, outcome.written) == (Status.FAILED, True)
    assert "it is not known what the write did" in outcome.message


def test_a_first_read_that_fails_has_written_nothing(api):
    api.hooks["hold"] = [raising(BadAnswerError("not JSON", request="GET /a"), sent=False)]
    (outcome,) = applied(api, planned(api))
    assert (outcome.status, outcome.written, outcome.message) == (Status.FAILED, False, "not JSON")
    assert api.log == ["hold"]


def test_an_agent_that_is_deleted_meanwhile(api):
    api.hooks["hold"] = [lambda: None, api.agents.clear]
    (outcome,) = applied(api, planned(api))
    assert (outcome.status, outcome.written) == (Status.FAILED, True)
    assert outcome.message == "it was deleted while it was applied"


def test_a_refused_write_is_not_tried_again(api):
    api.hooks["files"] = [raising(ForbiddenError("403", request="POST /a", hint="h"), sent=False)]
    waits = []
    (outcome,) = applied(api, planned(api), waits=waits)
    assert (outcome.status, outcome.written, outcome.request) == (Status.FAILED, False, "POST /a")
    assert api.log.count("files") == 1
    assert not waits


def test_what_was_lost_and_had_no_effect_was_not_written(api):
    lost = [raising(ServerError("503", request="POST /a", retry_after=7.0)) for _ in range(9)]
    api.hooks["files"] = lost
    waits = []
    (outcome,) = applied(api, planned(api), waits=waits)
    assert (outcome.status, outcome.written, outcome.message) == (Status.FAILED, False, "503")
    assert api.log.count("files") == 5
    assert waits == [pytest.approx(7.7)] * 5, "the server has said when to come back"


def test_a_tree_that_keeps_moving_is_stale(api):
    api.hooks["files"] = [raising(StaleError("moved")) for _ in range(9)]
    (outcome,) = applied(api, planned(api))
    assert (outcome.status, outcome.written, outcome.message) == (Status.STALE, False, "moved")


def test_another_apply_of_the_same_content_is_no_conflict(api):
    change = planned(api)
    other = replace(TERMS, at="2026-01-01T00:00:00.000002Z")

    def meanwhile():
        live = api.agents["one"]
        api.agents["one"] = replace(live, value=WANTED, marker=other.marker(change, live))

    api.hooks["files"] = [meanwhile]
    (outcome,) = applied(api, change)
    assert outcome.status is Status.APPLIED
    assert "metadata" not in api.log, "the other one's marker says the same"


def test_a_marker_of_something_else_is_not_overwritten(api):
    change = planned(api)
    theirs = planned(api, desired({"name": "a", "description": "f"}, api.rules))

    def meanwhile():
        live = api.agents["one"]
        api.agents["one"] = replace(live, marker=TERMS.marker(theirs, live))

    api.hooks["hold"] = [lambda: None, meanwhile]
    (outcome,) = applied(api, change)
    assert (outcome.status, outcome.written) == (Status.FAILED, True)
    assert outcome.message.endswith("its marker")
    assert "metadata" not in api.log


def skilled(**front_matter):
    """What is wanted, with a skill."""
    skill = {"name": "s", "description": "d", "instructions": "i", "files": {}}
    value = desired({"name": "a", "description": "e", "skills": [skill]}, Pretending.rules)
    found = {**value["skills"]["s"], **({"front_matter": front_matter} if front_matter else {})}
    return {**value, "skills": {"s": found}}


def test_the_hidden_is_not_missed(api):
    wanted = skilled(license="MIT")
    change = planned(api, wanted)
    original = api._write

    def hiding(held, intended, **more):
        original(held, intended, **more)
        live = api.agents["one"]
        if live.value.get("skills"):
            shown = {**live.value["skills"]["s"]}
            shown.pop("front_matter", None)
            value = {**live.value, "skills": {"s": shown}}
            hidden = frozenset({"/skills/s/front_matter"})
            api.agents["one"] = replace(live, value=value, hidden=hidden)

    api._write = hiding
    (outcome,) = applied(api, change)
    assert outcome.status is Status.APPLIED, outcome.message


def test_only_what_others_changed_is_named(api):
    def meanwhile():
        live = api.agents["one"]
        value = {**live.value, "skills": skilled()["skills"]}
        api.agents["one"] = replace(live, value=value)

    api.hooks["hold"] = [lambda: None, meanwhile]
    (outcome,) = applied(api, planned(api))
    assert outcome.status is Status.FAILED
    assert outcome.message.endswith("what was written: /skills/s")


def test_the_same_content_under_another_owner_is_not_overwritten(api):
    change = planned(api)
    theirs = replace(TERMS, project="others")

    def meanwhile():
        live = api.agents["one"]
        api.agents["one"] = replace(live, value=WANTED, marker=theirs.marker(change, live))

    api.hooks["files"] = [meanwhile]
    (outcome,) = applied(api, change)
    assert (outcome.status, outcome.message[-10:]) == (Status.FAILED, "its marker")


def test_what_was_done_half_way_is_still_what_was_planned(api):
    before = skilled()
    api.agents["one"] = replace(api.agents["one"], value=before)
    wanted = {**skilled(license="MIT"), "system_prompt": "q"}
    change = planned(api, wanted)
    live = replace(api.agents["one"], value={**before, "skills": wanted["skills"]})
    assert TERMS.planned(change, api.agents["one"])
    assert TERMS.planned(change, live)
    foreign = replace(live, value={**live.value, "system_prompt": "r"})
    assert not TERMS.planned(change, foreign)


# Creates and deletes


def test_a_new_agent_may_take_a_moment_to_be_found():
    api = Pretending()
    change = planned(api)
    api.hooks["read"] = [raising(NotFoundError("404", request="GET /a"), sent=False)] * 2
    waits = []
    (outcome,) = applied(api, change, waits=waits)
    assert (outcome.status, outcome.agent_id) == (Status.APPLIED, "new1")
    assert waits == [0.5, 1.0]


def test_a_new_agent_that_is_never_found_is_told():
    api = Pretending()
    change = planned(api)
    api.hooks["read"] = [raising(NotFoundError("404", request="GET /a"), sent=False)] * 9
    (outcome,) = applied(api, change)
    assert (outcome.status, outcome.written, outcome.agent_id) == (Status.FAILED, True, "new1")
    assert outcome.message == "it was written, but not read back: 404"


def test_a_create_that_is_not_what_was_sent_is_a_failure():
    api = Pretending()
    change = planned(api)

    def meanwhile():
        live = api.agents["new1"]
        api.agents["new1"] = replace(live, value={**live.value, "description": "other"})

    api.hooks["read"] = [meanwhile]
    (outcome,) = applied(api, change)
    assert (outcome.status, outcome.written, outcome.agent_id) == (Status.FAILED, True, "new1")
    assert "/description" in outcome.message


def test_a_refused_create_is_not_sent_again():
    api = Pretending()
    api.hooks["create"] = [raising(ForbiddenError("403", request="POST /a"), sent=False)]
    (outcome,) = applied(api, planned(api))
    assert (outcome.status, outcome.written) == (Status.FAILED, False)
    assert api.log.count("create") == 1


def test_a_lost_create_that_cannot_be_looked_for_is_not_known():
    api = Pretending()
    change = planned(api)
    api.hooks["create"] = [raising(UnreachableError("broke off", request="POST /a", hint="h"))]
    nothing = raising(UnreachableError("no connection", request="GET /a"), sent=False)
    api.hooks["list"] = [lambda: None, nothing]
    (outcome,) = applied(api, change)
    assert (outcome.status, outcome.written) == (Status.FAILED, True)
    assert outcome.message == "it is not known whether it was created: broke off"
    assert (outcome.request, api.log.count("create")) == ("POST /a", 1)


def test_a_lost_create_is_not_found_in_an_agent_of_the_same_name():
    api = Pretending()
    change = planned(api)

    def meanwhile():
        api.agents["theirs"] = Pretending(theirs=WANTED).agents["theirs"]
        raising(UnreachableError("broke off", request="POST /a"))()

    api.hooks["create"] = [meanwhile]
    (outcome,) = applied(api, change)
    assert (outcome.status, outcome.agent_id) == (Status.APPLIED, "new1")


def test_a_create_whose_marker_is_not_kept_is_a_failure():
    api = Pretending()
    change = planned(api)

    def forget():
        api.agents["new1"] = replace(api.agents["new1"], marker=None)

    api.hooks["read"] = [forget]
    (outcome,) = applied(api, change)
    assert (outcome.status, outcome.written) == (Status.FAILED, True)
    assert outcome.message.endswith("its marker")


def test_a_duplicate_that_somebody_has_changed_is_left_to_people():
    api = Pretending()
    change = planned(api)

    def another():
        marker = replace(TERMS, at="2026-01-01T00:00:00.000000Z").marker(change, None)
        first = Pretending(first=WANTED).agents["first"]
        api.agents["first"] = replace(first, marker=marker)

    def edit():
        live = api.agents["new1"]
        api.agents["new1"] = replace(live, value={**live.value, "description": "by hand"})

    api.hooks.update(create=[another], list=[lambda: None, edit])
    (outcome,) = applied(api, change)
    assert (outcome.status, outcome.written) == (Status.FAILED, True)
    assert "first and new1" in outcome.message
    assert api.agents.keys() == {"first", "new1"}


def test_duplicates_that_cannot_be_looked_for_are_no_failure():
    api = Pretending()
    change = planned(api)
    failing = raising(UnreachableError("no connection", request="GET /a"), sent=False)
    api.hooks["list"] = [lambda: None, failing]
    (outcome,) = applied(api, change)
    assert outcome.status is Status.APPLIED


def test_a_delete_that_never_arrives_has_written_nothing(api):
    api.hooks["delete"] = [raising(ServerError("503", request="DELETE /a")) for _ in range(9)]
    (outcome,) = applied(api, deletion(api))
    assert (outcome.status, outcome.written, outcome.message) == (Status.FAILED, False, "503")
    assert api.log.count("delete") == 5


def test_a_delete_that_does_not_happen_is_a_failure(api):
    change = deletion(api)
    api.delete = lambda agent_id: api.log.append("delete")
    (outcome,) = applied(api, change)
    assert (outcome.status, outcome.written) == (Status.FAILED, True)
    assert "still shows it" in outcome.message


def test_after_a_delete_a_403_means_that_it_is_gone(api):
    change = deletion(api)
    api.hooks["read"] = [
        lambda: None,
        raising(ForbiddenError("403", request="GET /a"), sent=False),
    ]
    (outcome,) = applied(api, change)
    assert outcome.status is Status.APPLIED


def test_before_a_delete_a_403_means_what_it_says(api):
    change = deletion(api)
    api.hooks["read"] = [raising(ForbiddenError("403", request="GET /a"), sent=False)]
    (outcome,) = applied(api, change)
    assert (outcome.status, outcome.written) == (Status.FAILED, False)
    assert "delete" not in api.log


# An end in the middle


def test_after_an_interruption_nothing_is_begun_but_what_was_begun_is_finished(api):
    stop = threading.Event()
    api.hooks["files"] = [stop.set]
    (outcome,) = applied(api, planned(api), stop=stop)
    assert outcome.status is Status.APPLIED


@pytest.mark.parametrize("kind", ["update", "create", "delete"])
def test_after_an_interruption_no_first_write_is_sent(kind):
    api = Pretending() if kind == "create" else Pretending(one=LIVE)
    change = deletion(api) if kind == "delete" else planned(api)
    stop = threading.Event()
    api.hooks["hold"] = api.hooks["read"] = api.hooks["list"] = [stop.set]
    (outcome,) = applied(api, change, stop=stop)
    assert (outcome.status, outcome.written) == (Status.UNTRIED, False)
    assert "interrupted" in outcome.message
    assert not {"files", "metadata", "create", "delete"} & set(api.log)


def test_two_changes_at_one_address_both_have_an_outcome():
    api = Pretending(one=LIVE, two={**LIVE, "name": "b"})
    keeps = planned(api)
    goes = replace(deletion(api), agent_id="two")
    digest = fingerprint(api.agents["two"], None, api.rules)
    goes = replace(goes, precondition=Precondition(revision="r", digest=digest))
    found = applied(api, keeps, goes)
    assert [item.status for item in found] == [Status.APPLIED, Status.APPLIED]
    assert {item.agent_id for item in found} == {"one", "two"}
