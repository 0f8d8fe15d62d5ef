"""The schemas that come from agentsync itself, not from the API."""

from agentsync.canonical import Json
from agentsync.engine.schema.project import project
from agentsync.engine.schema.saved import plan, report


def documents() -> dict[str, dict[str, Json]]:
    """The schemas of agentsync.yaml ("project"), of a saved plan and of a report."""
    return {"project": project(), "plan": plan(), "report": report()}
