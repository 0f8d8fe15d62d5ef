"""The APIs that schemas are derived from, and which of them a document or a schema is of."""

from collections.abc import Mapping
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.schema.assistant import ASSISTANT
from agentsync.engine.schema.kind import Kind
from agentsync.engine.schema.managed import MANAGED
from agentsync.engine.schema.references import Document, unusable
from agentsync.errors import UsageError

KINDS: Final = (MANAGED, ASSISTANT)

DERIVED: Final = tuple(name for kind in KINDS for name in kind.schemas)
"""The names of all schemas that are derived from an API."""


def kind_of_document(document: Document) -> Kind:
    """The API that this is the OpenAPI document of: the one it has most components of.

    Errors: UsageError when it has none of any.
    """
    known = {kind.api: sum(name in document.schemas for name in kind.components) for kind in KINDS}
    best = max(KINDS, key=lambda kind: known[kind.api])
    if not known[best.api]:
        each = (f"{', '.join(kind.components)} ({kind.title})" for kind in KINDS)
        raise unusable(f"components.schemas has neither {' nor '.join(each)}")
    return best


def kind_of_block(block: Mapping[str, Json]) -> Kind:
    """The API that a schema with this `x-agentsync` block was derived from.

    Errors: UsageError when agentsync knows no such API.
    """
    # The first API's schema does not name it: it is older than the second API.
    named = block.get("api", MANAGED.api)
    for kind in KINDS:
        if kind.api == named:
            return kind
    raise UsageError(
        f"this schema was derived from an API that agentsync does not know: {named!r}",
        hint=f"known: {', '.join(kind.api for kind in KINDS)}",
    )
