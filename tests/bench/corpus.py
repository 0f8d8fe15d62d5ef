"""A project in git and its live agents, made together from one seed.

    python tests/bench/corpus.py OUT --agents 1000 [--shape rich] [--bind marker] [--tree whole]

OUT/project/   agentsync.yaml, agents/<slug>/{agent.yaml,AGENTS.md,skills/,subagents/}
OUT/live.json  what the server needs: list items, and where each agent's body lies in the packs
OUT/ids.txt    the ids, one per line
OUT/raw.pack   the bodies of GET /agents/{id}?include_files=true, one after the other
OUT/gzip.pack  the same, compressed

Sizes follow a real agent: agent.yaml of 72 lines, AGENTS.md of 20 KB, a body of 33 KB (66 KB with
`--tree whole`, where the answer repeats every typed field as a file).
"""

import argparse
import gzip
import json
import os
import random
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus_options import Options

from agentsync.engine.marker import to_json
from agentsync.engine.normalise import desired
from agentsync.engine.origins import base_of
from agentsync.model import Marker, Owner
from agentsync.providers.managed import RULES

Json = Any

TOOLS = 12
PROMPT_BYTES = 20_000
NOTES_BYTES = 9_500
WORKSPACE = "bench"
LIVE_DIFFERENCES = ("prompt", "description", "tool", "interrupt")
WORDS = (Path(__file__).parent / "words.txt").read_text().split()


class Writer:
    """Deterministic prose and identifiers."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def sentence(self) -> str:
        """One English-looking sentence, with a number now and then."""
        words = self._random.choices(WORDS, k=self._random.randint(6, 16))
        if self._random.random() < 0.3:
            words.insert(2, str(self._random.randint(2, 9999)))
        return " ".join(words).capitalize() + "."

    def prose(self, size: int) -> str:
        """Markdown of `size` bytes or a little more, ending in a newline."""
        lines: list[str] = []
        length = 0
        while length < size:
            block = list(self._block())
            lines += block
            length += sum(len(line) + 1 for line in block)
        return "\n".join(lines).rstrip() + "\n"

    def _block(self) -> Iterator[str]:
        kind = self._random.random()
        if kind < 0.15:
            yield from (f"## {' '.join(self._random.choices(WORDS, k=3)).capitalize()}", "")
        elif kind < 0.6:
            yield from (f"- {self.sentence()}" for _ in range(self._random.randint(2, 6)))
            yield ""
        else:
            yield from (" ".join(self.sentence() for _ in range(3)), "")

    def uuid(self) -> str:
        """A UUID, as the API's ids are."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


def tools_of(name: str) -> Json:
    """Twelve tools of one agent, and an interrupt rule for each."""
    urls = [f"https://tools.example.com/{name}/{number}" for number in range(TOOLS)]
    return {
        "tools": [
            {
                "name": f"tool_{number}",
                "mcp_server_url": url,
                "mcp_server_name": "Fleet",
                "display_name": f"Tool {number}",
            }
            for number, url in enumerate(urls)
        ],
        "interrupt_config": {
            f"{url}::tool_{number}": number % 3 == 0 for number, url in enumerate(urls)
        },
    }


def agent_of(options: Options, number: int) -> dict[str, Json]:
    """One agent as both sides know it: typed fields only."""
    writer = Writer(f"{options.seed}/{number}")
    slug = f"agent-{number:05d}"
    agent: dict[str, Json] = {
        "id": writer.uuid(),
        "slug": slug,
        "name": f"{slug} of the bench",
        "description": writer.sentence(),
        "model_id": "openai:gpt-5.5",
        "tools": tools_of(slug),
        "extras": {"team": "bench", "stages": [1, 2]},
        "system_prompt": f"# {slug}\n\n{writer.prose(PROMPT_BYTES)}",
        "notes": writer.prose(NOTES_BYTES if options.shape == "flat" else 1000),
        "subagents": [],
        "skills": [],
    }
    if options.shape == "rich":
        agent["subagents"] = [_subagent(writer)]
        agent["skills"] = [_skill(writer)]
    return agent


def _subagent(writer: Writer) -> Json:
    return {
        "name": "critic",
        "description": writer.sentence(),
        "model_id": "openai:gpt-5.5-mini",
        "instructions": "# Critic\n\n" + writer.prose(2000),
        "tools": {"tools": tools_of("critic")["tools"][:2], "interrupt_config": {}},
    }


