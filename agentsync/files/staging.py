"""What files would say that are not in the project yet: read from a copy, by the same reader."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from agentsync.errors import ProjectError
from agentsync.files.definition import Loaded, load
from agentsync.files.disk.confined import names_in
from agentsync.files.project import OpenProject


@contextmanager
def staged(project: OpenProject, slug: str, files: Mapping[str, bytes]) -> Iterator[OpenProject]:
    """The project with one agent, whose folder holds exactly these files.

    Shape: `files` by path relative to the agent's folder.
    Errors: RefusedError for a path that leads out of it, ProjectError when the disk refuses.
    """
    with ExitStack() as after:
        try:
            root = Path(after.enter_context(_temporary()))
            folder = root.joinpath(*names_in(project.folder(slug)))
            folder.mkdir(parents=True)
            for path, data in files.items():
                there = folder.joinpath(*names_in(path))
                there.parent.mkdir(parents=True, exist_ok=True)
                there.write_bytes(data)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ProjectError(
                f"cannot copy {slug} to a folder of its own to read it back: {reason}",
                hint="see that there is room where temporary files go (TMPDIR)",
            ) from error
        yield replace(project, root=root, slugs=(slug,), diagnostics=())


def _temporary() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="agentsync-", ignore_cleanup_errors=True)


def said(project: OpenProject, slug: str, target: str, files: Mapping[str, bytes]) -> Loaded:
    """What an agent's folder with these files says for `target`, with all that is wrong with it."""
    with staged(project, slug, files) as copy:
        return load(copy, slug, target)
