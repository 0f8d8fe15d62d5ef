"""What files would say that are not in the project yet: read from a copy, by the same reader."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from agentsync.files.definition import Loaded, load
from agentsync.files.project import OpenProject


@contextmanager
def staged(project: OpenProject, slug: str, files: Mapping[str, bytes]) -> Iterator[OpenProject]:
    """The project with one agent, whose folder holds exactly these files.

    Shape: `files` by path relative to the agent's folder.
    """
    with tempfile.TemporaryDirectory(prefix="agentsync-") as name:
        root = Path(name)
        folder = root / project.folder(slug)
        folder.mkdir(parents=True)
        for path, data in files.items():
            there = folder / path
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(data)
        yield replace(project, root=root, slugs=(slug,), diagnostics=())


def said(project: OpenProject, slug: str, target: str, files: Mapping[str, bytes]) -> Loaded:
    """What an agent's folder with these files says for `target`, with all that is wrong with it."""
    with staged(project, slug, files) as copy:
        return load(copy, slug, target)
