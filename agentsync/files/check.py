"""Every problem in the files of a project, in one run."""

from collections.abc import Callable, Iterable
from pathlib import Path

from agentsync.engine.advice import did_you_mean
from agentsync.errors import UsageError
from agentsync.files.definition import Loaded, for_target, read_agent
from agentsync.files.project import OpenProject, open_project
from agentsync.model.diagnostics import Diagnostic, Severity


def check_project(
    directory: Path, target: str = "", addresses: Iterable[str] = ()
) -> tuple[int, tuple[Diagnostic, ...]]:
    """How many agents were checked, and all that is wrong with them and the project, sorted.

    Errors: ProjectError when there is no project or no agent; else as `check`.
    """
    return check(open_project(directory), target, addresses)


Heard = Callable[[Loaded, str], None]
"""What else is done with each definition that is sound, and the target it is for."""


def check(
    project: OpenProject,
    target: str = "",
    addresses: Iterable[str] = (),
    heard: Heard | None = None,
) -> tuple[int, tuple[Diagnostic, ...]]:
    """How many agents were checked, and all that is wrong with them and the project, sorted.

    Without a target every definition is checked for every target; without addresses, which are
    folder names, every agent is.
    Errors: UsageError for a target or an address that is unknown.
    """
    # In a broken agentsync.yaml the target may be there and not be understood.
    if target and not project.invalid:
        project.target(target)
    declared = tuple(item.name for item in project.config.targets)
    targets = (target,) if target else declared or ("",)
    slugs = _chosen(project.slugs, addresses)
    notes, twins = list(project.diagnostics), _Twins(project)
    for slug in slugs:
        files, plain = read_agent(project, slug, targets), dict[tuple[str, str], Loaded]()
        for name in targets:
            # Targets of one kind without an overlay have the same definition, checked once.
            kind = (files.targets[name].provider, files.targets[name].prompt)
            known = None if name in files.overlays else plain.get(kind)
            loaded = known or for_target(files, name)
            if loaded is not known:
                notes += loaded.diagnostics
            if heard and loaded.document is not None:
                heard(loaded, name)
            if name not in files.overlays:
                plain[kind] = loaded
            twins.add(loaded, name)
    notes += twins.diagnostics()
    return len(slugs), tuple(sorted(dict.fromkeys(notes), key=lambda note: note.order))


def _chosen(slugs: tuple[str, ...], addresses: Iterable[str]) -> tuple[str, ...]:
    asked = frozenset(addresses)
    for address in sorted(asked.difference(slugs)):
        raise UsageError(f"there is no agent `{address}`", hint=did_you_mean(address, slugs))
    return tuple(slug for slug in slugs if slug in asked) if asked else slugs


class _Twins:
    """Definitions that share a live agent, or a name."""

    def __init__(self, project: OpenProject) -> None:
        self._project = project
        self._first: dict[tuple[str, str, str], str] = {}
        self._pairs: list[tuple[str, str, str, str]] = []

    def add(self, loaded: Loaded, target: str) -> None:
        """Take note of one more definition."""
        for field, value in (("id", loaded.agent_id), ("name", loaded.name)):
            if value:
                first = self._first.setdefault((target, field, value), loaded.address)
                if first != loaded.address:
                    self._pairs.append((field, first, loaded.address, target))

    def diagnostics(self) -> Iterable[Diagnostic]:
        """What is wrong about them, each at the later of the two."""
        if self._pairs:
            from agentsync.files.spans import locate
        for field, first, second, target in self._pairs:
            there = locate(self._project, first, target, f"/{field}")
            here = locate(self._project, second, target, f"/{field}")
            if field == "id":
                yield Diagnostic(
                    code="duplicate-id",
                    message=f"the definition at {there} is bound to this agent already",
                    hint="give each definition its own id, or delete one of the two",
                    span=here,
                )
            else:
                yield Diagnostic(
                    code="duplicate-name",
                    message=f"the agent at {there} has this name already",
                    hint="give each agent its own name: without an id, agents are found by it",
                    span=here,
                    severity=Severity.WARNING,
                )
