"""Which definitions a command is about."""

import os
from pathlib import Path

from agentsync.engine.advice import did_you_mean
from agentsync.errors import UsageError
from agentsync.files.project import OpenProject


def select(
    project: OpenProject, asked: tuple[str, ...], shard: tuple[int, int] = (1, 1)
) -> tuple[str, ...]:
    """The addresses that were asked for, or all of them; then this shard's part.

    Shape: `asked` holds folder names, or paths of files in the project as seen from the current
    folder or from the project, as git hooks give them; a file of the project itself concerns
    every agent. `shard` is (I, N), I counting from 1.
    Errors: UsageError naming everything that fits no agent.
    """
    wanted = {_address(item, project) for item in asked}
    unknown = sorted(wanted - {"", *project.slugs})
    if unknown:
        named = ", ".join(f"`{item}`" for item in unknown)
        raise UsageError(
            f"no such agent: {named}",
            hint=did_you_mean(unknown[0], project.slugs),
        )
    everyone = not wanted or "" in wanted
    chosen = [slug for slug in project.slugs if everyone or slug in wanted]
    part, parts = shard
    return tuple(chosen[part - 1 :: parts])


def _address(item: str, project: OpenProject) -> str:
    """The folder name that `item` stands for, "" for the project as a whole."""
    # Completion in a shell ends the name of a folder with a slash.
    plain = item.rstrip("/")
    if plain in project.slugs:
        return plain
    root = project.root.absolute()
    # Not resolve(): a symbolic link is to be refused later, with a reason, not followed here.
    for path in (Path(os.path.abspath(place)) for place in (item, root / item)):  # noqa: PTH100
        if not path.exists() or not path.is_relative_to(root):
            continue
        inside = path.relative_to(root).as_posix() + "/"
        if inside.startswith(project.config.agents + "/"):
            return inside.removeprefix(project.config.agents + "/").partition("/")[0]
        return ""
    return plain or item
