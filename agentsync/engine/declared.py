"""What the mapping of an agent.yaml declares, in the API's own field names."""

from collections.abc import Mapping

from agentsync.canonical import Json
from agentsync.engine.crosscheck import linked_skill_name


def declared(value: Mapping[str, Json]) -> dict[str, Json]:
    """The document that the mapping of an agent.yaml stands for; texts are no part of it."""
    document = {key: item for key, item in value.items() if key not in ("id", "model", "skills")}
    if "model" in value:
        document["runtime"] = runtime_of(value)
    if links := value.get("skills"):
        document["skills"] = [{**link, "name": linked_skill_name(link)} for link in links]
    return document


def runtime_of(value: Mapping[str, Json]) -> dict[str, Json]:
    """The runtime, whichever way the model is spelled."""
    runtime = dict(value.get("runtime") or {})
    return {**runtime, "model": {"model_id": value["model"]}} if "model" in value else runtime
