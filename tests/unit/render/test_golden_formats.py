"""What every format shows of many reports: tests/golden/formats/, renewed by --update-golden.

Of what is huge, only the beginning is kept, and a digest of the whole.
"""

import hashlib
import re
from pathlib import Path

import pytest

from agentsync.render import FORMATS, RenderOptions, render

_FOLDER = Path(__file__).parents[2] / "golden" / "formats"
_ENDINGS = {"markdown": "md", "comment": "comment.md", "github": "github.txt", "sarif": "sarif"}
# JSON is indented where somebody looks at it, as a review of these files does.
_OPTIONS = {"json": RenderOptions(width=80), "text": RenderOptions(width=80)}
_CASES = (
    *("plan", "plan-origins", "plan-in-sync", "plan-unreachable", "plan-findings", "diff"),
    *("edits", "edits-diff", "adopt", "overwrite", "limits", "drift", "drift-none", "status"),
    *("apply", "apply-limits", "apply-stale", "apply-unconfirmed", "pull", "pull-conflict"),
    *("import-refused", "log", "rollback", "unauthorized", "validate", "validate-ok", "hostile"),
    *("risky", "risky-refused", "risky-diff", "risky-drift", "create", "delete", "conflict"),
    *("secrets", "validate-findings", "agents-500", "prompt-1mb"),
)
_LONGEST = 60_000
_HEAD = 150
# Of an HTML report, the style and the script are the same in all: they have tests of their own.
_SAME = re.compile(r"(<(style|script)[^>]*>).*?(</\2>)|sha256-[A-Za-z0-9+/=]+", re.S)


@pytest.mark.parametrize("format", sorted(FORMATS))
@pytest.mark.parametrize("name", _CASES)
def test_golden(reports, name, format, golden):
    shown = render(reports[name], format, _OPTIONS.get(format, RenderOptions()))
    if format == "html":
        shown = _SAME.sub(r"\1\3", shown)
    ending = _ENDINGS.get(format, "txt" if format == "text" else format)
    golden(_FOLDER / name / f"report.{ending}", _kept(shown.replace("\x1b", "␛")))


def _kept(shown: str) -> str:
    if len(shown) <= _LONGEST:
        return shown
    head = "\n".join(line[:300] for line in shown.split("\n")[:_HEAD])
    digest = hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{head}\n… {len(shown):,} characters, sha256 {digest}\n"
