"""The sign and the word that begin what is said of one agent."""

from collections import Counter
from typing import Final

from agentsync.model import Action, AgentPatch, Change, Origin, PatchStatus, State, Status
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
_OUTCOMES: Final = {
    Action.CREATE: ("+", "created", "create"),
    Action.UPDATE: ("~", "updated", "update"),
    Action.ADOPT: ("=", "adopted", "adopt"),
    Action.DELETE: ("-", "deleted", "delete"),
    Action.NO_OP: ("~", "marked", "update"),
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


def outcome_chip(status: Status, action: Action, *, kept: bool, marked: bool) -> Markup:
    """What became of the agent when the plan was applied."""
    if status is Status.APPLIED:
        return chip(*_OUTCOMES[Action.NO_OP if marked else action])
    if status is Status.UNCHANGED:
        return chip("*", "drifted (kept)", "warning") if kept else chip(" ", "in sync", "quiet")
    return chip("!", "not tried" if status is Status.UNTRIED else status.value, "error")


def differences(change: Change) -> str:
    """How many fields differ, by who made them differ: `2 git, 1 live`."""
    who = Counter(item.origin for item in change.fields)
    return ", ".join(f"{who[origin]} {origin.value}" for origin in Origin if who[origin])
