"""Generated agents, as documents in the API's own shape, and the server's ways of showing them."""

import json
import random

import yaml
from hypothesis import strategies as st

# No line separators: one line of text is what most fields are, and YAML breaks lines at them.
LETTERS = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))
LINE = st.text(LETTERS, min_size=1, max_size=40).map(str.strip).filter(bool)
SLUG = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?", fullmatch=True)
PROMPT = st.lists(st.one_of(LINE, st.just("")), max_size=8).map("\n".join)
HOSTS = ("tools.acme.example", "mcp.acme.example:8443/mcp", "[::1]:9/mcp")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(-1e6, 1e6) | LINE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SLUG, inner, max_size=3),
    max_leaves=5,
)
USERS = st.lists(st.uuids().map(str), max_size=3)


@st.composite
def toolsets(draw):
    pairs = draw(st.lists(st.tuples(SLUG, st.sampled_from(HOSTS)), max_size=4, unique=True))
    tools = []
    for name, host in pairs:
        tool = {"name": name, "mcp_server_url": f"https://{host}"}
        if draw(st.booleans()):
            tool["display_name"] = draw(st.one_of(LINE, st.just(name)))
        if draw(st.booleans()):
            tool["mcp_server_name"] = draw(LINE)
        tools.append(tool)
    interrupts = {
        f"https://{host}::{name}": draw(st.booleans())
        for name, host in pairs
        if draw(st.booleans())
    }
    return {"tools": tools, "interrupt_config": interrupts}


@st.composite
def subagents(draw):
    found = []
    for name in draw(st.lists(SLUG, max_size=2, unique=True)):
        spec = {"name": name, "instructions": draw(PROMPT)}
        if draw(st.booleans()):
            spec["description"] = draw(LINE)
        if draw(st.booleans()):
            spec["model_id"] = "openai:gpt-5.4-mini"
        spec["tools"] = draw(toolsets())
        found.append(spec)
    return found


@st.composite
def skills(draw):
    found = []
    for name in draw(st.lists(SLUG, max_size=2, unique=True)):
        spec = {"name": name, "description": draw(LINE), "instructions": draw(PROMPT)}
        names = draw(st.lists(SLUG, max_size=2, unique=True))
        spec["files"] = {f"scripts/{item}.py": draw(PROMPT) for item in names}
        found.append(spec)
    return found


@st.composite
def documents(draw):
    """An agent as git would declare it, every typed field possible, none but the name needed."""
    document = {"name": draw(LINE), "system_prompt": draw(PROMPT)}
    document["tools"] = draw(toolsets())
    document["subagents"] = draw(subagents())
    document["skills"] = draw(skills())
    if draw(st.booleans()):
        document["description"] = draw(st.one_of(st.just(""), LINE))
    if draw(st.booleans()):
        document["runtime"] = {"model": {"model_id": "openai:gpt-5.5"}}
    if draw(st.booleans()):
        document["backend"] = draw(backends())
    if draw(st.booleans()):
        document["permissions"] = draw(permissions())
    if draw(st.booleans()):
        document["extras"] = draw(st.dictionaries(SLUG, JSON, max_size=3))
    return document


def backends():
    sandbox = st.fixed_dictionaries(
        {"scope": st.sampled_from(["thread", "agent"])},
        optional={
            "policy_ids": st.lists(SLUG, max_size=3),
            "idle_ttl_seconds": st.integers(0, 999),
        },
    )
    return st.one_of(
        st.just({"type": "state"}),
        sandbox.map(lambda config: {"type": "sandbox", "sandbox_config": config}),
    )


def permissions():
    return st.fixed_dictionaries(
        {},
        optional={
            "identity": st.sampled_from(["personal", "shared"]),
            "visibility": st.sampled_from(["tenant", "user"]),
            "tenant_access_level": st.sampled_from(["read", "run", "write"]),
            "shared_users": st.fixed_dictionaries(
                {}, optional={"read": USERS, "run": USERS, "update": USERS}
            ),
        },
    )


def file_tree(document: dict, chance: random.Random) -> dict:
    """The file tree of a document, rendered the way one server or another might."""
    tools = document.get("tools", {"tools": []})
    files = {"AGENTS.md": _text(document["system_prompt"], chance)}
    if tools["tools"] or chance.random() < 0.5:
        files["tools.json"] = _json(tools, chance)
    for spec in document["subagents"]:
        at = f"subagents/{spec['name']}"
        header = {key: spec[key] for key in ("description", "model_id") if key in spec}
        files[f"{at}/AGENTS.md"] = _markdown(header, spec["instructions"], chance)
        files[f"{at}/tools.json"] = _json(spec.get("tools", {"tools": []}), chance)
        files |= {f"{at}/{path}": content for path, content in spec.get("files", {}).items()}
    entries = {}
    for spec in document["skills"]:
        at = f"skills/{spec['name']}"
        if "repo_handle" in spec:
            link = {key: item for key, item in spec.items() if key != "name"}
            entries[at] = {"type": "skill", **link}
            continue
        header = {"name": spec["name"], "description": spec["description"]}
        header |= spec.get("front_matter", {})
        files[f"{at}/SKILL.md"] = _markdown(header, spec["instructions"], chance)
        files |= {f"{at}/{path}": content for path, content in spec.get("files", {}).items()}
    entries |= {path: {"type": "file", "content": content} for path, content in files.items()}
    return {**entries, **document.get("files", {})}


