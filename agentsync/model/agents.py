"""The two sides of every comparison: what git says, and what the API returns."""

from collections.abc import Mapping
from dataclasses import dataclass

from agentsync.canonical import Json
from agentsync.model.ownership import Marker, Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What git says one agent should be, after the target's overlay.

    Shape: `address` is the folder's name (the slug); `value` the canonical form
    (engine/normalise.py); `agent_id` the bound live agent, if any.
    """

    address: str
    value: Mapping[str, Json]
    agent_id: str | None = None

    @property
    def name(self) -> str:
        """The agent's display name, as declared."""
        return str(self.value.get("name", self.address))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSummary:
    """What a list call says of one live agent: enough to find it, not to compare it.

    Shape: `owner` is the definition that its marker names, None without a readable marker;
    `owner_id` the user it belongs to, "" when the API does not say, and `mine` whether that is
    whose key asks.
    """

    agent_id: str
    name: str
    owner: Owner | None = None
    owner_id: str = ""
    mine: bool = False
    writable: bool = True
    created_at: str = ""
    updated_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAgent:
    """One live agent as read from the API at one moment.

    Shape: `value` is the canonical form; `revision` the provider's token for the live content
    ("" when the API gave none); `hidden` holds pointers of parts the answer does not show, which
    therefore cannot be compared; `marker` what apply left in it, which is no part of `value`;
    `marker_damage` says why a marker that is there cannot be read at all; `writable` whether this
    key may change it; `read_only` why no key may that this target is for, "" when one may.
    """

    agent_id: str
    revision: str
    value: Mapping[str, Json]
    hidden: frozenset[str] = frozenset()
    marker: Marker | None = None
    marker_damage: str = ""
    writable: bool = True
    read_only: str = ""
    updated_at: str = ""

    @property
    def name(self) -> str:
        """The agent's display name, as live."""
        return str(self.value.get("name", ""))
