"""The seam between agentsync and one API.

A provider reads live agents and says what its fields mean (`rules`). It brings every answer to the
canonical form, maps every failure to a ProviderError, and may be used from many threads at once:
each thread gets a connection of its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from agentsync.canonical import Json
from agentsync.engine.rules import Rules
from agentsync.model import AgentSummary, Guarantee, LiveAgent, Marker


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where an API is, who asks, and what the target says of its agents.

    Shape: `base_url` is the API's, without its `/v1`, checked by providers/trust.py; `key` is no
    part of the repr, so that no log shows it; `prompt` and `owner` are as in `Target`.
    Units: seconds: to connect, for each read, for one whole answer, and the longest single wait
    between two tries.
    """

    base_url: str
    key: str
    workspace_id: str = ""
    prompt: str = ""
    owner: str = ""
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    total_timeout: float = 120.0
    tries: int = 4
    longest_wait: float = 60.0
    user_agent: str = "agentsync"

    def __repr__(self) -> str:
        return f"Connection(base_url={self.base_url!r}, workspace_id={self.workspace_id!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A live agent, and what a write needs to tell whether it is still the same.

    Shape: `head` is the file tree's token, "" when it was not asked for or cannot be read;
    `tree` the files at that token by path, as the API's entries; `answer` the agent to the
    letter, the marker included: what a write replaces whole is written as it came.
    """

    live: LiveAgent
    head: str = ""
    tree: Mapping[str, Json] = field(default_factory=dict)
    answer: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One state that a live agent had.

    Shape: `token` names it to `read_at`; `at` is an RFC 3339 time, `author` whom the API names
    and `parent` the token of the state before: each "" when the API does not say; `marker` is what
    apply had left in it, None where states do not show that.
    """

    token: str
    at: str = ""
    author: str = ""
    parent: str = ""
    marker: Marker | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What the server itself says against a definition: `pointer` is into the canonical form."""

    pointer: str
    message: str
    hint: str = ""


class Provider(ABC):
    """One API, reached over one `Connection`."""

    rules: ClassVar[Rules]
    """What the API's fields mean, for the normaliser and the planner."""

    official_origins: ClassVar[tuple[str, ...]]
    """Where the key may go without anybody vouching for the host; the first is the default."""

    api_paths: ClassVar[tuple[str, ...]] = ()
    """The API's own paths, which people leave on the endpoint: the longest first."""

    unseen: ClassVar[str] = "it is gone, or in another workspace, or not visible to this key"
    """Why an agent that there once was may not be found."""

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

    @abstractmethod
    def hold(self, agent_id: str, *, files: bool) -> "Held":
        """The agent as it is now, read so that a write can tell whether it is still so.

        With `files`, the file tree's token is read first and the agent after it: when a commit on
        that token is accepted, nothing was committed since, so what was read is what it replaces.
        Errors: NotFoundError, ProviderError.
        """

    @abstractmethod
    def history(self, agent_id: str, limit: int) -> Iterator[Commit]:
        """The newest `limit` states of the agent that the API lists, newest first, each once.

        Errors: NotFoundError or ForbiddenError when it lists none of this agent; ProviderError.
        """

    @abstractmethod
    def read_at(self, agent_id: str, token: str) -> Mapping[str, Json]:
        """The canonical form of the agent as it was: the sections in `rules.past` only.

        Shape: `token` is that of a commit, or at least 8 characters of it from its start.
        Errors: NotFoundError when the API has no such state (any more); BadAnswerError when the
        answer is another one; ProviderError.
        """

    def servers(self) -> Mapping[str, bool] | None:
        """The workspace's MCP servers, and whether the user of this key may call each.

        Shape: by URL, in lower case and without a slash at its end; None for an API that has no
        list of them.
        Errors: ProviderError.
        """
        return None

    def tools_of(self, server: str) -> frozenset[str] | None:
        """The names of the tools that a registered MCP server lists, None when nobody can tell.

        Errors: ProviderError.
        """
        return None

    def objections(self, value: Mapping[str, Json]) -> Iterable[Objection]:
        """What the server would not take, or not understand, of this canonical form.

        Errors: ProviderError.
        """
        return ()

    @abstractmethod
    def create(self, value: Mapping[str, Json], marker: Json) -> str:
        """The id of a new agent of this canonical form, its marker included; one request.

        Errors: ProviderError; `sent` on it says whether the agent may exist all the same. Never
        sent twice by itself, except after an answer that proves that nothing was made (429).
        """

    def write_files(self, held: "Held", intended: Mapping[str, Json]) -> Guarantee:
        """Bring the file tree from `held` to `intended`, path by path, in one request.

        ATOMIC when the server refuses it should the tree have moved since `held`; CHECKED when
        it cannot. Sent once.
        Errors: StaleError when the tree has moved and nothing was written; ProviderError, with
        `sent`.
        """
        raise AssertionError("unreachable: an API whose `rules.tree` is empty has no file tree")

    @abstractmethod
    def write_metadata(self, held: "Held", intended: Mapping[str, Json], marker: Json) -> None:
        """Bring the fields outside the file tree from `held` to `intended`, in one request.

        Only those that differ are written, each whole, and the marker, beside what else is live
        there. Sent once.
        Errors: ProviderError, with `sent`; OvertakenError when somebody else's write came between
        and was overwritten; RefusedError for an agent that this key may only read.
        """

    @abstractmethod
    def delete(self, agent_id: str) -> None:
        """Delete the agent; one that is gone already is no error. Sent once.

        Errors: ProviderError, with `sent`.
        """

    @classmethod
    @abstractmethod
    def request_body(cls, value: Mapping[str, Json]) -> Mapping[str, Json]:
        """What a create request says to make an agent of this canonical form."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection, of all threads."""
