"""How an emulator is set up."""

from dataclasses import dataclass
from typing import Any

from agentsync.emulator.faults import Fault
from agentsync.emulator.keys import Key
from agentsync.emulator.readings import DEFAULTS, Readings
from agentsync.emulator.rendering import Rendering


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One emulator's settings.

    Units: `latency_seconds` before every answer; `max_body_bytes` of one request body.
    Shape: `port` 0 takes a free one; `database` is a file's path or ":memory:"; without `keys`
    every non-empty key is the same user with every right; `mcp_tools` gives the tools that a
    server's URL answers with; `skills` are skill repositories to link to, by handle.
    """

    host: str = "127.0.0.1"
    port: int = 0
    database: str = ":memory:"
    readings: Readings = DEFAULTS
    rendering: str | Rendering = "plain"
    admin: bool = False
    latency_seconds: float = 0.0
    allow_remote: bool = False
    allow_remote_admin: bool = False
    keys: tuple[Key, ...] = ()
    faults: tuple[Fault, ...] = ()
    max_agents: int | None = None
    max_body_bytes: int = 16 * 1024 * 1024
    mcp_tools: tuple[tuple[str, tuple[dict[str, Any], ...]], ...] = ()
    skills: tuple[tuple[str, dict[str, str]], ...] = ()
    journal: bool = False
    """Every accepted write is kept, with the agent before and after it: for tests of races."""

    deterministic: bool = False
    """Ids and times depend only on what was written before: for output compared word by word."""
