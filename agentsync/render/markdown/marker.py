"""The invisible first line of a comment, by which whoever posts it finds the earlier one."""

import re
from hashlib import sha256
from typing import Final

from agentsync.model import Report

_KEPT: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._-")
_TWO_HYPHENS: Final = re.compile("(?<=-)-")
_LONGEST: Final = 120


def marker(report: Report) -> str:
    """`<!-- agentsync plan acme-agents/production -->`: the command, the project and the target.

    Shape: one line, the same for the same three; other names never give the same marker. A
    project or target of any name is safe in it: what is not one of a-z, 0-9, `.`, `_` and `-` is
    percent-encoded, and so is a hyphen after a hyphen. Without a plan nobody knows the project.
    """
    plan = report.plan
    where = _encoded(plan.project) if plan else ""
    where += f"/{_encoded(plan.target)}" if plan and plan.target else ""
    return " ".join(filter(None, ("<!-- agentsync", _encoded(report.command), where, "-->")))


def _encoded(name: str) -> str:
    data = name.encode("utf-8", "surrogatepass")
    text = "".join(chr(byte) if byte in _KEPT else f"%{byte:02x}" for byte in data)
    text = _TWO_HYPHENS.sub("%2d", text)
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}%{sha256(data).hexdigest()}"
