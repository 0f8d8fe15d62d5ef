"""What a shell may offer for a word that only the project knows: its agents, its targets.

Each function is a `shell_complete=` of click. None of them asks the network, reads a definition
or complains: where nothing can be known, nothing is offered.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Offers = list["CompletionItem[Any]"]

# Whoever made the project chose its names: none may be an option, or mean something to a shell.
_WORD: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


def agents(context: click.Context, parameter: click.Parameter, word: str) -> Offers:
    """The folder names of the project's agents, less those that the line names already."""
    named = context.params.get(parameter.name or "") or ()
    return _offered((name for name in _slugs(context) if name not in named), word)


def agents_or_files(context: click.Context, parameter: click.Parameter, word: str) -> Offers:
    """The agents that begin like this or, when none does, whatever file does."""
    return agents(context, parameter, word) or [_item(word, type="file")]


def agents_or_plans(context: click.Context, parameter: click.Parameter, word: str) -> Offers:
    """The agents and the .json files here that begin like this, or whatever file does."""
    if context.params.get(parameter.name or ""):
        # Beside a saved plan nothing can stand, so a second word is an agent.
        return agents(context, parameter, word)
    from agentsync.files.layout import listing

    names, _ = listing(".", ".", [])
    plans = _offered((name for name in names if name.endswith(".json")), word)
    found = [*agents(context, parameter, word), *plans]
    return found or [_item(word, type="file")]


def targets(context: click.Context, parameter: click.Parameter, word: str) -> Offers:
    """The targets that agentsync.yaml names, in its order."""
    _, value = _project(context)
    found = value.get("targets")
    return _offered(map(str, found) if isinstance(found, dict) else (), word)


def outputs(context: click.Context, parameter: click.Parameter, word: str) -> Offers:
    """FORMAT= for each format, and the files behind it."""
    from agentsync.render import FORMATS

    kind, equals, path = word.partition("=")
    if equals:
        return [_item(path, type="file", before=f"{kind}=")] if kind in FORMATS else []
    return [_item(f"{name}=", open=True) for name in FORMATS if name.startswith(word)]


def schemas(context: click.Context, parameter: click.Parameter, word: str) -> Offers:
    """The names of the shipped schemas."""
    from agentsync.files.shipped import schema_names

    return _offered(schema_names(), word)


def files(context: click.Context, parameter: click.Parameter, word: str) -> Offers:
    """Whatever file the shell finds."""
    return [_item(word, type="file")]


def _offered(names: Iterable[str], word: str) -> Offers:
    return [_item(name) for name in names if name.startswith(word) and _WORD.fullmatch(name)]


def _item(value: str, **more: Any) -> "CompletionItem[Any]":
    from click.shell_completion import CompletionItem

    return CompletionItem(value, **more)


def _slugs(context: click.Context) -> Iterable[str]:
    """The names in the agents folder that may be agents', sorted."""
    from agentsync.files.layout import listing
    from agentsync.files.project import is_slug

    root, value = _project(context)
    agents = value.get("agents", "agents")
    if root is None or not isinstance(agents, str):
        return ()
    folder = root
    for part in agents.split("/"):
        folder = folder / part
        # As in a plan, no way leads out of the project.
        if part in ("", ".", "..") or folder.is_symlink():
            return ()
    _, folders = listing(str(root), agents, [])
    return filter(is_slug, folders)


def _project(context: click.Context) -> tuple[Path | None, dict[str, Any]]:
    """The project's root and what agentsync.yaml says; no root when either cannot be read."""
    from agentsync.files.project import FILE, find_root
    from agentsync.files.sources import read_source

    given = context.params.get("directory")
    if given is None and context.get_parameter_source("directory") is ParameterSource.COMMANDLINE:
        # -C names what is no folder: not the project around here.
        return None, {}
    root = find_root(given or Path())
    source = read_source(str(root), FILE, []) if root else None
    return (root, dict(source.value)) if source else (None, {})
