"""The schemas and examples that come with agentsync, in the wheel and in the source tree."""

import json
from functools import cache
from pathlib import Path

from agentsync.canonical import Json
from agentsync.errors import UsageError

_PACKAGE = Path(__file__).parent.parent


def _shipped(name: str) -> Path:
    """The folder `name` inside the package (wheel) or beside it (source tree)."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def schema_names() -> tuple[str, ...]:
    """The names `schema` knows, sorted."""
    found = _shipped("schemas").glob("*.schema.json")
    return tuple(sorted(path.name.removesuffix(".schema.json") for path in found))


def schema_text(name: str) -> str:
    """The text of the schema `name`, such as `agent`.

    Errors: UsageError when there is none of that name.
    """
    if name not in schema_names():
        raise UsageError(
            f"there is no schema named {name!r}", hint="known: " + ", ".join(schema_names())
        )
    return (_shipped("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")


@cache
def schema(name: str) -> dict[str, Json]:
    """The schema `name`, parsed; the same object each time, so it must not be changed.

    Errors: UsageError when there is none of that name.
    """
    parsed: dict[str, Json] = json.loads(schema_text(name))
    return parsed


def examples() -> Path:
    """The folder of the example project."""
    return _shipped("examples")
