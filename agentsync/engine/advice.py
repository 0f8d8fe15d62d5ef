"""What to write instead: the hints that go with what a schema refuses."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from agentsync.canonical import Json

_TYPES: Final = {
    "string": "text",
    "object": "a mapping (`key: value`)",
    "array": "a list (`- item`)",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "nothing",
}
_LISTED: Final = 8
_UUID_DIGITS: Final = (8, 4, 4, 4, 12)
_YES: Final = frozenset({"yes", "y", "on", "true", "1"})
_NO: Final = frozenset({"no", "n", "off", "false", "0"})
# What people write for a key, when spelling alone would not lead to it.
_OTHER_NAMES: Final = {
    "prompt": "system_prompt",
    "system": "system_prompt",
    "system_message": "system_prompt",
    "sub_agents": "subagents",
    "title": "name",
    "display": "display_name",
    "server": "mcp_server_url",
    "endpoint": "url",
    "workspace": "workspace_id",
    "tenant_id": "workspace_id",
    "interrupt_on": "interrupt_config",
    "environments": "targets",
    "metadata": "extras",
}
# Values of the API that had other names once.
_OTHER_CHOICES: Final = {
    "default": "state",
    "thread_scoped_sandbox": "sandbox",
    "agent_scoped_sandbox": "sandbox",
    "workspace": "tenant",
    "private": "user",
}


def shown(value: Json, limit: int = 60) -> str:
    """`value` in one short line."""
    text = str(value)
    line = "".join(char if char.isprintable() else "·" for char in text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def field_name(path: Sequence[str | int]) -> str:
    """`path` as people write it: `tools.tools[0].name`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{shown(part)}"
    return text.removeprefix(".")


def wanted(types: str | Iterable[str]) -> str:
    """The types of a schema in words."""
    names = [types] if isinstance(types, str) else list(types)
    return " or ".join(_TYPES[name] for name in names)


def found(value: Json) -> str:
    """What a value is, in words."""
    if value is None:
        return "empty (null)"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f'the text "{shown(value)}"'
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"the number {shown(value)}"


def listed(names: Iterable[str]) -> str:
    """The names in one line: all of a few, the first of many and how many more there are."""
    every = [f"`{shown(name)}`" for name in names]
    # A schema's keys are all told; what is cut are the names of a big project.
    if len(every) <= 2 * _LISTED:
        return ", ".join(every)
    return f"{', '.join(every[:_LISTED])} … and {len(every) - _LISTED:,} more"


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or ""."""
    names = {_folded(name): name for name in known}
    folded = _folded(word)
    if _OTHER_NAMES.get(folded) in names:
        return names[_OTHER_NAMES[folded]]
    longer = [name for name in names if len(folded) > 2 and name.startswith(folded)]
    if longer:
        return names[min(longer, key=lambda name: (len(name), name))]
    # Only a file with a mistake in it pays for this import.
    from difflib import get_close_matches

    near = get_close_matches(folded, names, n=1, cutoff=0.6)
    if near:
        return names[near[0]]
    inside = [name for name in names if len(folded) > 2 and (folded in name or name in folded)]
    return names[inside[0]] if len(inside) == 1 else ""


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the known word that was probably meant, or else the known ones."""
    names = tuple(known)
    if near := closest(word, names):
        return f"did you mean `{shown(near)}`?"
    return f"known: {listed(names)}" if names else ""


def hint_for_unknown(
    key: str, known: Sequence[str], path: Sequence[str | int], block: Mapping[str, Json]
) -> str:
    """What to do about a key that the schema does not know."""
    if hidden := next((char for char in key if not char.isprintable()), ""):
        return f"delete the invisible character U+{ord(hidden):04X} in it"
    if not path:
        elsewhere = block.get("elsewhere", {})
        if key in block.get("server_owned", {}):
            return "delete it: the server sets it"
        moved = key if key in elsewhere else closest(key, elsewhere)
        nearer = closest(key, known)
        if moved and (moved == key or not nearer):
            return str(elsewhere[moved])
        if key == "model_id" and "model" in known:
            return "write `model: …`"
    if path[:1] == ("skills",) and "inline_skills" in block and key not in known:
        near = closest(key, known)
        return f"did you mean `{near}`?" if near else str(block["inline_skills"])
    return did_you_mean(key, known)


