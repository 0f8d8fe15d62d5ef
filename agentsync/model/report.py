"""The whole decision of one run, and all a renderer needs to know about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from agentsync.canonical import Json, digest
from agentsync.errors import AgentsyncError, ExitCode, ProviderError
from agentsync.model.changes import Action, Change
from agentsync.model.choices import Choices
from agentsync.model.diagnostics import Diagnostic
from agentsync.model.findings import Finding, Policy
from agentsync.model.history import History
from agentsync.model.outcomes import Outcome
from agentsync.model.patches import AgentPatch
from agentsync.model.project import Limits

FORMAT_VERSION: Final = 1
"""Of every JSON document agentsync writes: reports and saved plans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One agent that could not be planned, or the reason why nothing could.

    Shape: `address` is "" when it is not about one agent; `request` is "METHOD path" or "".
    """

    code: str
    message: str
    hint: str = ""
    address: str = ""
    request: str = ""
    exit_code: ExitCode = ExitCode.ERROR

    @classmethod
    def of(cls, error: AgentsyncError, address: str = "") -> "Problem":
        """The problem that `error` is, as a value."""
        return cls(
            code=error.code,
            message=error.message,
            hint=error.hint,
            address=address,
            request=error.request if isinstance(error, ProviderError) else "",
            exit_code=error.exit_code,
        )

    def to_json(self) -> Json:
        """The problem as plain JSON."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "address": self.address,
            "request": self.request,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A live agent that no definition stands for.

    Shape: `address` is what our own marker says its definition was, "" for an agent that
    agentsync does not manage; `reason` a sentence for people.
    """

    agent_id: str
    name: str
    address: str
    reason: str
    updated_at: str = ""

    def to_json(self) -> Json:
        """The orphan as plain JSON."""
        return {
            "agent_id": self.agent_id,
            "name": self.name,
            "address": self.address,
            "reason": self.reason,
            "updated_at": self.updated_at,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Orphan":
        """The orphan that `to_json` wrote."""
        return cls(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What apply would do, for every agent asked for; complete only when nothing failed.

    Shape: `changes` sorted by address, no-ops included; `commit` the git commit of the
    definitions, "" outside git; `target` "" when the project names none; `prompt` where the
    target says that prompts stand live; `workspace_id` ""
    when it is the key's own; `ignore`, `limits`, `protect` and `policy` as agentsync.yaml says;
    `findings` with the greatest risk first; `refusals` are sentences that say why apply will do
    nothing of it; `orphans` are live agents without definition.
    """

    project: str
    target: str
    provider: str
    endpoint: str
    tool_version: str
    workspace_id: str = ""
    prompt: str = ""
    commit: str = ""
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    choices: Choices = field(default=Choices())
    ignore: tuple[str, ...] = ()
    limits: Limits = field(default=Limits())
    protect: bool = False
    policy: Policy = field(default=Policy())
    refusals: tuple[str, ...] = ()
    orphans: tuple[Orphan, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether git and the live agents differ: the one place that decides it.

        Shape: a difference that apply would leave as it is counts too.
        """
        return any(change.action is not Action.NO_OP or change.fields for change in self.changes)

    def counts(self) -> dict[str, int]:
        """The number of agents per action, every action named."""
        numbers = {action.value: 0 for action in Action}
        for change in self.changes:
            numbers[change.action.value] += 1
        return numbers

    def body(self) -> dict[str, Json]:
        """The plan as plain JSON, without its digest."""
        return {
            "format_version": FORMAT_VERSION,
            "kind": "plan",
            "tool_version": self.tool_version,
            "project": self.project,
            "target": self.target,
            "provider": self.provider,
            "endpoint": self.endpoint,
            "workspace_id": self.workspace_id,
            "prompt": self.prompt,
            "commit": self.commit,
            "choices": self.choices.to_json(),
            "ignore": list(self.ignore),
            "limits": self.limits.to_json(),
            "protect": self.protect,
            "policy": self.policy.to_json(),
            "refusals": list(self.refusals),
            "changes": [change.to_json() for change in self.changes],
            "orphans": [orphan.to_json() for orphan in self.orphans],
            "findings": [finding.to_json() for finding in self.findings],
        }

    def to_json(self) -> Json:
        """The plan as plain JSON; `digest` covers all else."""
        body = self.body()
        return {**body, "digest": digest(body)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Plan":
        """The plan that `to_json` wrote; checking the digest is files/planfile.py's job."""
        return cls(
            project=data["project"],
            target=data["target"],
            provider=data["provider"],
            endpoint=data["endpoint"],
            tool_version=data["tool_version"],
            workspace_id=data["workspace_id"],
            prompt=data["prompt"],
            commit=data["commit"],
            changes=tuple(map(Change.from_json, data["changes"])),
            findings=tuple(map(Finding.from_json, data["findings"])),
            choices=Choices.from_json(data["choices"]),
            ignore=tuple(data["ignore"]),
            limits=Limits(**data["limits"]),
            protect=data["protect"],
            policy=Policy.from_json(data["policy"]),
            refusals=tuple(data["refusals"]),
            orphans=tuple(map(Orphan.from_json, data["orphans"])),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All a renderer needs to know about one run of one command.

    Shape: `exit_code` is decided before rendering, so that text and code cannot disagree;
    `checked` counts the definitions that were looked at; `root` is the project's folder as seen
    from where the command ran, "" when it is the same (spans are relative to the project);
    `listing` is only for commands whose answer is a text of its own (schema, init); `outcomes`
    only for apply and rollback, `patches` only for pull and import, both sorted by address;
    `history` only for log; `findings` only for validate: those on a change stand in the plan.
    """

    command: str
    exit_code: ExitCode
    tool_version: str
    plan: Plan | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    problems: tuple[Problem, ...] = ()
    checked: int = 0
    root: str = ""
    listing: tuple[str, ...] = field(default=())
    outcomes: tuple[Outcome, ...] = ()
    patches: tuple[AgentPatch, ...] = ()
    history: History | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """What rules say, of a plan or of files, the greatest risk first."""
        return self.plan.findings if self.plan else self.findings

    def to_json(self) -> Json:
        """The report as plain JSON, in the shape of schemas/report.schema.json."""
        return {
            "format_version": FORMAT_VERSION,
            "kind": "report",
            "command": self.command,
            "tool_version": self.tool_version,
            "exit_code": int(self.exit_code),
            "checked": self.checked,
            "root": self.root,
            "diagnostics": [item.to_json() for item in self.diagnostics],
            "problems": [item.to_json() for item in self.problems],
            "findings": [item.to_json() for item in self.all_findings],
            "summary": self.plan.counts() if self.plan else None,
            "plan": self.plan.to_json() if self.plan else None,
            "outcomes": [item.to_json() for item in self.outcomes],
            "patches": [item.to_json() for item in self.patches],
            "history": self.history.to_json() if self.history else None,
            "listing": list(self.listing),
        }
