"""What the fields of an assistant mean."""

from typing import Final

from agentsync.engine.forms import ASSISTANT
from agentsync.engine.rules import Rules

_SECTIONS: Final = {
    "graph_id": "plain",
    "name": "plain",
    "description": "plain",
    "system_prompt": "prompt",
    "config": "config",
    "context": "context",
    "metadata": "metadata",
}

RULES: Final = Rules(
    form=ASSISTANT,
    sections=_SECTIONS,
    defaults={"description": "", "config": {}, "context": {}, "metadata": {}},
    server_owned=frozenset({"assistant_id", "created_at", "updated_at", "version"}),
    marker_in="metadata",
    owned=("/context/*", "/config/configurable"),
    whole=("/context/*", "/config/*", "/metadata/*"),
    versioned=frozenset(_SECTIONS),
    unset=("/description", "/system_prompt", "/config/*", "/metadata/*"),
    unwritable=frozenset({"/config/configurable"}),
    noted=("/metadata/owner", "/metadata/created_by"),
    tombstones=("/metadata/*",),
)
