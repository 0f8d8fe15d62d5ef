"""A definition's folder as texts, read by the loader from a copy on disk."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agentsync.engine.normalise import desired
from agentsync.files.authoring import Authored
from agentsync.files.definition import Loaded
from agentsync.files.project import OpenProject
from agentsync.files.staging import said
from agentsync.model import Severity, Target
from agentsync.model.project import ProjectConfig
from agentsync.providers.managed import RULES

PROJECT = OpenProject(
    root=Path("/nowhere"),
    config=ProjectConfig(project="tests", agents="agents", targets=(Target(name="t"),)),
)


def read(texts: Mapping[str, str], target: str = "t") -> Loaded:
    """What a folder with these texts says; it has no errors."""
    found = said(PROJECT, "a", target, {path: text.encode() for path, text in texts.items()})
    wrong = [note for note in found.diagnostics if note.severity is Severity.ERROR]
    assert not wrong, wrong
    return found


def form(texts: Mapping[str, str], target: str = "t") -> dict[str, Any]:
    """The canonical form of what a folder says."""
    return desired(read(texts, target).document or {}, RULES)


def after(texts: Mapping[str, str], made: Authored) -> dict[str, str]:
    """The folder with what was written."""
    both = {**texts, **made.texts}
    return {path: text for path, text in both.items() if text is not None}


SKILL = "---\nname: pdf # ours\ndescription: 'Reads PDF.'\nlicense: MIT\n---\n\nRead it.\n"
FOLDER = {
    "agent.yaml": "# The helper.\nname: Helper   # for people\nmodel: openai:gpt-5.5\n\n"
    "extras: {team: support}\n",
    "agent.t.yaml": "# Only there.\ndescription: There.\nextras:\n  stage: trial\n",
    "AGENTS.md": "# You\r\n\r\nYou help.\r\n",
    "skills/pdf/SKILL.md": SKILL,
    "skills/pdf/run.py": "print()\n",
    "subagents/critic/agent.yaml": "description: Checks.  # all of it\n",
    "subagents/critic/AGENTS.md": "\nCheck.\n",
    "subagents/critic/skills/pdf/SKILL.md": SKILL,
    "files/guide.md": "a\r\nb\r\n",
}
"""A folder with some of everything, as somebody wrote it."""