def _skill(writer: Writer) -> Json:
    return {
        "name": "house-style",
        "description": writer.sentence(),
        "instructions": "# House style\n\n" + writer.prose(3000),
        "files": {"reference/terms.md": writer.prose(1500)},
    }


def write_definition(root: Path, options: Options, agent: dict[str, Json]) -> None:
    """The agent's folder below `root`, as a person would keep it in git."""
    folder = root / "agents" / agent["slug"]
    folder.mkdir(parents=True)
    bound = f"id: {agent['id']}\n" if options.bind == "id" else ""
    (folder / "agent.yaml").write_text(
        bound
        + f"name: {agent['name']}\ndescription: {agent['description']}\n"
        + f"runtime:\n  model:\n    model_id: {agent['model_id']}\n"
        + _tools_yaml(agent["tools"])
        + "extras:\n  team: bench\n  stages: [1, 2]\n"
    )
    (folder / "AGENTS.md").write_text(agent["system_prompt"])
    for subagent in agent["subagents"]:
        _write_subagent(folder / "subagents" / subagent["name"], subagent)
    for skill in agent["skills"]:
        _write_skill(folder / "skills" / skill["name"], skill)


def _write_subagent(folder: Path, subagent: Json) -> None:
    folder.mkdir(parents=True)
    (folder / "agent.yaml").write_text(
        f"description: {subagent['description']}\nmodel_id: {subagent['model_id']}\n"
        + _tools_yaml(subagent["tools"])
    )
    (folder / "AGENTS.md").write_text(subagent["instructions"])


def _write_skill(folder: Path, skill: Json) -> None:
    folder.mkdir(parents=True)
    head = f"---\nname: {skill['name']}\ndescription: {skill['description']}\n---\n\n"
    (folder / "SKILL.md").write_text(head + skill["instructions"])
    for path, text in skill["files"].items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def _tools_yaml(tools: Json) -> str:
    lines = ["tools:", "  tools:"]
    for tool in tools["tools"]:
        lines.append(f"    - name: {tool['name']}")
        lines += [f"      {key}: {value}" for key, value in tool.items() if key != "name"]
    lines.append("  interrupt_config:" + ("" if tools["interrupt_config"] else " {}"))
    lines += [f"    {key}: {str(on).lower()}" for key, on in tools["interrupt_config"].items()]
    return "\n".join(lines) + "\n"


