"""Foreign text as SARIF's messages and names take it: visible, short, and only text."""

from typing import Final

from agentsync.render.visible import visible

# Characters: 5,000 results must fit into the 10 MB that GitHub takes; other formats say all of it.
_LONGEST: Final = 500
_LONGEST_NAME: Final = 255
# What stands for nothing, which GitHub does not take.
_UNNAMED: Final = "unnamed"
_NO_MESSAGE: Final = "no message"


def message(*lines: str) -> str:
    r"""A plain text message of those foreign lines that are not empty.

    Shape: a brace is doubled, as a single one begins a placeholder; `](`, which makes a link of the
    text before it, becomes `]\(`.
    """
    text = cut("\n".join(filter(None, map(visible, lines))).replace("](", "]\\("))
    return text.replace("{", "{{").replace("}", "}}") or _NO_MESSAGE


def identifier(text: str) -> str:
    """A visible name of one line that is neither empty nor longer than GitHub takes."""
    return visible(text)[:_LONGEST_NAME] or _UNNAMED


def cut(text: str) -> str:
    """The beginning of a text that is too long."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
