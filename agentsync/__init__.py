"""agentsync keeps hosted LLM agents in git: validate, plan, diff."""

__version__ = "0.1.0"
