"""What one report comes to, as lines of $GITHUB_OUTPUT: `changed` and `pending`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_DIFFERENCES: Final = 2


def changed(report: Mapping[str, Any]) -> bool:
    """Whether git and live differ (plan), something was edited outside git, or was written."""
    if report["command"] == "drift":
        return bool(report["exit_code"] == _DIFFERENCES)
    if report["command"] == "apply":
        return any(item["written"] for item in report["outcomes"])
    if report["command"] == "pull":
        return any(item["status"] == "written" for item in report["patches"])
    return any(item["action"] != "no-op" or item["fields"] for item in _changes(report))


def pending(report: Mapping[str, Any]) -> int:
    """How many agents apply has something to do for, those that it will refuse included.

    To skip an apply because all of its agents are in conflict would make the job green.
    """
    return sum(item["action"] != "no-op" for item in _changes(report))


def _changes(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list((report["plan"] or {}).get("changes", ()))


def main(path: str) -> None:
    """Print the lines for the report in this file."""
    report = json.loads(Path(path).read_text("utf-8"))
    sys.stdout.write(f"changed={str(changed(report)).lower()}\npending={pending(report)}\n")


if __name__ == "__main__":
    main(sys.argv[1])
