"""Which definitions a command is about."""

import os
from pathlib import Path

from agentsync.engine.advice import did_you_mean
from agentsync.errors import UsageError
from agentsync.files.project import FILE, OpenProject


def select(
    project: OpenProject, asked: tuple[str, ...], shard: tuple[int, int] = (1, 1)
) -> tuple[str, ...]:
    """The addresses that were asked for, or all of them; then this shard's part.

    Shape: `asked` holds folder names, or paths of files in the project as seen from the current
    folder or from the project, as git hooks give them; agentsync.yaml and the folders around the
    agents concern every one of them. `shard` is (I, N), I counting from 1.
    Errors: UsageError naming everything that fits no agent.
    """
    wanted = {_address(item, project) for item in asked}
    unknown = sorted(item for item in wanted if item is not None and item not in project.slugs)
    if unknown:
        named = ", ".join(f"`{item}`" for item in unknown)
        raise UsageError(f"no such agent: {named}", hint=did_you_mean(unknown[0], project.slugs))
    everyone = not asked or None in wanted
    chosen = [slug for slug in project.slugs if everyone or slug in wanted]
    part, parts = shard
    return tuple(chosen[part - 1 :: parts])


def _address(item: str, project: OpenProject) -> str | None:
    """The folder name that `item` stands for, None for the project as a whole."""
    # Completion in a shell ends the name of a folder with a slash.
    plain = item.rstrip("/")
    if not plain or plain in project.slugs:
        return plain
    root = project.root.absolute()
    whole = (root, root / FILE, root / project.config.agents)
    # Not resolve(): a symbolic link is to be refused later, with a reason, not followed here.
    for path in (Path(os.path.abspath(place)) for place in (item, root / item)):  # noqa: PTH100
        if path in whole:
            return None
        if path.exists() and path.is_relative_to(whole[-1]):
            return path.relative_to(whole[-1]).parts[0]
    return plain
