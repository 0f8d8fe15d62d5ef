"""What stands in prompts and other texts: how much they grew, and what nobody should find there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from agentsync.canonical import ABSENT, Json, escape, join, leaves, resolve, same
from agentsync.engine.hidden import Hidden, hidden_in
from agentsync.engine.policy.hits import Hit, mapping, text
from agentsync.engine.policy.toolsets import toolset, toolsets
from agentsync.engine.secrets import SHORTEST, is_secret_name, places_of, secrets_in

SMALLEST_CHANGE: Final = 200
"""Characters: a prompt that grew or shrank by less did not do so by much, whatever its size."""

# What every deep agent has without being granted it.
_BUILT_IN: Final = frozenset(
    {"edit_file", "execute", "glob", "grep", "ls", "read_file", "task", "write_file", "write_todos"}
)
_QUOTED: Final = re.compile(r"`([A-Za-z][A-Za-z0-9_.-]{1,63})(?:\([^`\n]{0,80}\))?`")
# What stands around a name in backquotes that the text itself calls a tool.
_TOOL_BEFORE: Final = re.compile(r"\btools? \Z", re.IGNORECASE)
_TOOL_AFTER: Final = re.compile(r" tool\b", re.IGNORECASE)
_BEFORE: Final = 8
_NAMED: Final = 5


def prompts(agent: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """The agent's prompt and its subagents', by pointer."""
    yield "/system_prompt", text(agent.get("system_prompt"))
    for name, subagent in mapping(agent.get("subagents")).items():
        yield join(("subagents", name, "instructions")), text(mapping(subagent).get("instructions"))


def size_hits(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hit]:
    """Prompts that there were and that are much longer or shorter now.

    Units: the amount is in percent of what the prompt was.
    """
    for pointer, now in prompts(after):
        was = text(resolve(before, pointer))
        change = len(now) - len(was)
        if not was or abs(change) < SMALLEST_CHANGE:
            continue
        percent = abs(change) * 100 // len(was)
        rule, more = ("prompt-grew", "longer") if change > 0 else ("prompt-shrank", "shorter")
        says = f"{percent:,} % {more}: {len(was):,} → {len(now):,} characters"
        yield Hit(rule, pointer, says, percent)


def content_hits(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hit]:
    """Secrets and hidden characters in every text that is new or changed, keys included."""
    changed = [
        (pointer, value)
        for pointer, value in leaves(after)
        if not before or not same(resolve(before, pointer, ABSENT), value)
    ]
    if not _is_suspicious(changed):
        return
    for pointer, value in changed:
        name = pointer.rpartition("/")[2]
        for place in dict.fromkeys(places_of(value, pointer, name)):
            where = f" in line {place.line}" if place.line > 1 else ""
            yield Hit("secret", place.pointer, f"it holds {place.kind}{where}", line=place.line)
        found = [one for each in _texts(value) for one in hidden_in(each)]
        if found:
            yield Hit("hidden-characters", pointer, _told(found), line=found[0].line)
    yield from _keys(before, after)


def _is_suspicious(fields: Iterable[tuple[str, Json]]) -> bool:
    """Whether there may be anything to find: all texts are searched at once, which is fast."""
    texts: list[str] = []
    for pointer, value in fields:
        texts.append(pointer.replace("~1", "/"))
        texts += _texts(value)
        if is_secret_name(pointer.rpartition("/")[2]):
            return True
    whole = "\n".join(texts)
    return any(True for _ in secrets_in(whole)) or any(True for _ in hidden_in(whole))


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _told(found: list[Hidden]) -> str:
    first = found[0]
    where = f" in line {first.line}" if first.line > 1 else ""
    more = len(found) - 1
    return f"it hides {first.code}{where}" + (f", and {more:,} more" if more else "")


def _keys(before: Json, after: Json, pointer: str = "") -> Iterator[Hit]:
    """New keys of maps, which are names and paths, with what should not be in them."""
    if not isinstance(after, Mapping):
        return
    then = mapping(before)
    for key, item in after.items():
        if key not in then:
            if found := list(hidden_in(key)):
                yield Hit("hidden-characters", pointer, f"{_told(found)} in the name of an entry")
            for place in places_of({key: None}, pointer) if len(key) >= SHORTEST else ():
                yield Hit("secret", place.pointer, f"it holds {place.kind} in the name of an entry")
        yield from _keys(then.get(key), item, f"{pointer}/{escape(key)}")


def ungranted_hits(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hit]:
    """Tools that a prompt names and that its agent does not have, unless it was so before.

    Of an agent whose tools are no field of it, nobody knows which it has.
    """
    if "tools" not in after:
        return
    known = _tool_names(before) | _tool_names(after)
    for pointer, prompt in prompts(after):
        names = _ungranted(pointer, prompt, after, known)
        if new := names - _ungranted(pointer, text(resolve(before, pointer)), before, known):
            listed = sorted(new)
            more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
            says = f"it names {', '.join(listed[:_NAMED])}{more}, which is not granted"
            yield Hit("ungranted-tool", pointer, says)


def _tool_names(agent: Mapping[str, Json]) -> frozenset[str]:
    return frozenset(name for each in toolsets(agent) for name in each.names)


def _ungranted(
    pointer: str, prompt: str, agent: Mapping[str, Json], known: frozenset[str]
) -> frozenset[str]:
    named = frozenset(
        found[1]
        for found in _QUOTED.finditer(prompt)
        if found[1] in known or _is_called_tool(prompt, *found.span())
    )
    if not named:
        return named
    subagents = mapping(agent.get("subagents"))
    if pointer == "/system_prompt":
        # It may well tell of what its subagents can do.
        granted = _tool_names(agent) | subagents.keys()
    else:
        own = resolve(agent, pointer.rpartition("/")[0])
        granted = toolset(mapping(own).get("tools")).names
    return named - granted - _BUILT_IN


def _is_called_tool(text: str, start: int, end: int) -> bool:
    return bool(
        _TOOL_AFTER.match(text, end) or _TOOL_BEFORE.search(text, max(0, start - _BEFORE), start)
    )
