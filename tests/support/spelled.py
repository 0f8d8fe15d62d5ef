"""Generated agents, and a folder that says one: in any of the ways people write the same thing."""

import copy
import random

from generated import LINE, PROMPT, SLUG, documents
from hypothesis import strategies as st
from yamlwritten import Ways, written

from agentsync.canonical import ABSENT, same
from agentsync.engine.overlay import merge

SUBAGENT_SKILL = "---\nname: {name}\ndescription: Knows.\n---\n\n{text}\n"
MATTER = st.fixed_dictionaries(
    {}, optional={"license": LINE, "metadata": st.dictionaries(SLUG, LINE, max_size=2)}
)


@st.composite
def agents(draw):
    """A document with everything that a definition can say."""
    document = copy.deepcopy(draw(documents()))
    if draw(st.booleans()):
        document.pop("runtime", None)
    for spec in document["skills"]:
        if matter := draw(MATTER):
            spec["front_matter"] = matter
    taken = {spec["name"] for spec in document["skills"]}
    for name in draw(st.lists(SLUG, max_size=2, unique=True)):
        if name not in taken:
            link = {"name": name, "repo_handle": draw(st.sampled_from([name, f"acme/{name}", "x"]))}
            document["skills"].append(link | draw(st.sampled_from([{}, {"commit_id": "4f2a9c1d"}])))
    for spec in document["subagents"]:
        spec["files"] = {
            f"notes/{name}.md": draw(PROMPT) for name in draw(st.sets(SLUG, max_size=2))
        }
        for name in draw(st.sets(SLUG, max_size=1)):
            text = SUBAGENT_SKILL.format(name=name, text=draw(PROMPT))
            spec["files"][f"skills/{name}/SKILL.md"] = text
    names = ("guide.md", "memories/a.md", "data/x.csv", "data/deep/er.txt")
    for path in sorted(draw(st.sets(st.sampled_from(names)))):
        document.setdefault("files", {})[path] = {"content": draw(PROMPT)}
    return document


def folder(document: dict, chance: random.Random, overlay: bool = False) -> dict[str, str]:
    """The texts of a folder that says `document`; the overlay, if any, is for the target t."""
    texts = {"AGENTS.md": _text(document["system_prompt"], chance, lead=False)}
    settings = settings_of(document, chance)
    if overlay:
        settings, patch = split(settings, chance)
        texts["agent.t.yaml"] = _yaml(patch, chance)
    texts["agent.yaml"] = _yaml(settings, chance)
    for spec in document["subagents"]:
        at = f"subagents/{spec['name']}"
        texts[f"{at}/agent.yaml"] = _yaml(subagent_settings_of(spec, chance), chance)
        texts[f"{at}/AGENTS.md"] = _text(spec["instructions"], chance, lead=True)
        for path, text in spec.get("files", {}).items():
            texts[f"{at}/{path if path.startswith('skills/') else f'files/{path}'}"] = text
    for spec in document["skills"]:
        if "repo_handle" in spec:
            continue
        at = f"skills/{spec['name']}"
        header = {key: spec[key] for key in ("name", "description")} | spec.get("front_matter", {})
        texts[f"{at}/SKILL.md"] = _markdown(header, spec["instructions"], chance)
        texts |= {f"{at}/{path}": text for path, text in spec["files"].items()}
    texts |= {f"files/{path}": item["content"] for path, item in document.get("files", {}).items()}
    return {
        path: text if path.endswith(".yaml") else _ended(text, chance)
        for path, text in texts.items()
    }


def split(value: dict, chance: random.Random) -> tuple[dict, dict]:
    """A base and a patch that say `value` together."""
    base = _other(value, chance)
    base["name"] = base.get("name", "Base")
    patch = turning(base, value)
    return (value, {}) if patch is ABSENT or not same(merge(base, patch), value) else (base, patch)


def turning(base, value):
    """The patch that turns `base` into `value`, ABSENT if there is none."""
    if not (isinstance(base, dict) and isinstance(value, dict)):
        return value if value is not None else ABSENT
    patch = dict.fromkeys(base.keys() - value.keys())
    for key, item in value.items():
        if key not in base or not same(base[key], item):
            patch[key] = turning(base.get(key, {} if isinstance(item, dict) else None), item)
            if patch[key] is ABSENT:
                return ABSENT
    return patch


