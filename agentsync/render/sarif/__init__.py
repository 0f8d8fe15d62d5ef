"""The report as SARIF 2.1.0, for GitHub's code scanning and for every other reader of the format.

Source: the OASIS standard with errata 01, and GitHub's list of what code scanning wants of a file.
"""

import json
from typing import Any, Final

from agentsync.errors import ExitCode
from agentsync.model import Report
from agentsync.render import RenderOptions
from agentsync.render.places import seen_from_here
from agentsync.render.sarif.locations import ROOT, Locator
from agentsync.render.sarif.notifications import Notification, notifications
from agentsync.render.sarif.results import Result, results
from agentsync.render.sarif.rules import descriptors
from agentsync.render.sarif.texts import identifier
from agentsync.render.wording import counted

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
# Code scanning shows no more of one run.
_MOST: Final = 5_000
_BROKEN_OFF: Final = (ExitCode.USAGE, ExitCode.BUG, ExitCode.INTERRUPTED)


def render(report: Report, options: RenderOptions) -> str:
    """One run of agentsync as a SARIF log, the same bytes for the same report.

    Shape: plain ASCII, indented when a person looks at it, and without what a CI runner obeys in a
    log: only strings can hold `##[`, and there its bracket is escaped.
    """
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(seen_from_here(report))]}
    text = json.dumps(log, indent=2 if options.width else None, allow_nan=False)
    return text.replace("##[", "##\\u005b") + "\n"


def _run(report: Report) -> dict[str, Any]:
    locator = Locator.of(report)
    found = results(report)
    shown = found[:_MOST]
    rules = descriptors(shown)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    return {
        "tool": {"driver": _driver(report, rules)},
        "automationDetails": {"id": _category(report)},
        "invocations": [_invocation(report, len(found) - len(shown))],
        "originalUriBaseIds": {ROOT: {"description": {"text": "the folder agentsync ran in"}}},
        "columnKind": "unicodeCodePoints",
        "results": _numbered(shown, index, locator),
    }


def _driver(report: Report, rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": "agentsync", "version": identifier(report.tool_version), "rules": rules}


def _category(report: Report) -> str:
    """What keeps the results of one command and target apart from those of others: `…/`."""
    target = report.plan.target if report.plan else ""
    parts = ["agentsync", report.command, *([target] if target else [])]
    return "".join(f"{identifier(part).replace('/', '-')}/" for part in parts)


def _numbered(found: list[Result], index: dict[str, int], locator: Locator) -> list[dict[str, Any]]:
    """The results; those that are alike but for their lines have numbers in their fingerprints."""
    seen: dict[str, int] = {}
    shown = []
    for item in found:
        key = item.fingerprint
        seen[key] = seen.get(key, 0) + 1
        shown.append(
            {
                "ruleId": item.rule,
                "ruleIndex": index[item.rule],
                "level": item.level,
                "message": {"text": item.message},
                "locations": [locator.location(item.address, item.pointer, item.span)],
                "partialFingerprints": {"agentsync/v1": f"{key}:{seen[key]}"},
            }
        )
    return shown


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    """How the run ended, and what it has to say of no place in a file.

    Shape: successful is a run that did its work, whatever it found.
    """
    told = list(notifications(report))
    failed = any(item.level == "error" for item in told) or report.exit_code in _BROKEN_OFF
    if left_out:
        said = f"{counted(left_out, 'more result')}, of which none is greater, stand in no result"
        told.append(Notification(code="too-many-results", level="warning", message=said))
    return {
        "executionSuccessful": not failed,
        "exitCode": int(report.exit_code),
        "exitCodeDescription": report.exit_code.meaning,
        "toolExecutionNotifications": [item.to_json() for item in told],
    }
