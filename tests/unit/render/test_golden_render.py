"""What the terminal shows, as files to read: tests/golden/render/, renewed by --update-golden."""

from pathlib import Path

import pytest

from agentsync.render import RenderOptions, render

_FOLDER = Path(__file__).parents[2] / "golden" / "render"
_VARIANTS = {
    "": RenderOptions(width=80),
    ".pipe": RenderOptions(),
    ".color": RenderOptions(width=80, color=True),
    ".verbose": RenderOptions(width=80, verbose=True, show_all=True),
}
_CASES = [
    ("plan", ""),
    ("plan", ".pipe"),
    ("plan", ".color"),
    ("plan", ".verbose"),
    ("diff", ""),
    ("diff", ".color"),
    ("plan-origins", ""),
    ("plan-in-sync", ""),
    ("plan-in-sync", ".verbose"),
    ("plan-in-sync-but-one", ""),
    ("plan-unreachable", ""),
    ("plan-findings", ""),
    ("edits", ""),
    ("edits", ".color"),
    ("edits", ".verbose"),
    ("edits-of-one", ""),
    ("edits-diff", ""),
    ("adopt", ""),
    ("overwrite", ""),
    ("limits", ""),
    ("drift", ""),
    ("drift", ".color"),
    ("drift-none", ""),
    ("status", ""),
    ("status", ".pipe"),
    ("status", ".color"),
    ("apply", ""),
    ("apply", ".pipe"),
    ("apply", ".color"),
    ("apply-again", ""),
    ("apply-limits", ""),
    ("apply-unconfirmed", ""),
    ("apply-asking", ""),
    ("apply-stale", ""),
    ("pull", ""),
    ("pull", ".pipe"),
    ("pull", ".color"),
    ("pull", ".verbose"),
    ("pull-conflict", ""),
    ("pull-dry-run", ""),
    ("pull-dry-run", ".color"),
    ("pull-nothing", ""),
    ("import", ""),
    ("import", ".color"),
    ("import-refused", ""),
    ("import-dry-run", ""),
    ("import-again", ""),
    ("log", ""),
    ("log", ".color"),
    ("log", ".verbose"),
    ("log-short", ""),
    ("rollback-asking", ""),
    ("rollback", ""),
    ("rollback", ".color"),
    ("rollback-again", ""),
    ("rollback-unconfirmed", ""),
    ("unauthorized", ""),
    ("validate", ""),
    ("validate", ".color"),
    ("validate-ok", ""),
    ("hostile", ".verbose"),
]


@pytest.mark.parametrize(("name", "variant"), _CASES)
def test_golden(reports, name, variant, golden):
    # Escapes are written as their sign, so that the files can be read and reviewed as text.
    shown = render(reports[name], "text", _VARIANTS[variant]).replace("\x1b", "␛")
    golden(_FOLDER / f"{name}{variant}.txt", shown)
