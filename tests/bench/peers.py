"""The other tools' commands over a project of their own kind, with one object in it."""

import json
from dataclasses import dataclass
from pathlib import Path

from measure import Case

ZONE = """
'':
  type: A
  value: 192.0.2.1
www:
  type: CNAME
  value: example.com.
"""
OCTODNS = """
providers:
  files:
    class: octodns.provider.yaml.YamlProvider
    directory: {zones}
zones:
  example.com.:
    sources: [files]
    targets: [files]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Executables to compare with; None means that the comparison is skipped."""

    deepagents: str | None = None
    octodns_validate: str | None = None


def deepagents_version(executable: str, home: Path) -> Case:
    """`deepagents --version`."""
    return Case(argv=[executable, "--version"], env=_at_home(home))


def deepagents_dry_run(executable: str, work: Path) -> Case:
    """`deepagents deploy --dry-run` of one agent: reads its files, prints what it would send."""
    project = work / "deepagents"
    project.mkdir(exist_ok=True)
    agent = {"name": "bench", "description": "One agent.", "model": "openai:gpt-5.5"}
    (project / "agent.json").write_text(json.dumps(agent))
    (project / "AGENTS.md").write_text("# Bench\n\nAnswer in one sentence.\n")
    return Case(argv=[executable, "deploy", "--dry-run"], cwd=project, env=_at_home(work))


def octodns_validate(executable: str, work: Path) -> Case:
    """`octodns-validate` of one zone."""
    zones = work / "zones"
    zones.mkdir(exist_ok=True)
    (zones / "example.com.yaml").write_text(f"---{ZONE}")
    config = work / "octodns.yaml"
    config.write_text(f"---{OCTODNS.format(zones=zones)}")
    return Case(argv=[executable, "--config-file", str(config)])


def _at_home(home: Path) -> dict[str, str]:
    """An environment in which the tool finds no state of an earlier day, and leaves none."""
    return {"HOME": str(home), "LANGSMITH_API_KEY": "bench"}
