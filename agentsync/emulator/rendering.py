"""How the server writes the files it makes from typed fields; the API promises no bytes.

`plain` is what a tidy server would write. `perverse` changes everything that carries no
meaning: indent, key and list order, quoting, escapes, final newline, spelled-out defaults,
stripped skill bodies, CRLF.
"""

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import yaml

from agentsync.errors import UsageError

_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_WIDE: Final = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """One way to write tools.json and front matter.

    Units: `indent` in spaces, None for one line; `width` in characters before YAML folds.
    """

    indent: int | None = 2
    reverse_order: bool = False
    ascii_only: bool = False
    final_newline: bool = True
    spell_defaults: bool = False
    quote_all: bool = False
    width: int = _WIDE
    strip_skills: bool = False
    unix_newlines: bool = False


PLAIN: Final = Rendering()
PERVERSE: Final = Rendering(
    indent=None,
    reverse_order=True,
    ascii_only=True,
    final_newline=False,
    spell_defaults=True,
    quote_all=True,
    width=24,
    strip_skills=True,
    unix_newlines=True,
)
RENDERINGS: Final = {"plain": PLAIN, "perverse": PERVERSE}
"""By name, as options give them."""


def named(rendering: str | Rendering) -> Rendering:
    """The rendering of that name; one that is no name already is returned as it is.

    Errors: UsageError for a name that does not exist.
    """
    if isinstance(rendering, Rendering):
        return rendering
    if rendering not in RENDERINGS:
        close = get_close_matches(rendering, RENDERINGS, n=1)
        hint = f"did you mean `{close[0]}`?" if close else "known: " + ", ".join(RENDERINGS)
        raise UsageError(f"there is no rendering called {rendering!r}", hint=hint)
    return RENDERINGS[rendering]


def tools_text(config: dict[str, Any], style: Rendering) -> str:
    """tools.json for a ToolsConfig."""
    value = _spelled(config) if style.spell_defaults else config
    if style.reverse_order:
        value = _reversed(value)
        if isinstance(value.get("tools"), list):
            value["tools"] = value["tools"][::-1]
    text = json.dumps(value, indent=style.indent, ensure_ascii=style.ascii_only)
    return text + "\n" if style.final_newline else text


def front_matter_text(front: dict[str, str], body: str, style: Rendering) -> str:
    """A Markdown file with these front matter keys above `body`.

    The block is written even when it is empty, so that a body which itself begins with `---`
    is not taken for one.
    """
    items = list(front.items())
    block = yaml.dump(
        dict(items[::-1] if style.reverse_order else items),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=not style.ascii_only,
        width=style.width,
        default_style='"' if style.quote_all else None,
    )
    return f"---\n{block if front else ''}---\n\n{prose(body, style)}"


def skill_text(front: dict[str, str], body: str, style: Rendering) -> str:
    """SKILL.md for one inline skill."""
    return front_matter_text(front, body.strip() if style.strip_skills else body, style)


def prose(text: str, style: Rendering) -> str:
    """A text as the server keeps it."""
    return text.replace("\r\n", "\n") if style.unix_newlines else text


def _spelled(config: dict[str, Any]) -> dict[str, Any]:
    tools = []
    for tool in config.get("tools", []):
        whole = dict(tool)
        whole["display_name"] = tool.get("display_name") or tool.get("name", "")
        if tool.get("mcp_server_name") or tool.get("mcp_server_url"):
            whole["mcp_server_name"] = tool.get("mcp_server_name") or tool["mcp_server_url"]
        tools.append(whole)
    return {**config, "tools": tools, "interrupt_config": config.get("interrupt_config", {})}


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [_reversed(item) for item in value]
    return value
