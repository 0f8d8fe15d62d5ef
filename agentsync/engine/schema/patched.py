"""The schemas of what a report tells beside a plan: patches of files, and revisions."""

from agentsync.canonical import Json
from agentsync.engine.schema.dialect import record
from agentsync.engine.schema.shapes import (
    choice,
    count,
    entries,
    flag,
    or_null,
    text,
    text_or_null,
    texts,
)
from agentsync.model import FileOp, PatchStatus


def patches() -> dict[str, Json]:
    """What the schema of a report's `patches` refers to, as `$defs`."""
    return {"patch": _patch(), "file_patch": _file_patch()}


def history() -> dict[str, Json]:
    """What the schema of a report's `history` refers to, as `$defs`."""
    return {"history": _history(), "revision": _revision()}


def _patch() -> dict[str, Json]:
    return record(
        "What became of the files of one agent.",
        {
            "address": text("The agent's folder."),
            "name": text("The agent's name for people."),
            "status": choice(
                "How its files came out. `written`; `planned`: they would be, of a dry run; "
                "`unchanged`: there was nothing to write; `conflict`: somebody has to decide, and "
                "nothing was written, or conflict markers were; `refused`: it cannot be written "
                "safely, and nothing was; `failed`.",
                PatchStatus,
            ),
            "agent_id": text_or_null("The live agent's id; null when there is none."),
            "revision": text(
                'The API\'s token for the live content that was read; "" when there is none.'
            ),
            "fields": entries("field", "The fields that come home, by pointer."),
            "merged": texts("The pointers among these whose texts were merged line by line."),
            "undecided": entries("field", "The fields that wait for a decision, by pointer."),
            "clashes": entries("span", "Where conflict markers were written."),
            "files": entries("file_patch", "The files that are, or would be, written, by path."),
            "notes": texts("Remarks, such as what was left out."),
            "findings": entries("finding", "Rules that fired on what is live, such as a secret."),
            "commit": text('The git commit that was made of it; "" for none.'),
            "code": text(
                'The kind of reason, as in a problem; "" when all went well.', examples=["refused"]
            ),
            "message": text('What stood in the way, or why nothing was written; may be "".'),
            "hint": text('What to do about it; may be "".'),
            "request": text('The request that failed, as "METHOD path"; "" when there was none.'),
        },
    )


def _file_patch() -> dict[str, Json]:
    return record(
        "What happens to one file.",
        {
            "path": text("The file, relative to the project's root, with forward slashes."),
            "op": choice("Whether it is made, changed or removed.", FileOp),
            "added": count("Lines that are added."),
            "removed": count("Lines that are removed."),
            "patch": text(
                'The change as a unified diff that `git apply` takes; "" where nobody asked for it.'
            ),
        },
    )


def _history() -> dict[str, Json]:
    return record(
        "The revisions of one live agent that the API still knows.",
        {
            "address": text("The agent's folder."),
            "name": text("The agent's name for people."),
            "agent_id": text("The live agent's id."),
            "target": text('The target\'s name; "" when the project names none.'),
            "revisions": entries("revision", "The revisions, newest first."),
            "complete": flag("Whether there are no older ones."),
            "notes": texts("Remarks, such as what the API would not show."),
        },
    )


def _revision() -> dict[str, Json]:
    return record(
        "One revision of an agent's file tree.",
        {
            "token": text("The API's token for it: what `rollback --to` takes."),
            "at": text('When it was made, as an RFC 3339 time; "" when unknown.'),
            "author": text('Who made it, as the API says; "" when it names nobody.'),
            "current": flag("Whether it is what is live now."),
            "fields": entries(
                "field",
                "What it changed, by pointer: here `before` is the revision before it, and "
                "`after` this one.",
            ),
            "readable": flag(
                "Whether anybody can tell what changed: the API shows it, and the one before."
            ),
            "applied": or_null(
                "last", "The last apply, at the revision that it left; null at any other."
            ),
            "commit": text('The newest git commit whose files say the same; "" when none does.'),
        },
    )
