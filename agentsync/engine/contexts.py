"""What no schema can say of an assistant: what is in its prompt's place, or would not come back."""

from collections.abc import Iterator, Mapping

from agentsync.canonical import ABSENT, Absent, Json, join, resolve, split
from agentsync.engine.advice import field_name
from agentsync.engine.validate import Issue, Path


def context_issues(value: Mapping[str, Json], prompt_at: str) -> Iterator[Issue]:
    """What of an assistant's settings stands where its prompt goes, or would not come back."""
    parts = split(prompt_at)
    for number in range(2, len(parts) + 1):
        found = resolve(value, join(parts[:number]), ABSENT)
        if isinstance(found, Absent) or (number < len(parts) and isinstance(found, dict)):
            continue
        yield Issue(
            code="contradiction",
            message=f"`{field_name(parts[:number])}` stands where the system prompt goes",
            hint="write it into AGENTS.md beside agent.yaml"
            if number == len(parts)
            else "take it out, or say with the target's `prompt:` where else the prompt goes",
            path=parts[:number],
            at_key=True,
        )
        break
    if resolve(value, "/metadata/created_by") == "system":
        yield Issue(
            code="reserved-key",
            message="`metadata.created_by` says that the server itself made the agent",
            hint="take it out: a server may drop such an agent when it starts",
            path=("metadata", "created_by"),
        )
    for field in ("description", "config", "context", "metadata"):
        yield from _nul_issues(value.get(field), (field,))


def _nul_issues(value: Json, path: Path) -> Iterator[Issue]:
    """Texts that the server keeps otherwise than it was told: they would differ for ever."""
    keys = value if isinstance(value, dict) else ()
    for at in [
        *((*path, key) for key in keys if "\0" in key),
        *([path] if _has_nul(value) else []),
    ]:
        yield Issue(
            code="bad-value",
            message=f"`{field_name(at)}` holds a NUL character, and the server keeps another one",
            hint="take it out",
            path=at,
            at_key=at != path,
        )
    inside = enumerate(value) if isinstance(value, list) else [(key, value[key]) for key in keys]
    for key, item in inside:
        yield from _nul_issues(item, (*path, key))


def _has_nul(value: Json) -> bool:
    return isinstance(value, str) and "\0" in value
