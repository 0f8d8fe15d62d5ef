"""`import`: definitions in git made from live agents, or from what other tools keep."""

from agentsync.ops.importing.command import import_agents
from agentsync.ops.importing.options import ImportOptions

__all__ = ["ImportOptions", "import_agents"]
