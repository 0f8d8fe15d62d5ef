"""One line per goal: what was measured, against what was aimed at."""

from collections.abc import Callable
from dataclasses import dataclass

MISSED, VOID, SKIPPED = "MISSED", "VOID", "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One result.

    Shape: `value` None means skipped, and `note` says why; `limit` is the most the value may be,
    None when it is only told; `exact` asks for equality instead.
    """

    goal: str
    what: str
    value: float | None
    limit: float | None = None
    exact: bool = False
    unit: str = ""
    note: str = ""
    void: bool = False

    @property
    def verdict(self) -> str:
        """ok, MISSED, VOID (the machine was too noisy to say), skipped, or "" (only told)."""
        if self.value is None:
            return SKIPPED
        if self.void:
            return VOID
        if self.limit is None:
            return ""
        if self.exact:
            return "ok" if self.value == self.limit else MISSED
        return "ok" if self.value <= self.limit else MISSED

    def cells(self) -> tuple[str, ...]:
        """The line, as text."""
        counted = self.exact or self.unit == "count"
        form: Callable[[float], str] = (lambda n: f"{n:.0f}") if counted else (lambda n: f"{n:.3g}")
        unit = "" if self.unit in ("", "count") else f" {self.unit}"
        value = "–" if self.value is None else form(self.value) + unit
        sign = "=" if self.exact else "≤"
        limit = "" if self.limit is None else f"{sign} {form(self.limit)}{unit}"
        return (self.goal, self.what, value, limit, self.verdict, self.note)


HEAD = ("goal", "measured", "value", "aim", "verdict", "note")


def rendered(rows: list[Row]) -> str:
    """The table, its columns as wide as they have to be."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD) - 1)]
    texts = []
    for line in lines:
        padded = [cell.ljust(width) for cell, width in zip(line, [*widths, 0], strict=True)]
        texts.append("  ".join(padded).rstrip())
    texts.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(texts)
