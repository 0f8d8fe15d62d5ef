"""The schema of a plan, which stands alone when it is saved and inside a report otherwise."""

from typing import Final

from agentsync.canonical import Json
from agentsync.engine.schema.dialect import patterns, record
from agentsync.engine.schema.shapes import (
    choice,
    count,
    entries,
    flag,
    or_null,
    refer,
    sha256,
    text,
    text_or_null,
    texts,
)
from agentsync.model import (
    FORMAT_VERSION,
    Action,
    Effect,
    OnConflict,
    OnDrift,
    Origin,
    Risk,
    State,
)

_UPDATED_AT: Final = 'When the live agent last changed, as the API says; "" when it does not.'


def body() -> dict[str, Json]:
    """The schema of `Plan.to_json`, without the definitions it refers to."""
    return record(
        "What apply would do with every agent that was asked for.",
        {
            **head("plan"),
            "tool_version": text("The version of agentsync that made the plan."),
            "project": text("The project's name, as in agentsync.yaml."),
            "target": text('The target\'s name; "" when the project names none.'),
            "provider": text("The kind of API.", examples=["managed"]),
            "endpoint": text("The address of the API that was read."),
            "workspace_id": text('The workspace that was asked for; "" for the key\'s own.'),
            "prompt": text('Where the target says that AGENTS.md goes; "" if it does not.'),
            "commit": text('The git commit of the definitions; "" outside git.'),
            "choices": refer("choices", "What was decided beforehand, and holds for the apply."),
            "ignore": texts("JSON Pointer globs of agentsync.yaml: out of plan and apply."),
            "limits": record(
                "How much one apply may do, as agentsync.yaml says. null means no limit.",
                {
                    "max_deletes": _limit("The most agents that may be deleted."),
                    "max_changes": _limit("The most agents that may be written."),
                },
            ),
            "protect": flag(
                "Whether agentsync.yaml protects the target: nothing is deleted, and nothing "
                "taken over."
            ),
            "policy": refer("policy", "What agentsync.yaml says of the rules."),
            "refusals": texts(
                "Sentences that say why apply does nothing of this plan; empty when it may."
            ),
            "changes": entries("change", "One entry for each agent, by address; no-ops included."),
            "orphans": entries("orphan", "Live agents that no definition stands for."),
            "findings": entries("finding", "Policy rules that fired."),
            "digest": sha256("The sha256 of the canonical JSON of all other keys."),
        },
    )


def _limit(description: str) -> dict[str, Json]:
    return {**count(description), "type": ["integer", "null"]}


def _choices() -> dict[str, Json]:
    return record(
        "The decisions that a plan is made under.",
        {
            "on_drift": choice(
                "What happens to a field that was edited outside git: `keep` leaves it, `revert` "
                "writes over it, `fail` refuses the agent.",
                OnDrift,
            ),
            "on_conflict": choice(
                "What happens to a field that was changed in git and outside it: `fail` refuses "
                "the agent, `git` or `live` wins.",
                OnConflict,
            ),
            "adopt": flag("Whether git wins over live content that was never applied."),
            "take_over": flag("Whether git wins over an agent that another project's marker has."),
            "delete": texts("The agents without definition that are to go."),
        },
    )


def _orphan() -> dict[str, Json]:
    return record(
        "A live agent that no definition stands for.",
        {
            "agent_id": text("The live agent's id."),
            "name": text("The agent's name for people."),
            "address": text(
                'The folder that its definition had, as our marker says; "" for an agent that '
                "agentsync does not manage."
            ),
            "reason": text("Why it is listed, in a sentence."),
            "updated_at": text(_UPDATED_AT),
        },
    )


def head(kind: str) -> dict[str, Json]:
    """The keys that every document of agentsync begins with."""
    return {
        "format_version": {
            "description": "The version of this format. It changes when a script could break.",
            "const": FORMAT_VERSION,
        },
        "kind": {"description": "What this document is.", "const": kind},
    }


def definitions() -> dict[str, Json]:
    """What the schema of a plan refers to, as `$defs`."""
    return {
        "change": _change(),
        "field": _field(),
        "finding": _finding(),
        "policy": _policy(),
        "choices": _choices(),
        "orphan": _orphan(),
        "last": record(
            "What the marker in the live agent says of the last apply.",
            {
                "commit": text('The git commit that was applied; "" when it was not known.'),
                "at": text("When, as an RFC 3339 time.", examples=["2026-01-31T14:02:11Z"]),
                "revision": text(
                    'The API\'s token for the live content just before; "" for a created agent.'
                ),
            },
        ),
        "precondition": record(
            "What must still be true of the live agent when the plan is applied.",
            {
                "revision": text('The API\'s token for the live content; "" when it gave none.'),
                "digest": or_null(
                    "sha256",
                    "The sha256 of all that git owns or a write would replace, and of the "
                    "marker; null for a no-op, which nothing is done to.",
                ),
            },
        ),
        "span": record(
            "A place in a file of the project.",
            {
                "path": text("The file, relative to the project's root, with forward slashes."),
                "line": count("The line, from 1; 0: the file as a whole."),
                "column": count("The column in characters, from 1; 0: the whole file."),
            },
        ),
        **patterns("count", "sha256"),
    }


