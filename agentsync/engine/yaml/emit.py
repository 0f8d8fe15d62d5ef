"""YAML as people write it: block style, texts of several lines as block scalars."""

import json

from agentsync.canonical import Json


def emitted(value: Json) -> str:
    """The YAML text of a mapping; it ends with a newline."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
