"""A document written to disk the way people lay out a definition."""

from pathlib import Path

import yaml


def write_project(root: Path, document: dict) -> None:
    """A project with this one agent in it."""
    (root / "agentsync.yaml").write_text("version: 1\nproject: tests\n", "utf-8")
    write_definition(root / "agents" / "a", document)


def write_definition(folder: Path, document: dict) -> None:
    """agent.yaml, AGENTS.md, skills/, subagents/ and files/ of one agent."""
    kept = ("name", "description", "runtime", "backend", "permissions", "tools", "extras")
    _write(folder / "agent.yaml", _yaml({key: document[key] for key in kept if key in document}))
    _write(folder / "AGENTS.md", document.get("system_prompt", "") + "\n")
    for spec in document.get("subagents", ()):
        at = folder / "subagents" / spec["name"]
        kept = ("description", "model_id", "tools")
        _write(at / "agent.yaml", _yaml({key: spec[key] for key in kept if key in spec}))
        _write(at / "AGENTS.md", spec["instructions"] + "\n")
    for spec in document.get("skills", ()):
        at = folder / "skills" / spec["name"]
        header = _yaml({"name": spec["name"], "description": spec["description"]})
        _write(at / "SKILL.md", f"---\n{header}---\n\n{spec['instructions']}\n")
        for path, content in spec["files"].items():
            _write(at / path, content)
    for path, entry in document.get("files", {}).items():
        _write(folder / "files" / path, entry["content"])


class _Quoting(yaml.SafeDumper):
    """PyYAML writes YAML 1.1: unquoted, the text 1e3 would be a number to readers of 1.2."""


_Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def _yaml(value: dict) -> str:
    return yaml.dump(value, Dumper=_Quoting, allow_unicode=True, sort_keys=False, width=10**6)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
