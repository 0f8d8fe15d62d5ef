"""How an agent stands: one word that does not depend on what an apply was asked to do."""

import pytest

from agentsync.model import (
    ABSENT,
    Action,
    Change,
    Effect,
    FieldChange,
    LastApply,
    Origin,
    State,
)

LAST = LastApply(commit="", at="", revision="")


def change(action, *origins, effect=Effect.APPLY, last=LAST):
    fields = tuple(
        FieldChange(pointer=f"/{n}", before=ABSENT, after=1, origin=origin, effect=effect)
        for n, origin in enumerate(origins)
    )
    return Change(address="a", name="a", action=action, reason="", fields=fields, last=last)


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (change(Action.NO_OP), State.IN_SYNC),
        (change(Action.NO_OP, last=None), State.IN_SYNC),
        (change(Action.UPDATE), State.MARKER),
        (change(Action.UPDATE, Origin.GIT), State.AHEAD),
        (change(Action.NO_OP, Origin.LIVE), State.DRIFTED),
        (change(Action.UPDATE, Origin.GIT, Origin.LIVE), State.DRIFTED),
        (change(Action.UPDATE, Origin.LIVE, Origin.UNKNOWN), State.UNKNOWN),
        (change(Action.UPDATE, Origin.UNKNOWN, Origin.GIT, Origin.BOTH), State.CONFLICT),
        (change(Action.CREATE, Origin.GIT, last=None), State.MISSING),
        (change(Action.ADOPT, Origin.UNKNOWN, last=None), State.ADOPTABLE),
        (change(Action.ADOPT, last=None), State.ADOPTABLE),
        (change(Action.ADOPT, Origin.UNKNOWN), State.FOREIGN),
        (change(Action.DELETE), State.ORPHAN),
    ],
)
def test_the_state_is_what_people_must_decide_on_first(made, state):
    assert made.state is state
    assert made.to_json()["state"] == state.value


@pytest.mark.parametrize("origin", list(Origin))
def test_no_choice_moves_the_state(origin):
    states = {change(Action.UPDATE, origin, effect=effect).state for effect in Effect}
    assert len(states) == 1


def test_a_change_survives_being_saved():
    made = change(Action.UPDATE, Origin.LIVE, effect=Effect.KEEP)
    assert Change.from_json(made.to_json()) == made
    assert made.kept == made.fields
    assert made.to_apply == ()
