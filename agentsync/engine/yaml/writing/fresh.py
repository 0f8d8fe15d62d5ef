"""The lines of new YAML: nodes that no text has yet, in block style."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentsync.canonical import Json
from agentsync.engine.yaml.writing.quoting import LONGEST_KEY, flow, printable, scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How things are indented.

    Shape: `kept_ends` says whether a block scalar may end in blank lines that count: what follows
    it must not be blank then.
    Units: columns. `step`: a mapping below its key, and a block scalar's text; `dash`: the `-` of
    a list below its key; `gap`: an item behind the start of its `-`.
    """

    step: int = 2
    dash: int = 2
    gap: int = 2
    kept_ends: bool = True


def mapping_lines(value: Mapping[str, Json], layout: Layout) -> list[str]:
    """The lines of a block mapping whose keys start in the first column."""
    return [line for key, item in value.items() for line in entry_lines(key, item, layout)]


def entry_lines(key: str, value: Json, layout: Layout, style: str = "") -> list[str]:
    """One key and its value; a key that is too long for `key: value` is announced by a `?`.

    Shape: `style` is the quote that the key shall have: `'`, `"` or none.
    """
    name = scalar(key, style)
    behind, below = value_lines(value, layout)
    said = f": {behind}" if behind else ":"
    if len(name) > LONGEST_KEY:
        return [f"? {name}", said, *below]
    return [f"{name}{said}", *below]


def item_lines(value: Json, layout: Layout, style: str = "") -> list[str]:
    """One item of a block list whose dashes stand in the first column.

    Shape: `style` is the quote that the item shall have if it is a text.
    """
    first, rest = compact_lines(value, layout, layout.gap, style)
    return ["-".ljust(layout.gap) + first, *rest]


def compact_lines(value: Json, layout: Layout, gap: int, style: str = "") -> tuple[str, list[str]]:
    """What stands `gap` columns behind the start of a `-`, and the lines below, from the dash."""
    if not value or not isinstance(value, dict | list):
        return value_lines(value, layout, style)
    first, *rest = _block_lines(value, layout)
    return first, indented(rest, gap)


def value_lines(value: Json, layout: Layout, style: str = "") -> tuple[str, list[str]]:
    """What stands behind the `:` of a value, and the lines below, indented from its key."""
    if value and isinstance(value, dict):
        return "", indented(_block_lines(value, layout), layout.step)
    if value and isinstance(value, list):
        return "", indented(_block_lines(value, layout), layout.dash)
    if isinstance(value, str) and "\n" in value and can_be_literal(value, layout):
        return literal_header(value, layout.step), indented(literal_text(value), layout.step)
    return flow(value, style) if isinstance(value, dict | list) else scalar(value, style), []


def _block_lines(value: Json, layout: Layout) -> list[str]:
    if isinstance(value, dict):
        return mapping_lines(value, layout)
    return [line for item in value for line in item_lines(item, layout)]


def indented(lines: Iterable[str], columns: int) -> list[str]:
    """The lines, each that is not empty further to the right."""
    return [" " * columns + line if line else "" for line in lines]


def can_be_literal(text: str, layout: Layout) -> bool:
    """Whether a new block scalar says `text` and nobody's editor would change it."""
    body = text.rstrip("\n")
    if not body or not printable(text) or not 0 < layout.step < 10:
        return False
    if text.endswith("\n\n") and not layout.kept_ends:
        return False
    return all(line == line.rstrip(" \t") for line in body.split("\n"))


def literal_header(text: str, step: int) -> str:
    """`|`, the columns of indentation where they cannot be guessed, and how the text ends."""
    indentation = str(step) if is_indented(text) else ""
    return "|" + indentation + chomping(text)


def is_indented(text: str) -> bool:
    """Whether a reader would take the text's own first blanks for indentation."""
    return text.lstrip("\n").startswith((" ", "\t"))


def chomping(text: str) -> str:
    """The sign for how many newlines a block scalar's text ends with: none, one, or more."""
    if not text.endswith("\n"):
        return "-"
    return "+" if text.endswith("\n\n") else ""


def literal_text(text: str) -> list[str]:
    """The lines below a literal block's header."""
    return text.removesuffix("\n").split("\n")
