"""The rules of a run: the policy's catalogue in full, and whatever else has a result."""

import re
from collections.abc import Iterable
from typing import Any, Final

from agentsync.engine.policy.catalogue import RULES, Rule
from agentsync.model import Risk
from agentsync.render.sarif.results import LEVELS, Result

_OURS: Final = re.compile("[a-z]+(-[a-z0-9]+)*")
# GitHub: over 7 is high, over 4 medium.
_SCORES: Final = {Risk.HIGH: "8.0", Risk.MEDIUM: "5.5", Risk.LOW: "3.0"}
# SARIF's level → GitHub's name of it.
_SEVERITIES: Final = {"error": "error", "warning": "warning", "note": "recommendation"}

# The rules that are no policy's: id → what it is, and why it is told.
_EDITS: Final = {
    "drift": (
        "a live agent was edited outside git",
        "What runs is not what was reviewed. `agentsync pull` brings the edit into git, "
        "`agentsync plan` shows what apply does about it.",
    ),
    "conflict": (
        "git and a live agent changed the same field",
        "Whichever side wins, somebody's work is lost unless a person decides. `--on-conflict git` "
        "or `--on-conflict live` says which, `agentsync pull --merge` merges texts line by line.",
    ),
}
_OTHERS: Final = {
    "policy": (
        "a rule that this version does not know",
        "The plan comes from another version of agentsync, whose catalogue has this rule.",
    ),
    "diagnostic": (
        "a problem in the project's files",
        "`agentsync validate` checks the definitions against the schema and against each other, "
        "offline: nothing is compared or written while one of them is wrong.",
    ),
}


def descriptors(found: Iterable[Result]) -> list[dict[str, Any]]:
    """A descriptor for each rule of the policy, then for each other that has a result, by id."""
    others: dict[str, Result] = {}
    for item in found:
        if item.rule not in RULES:
            others.setdefault(item.rule, item)
    return [*map(_of_policy, RULES.values()), *(_other(others[rule]) for rule in sorted(others))]


def _of_policy(rule: Rule) -> dict[str, Any]:
    tags = ["security", "policy"]
    described = _described(rule.id, rule.title, rule.reason, LEVELS[rule.severity], tags)
    described["properties"]["security-severity"] = _SCORES[rule.severity]
    return described


def _other(item: Result) -> dict[str, Any]:
    """The descriptor for a rule of whose results `item` is the greatest."""
    what, why = _OTHERS.get(item.family) or _EDITS[item.rule]
    return _described(item.rule, what, why, item.level, [item.family])


def _described(rule: str, what: str, why: str, level: str, tags: list[str]) -> dict[str, Any]:
    title = f"{what[0].upper()}{what[1:]}"
    return {
        "id": rule,
        "name": _name(rule),
        "shortDescription": {"text": title},
        "fullDescription": {"text": why},
        "help": {"text": f"{title}. {why}", "markdown": f"**{title}.** {why}"},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": tags, "problem.severity": _SEVERITIES[level]},
    }


def _name(rule: str) -> str:
    """The id in the form that SARIF likes for names: `SandboxAdded`; a foreign one as it is."""
    return rule.title().replace("-", "") if _OURS.fullmatch(rule) else rule
