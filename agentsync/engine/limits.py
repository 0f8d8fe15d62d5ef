"""How much one apply may do, and how risky: agentsync.yaml's word, for plan and apply alike."""

from collections.abc import Iterable

from agentsync.model import Action, Change, Choices, Finding, Limits, Policy


def refusals(
    changes: Iterable[Change], limits: Limits, choices: Choices, *, protect: bool
) -> tuple[str, ...]:
    """Sentences that say why nothing of these changes may be applied."""
    to_do = [item for item in changes if item.action is not Action.NO_OP and not item.refusals]
    deletes = sum(item.action is Action.DELETE for item in to_do)
    found = []
    if limits.max_deletes is not None and deletes > limits.max_deletes:
        found.append(
            f"{deletes} to delete, and agentsync.yaml allows {limits.max_deletes} "
            "(limits.max_deletes)"
        )
    if limits.max_changes is not None and len(to_do) > limits.max_changes:
        found.append(
            f"{len(to_do)} agents to change, and agentsync.yaml allows {limits.max_changes} "
            "(limits.max_changes)"
        )
    if protect and deletes:
        found.append("the target is protected (protect: true): nothing is deleted there")
    if protect and choices.take_over:
        found.append("the target is protected (protect: true): nothing is taken over there")
    return tuple(found)


def policy_refusals(findings: Iterable[Finding], policy: Policy) -> tuple[str, ...]:
    """A sentence when the policy refuses these findings: how many, and of which rules."""
    refused = [item for item in findings if policy.refuses(item)]
    if not refused:
        return ()
    rules = ", ".join(sorted({item.rule for item in refused}))
    number = "1 capability change" if len(refused) == 1 else f"{len(refused)} capability changes"
    above = policy.fail_on if policy.fail_on == "high" else f"{policy.fail_on} or higher"
    return (f"{number} of severity {above} (policy.fail_on): {rules}",)
