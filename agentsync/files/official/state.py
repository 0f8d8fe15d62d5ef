"""The agent that the official client last deployed a project to, as it remembers it.

Source: deepagents-cli 0.3.0, deploy/state.py: a file in the home directory for each pair of a
project's folder and an endpoint.
"""

import hashlib
import json
from pathlib import Path
from typing import Final

_FOLDER: Final = ".deepagents/deployments"
_VERSION: Final = 1
_LARGEST: Final = 1024 * 1024


def deployed_id(home: Path, project: Path, endpoint: str) -> str:
    """The id of that agent, "" when nothing is known of it."""
    place = {"endpoint": endpoint.strip().rstrip("/"), "project_root": str(project.resolve())}
    said = json.dumps(place, sort_keys=True, separators=(",", ":"))
    path = home / _FOLDER / f"{hashlib.sha256(said.encode()).hexdigest()}.json"
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return ""
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    if not isinstance(state, dict) or state.get("schema_version") != _VERSION:
        return ""
    found = state.get("agent_id")
    return found if isinstance(found, str) else ""
