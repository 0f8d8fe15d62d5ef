"""The JSON Schemas of agentsync's own files: derived from the API, or written here.

    kind         what tells one API from another; `kinds` are `managed` and `assistant`
    openapi      an OpenAPI document → facts: what the API says of an agent, without its prose
    derivation   facts + words → agent.schema.json and subagent.schema.json, or
                 assistant.schema.json; `fields` does it field by field
    project      agentsync.yaml
    planned      plans
    saved        both documents that agentsync writes: plans and reports
    shapes       what those two are made of
    comparison   facts now against facts then, in sentences

`agent.schema.json` and `assistant.schema.json` carry the facts they were made from, under
`x-agentsync`. So the schemas can be made again without the OpenAPI document, and a newer one can
be compared with what was known.
"""

from agentsync.engine.schema.comparison import check
from agentsync.engine.schema.derivation import derive, rebuild
from agentsync.engine.schema.dialect import render
from agentsync.engine.schema.documents import documents
from agentsync.engine.schema.kinds import DERIVED

__all__ = ["DERIVED", "check", "derive", "documents", "rebuild", "render"]
