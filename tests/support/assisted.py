"""Generated assistants of an Agent Server, and a definition of one as it lies on disk."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generated import JSON, LINE, PROMPT, SLUG
from hypothesis import strategies as st
from spelled import split
from yamlwritten import written

from agentsync.engine.identity import Match
from agentsync.engine.marker import parse, to_json
from agentsync.engine.normalise import desired, normalise
from agentsync.engine.planner import compare
from agentsync.engine.state import intended, next_marker
from agentsync.files.authoring import Authored
from agentsync.files.definition import Loaded
from agentsync.files.project import OpenProject
from agentsync.files.staging import said
from agentsync.model import Change, Definition, LiveAgent, Owner, Severity, Target
from agentsync.model.project import ProjectConfig
from agentsync.providers.assistants.rules import RULES

OWNER = Owner(project="tests", target="t", address="a")
KEYS = SLUG | st.sampled_from(["a/b", "a~b", "Two words", "no", "1", "agentsync.io", "__x", "é"])
MAPS = st.dictionaries(KEYS, JSON, max_size=4)


@st.composite
def assistants(draw: Any) -> dict[str, Any]:
    """A document as git would declare it, nothing in it but the graph and the name for sure."""
    document = {"graph_id": draw(SLUG), "name": draw(LINE)}
    for field, kind in (("description", LINE | st.just("")), ("system_prompt", PROMPT)):
        if draw(st.booleans()):
            document[field] = draw(kind)
    for field in ("context", "config", "metadata"):
        if draw(st.booleans()):
            document[field] = draw(MAPS)
    if "metadata" in document:
        # Null there says that there is no such key, which git says by not having it.
        kept = {key: item for key, item in document["metadata"].items() if item is not None}
        document["metadata"] = kept
    return document


def project(*targets: Target, root: Path = Path("/nowhere")) -> OpenProject:
    """A project with these targets; without any, with one for assistants."""
    declared = targets or (Target(name="t", provider="agent-server"),)
    config = ProjectConfig(project="tests", agents="agents", targets=declared)
    return OpenProject(root=root, config=config)


def read(texts: Mapping[str, str], where: OpenProject | None = None) -> Loaded:
    """What a folder with these texts says for the target t; it has no errors."""
    files = {path: text.encode() for path, text in texts.items()}
    found = said(where or project(), "a", "t", files)
    wrong = [note for note in found.diagnostics if note.severity is Severity.ERROR]
    assert not wrong, wrong
    return found


def form(texts: Mapping[str, str], where: OpenProject | None = None) -> dict[str, Any]:
    """The canonical form of what a folder says."""
    return desired(read(texts, where).document or {}, RULES)


def after(texts: Mapping[str, str], made: Authored) -> dict[str, str]:
    """The folder with what was written."""
    both = {**texts, **made.texts}
    return {path: text for path, text in both.items() if text is not None}


def folder(document: Mapping[str, Any], chance: random.Random, overlay: bool) -> dict[str, str]:
    """The texts of a folder that says `document`; the overlay, if any, is for the target t."""
    settings = {key: item for key, item in document.items() if key != "system_prompt"}
    items = list(settings.items())
    chance.shuffle(items)
    settings, patch = split(dict(items), chance) if overlay else (dict(items), {})
    texts = {"agent.yaml": written(settings, chance).text}
    if overlay:
        texts["agent.t.yaml"] = written(patch, chance).text
    if "system_prompt" in document:
        texts["AGENTS.md"] = document["system_prompt"] + chance.choice(["", "\n", " \n\n"])
    return texts


def canonical(**document: Any) -> dict[str, Any]:
    """The canonical form of an assistant that is said by hand."""
    return desired({"graph_id": "agent", "name": "A", **document}, RULES)


def shown(**document: Any) -> dict[str, Any]:
    """The same as the provider shows a live one: with what an assistant has that was told none."""
    return normalise({**RULES.defaults, "graph_id": "agent", "name": "A", **document}, RULES)


def filled(value: Mapping[str, Any]) -> dict[str, Any]:
    """A live canonical form of this one."""
    return normalise({**RULES.defaults, **value}, RULES)


def matched(live: LiveAgent, *, by_name: bool = False) -> Match:
    return Match(live=live, owner=OWNER, others=("a",), by_name=by_name)


def planned(git: Mapping[str, Any], live: LiveAgent | None, **more: Any) -> Change:
    """The change from a live agent to what git says; None: there is none."""
    match = None if live is None else matched(live)
    return compare(Definition(address="a", value=git), match, RULES, **more)


def applied(change: Change, live: LiveAgent | None) -> LiveAgent:
    """The live agent after an apply of `change`, its marker read back."""
    wanted = change.desired or {}
    value = filled(intended(live.value, change.to_apply, wanted) if live else wanted)
    made = next_marker(change, live, OWNER, commit="c" * 40, at="2026-01-01T00:00:00Z")
    marker, damage = parse({RULES.marker: to_json(made)}, RULES)
    assert marker is not None, damage
    return LiveAgent(agent_id="a", revision="2", value=value, marker=marker)


def marked(base: Mapping[str, Any], value: Mapping[str, Any] | None = None) -> LiveAgent:
    """A live agent, with this value, that carries the marker of an apply of `base`."""
    made = applied(planned(base, None), None)
    now = filled(base if value is None else value)
    return LiveAgent(agent_id="a", revision="3", value=now, marker=made.marker)


def unmarked(value: Mapping[str, Any], **more: Any) -> LiveAgent:
    """A live agent that no apply has touched."""
    return LiveAgent(agent_id="a", revision="1", value=filled(value), **more)
