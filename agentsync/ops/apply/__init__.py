"""Writing what a plan says: agent by agent, always going from what was just read.

command     plan, show, ask, write; or exactly a plan that was saved
saved       whether a saved plan is for here, and still true
applying    every agent of a plan, many at a time
creating, updating, deleting
one agent each
aim         what an agent was, what it shall be, and how far it is from either
duplicates  two applies that made the same agent
receipt     what is known of an agent's requests so far
backoff     the waits
"""

from agentsync.ops.apply.command import (
    ApplyOptions,
    Confirm,
    Surroundings,
    apply,
    apply_draft,
)

__all__ = ["ApplyOptions", "Confirm", "Surroundings", "apply", "apply_draft"]