def edit(agent: dict[str, Json], number: int) -> None:
    """Change one thing in the agent, as somebody in the UI would."""
    match LIVE_DIFFERENCES[number % len(LIVE_DIFFERENCES)]:
        case "prompt":
            lines = agent["system_prompt"].split("\n")
            lines[len(lines) // 2] = "Somebody typed this sentence in the UI."
            agent["system_prompt"] = "\n".join(lines)
        case "description":
            agent["description"] = "Somebody described it anew."
        case "tool":
            gone = agent["tools"]["tools"].pop()
            agent["tools"]["interrupt_config"].pop(f"{gone['mcp_server_url']}::{gone['name']}")
        case "interrupt":
            rules = agent["tools"]["interrupt_config"]
            key = next(iter(rules))
            rules[key] = not rules[key]


def marker_of(agent: dict[str, Json]) -> Json:
    """The marker that an apply of this agent, as git says it now, leaves behind."""
    given = ("name", "description", "tools", "extras", "system_prompt", "subagents", "skills")
    document = {key: agent[key] for key in given}
    document["runtime"] = {"model": {"model_id": agent["model_id"]}}
    owner = Owner(project=WORKSPACE, target="", address=agent["slug"])
    base = base_of(desired(document, RULES), None, ())
    applied = "2026-02-01T00:00:00Z"
    return to_json(Marker(owner=owner, commit="c" * 40, applied_at=applied, base=base))


def live_of(options: Options, agent: dict[str, Json], number: int) -> tuple[Json, Json]:
    """(list item, full answer) of the agent, as the API gives them: defaults filled in."""
    extras = dict(agent["extras"])
    if options.bind != "name":
        extras["agentsync"] = agent["marker"]
    writer = Writer(f"{options.seed}/{number}/live")
    summary = {
        "id": agent["id"],
        "name": agent["name"],
        "description": agent["description"],
        "owner_id": writer.uuid(),
        "created_at": f"2026-01-01T00:{number // 60 % 60:02d}:{number % 60:02d}Z",
        "updated_at": "2026-02-01T00:00:00Z",
        "permissions": {
            "identity": "personal",
            "visibility": "tenant",
            "tenant_access_level": "read",
        },
        "runtime": {"model": {"model_id": agent["model_id"]}},
        "extras": extras,
        "access_level": "WRITE",
        "is_owner": True,
        "backend": {"type": "state"},
    }
    full = {
        **summary,
        "revision": writer.uuid().replace("-", ""),
        "system_prompt": agent["system_prompt"],
        "tools": agent["tools"],
        "subagents": agent["subagents"],
        "skills": [{"type": "inline", **skill} for skill in agent["skills"]],
        "files": tree_of(options, agent),
    }
    if options.tree == "whole":
        full["instructions"] = agent["system_prompt"]
    return summary, full


def tree_of(options: Options, agent: dict[str, Json]) -> Json:
    """The `files` map: what the agent itself wrote, and under `whole` the typed fields again."""
    texts = {"memories/notes.md": agent["notes"]}
    if options.tree == "whole":
        texts["AGENTS.md"] = agent["system_prompt"]
        texts["tools.json"] = json.dumps(agent["tools"], indent=2)
        for sub in agent["subagents"]:
            base = f"subagents/{sub['name']}"
            head = {"description": sub["description"], "model_id": sub["model_id"]}
            texts[f"{base}/AGENTS.md"] = _front_matter(head) + sub["instructions"]
            texts[f"{base}/tools.json"] = json.dumps(sub["tools"], indent=2, sort_keys=True)
        for skill in agent["skills"]:
            base = f"skills/{skill['name']}"
            head = {"description": skill["description"], "name": skill["name"]}
            texts[f"{base}/SKILL.md"] = _front_matter(head) + skill["instructions"].strip()
            texts |= {f"{base}/{path}": text for path, text in skill["files"].items()}
    return {path: {"type": "file", "content": text} for path, text in texts.items()}


def _front_matter(head: dict[str, str]) -> str:
    """As another YAML writer would put it: everything double-quoted, no blank line after it."""
    return "---\n" + "".join(f"{key}: {json.dumps(head[key])}\n" for key in head) + "---\n"


def generate(out: Path, options: Options) -> None:
    """The whole corpus in `out`, complete or not there at all."""
    work = out.with_name(f"{out.name}.{os.getpid()}.part")
    shutil.rmtree(work, ignore_errors=True)
    project = work / "project"
    project.mkdir(parents=True)
    (project / "agentsync.yaml").write_text(f"version: 1\nproject: {WORKSPACE}\n")
    items: list[Json] = []
    places: dict[str, tuple[int, int, int, int]] = {}
    with (work / "raw.pack").open("wb") as raw, (work / "gzip.pack").open("wb") as packed:
        for number in range(options.agents):
            agent = agent_of(options, number)
            write_definition(project, options, agent)
            agent["marker"] = marker_of(agent)
            if options.differs(number):
                edit(agent, number // options.changed_every)
            summary, full = live_of(options, agent, number)
            body = json.dumps(full, separators=(",", ":")).encode()
            small = gzip.compress(body, 5, mtime=0)
            places[agent["id"]] = (raw.tell(), len(body), packed.tell(), len(small))
            items.append(summary)
            raw.write(body)
            packed.write(small)
    index = {"options": asdict(options), "items": items, "places": places}
    (work / "live.json").write_text(json.dumps(index))
    (work / "ids.txt").write_text("\n".join(places) + "\n")
    try:
        work.rename(out)
    except OSError:
        # Another run made the same corpus meanwhile; the seed says that it is the same.
        shutil.rmtree(work)
        if not out.is_dir():
            raise


def main() -> None:
    """Make one corpus from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--shape", choices=["flat", "rich"], default="flat")
    parser.add_argument("--bind", choices=["id", "marker", "name"], default="id")
    parser.add_argument("--tree", choices=["rest", "whole"], default="rest")
    parser.add_argument("--changed-every", type=int, default=0, metavar="K")
    arguments = vars(parser.parse_args())
    out = arguments.pop("out")
    if out.exists():
        parser.error(f"{out} is there already")
    generate(out, Options(**arguments))


if __name__ == "__main__":
    main()
