"""The schemas of what agentsync writes as JSON: saved plans and reports.

Users write scripts against these. Every key is always there, except `before` and `after` of a
field: an absent side is an absent key, because null is a value.
"""

from agentsync.canonical import Json
from agentsync.engine.schema.dialect import DRAFT, record
from agentsync.engine.schema.patched import history, patches
from agentsync.engine.schema.planned import body, definitions, head
from agentsync.engine.schema.shapes import (
    choice,
    count,
    entries,
    flag,
    or_null,
    refer,
    text,
    text_or_null,
    texts,
)
from agentsync.errors import ExitCode
from agentsync.model import Action, Guarantee, Severity, Status


def plan() -> dict[str, Json]:
    """The schema of a saved plan (`Plan.to_json`)."""
    return {
        "$schema": DRAFT,
        "title": "A plan of agentsync",
        **body(),
        "$defs": definitions(),
    }


def report() -> dict[str, Json]:
    """The schema of a report (`Report.to_json`), the plan inside included."""
    whole = record(
        "What one run of one command found: the answer to `--format json`. Complete also when "
        "the command failed.",
        {
            **head("report"),
            "command": text("The command that ran.", examples=["plan"]),
            "tool_version": text("The version of agentsync that wrote this."),
            "exit_code": {
                "description": "What the process returned: "
                + "; ".join(f"{code.value} {code.meaning}" for code in ExitCode)
                + ".",
                "enum": [code.value for code in ExitCode],
            },
            "checked": count("How many definitions were looked at."),
            "root": text(
                'The project\'s folder as seen from where the command ran; "" when it is the same. '
                "Paths in `span` start there."
            ),
            "diagnostics": entries("diagnostic", "Problems in the project's files."),
            "problems": entries("problem", "Agents that could not be planned, and other failures."),
            "findings": entries(
                "finding",
                "What the policy's rules say of the plan, or of the files; the greatest risk "
                "first.",
            ),
            "summary": or_null(
                "summary", "The number of agents for each action; null without a plan."
            ),
            "plan": or_null("plan", "The plan; null for commands that make none."),
            "outcomes": entries(
                "outcome",
                "What became of each agent, by address: of `apply` and `rollback`, once it "
                "began to write.",
            ),
            "patches": entries(
                "patch",
                "What became of each agent's files, by address: of `pull` and `import`.",
            ),
            "history": or_null(
                "history", "The agent's revisions: of `log`; null for other commands."
            ),
            "listing": texts("Lines of text, of commands whose answer is a text of its own."),
        },
    )
    named = {
        **definitions(),
        **patches(),
        **history(),
        "plan": body(),
        "diagnostic": _diagnostic(),
        "problem": _problem(),
        "outcome": _outcome(),
        "summary": record(
            "The number of agents for each action.",
            {action.value: count(f"Agents with the action {action}.") for action in Action},
        ),
    }
    return {"$schema": DRAFT, "title": "A report of agentsync", **whole, "$defs": named}


def _diagnostic() -> dict[str, Json]:
    return record(
        "A problem in a file of the project.",
        {
            "severity": choice("An error stops the command, a warning does not.", Severity),
            "code": text("The kind of problem; stable.", examples=["unknown-key"]),
            "message": text("What is wrong."),
            "hint": text('How to put it right; may be "".'),
            "span": refer("span", "Where it is."),
        },
    )


def _problem() -> dict[str, Json]:
    return record(
        "An agent that could not be planned, or the reason why none could.",
        {
            "code": text("The kind of problem; stable.", examples=["not-found"]),
            "message": text("What happened."),
            "hint": text('How to put it right; may be "".'),
            "address": text('The agent\'s folder; "" when it is not about one agent.'),
            "request": text('The request that failed, as "METHOD path"; "" when there was none.'),
        },
    )


def _outcome() -> dict[str, Json]:
    return record(
        "What became of one agent.",
        {
            "address": text("The agent's folder."),
            "name": text("The agent's name for people."),
            "action": choice("What was planned for it.", Action),
            "status": choice(
                "How it came out. `applied`: written, and read back as intended; `unchanged`: "
                "nothing had to be written; `refused`: the plan's refusals; `stale`: the live "
                "agent is not the one that was planned for; `failed`; `untried`.",
                Status,
            ),
            "agent_id": text_or_null("The live agent's id; null when there is none."),
            "revision_before": text('The API\'s token before the write; "" when there is none.'),
            "revision_after": text('The token after it; "" when there is none.'),
            "files": _guarantee("The guarantee of the file tree's write; null when not written."),
            "metadata": _guarantee("The guarantee of the metadata's; null when not written."),
            "verified": count("Fields that were read back and found as intended."),
            "kept": count("Fields that were left as somebody edited them."),
            "written": flag("Whether a write was, or may have been, accepted."),
            "code": text(
                'The kind of reason, as in a problem; "" when all went well.', examples=["stale"]
            ),
            "message": text('What stood in the way; "" when nothing did.'),
            "hint": text('What to do about it; may be "".'),
            "request": text('The request that failed, as "METHOD path"; "" when there was none.'),
        },
    )


def _guarantee(description: str) -> dict[str, Json]:
    """The schema of what stood between a write and somebody else's."""
    return {
        "description": f"{description} `atomic`: the API refuses it when somebody else wrote "
        "meanwhile; `checked`: read, compared, written, read back.",
        "enum": [*(word.value for word in Guarantee), None],
    }