def answer(document: dict, chance: random.Random) -> dict:
    """A `GET /agents/{id}` answer for a document: any rendering the API may choose.

    Shape: keys and lists with identity in any order, defaults and aliases said or left out,
    trailing slashes, null for empty, the raw file map whole, partial or not there at all.
    """
    said = json.loads(json.dumps(document))
    said["tools"] = _toolset(said["tools"], chance)
    for spec in said["subagents"]:
        spec["tools"] = _toolset(spec["tools"], chance)
        spec["instructions"] = _text(spec["instructions"], chance)
    for spec in said["skills"]:
        spec["type"] = "inline"
        spec["instructions"] = chance.choice([str.strip, str])(spec["instructions"])
        if not spec["files"] and chance.random() < 0.5:
            del spec["files"]
    for key in ("subagents", "skills"):
        chance.shuffle(said[key])
        if not said[key] and chance.random() < 0.7:
            said[key] = None
    prompt = _text(said.pop("system_prompt"), chance)
    for key in chance.choice(
        [("system_prompt",), ("instructions",), ("system_prompt", "instructions")]
    ):
        said[key] = prompt
    _permissions(said, chance)
    _files(said, document, chance)
    for key in ("description", "backend", "runtime", "extras"):
        if not said.get(key) and chance.random() < 0.5:
            said[key] = None
    said.update(id="a", owner_id="o", revision="r", access_level="WRITE", is_owner=True)
    return _shuffled(said, chance)


def _files(said: dict, document: dict, chance: random.Random) -> None:
    tree = file_tree(document, chance)
    tree["memories/notes.md"] = {"content": "what the agent wrote itself"}
    shown = chance.choice(["whole", "untyped", "none"])
    if shown == "whole":
        said["files"] = tree
    elif shown == "untyped":
        said["files"] = {"memories/notes.md": tree["memories/notes.md"]}


def _permissions(said: dict, chance: random.Random) -> None:
    if "permissions" not in said:
        if chance.random() < 0.5:
            said["permissions"] = {"identity": "personal", "visibility": "tenant"}
        return
    defaults = {"identity": "personal", "visibility": "tenant", "tenant_access_level": "read"}
    if chance.random() < 0.5:
        said["permissions"] = {**defaults, **said["permissions"]}
    for users in said["permissions"].get("shared_users", {}).values():
        chance.shuffle(users)


def _toolset(config: dict, chance: random.Random) -> dict:
    slash = chance.choice(["", "/"])
    tools = []
    for tool in config["tools"]:
        shown = {**tool, "mcp_server_url": tool["mcp_server_url"] + slash}
        if "display_name" not in shown:
            shown.update(chance.choice([{}, {"display_name": tool["name"]}, {"display_name": ""}]))
        if "mcp_server_name" not in shown:
            shown.update(chance.choice([{}, {"mcp_server_name": tool["mcp_server_url"]}]))
        tools.append(_shuffled(shown, chance))
    chance.shuffle(tools)
    interrupts = {}
    for key, flag in config["interrupt_config"].items():
        url, _, name = key.rpartition("::")
        interrupts[url + slash + "::" + name + chance.choice(["", "::Fleet"])] = flag
    shown = {"tools": tools, "interrupt_config": interrupts}
    if not interrupts and chance.random() < 0.5:
        shown["interrupt_config"] = None
    return shown


def _shuffled(mapping: dict, chance: random.Random) -> dict:
    items = list(mapping.items())
    chance.shuffle(items)
    return dict(items)


def _text(value: str, chance: random.Random) -> str:
    value = value + chance.choice(["", "\n", "\n\n"])
    return value.replace("\n", chance.choice(["\n", "\r\n"]))


def _json(value: dict, chance: random.Random) -> str:
    return json.dumps(value, indent=chance.choice([None, 2, 4])) + chance.choice(["", "\n"])


def _markdown(header: dict, body: str, chance: random.Random) -> str:
    block = yaml.safe_dump(
        header,
        allow_unicode=chance.random() < 0.5,
        default_style=chance.choice([None, '"', "'"]),
        width=chance.choice([20, 1000]),
    )
    if not header:
        block = ""
    return f"---\n{block}---\n\n{body}" + chance.choice(["", "\n"])
