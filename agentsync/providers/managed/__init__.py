"""Managed Deep Agents, LangSmith's hosted agents.

provider   who speaks to the API
rules      what its fields mean
requests   bodies that say what a canonical form says
hub        the file tree and its commits
mcp        the workspace's tool servers
"""

from agentsync.providers.managed.provider import ManagedDeepAgents
from agentsync.providers.managed.rules import RULES

__all__ = ["RULES", "ManagedDeepAgents"]
