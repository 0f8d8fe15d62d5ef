"""What a command shows at a terminal, as a picture: an SVG that needs nothing but itself."""

import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from html import escape
from string import Template
from xml.etree import ElementTree

from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Span, Text

COLUMNS = 106
SVG = "http://www.w3.org/2000/svg"

_PAPER, _INK, _QUIET = (13, 17, 23), (230, 237, 243), "#8b949e"
_BLACK, _RED, _GREEN, _YELLOW = (72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65)
_BLUE, _MAGENTA, _CYAN = (121, 192, 255), (210, 168, 255), (86, 212, 221)
_COLOURS = [_BLACK, _RED, _GREEN, _YELLOW, _BLUE, _MAGENTA, _CYAN, _INK]
_THEME = TerminalTheme(_PAPER, _INK, _COLOURS, _COLOURS)
_FONTS = (
    "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace"
)

# Space around the rows, and the bar above them. Units: those of rich, whose letters are 20 high.
_SIDE, _TOP, _BOTTOM, _BAR = 30, 18, 26, 46
_PARTS = ("char_width", "line_height", "terminal_width", "terminal_height")
_PARTS += ("styles", "backgrounds", "matrix")

_DOCUMENT = Template("""\
<svg xmlns="$svg" viewBox="0 0 $width $height" role="img" aria-labelledby="plan-what">
<title id="plan-what">$command</title>
<style>
text { font: 20px $fonts; white-space: pre }
.plan-bar { fill: #8b949e; font-size: 17px; text-anchor: middle }
$styles
</style>
<rect x="1" y="1" width="$inner_width" height="$inner_height" rx="12" fill="#0d1117"/>
<path d="M1 $bar V13 A12 12 0 0 1 13 1 H$bar_end A12 12 0 0 1 $edge 13 V$bar Z" fill="#1c2128"/>
<circle cx="28" cy="24" r="7" fill="#ff5f57"/>
<circle cx="52" cy="24" r="7" fill="#febc2e"/>
<circle cx="76" cy="24" r="7" fill="#28c840"/>
<text class="plan-bar" x="$middle" y="30">$command</text>
<rect x="1" y="1" width="$inner_width" height="$inner_height" rx="12" fill="none" \
stroke="#484f58" stroke-width="2"/>
<g id="plan-rows" transform="translate($left $top)" \
data-char-width="$char_width" data-line-height="$line_height">
$backgrounds
$matrix
</g>
</svg>
""")


@dataclass(frozen=True)
class Word:
    """Letters of one look without a space between them.

    Shape: `column` counts from 0; `look` are declarations of CSS, sorted.
    """

    column: int
    text: str
    look: tuple[str, ...]
    ground: str = ""


def at_terminal(*arguments, cwd, **environ):
    """What `agentsync` shows at a terminal that is COLUMNS wide, and its exit code."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "agentsync", *arguments],
        stdout=theirs,
        cwd=cwd,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS), **environ},
    )
    os.close(theirs)
    shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return shown.decode().replace("\r\n", "\n"), process.wait(60)


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the last writer is gone.
        return b""


def picture(command, shown):
    """The SVG of a window in which `command` has shown this coloured text."""
    console = Console(
        record=True, file=io.StringIO(), width=COLUMNS, force_terminal=True, legacy_windows=False
    )
    text = Text.from_ansi(shown.rstrip("\n"))
    text.spans = [Span(span.start, span.end, _vivid(span.style)) for span in text.spans]
    console.print(text, no_wrap=True, overflow="ignore", crop=False, highlight=False)
    order = "\0".join(f"{{{name}}}" for name in _PARTS)
    made = console.export_svg(
        theme=_THEME, code_format=order, font_aspect_ratio=0.6, unique_id="plan"
    )
    parts = dict(zip(_PARTS, made.split("\0"), strict=True))
    # It draws line ends as well, and speaks of clip paths of which the last is missing.
    drawn = re.sub(r' clip-path="[^"]*"|<text[^>]*>\s*</text>', "", parts["matrix"])
    parts["matrix"] = "\n".join(re.findall(r"<text.*?</text>", drawn, re.S))
    return _framed(escape(command), parts)


def _vivid(style):
    """The style, dim text in a colour of its own: how rich dims varies from version to version."""
    if not isinstance(style, Style) or not style.dim:
        return style
    return style + Style(dim=False, color=style.color or Color.parse(_QUIET))


def _framed(command, parts):
    width = round(float(parts["terminal_width"])) + 2 * _SIDE
    height = round(float(parts["terminal_height"])) + _BAR + _TOP + _BOTTOM
    return _DOCUMENT.substitute(
        parts,
        **{"svg": SVG, "fonts": _FONTS, "command": command, "width": width, "height": height},
        **{"inner_width": width - 2, "inner_height": height - 2, "middle": width / 2},
        **{"bar": _BAR, "bar_end": width - 13, "edge": width - 1},
        **{"left": _SIDE, "top": _BAR + _TOP},
    )


def words(svg):
    """The rows of the picture, each a tuple of its words from left to right."""
    root = ElementTree.fromstring(svg)
    looks = dict(re.findall(r"\.([\w-]+) \{ ([^}]*) \}", root.find(f"{{{SVG}}}style").text))
    group = root.find(f"{{{SVG}}}g[@id='plan-rows']")
    wide, high = float(group.get("data-char-width")), float(group.get("data-line-height"))
    grounds = dict(_grounds(group, wide, high))
    rows = {}
    for item in group.iter(f"{{{SVG}}}text"):
        row, column = int(float(item.get("y")) / high), round(float(item.get("x")) / wide)
        look = tuple(sorted(part.strip() for part in looks[item.get("class")].split(";") if part))
        for place, letter in enumerate(item.text, column):
            if not letter.isspace():
                letters = rows.setdefault(row, {})
                assert place not in letters, "two letters in one place"
                letters[place] = letter, look, grounds.get((row, place), "")
    return [tuple(_words(rows.get(row, {}))) for row in range(max(rows) + 1)]


def _grounds(group, wide, high):
    """What lies behind each place: ((row, column), colour)."""
    for item in group.iter(f"{{{SVG}}}rect"):
        row = int((float(item.get("y")) + float(item.get("height")) / 2) / high)
        first = round(float(item.get("x")) / wide)
        for place in range(first, first + round(float(item.get("width")) / wide)):
            yield (row, place), item.get("fill")


def _words(letters):
    """The words that the letters of one row make, by their places."""
    begun = None
    for place, (letter, look, ground) in sorted(letters.items()):
        if begun and begun == Word(place - len(begun.text), begun.text, look, ground):
            begun = replace(begun, text=begun.text + letter)
            continue
        if begun:
            yield begun
        begun = Word(place, letter, look, ground)
    if begun:
        yield begun


def lines(svg):
    """The text of the picture, row by row, as a terminal without colours shows it."""
    for row in words(svg):
        line = ""
        for word in row:
            line = line.ljust(word.column) + word.text
        yield line
