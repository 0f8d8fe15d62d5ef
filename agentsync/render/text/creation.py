"""What an agent that is to be created would be, in a few lines."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from agentsync.canonical import Json, resolve
from agentsync.render.text.page import Line, line
from agentsync.render.text.texts import excerpt
from agentsync.render.values import as_text
from agentsync.render.visible import visible
from agentsync.render.wording import counted

_FIRST_LINES: Final = 3
_NAMED: Final = 6
_LABEL: Final = 13
_LONGEST: Final = 100


def creation_lines(desired: Mapping[str, Json]) -> Iterator[Line]:
    """The agent's parts, each on a line, and the first lines of its prompt."""
    for label, text in _facts(desired):
        if text:
            padding = " " * (_LABEL - len(label))
            yield line((f"{label}{padding}", "quiet"), text, indent=2, hang=_LABEL)
    prompt = desired.get("system_prompt")
    if isinstance(prompt, str) and prompt.strip():
        lines = as_text(prompt.strip("\n") + "\n").removesuffix("\n").split("\n")
        size = counted(len(lines), "line")
        yield line((f"{'prompt':{_LABEL}}", "quiet"), size, indent=2)
        yield from excerpt(lines, "", "quiet", _FIRST_LINES, indent=_LABEL + 2)


def _facts(desired: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    yield "description", _value(desired.get("description"))
    yield "graph", _value(desired.get("graph_id"))
    yield "model", _value(resolve(desired, "/runtime/model/model_id"))
    yield "backend", _value(resolve(desired, "/backend/type"))
    yield "visible to", _value(resolve(desired, "/permissions/visibility"))
    yield "tools", _names(map(_tool, _map(resolve(desired, "/tools/tools"))))
    interrupts = _map(resolve(desired, "/tools/interrupt_config"))
    yield "interrupts", _names(_tool(key) for key, on in interrupts.items() if on)
    yield "subagents", _names(_map(desired.get("subagents")))
    yield "skills", _names(_map(desired.get("skills")))
    yield "files", _names(_map(desired.get("files")))
    for section in ("context", "config", "metadata"):
        yield from _entries(section, _map(desired.get(section)))


def _map(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _entries(section: str, entries: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """The first entries of a map, each on a line of its own, and how many there are more."""
    for number, (key, item) in enumerate(sorted(entries.items())[:_NAMED]):
        text = f"{visible(key)}: {_inline(item)}"
        cut = f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text
        yield "" if number else section, cut
    if len(entries) > _NAMED:
        yield "", f"and {len(entries) - _NAMED} more"


def _inline(value: Json) -> str:
    """Any value on one line; what would be a block in YAML is JSON."""
    text = as_text(value)
    if "\n" not in text or isinstance(value, str):
        return text.replace("\n", " ")
    return visible(json.dumps(value, ensure_ascii=False))


def _value(value: Json) -> str:
    """A value on one line, "" for none."""
    return "" if value in (None, "") else as_text(value).replace("\n", " ")


def _tool(key: str) -> str:
    return key.rpartition("::")[2]


def _names(names: Iterable[str]) -> str:
    """How many, and what the first of them are called."""
    listed = [visible(name) for name in sorted(names)]
    if not listed:
        return ""
    more = f", and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return f"{len(listed)}: {', '.join(listed[:_NAMED])}{more}"
