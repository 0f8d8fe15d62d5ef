"""The values that flow through agentsync, one way.

Definitions and live agents → changes → plan → report. All of them are frozen; the maps inside
are never changed after construction.
"""

from agentsync.canonical import ABSENT, Absent
from agentsync.model.agents import AgentSummary, Definition, LiveAgent
from agentsync.model.changes import (
    Action,
    Change,
    Effect,
    FieldChange,
    LastApply,
    Origin,
    Precondition,
    State,
)
from agentsync.model.choices import Choices, OnConflict, OnDrift
from agentsync.model.diagnostics import Diagnostic, Severity, Span
from agentsync.model.findings import Finding, Policy, Risk, RuleSetting
from agentsync.model.history import History, Revision
from agentsync.model.outcomes import Guarantee, Outcome, Status
from agentsync.model.ownership import Marker, Owner
from agentsync.model.patches import AgentPatch, FileOp, FilePatch, PatchStatus
from agentsync.model.project import Limits, ProjectConfig, Target
from agentsync.model.report import FORMAT_VERSION, Orphan, Plan, Problem, Report

__all__ = [
    "ABSENT",
    "FORMAT_VERSION",
    "Absent",
    "Action",
    "AgentPatch",
    "AgentSummary",
    "Change",
    "Choices",
    "Definition",
    "Diagnostic",
    "Effect",
    "FieldChange",
    "FileOp",
    "FilePatch",
    "Finding",
    "Guarantee",
    "History",
    "LastApply",
    "Limits",
    "LiveAgent",
    "Marker",
    "OnConflict",
    "OnDrift",
    "Origin",
    "Orphan",
    "Outcome",
    "Owner",
    "PatchStatus",
    "Plan",
    "Policy",
    "Precondition",
    "Problem",
    "ProjectConfig",
    "Report",
    "Revision",
    "Risk",
    "RuleSetting",
    "Severity",
    "Span",
    "State",
    "Status",
    "Target",
]
