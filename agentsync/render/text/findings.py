"""What the policy's rules say: the first thing to read of any report."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from agentsync.model import Finding, Risk
from agentsync.render import RenderOptions, wording
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.visible import visible

_TITLE: Final = "Capability changes"
# A sign for each risk, so that it shows without colour as well.
_SIGNS: Final[dict[Risk, Piece]] = {
    Risk.HIGH: ("! high  ", "error"),
    Risk.MEDIUM: ("* medium", "warning"),
    Risk.LOW: ("· low   ", "quiet"),
}
_MOST: Final = 25
_WIDEST_AGENT: Final = 24
# A pointer longer than this says of a tool's server what the message says already.
_SHORT_POINTER: Final = 40


def finding_sections(
    findings: Iterable[Finding], options: RenderOptions, title: str = _TITLE
) -> Iterator[list[Line]]:
    """The findings, the greatest risk first; nothing for none."""
    every = list(findings)
    # One more takes no more room than to say that it is missing.
    shown = every if options.verbose or len(every) <= _MOST + 1 else every[:_MOST]
    agent = min(_WIDEST_AGENT, max((len(visible(it.address)) for it in shown), default=0))
    rule = max((len(visible(it.rule)) for it in shown), default=0)
    lines = [_finding(item, agent, rule, options) for item in shown]
    if rest := len(every) - len(shown):
        lines.append(line((f"… {wording.counted(rest, 'more finding')}", "cut"), indent=2))
    yield [line((title, "title")), *lines] if lines else []


def _finding(item: Finding, agent: int, rule: int, options: RenderOptions) -> Line:
    return line(
        _SIGNS[item.severity],
        "  ",
        (f"{visible(item.address):{agent}}", "title"),
        "  ",
        (f"{visible(item.rule):{rule}}", "pointer"),
        f"  {visible(item.message)}",
        *_place(item, options),
        *([(f"  ({visible(item.note)})", "quiet")] if item.note else ()),
        indent=2,
        hang=10,
    )


def _place(item: Finding, options: RenderOptions) -> Iterator[Piece]:
    if item.pointer and (options.verbose or len(item.pointer) <= _SHORT_POINTER):
        yield f"  {wording.place(item.pointer)}", "quiet"
    if item.span and (options.verbose or item.line):
        yield f"  {visible(str(item.span))}", "path"


def told_in_short(findings: Iterable[Finding]) -> list[Line]:
    """How many there are of each risk, on one line; empty for none."""
    numbers = Counter(item.severity for item in findings)
    parts = [(f"{numbers[risk]} {risk.value}", role) for risk, (_, role) in _SIGNS.items()]
    shown = [part for part in parts if not part[0].startswith("0 ")]
    pieces = [piece for part in shown for piece in ((", ", ""), part)][1:]
    return [line((f"{_TITLE}: ", "title"), *pieces)] if pieces else []