def _other(value: dict, chance: random.Random) -> dict:
    other = {}
    for key, item in value.items():
        if chance.random() < 0.3:
            continue
        if isinstance(item, dict) and chance.random() < 0.6:
            other[key] = _other(item, chance)
        elif isinstance(item, str) and chance.random() < 0.3:
            other[key] = item + " elsewhere"
        else:
            other[key] = item
    return other


def subagent_settings_of(spec: dict, chance: random.Random) -> dict:
    """A mapping that a subagent's agent.yaml may hold to say this."""
    said = {key: spec[key] for key in ("description", "model_id") if key in spec}
    if "tools" in spec:
        said["tools"] = _toolset(spec["tools"], chance)
    return _shuffled(said, chance)


def settings_of(document: dict, chance: random.Random) -> dict:
    """A mapping that agent.yaml may hold to say this: defaults said or not, sets in any order."""
    kept = ("name", "description", "runtime", "backend", "permissions", "extras")
    said = {key: copy.deepcopy(document[key]) for key in kept if key in document}
    if "runtime" in said and said["runtime"].get("model") and chance.random() < 0.5:
        said["model"] = said.pop("runtime")["model"]["model_id"]
    if "permissions" in said and chance.random() < 0.5:
        said["permissions"] = {
            "visibility": "tenant",
            "identity": "personal",
            **said["permissions"],
        }
    for users in said.get("permissions", {}).get("shared_users", {}).values():
        chance.shuffle(users)
    if policies := said.get("backend", {}).get("sandbox_config", {}).get("policy_ids"):
        chance.shuffle(policies)
    said["tools"] = _toolset(document["tools"], chance)
    links = [_link(spec, chance) for spec in document["skills"] if "repo_handle" in spec]
    chance.shuffle(links)
    if links or chance.random() < 0.2:
        said["skills"] = links
    if not said["tools"].get("tools") and chance.random() < 0.7:
        del said["tools"]
    return _shuffled(said, chance)


def _link(spec: dict, chance: random.Random) -> dict:
    link = dict(spec)
    if link["repo_handle"].rpartition("/")[2] == link["name"] and chance.random() < 0.7:
        del link["name"]
    return _shuffled(link, chance)


def _toolset(config: dict, chance: random.Random) -> dict:
    slash = chance.choice(["", "/"])
    tools = []
    for tool in config["tools"]:
        said = {**tool, "mcp_server_url": tool["mcp_server_url"] + slash}
        if "display_name" not in said and chance.random() < 0.3:
            said["display_name"] = tool["name"]
        if "mcp_server_name" not in said and chance.random() < 0.3:
            said["mcp_server_name"] = tool["mcp_server_url"]
        tools.append(_shuffled(said, chance))
    chance.shuffle(tools)
    rules = {}
    for key, flag in config["interrupt_config"].items():
        url, _, name = key.rpartition("::")
        rules[url + chance.choice(["", slash]) + "::" + name + chance.choice(["", "::Fleet"])] = (
            flag
        )
    said = {"tools": tools, "interrupt_config": rules}
    return _shuffled(
        {key: item for key, item in said.items() if item or chance.random() < 0.5}, chance
    )


def _shuffled(mapping: dict, chance: random.Random) -> dict:
    items = list(mapping.items())
    chance.shuffle(items)
    return dict(items)


def _text(text: str, chance: random.Random, *, lead: bool) -> str:
    start = chance.choice(["", "\n", "\n\n  "]) if lead and text.strip() else ""
    return start + text + chance.choice(["", "\n", "  \n\n", " "])


def _markdown(header: dict, body: str, chance: random.Random) -> str:
    block = written(header, chance, Ways(frame=False, breaks=("\n",))).text
    return f"---{chance.choice(['', ' '])}\n{block}---\n{_text(body, chance, lead=True)}"


def _ended(text: str, chance: random.Random) -> str:
    kind = chance.choice(["lf", "lf", "crlf", "mixed"])
    if kind != "lf":
        lines = text.replace("\r\n", "\n").split("\n")
        ends = (chance.choice(["\r\n", "\n"] if kind == "mixed" else ["\r\n"]) for _ in lines[1:])
        text = lines[0] + "".join(end + line for end, line in zip(ends, lines[1:], strict=True))
    return text if text.startswith("\ufeff") or chance.random() < 0.9 else "\ufeff" + text


def _yaml(value: dict, chance: random.Random) -> str:
    return written(value, chance).text


__all__ = ["agents", "folder", "settings_of", "split", "subagent_settings_of", "turning"]
