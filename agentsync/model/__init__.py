"""The values that flow through agentsync, one way.

Definitions and live agents → changes → plan → report. All of them are frozen; the maps inside
are never changed after construction.
"""

from agentsync.canonical import ABSENT, Absent
from agentsync.model.agents import AgentSummary, Definition, LiveAgent
from agentsync.model.changes import (
    Action,
    Change,
    FieldChange,
    Origin,
    Precondition,
)
from agentsync.model.diagnostics import Diagnostic, Severity, Span
from agentsync.model.project import Limits, ProjectConfig, Target
from agentsync.model.report import FORMAT_VERSION, Finding, Plan, Problem, Report

__all__ = [
    "ABSENT",
    "FORMAT_VERSION",
    "Absent",
    "Action",
    "AgentSummary",
    "Change",
    "Definition",
    "Diagnostic",
    "FieldChange",
    "Finding",
    "Limits",
    "LiveAgent",
    "Origin",
    "Plan",
    "Precondition",
    "Problem",
    "ProjectConfig",
    "Report",
    "Severity",
    "Span",
    "Target",
]
