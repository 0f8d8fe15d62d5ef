"""The schemas of what agentsync writes as JSON: saved plans and reports.

Users write scripts against these. Every key is always there, except `before` and `after` of a
field: an absent side is an absent key, because null is a value.
"""

from typing import Final

from agentsync.canonical import Json
from agentsync.engine.schema.dialect import DRAFT, patterns, record, ref
from agentsync.errors import ExitCode
from agentsync.model import FORMAT_VERSION, Action, Origin, Severity

_TEXT: Final = {"type": "string"}


def plan() -> dict[str, Json]:
    """The schema of a saved plan (`Plan.to_json`)."""
    return {
        "$schema": DRAFT,
        "title": "A plan of agentsync",
        **_plan(),
        "$defs": _definitions(),
    }


def report() -> dict[str, Json]:
    """The schema of a report (`Report.to_json`), the plan inside included."""
    body = record(
        "What one run of one command found: the answer to `--format json`. Complete also when "
        "the command failed.",
        {
            **_head("report"),
            "command": _text("The command that ran.", examples=["plan"]),
            "tool_version": _text("The version of agentsync that wrote this."),
            "exit_code": {
                "description": "What the process returned: "
                + "; ".join(f"{code.value} {code.meaning}" for code in ExitCode)
                + ".",
                "enum": [code.value for code in ExitCode],
            },
            "checked": _count("How many definitions were looked at."),
            "root": _text(
                'The project\'s folder as seen from where the command ran; "" when it is the same. '
                "Paths in `span` start there."
            ),
            "diagnostics": _list("diagnostic", "Problems in the project's files."),
            "problems": _list("problem", "Agents that could not be planned, and other failures."),
            "summary": _or_null(
                "summary", "The number of agents for each action; null without a plan."
            ),
            "plan": _or_null("plan", "The plan; null for commands that make none."),
            "listing": {
                "description": "Lines of text, of commands whose answer is a text of its own.",
                "type": "array",
                "items": _TEXT,
            },
        },
    )
    definitions = {
        **_definitions(),
        "plan": _plan(),
        "diagnostic": _diagnostic(),
        "problem": _problem(),
        "summary": record(
            "The number of agents for each action.",
            {action.value: _count(f"Agents with the action {action}.") for action in Action},
        ),
    }
    return {"$schema": DRAFT, "title": "A report of agentsync", **body, "$defs": definitions}


def _plan() -> dict[str, Json]:
    return record(
        "What apply would do with every agent that was asked for.",
        {
            **_head("plan"),
            "tool_version": _text("The version of agentsync that made the plan."),
            "project": _text("The project's name, as in agentsync.yaml."),
            "target": _text('The target\'s name; "" when the project names none.'),
            "provider": _text("The kind of API.", examples=["managed"]),
            "endpoint": _text("The address of the API that was read."),
            "workspace_id": _text('The workspace that was asked for; "" for the key\'s own.'),
            "commit": _text('The git commit of the definitions; "" outside git.'),
            "changes": _list("change", "One entry for each agent, by address; no-ops included."),
            "findings": _list("finding", "Policy rules that fired."),
            "digest": _sha256("The sha256 of the canonical JSON of all other keys."),
        },
    )


def _head(kind: str) -> dict[str, Json]:
    return {
        "format_version": {
            "description": "The version of this format. It changes when a script could break.",
            "const": FORMAT_VERSION,
        },
        "kind": {"description": "What this document is.", "const": kind},
    }


def _definitions() -> dict[str, Json]:
    return {
        "change": _change(),
        "field": _field(),
        "finding": _finding(),
        "precondition": record(
            "What must still be true of the live agent when the plan is applied.",
            {
                "revision": _text('The API\'s token for the live content; "" when it gave none.'),
                "digest": _or_null(
                    "sha256",
                    "The sha256 of the whole live agent in canonical form; null for a no-op, "
                    "which nothing is done to.",
                ),
            },
        ),
        "span": record(
            "A place in a file of the project.",
            {
                "path": _text("The file, relative to the project's root, with forward slashes."),
                "line": _count("The line, from 1; 0: the file as a whole."),
                "column": _count("The column in characters, from 1; 0: the whole file."),
            },
        ),
        **patterns("count", "sha256"),
    }


