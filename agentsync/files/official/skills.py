"""Skills as other tools keep them: folders with a SKILL.md that may call itself otherwise.

The official client reads front matter line by line when it makes an agent, and uploads the files
as they are when it deploys again. What they say as YAML is what was meant, and what counts here.
"""

from collections.abc import Iterable
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.advice import shown
from agentsync.engine.crosscheck import folder_name_fits
from agentsync.engine.frontmatter import FrontMatter, parse_header, split
from agentsync.files.layout import folded
from agentsync.files.official.reading import Reading
from agentsync.files.textfile import tell_missing

_FILE: Final = "SKILL.md"
_TYPED: Final = ("name", "description")


def skills(reading: Reading, folders: Iterable[str]) -> list[dict[str, Json]]:
    """The skills in these folders below skills/, under the names they give themselves."""
    found: dict[str, dict[str, Json]] = {}
    for folder in folders:
        skill = _skill(reading, folder)
        if skill is None:
            continue
        name, path = str(skill["name"]), f"skills/{folder}/{_FILE}"
        if folded(name) in found:
            said = f"another skill is called `{shown(name)}` as well"
            reading.wrong(path, "duplicate-skill", said, "give each skill a `name` of its own", 1)
        elif not folder_name_fits(name):
            said = f"`{shown(name)}` cannot be the name of a skill"
            hint = "use letters, digits, spaces, hyphens and underscores"
            reading.wrong(path, "bad-folder-name", said, hint, line=1)
        found.setdefault(folded(name), skill)
    return list(found.values())


def _skill(reading: Reading, folder: str) -> dict[str, Json] | None:
    at = f"skills/{folder}"
    files, path = reading.files(at), f"{at}/{_FILE}"
    text = files.pop(_FILE, None)
    if text is None:
        hint = "write it, or take the folder away"
        tell_missing(reading.at(path), hint, reading.notes)
        return None
    for inner in [name for name in files if reading.official and name.endswith(f"/{_FILE}")]:
        del files[inner]
        reading.remark(f"{at}/{inner}", "was left out, as the official client does with it")
    parts = split(text)
    if parts.unclosed:
        said = "the front matter that starts here is never closed"
        reading.wrong(path, "front-matter", said, "add a line `---` after it", line=1)
    header = _header(reading, path, parts)
    name = header.pop("name", folder)
    if name != folder:
        reading.remark(path, f"calls itself {shown(name)}: that is the skill's folder here")
    described = {"description": header.pop("description")} if "description" in header else {}
    rest = {"front_matter": header} if header else {}
    return {"name": name, **described, "instructions": parts.body, "files": files, **rest}


def _header(reading: Reading, path: str, parts: FrontMatter) -> dict[str, Json]:
    """What a skill's front matter says: as YAML, or line by line where it is none."""
    if parts.header is None:
        reading.remark(path, "has no front matter: say in it when to use the skill")
        return {}
    by_line, values = read_by_line(parts.header), parse_header(parts).value
    if values is None and not parts.header.strip():
        values = {}
    if not isinstance(values, dict):
        reading.remark(path, "has front matter that is no YAML: it was read line by line")
        if others := [key for key in by_line if key not in _TYPED]:
            reading.remark(path, f"has {', '.join(others)} in it, which was left out")
        return {key: item for key, item in by_line.items() if key in _TYPED and item}
    header = {key: item for key, item in values.items() if key not in _TYPED}
    for key in _TYPED:
        said = values.get(key) if isinstance(values.get(key), str) else by_line.get(key)
        if said:
            header[key] = said
    if reading.official:
        _tell_deployed(reading, path, header, by_line)
    return header


def _tell_deployed(
    reading: Reading, path: str, header: dict[str, Json], by_line: dict[str, str]
) -> None:
    """Remark on what the official client made of the front matter when it made the agent."""
    was = by_line.get("description", "")
    if was != header.get("description", ""):
        reading.remark(
            path,
            f"was described as {shown(was)!r} when the official client made the agent: it reads "
            "front matter line by line, and this is what the file says",
        )
    if others := [key for key in header if key not in _TYPED]:
        reading.remark(
            path,
            f"has {', '.join(map(shown, others))}, which the official client only uploads when it "
            "deploys a second time",
        )


def read_by_line(header: str) -> dict[str, str]:
    """Front matter as the official client reads it: a text after the first colon of each line."""
    found: dict[str, str] = {}
    for line in header.splitlines():
        key, colon, value = line.partition(":")
        if line.strip() and colon:
            found[key.strip()] = value.strip().strip('"').strip("'")
    return found
