"""Every rule's word on one agent: its canonical form before and after → findings.

what is judged              before                      after
a plan's change             live                        live with what apply writes
a drift                     git's side of the edits     live
a new agent                 nothing, but the defaults   what git says
a definition, offline       nothing                     what git says: `offline` rules only
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from agentsync.canonical import Json, join
from agentsync.engine.policy.catalogue import RULES
from agentsync.engine.policy.graphs import graph_hits
from agentsync.engine.policy.hits import Hit
from agentsync.engine.policy.powers import model_form_hits, power_hits
from agentsync.engine.policy.texts import content_hits, size_hits, ungranted_hits
from agentsync.engine.policy.tools import Registered, registry_hits, removed, tool_hits
from agentsync.model.findings import Finding, Policy

_NOTHING: Final[Mapping[str, Json]] = {}


def judged(
    address: str,
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    policy: Policy,
    registry: Mapping[str, Registered] | None = None,
) -> tuple[Finding, ...]:
    """The findings on a change from `before` to `after`, as the policy wants them.

    Shape: `registry` is what the workspace says of the servers of new tools, by URL; those that
    are not in it are not judged.
    """
    hits = (
        *power_hits(before, after),
        *graph_hits(before, after),
        *tool_hits(before, after),
        *registry_hits(before, after, registry or {}),
        *size_hits(before, after),
        *_deletions(before, after),
        *_linked(before, after),
        *_offline(before, after),
    )
    return _as_wanted(address, hits, policy)


def judged_alone(
    address: str, definition: Mapping[str, Json], policy: Policy
) -> tuple[Finding, ...]:
    """The findings that need no live agent: on what a definition says."""
    return _as_wanted(address, _offline(_NOTHING, definition), policy)


def judged_deletion(address: str, name: str, policy: Policy) -> tuple[Finding, ...]:
    """The finding on an agent that goes."""
    return _as_wanted(address, (Hit("agent-deleted", "", f"{name} is deleted"),), policy)


def _offline(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hit]:
    yield from model_form_hits(before, after)
    yield from ungranted_hits(before, after)
    yield from content_hits(before, after)


def _deletions(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hit]:
    gone = removed(before, after)
    total = sum(gone.values())
    if total:
        each = (f"{number} {noun}{'s' if number > 1 else ''}" for noun, number in gone.items())
        yield Hit("large-deletion", "", f"it loses {', '.join(each)}", total)


def _linked(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hit]:
    then = before.get("skills", {})
    for name, skill in after.get("skills", {}).items():
        handle = skill.get("repo_handle") if isinstance(skill, Mapping) else None
        if handle and (then.get(name) or {}).get("repo_handle") != handle:
            pinned = " at a named commit" if skill.get("commit_id") else ""
            yield Hit("skill-linked", join(("skills", name)), f"it follows {handle}{pinned}")


def _as_wanted(address: str, hits: Iterable[Hit], policy: Policy) -> tuple[Finding, ...]:
    """The hits that the project's settings leave, the greatest risk first."""
    found = []
    for hit in dict.fromkeys(hits):
        rule, said = RULES[hit.rule], policy.setting(hit.rule, address)
        if said and not said.enabled:
            continue
        threshold = said.threshold if said and said.threshold is not None else rule.threshold
        if hit.amount is not None and threshold is not None and hit.amount < threshold:
            continue
        severity = said.severity if said else None
        found.append(
            Finding(
                rule=hit.rule,
                severity=severity or rule.severity,
                address=address,
                pointer=hit.pointer,
                message=hit.message,
                line=hit.line,
                note=said.reason if said and severity else "",
            )
        )
    return tuple(sorted(found, key=lambda item: item.order))
