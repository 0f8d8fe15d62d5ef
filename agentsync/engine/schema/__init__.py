"""The JSON Schemas of agentsync's own files: derived from the API, or written here.

    openapi      an OpenAPI document → facts: what the API says of an agent, without its prose
    agent        facts + `words` → agent.schema.json, subagent.schema.json
    project      agentsync.yaml
    planned      plans
    saved        both documents that agentsync writes: plans and reports
    shapes       what those two are made of
    comparison   facts now against facts then, in sentences

`agent.schema.json` carries the facts it was made from, under `x-agentsync`. So the schemas can be
made again without the OpenAPI document, and a newer one can be compared with what was known.
"""

from agentsync.engine.schema.agent import derive, rebuild
from agentsync.engine.schema.comparison import check
from agentsync.engine.schema.dialect import render
from agentsync.engine.schema.documents import documents

__all__ = ["check", "derive", "documents", "rebuild", "render"]
