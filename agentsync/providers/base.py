"""The seam between agentsync and one API.

A provider reads live agents and says what its fields mean (`rules`). It brings every answer to the
canonical form, maps every failure to a ProviderError, and may be used from many threads at once:
each thread gets a connection of its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from agentsync.canonical import Json
from agentsync.engine.rules import Rules
from agentsync.model import AgentSummary, LiveAgent


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where an API is, and who asks.

    Shape: `base_url` is the API's, without its `/v1`, checked by providers/trust.py; `key` is no
    part of the repr, so that no log shows it.
    Units: seconds: to connect, for each read, for one whole answer, and the longest single wait
    between two tries.
    """

    base_url: str
    key: str
    workspace_id: str = ""
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    total_timeout: float = 120.0
    tries: int = 4
    longest_wait: float = 60.0
    user_agent: str = "agentsync"

    def __repr__(self) -> str:
        return f"Connection(base_url={self.base_url!r}, workspace_id={self.workspace_id!r})"


class Provider(ABC):
    """One API, reached over one `Connection`."""

    rules: ClassVar[Rules]
    """What the API's fields mean, for the normaliser and the planner."""

    official_origins: ClassVar[tuple[str, ...]]
    """Where the key may go without anybody vouching for the host; the first is the default."""

    endpoint_variable: ClassVar[str]
    key_variables: ClassVar[tuple[str, ...]]
    workspace_variable: ClassVar[str]
    """The environment variables that name the endpoint, the key (first wins), the workspace."""

    @abstractmethod
    def __init__(self, connection: Connection, report_wait: Callable[[str], None]) -> None:
        """A provider that tells `report_wait` before it waits to try again."""

    @property
    @abstractmethod
    def connection(self) -> Connection:
        """Where requests go, and who asks."""

    @abstractmethod
    def list(self) -> Iterator[AgentSummary]:
        """Every agent this key can list, each once, oldest first.

        Errors: ProviderError.
        """

    @abstractmethod
    def read(self, agent_id: str) -> LiveAgent:
        """The agent as it is now.

        Errors: NotFoundError, ProviderError.
        """

    @classmethod
    @abstractmethod
    def request_body(cls, value: Mapping[str, Json]) -> Mapping[str, Json]:
        """What a create request says to make an agent of this canonical form."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection, of all threads."""
