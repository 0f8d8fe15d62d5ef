"""The small schemas that those of saved plans and reports are made of, each with a description."""

from enum import StrEnum
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.schema.dialect import ref

TEXT: Final = {"type": "string"}


def text(description: str, **more: Json) -> dict[str, Json]:
    """A text."""
    return {"description": description, "type": "string", **more}


def text_or_null(description: str) -> dict[str, Json]:
    """A text, or null."""
    return {"description": description, "type": ["string", "null"]}


def texts(description: str) -> dict[str, Json]:
    """A list of texts."""
    return {"description": description, "type": "array", "items": TEXT}


def flag(description: str) -> dict[str, Json]:
    """True or false."""
    return {"description": description, "type": "boolean"}


def refer(name: str, description: str) -> dict[str, Json]:
    """What `$defs` says under that name."""
    return {"$ref": ref(name), "description": description}


def count(description: str) -> dict[str, Json]:
    """A number of things."""
    return {"description": description, "type": "integer", "$ref": ref("count")}


def sha256(description: str) -> dict[str, Json]:
    """A digest."""
    return {"description": description, "type": "string", "$ref": ref("sha256")}


def entries(name: str, description: str) -> dict[str, Json]:
    """A list of what `$defs` says under that name."""
    return {"description": description, "type": "array", "items": {"$ref": ref(name)}}


def or_null(name: str, description: str) -> dict[str, Json]:
    """What `$defs` says under that name, or null."""
    return {"description": description, "anyOf": [{"$ref": ref(name)}, {"type": "null"}]}


def choice(description: str, words: type[StrEnum]) -> Json:
    """One of these words."""
    return {"description": description, "enum": [word.value for word in words]}
