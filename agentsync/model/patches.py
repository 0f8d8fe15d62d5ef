"""What `pull` and `import` do to the files of a project, agent by agent."""

from dataclasses import dataclass
from enum import StrEnum

from agentsync.canonical import Json
from agentsync.model.changes import FieldChange
from agentsync.model.diagnostics import Span
from agentsync.model.findings import Finding


class FileOp(StrEnum):
    """What happens to one file."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class PatchStatus(StrEnum):
    """How one agent's files came out.

    written     the files say now what is live
    planned     they would: a dry run
    unchanged   there was nothing to bring home
    conflict    somebody has to decide: nothing was written, or conflict markers were
    refused     the files cannot be written safely; nothing was written
    failed      the agent or its files could not be read or written
    """

    WRITTEN = "written"
    PLANNED = "planned"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePatch:
    """What happens to one file.

    Shape: `path` is relative to the project's root, with forward slashes; `patch` is a unified
    diff that `git apply` takes, "" where nobody asked for it.
    Units: `added` and `removed` in lines.
    """

    path: str
    op: FileOp
    added: int = 0
    removed: int = 0
    patch: str = ""

    def to_json(self) -> Json:
        """The file's patch as plain JSON."""
        return {
            "path": self.path,
            "op": self.op.value,
            "added": self.added,
            "removed": self.removed,
            "patch": self.patch,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPatch:
    """What happens to the files of one agent.

    Shape: `revision` is the live token that was read; `fields` come home (as in a plan: `before`
    is live, `after` what git said), `merged` are the pointers among them whose texts were merged
    line by line; `undecided` fields wait for somebody to decide, and `clashes` are the places of
    conflict markers that were written; `files` is what was, or would be, written, sorted by path;
    `commit` the git commit that was made of it, "" for none. A reason stands with every status
    that is not plain success, in `message` and `hint`; `code` is its stable name, as in `Problem`.
    """

    address: str
    name: str
    status: PatchStatus
    agent_id: str | None = None
    revision: str = ""
    fields: tuple[FieldChange, ...] = ()
    merged: tuple[str, ...] = ()
    undecided: tuple[FieldChange, ...] = ()
    clashes: tuple[Span, ...] = ()
    files: tuple[FilePatch, ...] = ()
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    commit: str = ""
    code: str = ""
    message: str = ""
    hint: str = ""
    request: str = ""

    def to_json(self) -> Json:
        """The agent's patch as plain JSON."""
        return {
            "address": self.address,
            "name": self.name,
            "status": self.status.value,
            "agent_id": self.agent_id,
            "revision": self.revision,
            "fields": [item.to_json() for item in self.fields],
            "merged": list(self.merged),
            "undecided": [item.to_json() for item in self.undecided],
            "clashes": [item.to_json() for item in self.clashes],
            "files": [item.to_json() for item in self.files],
            "notes": list(self.notes),
            "findings": [item.to_json() for item in self.findings],
            "commit": self.commit,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "request": self.request,
        }
