"""The message of the commit that brings an agent's edits home: what changed where, in words.

What is live is hostile: of everything only a bounded part is shown, on one line, and visible.
"""

import re
from typing import Final

from agentsync.canonical import Absent, Json, split
from agentsync.engine.patchtext import patch_of
from agentsync.model import AgentPatch, FieldChange
from agentsync.render.values import as_text
from agentsync.render.visible import visible
from agentsync.render.wording import counted, place

_SUBJECT: Final = 72
_LONGEST: Final = 120
_VALUE: Final = 48
_MOST: Final = 50
# What ends a message or is left out of it in one of git's ways.
_ODD: Final = re.compile(r"^(?=[#-])")


def message(patch: AgentPatch, target: str, folder: str) -> str:
    """What a commit of this patch says; `folder` is the agent's."""
    lines = [_field(item, folder) for item in patch.fields[:_MOST]]
    if len(patch.fields) > _MOST:
        lines.append(f"and {counted(len(patch.fields) - _MOST, 'more field')}")
    said = "\n".join(lines)
    return f"{subject(patch.address, target)}\n\n{said}\n\n{_trailers(patch)}"


def subject(address: str, target: str) -> str:
    """The first line, without the target where that would make it too long."""
    short = f"agentsync: pull {visible(address)}"
    whole = f"{short} from {visible(target)}" if target else short
    return whole if len(whole) <= _SUBJECT else short[:_SUBJECT]


def _trailers(patch: AgentPatch) -> str:
    told = {"Agentsync-Agent": patch.agent_id, "Agentsync-Revision": patch.revision}
    return "".join(f"{key}: {_short(value, _LONGEST)}\n" for key, value in told.items() if value)


def _field(item: FieldChange, folder: str) -> str:
    where = _file(item, folder)
    return _ODD.sub("  ", _short(f"{where}: {_change(item)}", _LONGEST))


def _file(item: FieldChange, folder: str) -> str:
    """The file that says the field, or the part of the agent that it is an entry of."""
    match split(item.pointer):
        case ("system_prompt",):
            return "AGENTS.md"
        case ("tools", "tools", _):
            return "tools"
        case ("skills" | "subagents" as part, _):
            return part
        case ("skills", name, "files", path):
            return f"skills/{name}/{path}"
        case ("subagents", name, "files", path):
            return f"subagents/{name}/{path}"
        case ("subagents", name, "instructions"):
            return f"subagents/{name}/AGENTS.md"
        case ("subagents", name, *_):
            return f"subagents/{name}/agent.yaml"
        case ("skills", name, *_):
            return f"skills/{name}/SKILL.md"
        case ("files", path, *_):
            return f"files/{path}"
    path = item.span.path if item.span else ""
    inside = path.removeprefix(f"{folder}/")
    return inside if inside != path else "agent.yaml"


def _change(item: FieldChange) -> str:
    name = _name(item.pointer)
    live, git = item.before, item.after
    if isinstance(live, Absent):
        return f"removed {name}"
    if isinstance(git, Absent):
        return f"added {name}{_said(live)}"
    if isinstance(live, str) and isinstance(git, str) and _is_long(live, git):
        patch = patch_of("", _ended(git), _ended(live))
        what = "" if name == "text" else f"{name}, "
        added = f"{counted(patch.added, 'line')} added"
        if not patch.removed:
            return what + added
        if not patch.added:
            return f"{what}{counted(patch.removed, 'line')} removed"
        return f"{what}{added}, {patch.removed} removed"
    return f"{name} {_value(git)} → {_value(live)}"


def _ended(text: str) -> str:
    """The text as in a file: whether it ends its last line is not what changed."""
    return text if not text or text.endswith("\n") else f"{text}\n"


def _is_long(*texts: str) -> bool:
    return any("\n" in text or len(text) > _VALUE for text in texts)


def _name(pointer: str) -> str:
    """What the field is called inside the file that says it."""
    match split(pointer):
        case ("system_prompt",) | ("files", _) | ("files", _, "content"):
            return "text"
        case (_, _, "instructions") | ("skills" | "subagents", _, "files", _):
            return "text"
        case ("runtime", "model", "model_id"):
            return "model"
        case ("tools", "tools", key, *rest):
            return _tool(key) + "".join(f" {part}" for part in rest)
        case ("tools", "interrupt_config", key):
            return f"interrupt of {_tool(key)}"
        case ("subagents" | "skills", name):
            return name
        case ("subagents" | "skills", _, *rest):
            return place("/" + "/".join(part.replace("/", "~1") for part in rest)).lstrip("/")
    return place(pointer).lstrip("/")


def _tool(key: str) -> str:
    url, _, name = key.rpartition("::")
    return f"{name} ({url})" if url else name


def _said(value: Json) -> str:
    """A short value after the name of what was added, "" for a long one."""
    if isinstance(value, dict | list) or (isinstance(value, str) and _is_long(value)):
        return ""
    return f": {_value(value)}"


def _value(value: Json) -> str:
    return _short(" ".join(as_text(value).split()), _VALUE)


def _short(text: str, most: int) -> str:
    seen = visible(text)
    return seen if len(seen) <= most else f"{seen[: most - 1]}…"
