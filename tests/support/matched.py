"""A definition beside its live agent, as the planner gets them."""

from dataclasses import replace

from amount import EXAMPLES
from hypothesis import settings

from agentsync.engine.identity import Match
from agentsync.engine.marker import parse, to_json
from agentsync.engine.origins import outline
from agentsync.engine.planner import compare
from agentsync.engine.state import intended, next_marker
from agentsync.model import Definition, LiveAgent, Marker, Owner
from agentsync.providers.managed import RULES

LAW = settings(max_examples=EXAMPLES)
"""A profile of hypothesis may ask for more."""

OWNER = Owner(project="tests", target="", address="a")


def matched(live, *, by_name=False, owner=OWNER, others=("a",)):
    return Match(live=live, owner=owner, others=others, by_name=by_name)


def compared(definition, live, *, by_name=False, **more):
    """The change from a live agent that nothing else is known of; None: there is none."""
    match = None if live is None else matched(live, by_name=by_name)
    return compare(definition, match, RULES, **more)


def reread(marker: Marker) -> Marker:
    """The marker as the next run finds it in the agent's extras."""
    found, damage = parse({RULES.marker: to_json(marker)}, RULES)
    assert found is not None, damage
    return found


def applied(change, live: LiveAgent | None, owner=OWNER) -> LiveAgent:
    """The live agent after an apply of `change`, its marker read back."""
    desired = change.desired or {}
    value = intended(live.value, change.to_apply, desired) if live else dict(desired)
    marker = reread(next_marker(change, live, owner, commit="c" * 40, at="2026-01-01T00:00:00Z"))
    if live is None:
        return LiveAgent(agent_id="a", revision="r1", value=value, marker=marker)
    return replace(live, value=value, marker=marker, revision=live.revision + "+")


def marked(base, value):
    """A live agent that carries the marker of an apply of `base`."""
    made = applied(compared(Definition(address="a", value=base), None), None)
    assert made.marker.base == outline(base)
    return LiveAgent(agent_id="a", revision="r2", value=value, marker=made.marker)


def change_of(git, live, **more):
    return compare(Definition(address="a", value=git), matched(live), RULES, **more)
