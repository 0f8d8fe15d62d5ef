"""The sign and the word that begin what is said of one agent."""

from collections import Counter
from typing import Final

from agentsync.model import AgentPatch, Change, Origin, PatchStatus, State
from agentsync.render import wording
from agentsync.render.html.markup import Markup, tag

_KINDS: Final = {
    "refused": ("!", "refused", "error"),
    "conflict": ("!", "conflict", "error"),
    "drifted": ("*", "drifted", "warning"),
    "no-op": (" ", "in sync", "quiet"),
    "marker": ("~", "marker only", "update"),
}
_STATES: Final = {
    State.CONFLICT: ("!", "error"),
    State.FOREIGN: ("!", "error"),
    State.UNKNOWN: ("?", "warning"),
    State.DRIFTED: ("*", "warning"),
    State.AHEAD: ("~", "update"),
    State.MARKER: ("~", "update"),
    State.MISSING: ("+", "create"),
    State.ADOPTABLE: ("=", "adopt"),
    State.IN_SYNC: (" ", "good"),
    State.ORPHAN: ("-", "delete"),
}
_PATCHES: Final = {
    PatchStatus.WRITTEN: ("~", "pulled", "update"),
    PatchStatus.PLANNED: ("~", "to pull", "update"),
    PatchStatus.CONFLICT: ("!", "conflict", "error"),
    PatchStatus.REFUSED: ("!", "refused", "error"),
    PatchStatus.FAILED: ("!", "failed", "error"),
    PatchStatus.UNCHANGED: (" ", "unchanged", "quiet"),
}
# What became of an agent (render/receipt.py); anything else stood in the way of it.
_OUTCOMES: Final = {
    "created": ("+", "create"),
    "updated": ("~", "update"),
    "adopted": ("=", "adopt"),
    "deleted": ("-", "delete"),
    "marked": ("~", "update"),
    "drifted (kept)": ("*", "warning"),
    "in sync": (" ", "quiet"),
}


def chip(sign: str, word: str, role: str) -> Markup:
    """The word with its sign before it, in the colour of its role."""
    mark = tag("span", sign, class_="sign", aria_hidden="true")
    return tag("span", mark, word, class_=f"chip r-{role}")


def plan_chip(change: Change, command: str) -> Markup:
    """What the command makes of the agent."""
    kind = wording.kind(change)
    if command == "drift":
        return chip(*_KINDS["drifted"]) if change.fields else chip("?", "untold", "quiet")
    if command == "rollback" and kind != "refused":
        word = ("~", "roll back", "update") if change.to_apply else (" ", "as it was", "quiet")
        return chip(*word)
    if kind in _KINDS:
        return chip(*_KINDS[kind])
    return chip(wording.SIGNS[change.action], change.action.value, change.action.value)


def state_chip(state: State) -> Markup:
    """How the agent stands between git and live."""
    sign, role = _STATES[state]
    return chip(sign, state.value.replace("-", " "), role)


def patch_chip(patch: AgentPatch) -> Markup:
    """How the agent's files came out."""
    return chip(*_PATCHES[patch.status])


def outcome_chip(word: str) -> Markup:
    """What became of the agent when the plan was applied, by its receipt's word."""
    sign, role = _OUTCOMES.get(word, ("!", "error"))
    return chip(sign, word, role)


def differences(change: Change) -> str:
    """How many fields differ, by who made them differ: `2 git, 1 live`."""
    who = Counter(item.origin for item in change.fields)
    return ", ".join(f"{who[origin]} {origin.value}" for origin in Origin if who[origin])