def hint_for_missing(
    key: str,
    given: Mapping[str, Json],
    unknown: Sequence[str],
    path: Sequence[str | int],
    block: Mapping[str, Json],
) -> str:
    """What to do about a key that has to be there."""
    if key == "type" and "sandbox_config" in given:
        return "add `type: sandbox`: only sandboxes have a sandbox_config"
    if path[:1] == ("skills",) and unknown and "inline_skills" in block:
        return f"add `{key}: …` for a linked skill; {block['inline_skills']}"
    return f"add `{key}: …`"


def hint_for_type(
    value: Json, types: str | Sequence[str], path: Sequence[str | int], block: Mapping[str, Json]
) -> str:
    """What to write when a value has the wrong type."""
    if value is None and path[:1] == ("targets",) and len(path) == 2:
        return f"write `{shown(path[1])}: {{}}`"
    if value is None:
        return "give it a value" + (", or delete the key" if path else "")
    if types == "boolean":
        return _hint_for_boolean(value)
    if types == "string":
        return _hint_for_text(value, path)
    if types in ("integer", "number") and isinstance(value, str):
        return "write a number, without quotes and units"
    if types == "object" and tuple(path) == ("tools",) and isinstance(value, list):
        return "put the list one level deeper, under `tools: tools:`"
    if types == "object" and path[:1] == ("skills",) and isinstance(value, str):
        return f"write `- repo_handle: {shown(value)}`, or {block.get('inline_skills', '')}"
    if types == "array" and isinstance(value, str):
        return f"write `[{shown(value)}]`"
    if tuple(path) == ("runtime",) and isinstance(value, str):
        return f"write `model: {shown(value)}` instead"
    if types == "object":
        return "write `key: value` lines below it" if path else "write `key: value` lines"
    return ""


def _hint_for_text(value: Json, path: Sequence[str | int]) -> str:
    if isinstance(value, dict):
        model_id = value.get("model_id")
        if tuple(path) == ("model",) and isinstance(model_id, str):
            return f"write `model: {shown(model_id)}`"
        # A key that is no text itself, as in `{{ x }}`, is told by strict.py, and named so.
        if all(key.startswith("?") for key in value):
            return "put the text in quotes: it starts with `{`"
        return "put the text in quotes if it contains `: ` or starts with `{`"
    if isinstance(value, list):
        return "put the text in quotes if it starts with `[` or `-`"
    return "put the value in quotes"


def hint_for_uuid(value: Json) -> str:
    """The UUID that `value` is in another spelling, or ""."""
    digits = str(value).strip().lower().removeprefix("urn:uuid:").strip("{}").replace("-", "")
    if len(digits) != 32 or set(digits) - set("0123456789abcdef"):
        return ""
    parts, start = [], 0
    for size in _UUID_DIGITS:
        parts.append(digits[start : start + size])
        start += size
    return "write " + "-".join(parts)


def _hint_for_boolean(value: Json) -> str:
    word = str(value).casefold()
    for words, answer in ((_YES, "true"), (_NO, "false")):
        if word in words:
            quoted = isinstance(value, str) and word == answer
            return f"write {answer}" + (" without quotes" if quoted else "")
    return ""


def hint_for_choice(value: Json, choices: Sequence[Json], path: Sequence[str | int]) -> str:
    """What to write instead of a value that is not among the choices."""
    if tuple(path) == ("backend", "type") and list(choices) == ["sandbox"]:
        return "write `type: sandbox`, or delete `sandbox_config`: only sandboxes have one"
    if len(choices) == 1:
        return f"write {choices[0]}"
    names = [str(choice) for choice in choices]
    word = str(value)
    other = _OTHER_CHOICES.get(word, "")
    near = other if other in names else closest(word, names)
    choice = f"one of {listed(names)}"
    return f"did you mean `{near}`? It is {choice}" if near else choice