def _change() -> dict[str, Json]:
    return record(
        "What is to happen to one agent, and why.",
        {
            "address": text("The agent's folder, which is its name in this project."),
            "name": text("The agent's name for people."),
            "action": choice(
                "What apply would do. `adopt`: take over a live agent of the same name.", Action
            ),
            "state": choice(
                "How the agent stands between git and live, whatever was chosen. `ahead`: git has "
                "changes; `drifted`: edited outside git; `conflict`: both; `unknown`: it differs, "
                "and nobody knows why; `marker`: only the marker is not up to date; `missing`: no "
                "live agent; `adoptable`: a live agent that has only the name in common; "
                "`foreign`: its marker names another definition; `orphan`: no definition.",
                State,
            ),
            "reason": text("Why, in a sentence."),
            "agent_id": text_or_null("The live agent's id; null when there is none yet."),
            "precondition": or_null(
                "precondition", "What was read; null when there is no live agent."
            ),
            "fields": entries("field", "The differing fields, by pointer."),
            "unmanaged": entries(
                "field", "Live content that git does not own; only when asked for, never written."
            ),
            "notes": texts("Remarks that are no differences."),
            "refusals": texts(
                "Sentences that say why apply will not touch the agent; empty when it may."
            ),
            "last": or_null("last", "The last apply; null without a marker that can be read."),
            "updated_at": text(_UPDATED_AT),
            "read_only": flag("Whether no key may change the agent that the target is for."),
            "desired": {
                "description": "The whole agent to reach, in canonical form; null for a no-op and "
                "for a delete.",
                "type": ["object", "null"],
            },
        },
    )


def _field() -> dict[str, Json]:
    always = ["pointer", "op", "origin", "effect", "base", "span"]
    sides = {"add": ("after", "before"), "remove": ("before", "after")}
    rules: list[Json] = [
        {"if": _op(op), "then": {"required": [there], "properties": {absent: False}}}
        for op, (there, absent) in sides.items()
    ]
    rules.append({"if": _op("replace"), "then": {"required": ["before", "after"]}})
    return record(
        "One differing field. `before` is live, `after` is what git says.",
        {
            "pointer": text("A JSON Pointer into the canonical form.", examples=["/description"]),
            "op": {
                "description": "How they differ: `add` has no `before`, `remove` no `after`.",
                "enum": [*sides, "replace"],
            },
            "origin": choice(
                "Who made it differ: `git`, `live` (edited outside git), `both` (a conflict), "
                "`unknown` (nothing was applied before).",
                Origin,
            ),
            "effect": choice(
                "What apply does with it: `apply` what git says, `keep` what is live, or `refuse` "
                "the whole agent.",
                Effect,
            ),
            "base": text_or_null("A short digest of the value last applied; null when none was."),
            "span": or_null("span", "Where git says it; null when git does not mention it."),
            "before": {"description": "The live value."},
            "after": {"description": "The value that git wants."},
        },
        required=always,
        allOf=rules,
    )


def _op(name: str) -> dict[str, Json]:
    return {"properties": {"op": {"const": name}}}


def _policy() -> dict[str, Json]:
    setting = record(
        "What agentsync.yaml says of one rule.",
        {
            "rule": text("The rule's id."),
            "reason": text("Why."),
            "enabled": flag("Whether the rule is asked."),
            "severity": {
                "description": "The severity of its findings; null for the rule's own.",
                "enum": [*(risk.value for risk in Risk), None],
            },
            "threshold": _limit("Where it begins to fire; null for the rule's own."),
            "agents": texts("Globs of the agents that are meant; empty for all."),
        },
    )
    return record(
        "The policy of the target.",
        {
            "fail_on": {
                "description": "The lowest severity of a finding that refuses the plan; `none` "
                'or "" for never.',
                "enum": [*(risk.value for risk in Risk), "none", ""],
            },
            "settings": {
                "description": "The first that holds for an agent counts.",
                "type": "array",
                "items": setting,
            },
        },
    )


def _finding() -> dict[str, Json]:
    return record(
        "A policy rule that fired on a change.",
        {
            "rule": text("The rule's id."),
            "severity": choice("How much a reviewer should care.", Risk),
            "address": text("The agent's folder."),
            "pointer": text("The field, as a JSON Pointer into the canonical form."),
            "message": text("What the rule says."),
            "span": or_null("span", "Where git says it, or the closest place; null for nowhere."),
            "line": count("The line of a text that is meant, from 1; 0 for all of it."),
            "note": text(
                'The reason that agentsync.yaml gives for the severity; "" for the rule\'s own.'
            ),
        },
    )
