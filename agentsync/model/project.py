"""What agentsync.yaml says: the project, its targets and its rules."""

from dataclasses import dataclass, field

from agentsync.canonical import Json
from agentsync.model.choices import OnConflict, OnDrift


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One environment: which API, where, in which workspace.

    Shape: `name` is "" for a project that declares no targets; `url` "" means the environment's
    endpoint, or the official host; `provider` a name in the registry of providers.
    """

    name: str = ""
    provider: str = "managed"
    url: str = ""
    workspace_id: str = ""
    protect: bool = False


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
    fail_on: str = ""
    on_drift: OnDrift = OnDrift.KEEP
    on_conflict: OnConflict = OnConflict.FAIL