def _change() -> dict[str, Json]:
    return record(
        "What is to happen to one agent, and why.",
        {
            "address": _text("The agent's folder, which is its name in this project."),
            "name": _text("The agent's name for people."),
            "action": _choice(
                "What apply would do. `adopt`: take over a live agent of the same name.", Action
            ),
            "reason": _text("Why, in a sentence."),
            "agent_id": {
                "description": "The live agent's id; null when there is none yet.",
                "type": ["string", "null"],
            },
            "precondition": _or_null(
                "precondition", "What was read; null when there is no live agent."
            ),
            "fields": _list("field", "The differing fields, by pointer."),
            "unmanaged": _list(
                "field", "Live content that git does not own; only when asked for, never written."
            ),
            "notes": {
                "description": "Remarks that are no differences.",
                "type": "array",
                "items": _TEXT,
            },
            "desired": {
                "description": "The whole agent to reach, in canonical form; null for a no-op and "
                "for a delete.",
                "type": ["object", "null"],
            },
        },
    )


def _field() -> dict[str, Json]:
    always = ["pointer", "op", "origin", "base", "span"]
    sides = {"add": ("after", "before"), "remove": ("before", "after")}
    rules: list[Json] = [
        {"if": _op(op), "then": {"required": [there], "properties": {absent: False}}}
        for op, (there, absent) in sides.items()
    ]
    rules.append({"if": _op("replace"), "then": {"required": ["before", "after"]}})
    return record(
        "One differing field. `before` is live, `after` is what git says.",
        {
            "pointer": _text("A JSON Pointer into the canonical form.", examples=["/description"]),
            "op": {
                "description": "What apply would do: `add` has no `before`, `remove` no `after`.",
                "enum": [*sides, "replace"],
            },
            "origin": _choice(
                "Who made it differ: `git`, `live` (edited outside git), `both` (a conflict), "
                "`unknown` (nothing was applied before).",
                Origin,
            ),
            "base": {
                "description": "The digest of the value last applied; null when there is none.",
                "type": ["string", "null"],
            },
            "span": _or_null("span", "Where git says it; null when git does not mention it."),
            "before": {"description": "The live value."},
            "after": {"description": "The value that git wants."},
        },
        required=always,
        allOf=rules,
    )


def _op(name: str) -> dict[str, Json]:
    return {"properties": {"op": {"const": name}}}


def _finding() -> dict[str, Json]:
    return record(
        "A policy rule that fired on a change.",
        {
            "rule": _text("The rule's id."),
            "severity": {"description": "How bad it is.", "enum": ["low", "medium", "high"]},
            "address": _text("The agent's folder."),
            "pointer": _text("The field, as a JSON Pointer into the canonical form."),
            "message": _text("What the rule says."),
        },
    )


def _diagnostic() -> dict[str, Json]:
    return record(
        "A problem in a file of the project.",
        {
            "severity": _choice("An error stops the command, a warning does not.", Severity),
            "code": _text("The kind of problem; stable.", examples=["unknown-key"]),
            "message": _text("What is wrong."),
            "hint": _text('How to put it right; may be "".'),
            "span": _ref("span", "Where it is."),
        },
    )


def _problem() -> dict[str, Json]:
    return record(
        "An agent that could not be planned, or the reason why none could.",
        {
            "code": _text("The kind of problem; stable.", examples=["not-found"]),
            "message": _text("What happened."),
            "hint": _text('How to put it right; may be "".'),
            "address": _text('The agent\'s folder; "" when it is not about one agent.'),
            "request": _text('The request that failed, as "METHOD path"; "" when there was none.'),
        },
    )


def _text(description: str, **more: Json) -> dict[str, Json]:
    return {"description": description, "type": "string", **more}


def _ref(name: str, description: str) -> dict[str, Json]:
    return {"$ref": ref(name), "description": description}


def _count(description: str) -> dict[str, Json]:
    return {"description": description, "type": "integer", "$ref": ref("count")}


def _sha256(description: str) -> dict[str, Json]:
    return {"description": description, "type": "string", "$ref": ref("sha256")}


def _list(name: str, description: str) -> dict[str, Json]:
    return {"description": description, "type": "array", "items": {"$ref": ref(name)}}


def _or_null(name: str, description: str) -> dict[str, Json]:
    return {"description": description, "anyOf": [{"$ref": ref(name)}, {"type": "null"}]}


def _choice(description: str, words: type[Action] | type[Origin] | type[Severity]) -> Json:
    return {"description": description, "enum": [word.value for word in words]}
