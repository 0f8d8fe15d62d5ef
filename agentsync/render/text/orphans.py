"""Live agents that carry our marker, and that git has no definition of any more."""

from agentsync.model import Action, Plan
from agentsync.render.text.heads import SHORT_ID, joined
from agentsync.render.text.page import Line, line
from agentsync.render.visible import visible


def orphan_lines(plan: Plan, *, whole: bool = False) -> list[Line]:
    """A line for each, but for those that the plan deletes; empty when there is none."""
    going = {change.agent_id for change in plan.changes if change.action is Action.DELETE}
    orphans = [it for it in plan.orphans if it.address and it.agent_id not in going]
    if not orphans:
        return []
    twice = len({orphan.address for orphan in orphans}) < len(orphans)
    # The address alone does not say which one, and then the id is what --delete takes.
    size = None if whole or twice else SHORT_ID
    return [
        line(("Not in git any more: left alone; --delete NAME deletes", "title")),
        *(
            line(
                (visible(orphan.address), ""),
                (f"  {joined(f'id {orphan.agent_id[:size]}', orphan.reason)}", "quiet"),
                indent=2,
            )
            for orphan in orphans
        ),
    ]
