"""What agentsync.yaml says: the project, its targets and its rules."""

from dataclasses import dataclass, field

from agentsync.canonical import Json
from agentsync.model.choices import OnConflict, OnDrift
from agentsync.model.findings import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One environment: which API, where, in which workspace.

    Shape: `name` is "" for a project that declares no targets; `url` "" means the environment's
    endpoint, or the official host; `provider` a name in the registry of APIs; `policy` says what is
    otherwise here than in the project's; `prompt` is where a live agent keeps its system prompt, a
    JSON Pointer, "" for where the API's agents do; `owner` the user whose agents are applied here,
    as the API names owners, "" for whoever the key's is.
    """

    name: str = ""
    provider: str = "managed"
    url: str = ""
    workspace_id: str = ""
    prompt: str = ""
    owner: str = ""
    protect: bool = False
    policy: Policy = field(default=Policy())


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one apply may change. None means no limit."""

    max_deletes: int | None = 0
    max_changes: int | None = None

    def to_json(self) -> Json:
        """The limits as plain JSON."""
        return {"max_deletes": self.max_deletes, "max_changes": self.max_changes}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectConfig:
    """agentsync.yaml, checked.

    Shape: `agents` is the folder of the definitions, relative to the root; `ignore` holds JSON
    Pointer globs that are out of the plan and out of the apply.
    """

    project: str
    agents: str = "agents"
    targets: tuple[Target, ...] = ()
    ignore: tuple[str, ...] = ()
    limits: Limits = field(default=Limits())
    policy: Policy = field(default=Policy())
    on_drift: OnDrift = OnDrift.KEEP
    on_conflict: OnConflict = OnConflict.FAIL

    def policy_for(self, target: Target) -> Policy:
        """The policy that holds on this target."""
        return target.policy.over(self.policy)
