"""Subagents as other tools keep them: a folder each, its settings in JSON or in front matter."""

from collections.abc import Iterable

from agentsync.canonical import Json
from agentsync.engine.advice import shown
from agentsync.engine.crosscheck import folder_name_fits
from agentsync.engine.frontmatter import parse_header, split
from agentsync.files.official.reading import Reading
from agentsync.files.official.settings import tools
from agentsync.files.sources import Source
from agentsync.files.textfile import tell_missing

_PROMPT = "AGENTS.md"


def subagents(
    reading: Reading, folders: Iterable[str], names: dict[str, set[str]]
) -> list[dict[str, Json]]:
    """The subagents in these folders; `names` are those of the entries of each."""
    return [_subagent(reading, folder, names[folder]) for folder in folders]


def _subagent(reading: Reading, folder: str, names: set[str]) -> dict[str, Json]:
    at = f"subagents/{folder}"
    if not folder_name_fits(folder):
        said = f"`{shown(folder)}` cannot be the name of a subagent"
        hint = "rename it: letters, digits, spaces, hyphens and underscores"
        reading.wrong(at, "bad-folder-name", said, hint)
    settings = next((name for name in ("agent.json", "config.json") if name in names), "")
    if reading.official and "agent.json" not in names:
        tell_missing(reading.at(f"{at}/agent.json"), "it may hold no more than {}", reading.notes)
    if _PROMPT not in names:
        tell_missing(reading.at(f"{at}/{_PROMPT}"), "write its instructions", reading.notes)
    prompt = reading.text(f"{at}/{_PROMPT}") if _PROMPT in names else ""
    header, prompt = front_matter(reading, f"{at}/{_PROMPT}", prompt)
    found: dict[str, Json] = {"name": folder, "instructions": prompt}
    if settings:
        found |= _settings(reading, f"{at}/{settings}", header)
    else:
        found |= _plain(reading, at, header)
    if "tools.json" in names:
        found["tools"] = tools(reading, f"{at}/tools.json")
    return {**found, "files": _skills(reading, at)} if "skills" in names else found


def front_matter(reading: Reading, path: str, text: str) -> tuple[dict[str, Json], str]:
    """What the front matter of an export's prompt says, and the prompt itself.

    For the official client front matter is part of a prompt.
    """
    parts = split(text)
    if parts.header is None:
        return {}, text
    if reading.official:
        reading.remark(path, "has front matter, which is part of the prompt as deployed")
        return {}, text
    values = parse_header(parts).value
    if not isinstance(values, dict):
        reading.remark(path, "has front matter that says nothing: it stays part of the prompt")
        return {}, text
    return values, parts.body


def _settings(reading: Reading, path: str, said: dict[str, Json]) -> dict[str, Json]:
    source = reading.json(path)
    return {} if source is None else described(reading, {**said, **source.value}, source)


def _plain(reading: Reading, at: str, said: dict[str, Json]) -> dict[str, Json]:
    """The settings of a subagent that only its front matter says."""
    path = f"{at}/{_PROMPT}"
    return described(reading, said, Source(reading.at(path), "", said))


def described(reading: Reading, given: dict[str, Json], source: Source) -> dict[str, Json]:
    """A subagent's description and model; its name is its folder's."""
    value = {key: item for key, item in given.items() if item not in (None, "")}
    if not reading.official:
        value.pop("name", None)
    model = value.pop("model", None)
    if model is not None:
        # Two names for one thing; the newer one counts, and is told when they differ.
        if value.get("model_id", model) != model:
            path = source.path.removeprefix(f"{reading.folder}/")
            reading.remark(path, "has `model` and `model_id`: `model` counts")
        value["model_id"] = model
    if isinstance(value.get("model_id"), str):
        value["model_id"] = value["model_id"].strip()
    return reading.known(value, source, reading.subagent)


def _skills(reading: Reading, at: str) -> dict[str, Json]:
    """The files of a subagent's own skills, by path below its folder."""
    found: dict[str, Json] = {}
    for path, text in reading.files(f"{at}/skills").items():
        if "/" in path:
            found[f"skills/{path}"] = text
        else:
            reading.remark(f"{at}/skills/{path}", "was left out: it belongs to no skill")
    return found
