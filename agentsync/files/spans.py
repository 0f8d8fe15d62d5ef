"""Where git says a field of the canonical form.

    /description                    agents/x/agent.production.yaml:3:14, else agents/x/agent.yaml
    /tools/tools/<url>::<name>      the item of the list
    /system_prompt                  agents/x/AGENTS.md:1:1
    /subagents/y/instructions       agents/x/subagents/y/AGENTS.md:1:1
    /skills/z/description           agents/x/skills/z/SKILL.md, in the front matter
    /skills/z/files/<path>          agents/x/skills/z/<path>:1:1
    /files/<path>                   agents/x/files/<path>:1:1

What git does not say has the place of the closest thing around it that it does, at last the
definition as a whole.
"""

from pathlib import Path

from agentsync.canonical import split as split_pointer
from agentsync.engine.crosscheck import linked_skill_name
from agentsync.engine.frontmatter import HEADER_LINE, parse_header, split
from agentsync.engine.normalise import tool_key
from agentsync.engine.validate import Path as Keys
from agentsync.files.project import OpenProject
from agentsync.files.sources import Source, read_source, source_of
from agentsync.files.textfile import MAX_TEXT, read_text
from agentsync.model.diagnostics import Diagnostic, Span


def locate(project: OpenProject, slug: str, target: str, pointer: str) -> Span:
    """Where git says what `pointer` addresses in the canonical form of the agent `slug`."""
    return Locator(project, slug, target).locate(pointer)


class Locator:
    """Places in one agent's files; each file is read once, when the first field needs it."""

    def __init__(self, project: OpenProject, slug: str, target: str) -> None:
        self._root = str(project.root)
        self._folder = project.folder(slug)
        self._target = target
        self._sources: dict[str, Source | None] = {}

    def locate(self, pointer: str) -> Span:
        """Where git says what `pointer` addresses."""
        segments = split_pointer(pointer)
        if segments[:1] in (("files",), ("subagents",), ("skills",)):
            names = segments[1:2] + (segments[3:4] if segments[2:3] == ("files",) else ())
            if not all(map(_is_inside, names)):
                return self._nowhere()
        match segments:
            case ("system_prompt", *_):
                return self._start(f"{self._folder}/AGENTS.md")
            case ("files", path, *_):
                return self._start(f"{self._folder}/files/{path}")
            case ("subagents", name, *rest):
                return self._in_subagent(f"{self._folder}/subagents/{name}", tuple(rest))
            case ("skills", name, *rest):
                return self._in_skill(name, tuple(rest))
        return self._in_definition(segments)

    def _in_definition(self, segments: Keys) -> Span:
        sources = self._definition()
        for source in sources:
            if span := source.find(_written(segments, source)):
                return span
        base = sources[-1] if sources else None
        return base.nearest(_written(segments, base)) if base else self._nowhere()

    def _in_subagent(self, folder: str, rest: tuple[str, ...]) -> Span:
        match rest:
            case ("instructions", *_):
                return self._start(f"{folder}/AGENTS.md")
            case ("files", path, *_):
                inside = path if path.startswith("skills/") else f"files/{path}"
                return self._start(f"{folder}/{inside}")
        source = self._yaml(f"{folder}/agent.yaml")
        return source.nearest(_written(rest, source)) if source else self._nowhere()

    def _in_skill(self, name: str, rest: tuple[str, ...]) -> Span:
        for source in self._definition():
            links = source.value.get("skills")
            for number, link in enumerate(links if isinstance(links, list) else ()):
                if isinstance(link, dict) and linked_skill_name(link) == name:
                    return source.nearest(("skills", number, *rest))
        folder = f"{self._folder}/skills/{name}"
        if rest[:1] == ("files",) and len(rest) > 1:
            return self._start(f"{folder}/{rest[1]}")
        return self._in_skill_file(f"{folder}/SKILL.md", rest)

    def _in_skill_file(self, path: str, rest: tuple[str, ...]) -> Span:
        ignored: list[Diagnostic] = []
        text = read_text(self._root, path, MAX_TEXT, ignored)
        if text is None:
            return self._nowhere()
        parts = split(text)
        if rest[:1] == ("instructions",) or parts.header is None:
            blank = parts.body[: len(parts.body) - len(parts.body.lstrip())].count("\n")
            return Span(path=path, line=parts.body_line + blank, column=1)
        header = source_of(path, parts.header, parse_header(parts), ignored, HEADER_LINE)
        inside = rest[1:] if rest[:1] == ("front_matter",) else rest
        return header.nearest(inside) if header else self._start(path)

    def _definition(self) -> list[Source]:
        """The target's overlay, if there is one, and agent.yaml."""
        names = [f"agent.{self._target}.yaml"] if self._target else []
        paths = [f"{self._folder}/{name}" for name in (*names, "agent.yaml")]
        return [source for path in paths if (source := self._yaml(path))]

    def _yaml(self, path: str) -> Source | None:
        if path not in self._sources:
            self._sources[path] = read_source(self._root, path, [])
        return self._sources[path]

    def _start(self, path: str) -> Span:
        """The start of a text file that is in git; there may be none of what is live."""
        if Path(self._root, path).is_file():
            return Span(path=path, line=1, column=1)
        return self._nowhere()

    def _nowhere(self) -> Span:
        return Span(path=f"{self._folder}/agent.yaml")


def _is_inside(segment: str) -> bool:
    """Whether a live name, used as a path, stays in its folder."""
    return segment.isprintable() and not {"", ".", ".."} & set(segment.split("/"))


def _written(segments: Keys, source: Source) -> Keys:
    """The path in the file of what these segments of a canonical pointer address."""
    if segments[:3] == ("runtime", "model", "model_id") and "model" in source.value:
        return ("model",)
    if segments[:1] != ("tools",) or len(segments) < 3:
        return segments
    toolset, key = source.value.get("tools"), segments[2]
    known = toolset.get(segments[1]) if isinstance(toolset, dict) else None
    if isinstance(known, list):
        for number, tool in enumerate(known):
            if isinstance(tool, dict) and _key_of(tool) == key:
                return ("tools", "tools", number, *segments[3:])
    elif isinstance(known, dict):
        for raw in known:
            if tool_key(raw) == key:
                return ("tools", "interrupt_config", raw)
    return segments


def _key_of(tool: dict[str, object]) -> str:
    return f"{str(tool.get('mcp_server_url')).rstrip('/')}::{tool.get('name')}"
