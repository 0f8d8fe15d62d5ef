"""The project: its root, agentsync.yaml, and the list of its agents."""

import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.advice import closest, did_you_mean
from agentsync.engine.apis import APIS
from agentsync.engine.crosscheck import ignore_issues
from agentsync.engine.validate import Checker
from agentsync.errors import ProjectError, UsageError
from agentsync.files import shipped
from agentsync.files.layout import folded, listing
from agentsync.files.sources import has_errors, read_source, report
from agentsync.files.textfile import symlink, whole_file
from agentsync.model.choices import OnConflict, OnDrift
from agentsync.model.diagnostics import Diagnostic
from agentsync.model.findings import Policy, RuleSetting
from agentsync.model.project import Limits, ProjectConfig, Target

FILE: Final = "agentsync.yaml"
MAX_AGENTS: Final = 20_000
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenProject:
    """A project on disk.

    Shape: `slugs` are the folder names of its agents, sorted; `diagnostics` what is wrong with
    agentsync.yaml and with names in the agents folder.
    """

    root: Path
    config: ProjectConfig
    slugs: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def invalid(self) -> bool:
        """Whether agentsync.yaml or the agents folder is wrong, so that nothing can be planned."""
        return has_errors(self.diagnostics)

    def folder(self, slug: str) -> str:
        """An agent's folder, relative to the root."""
        return f"{self.config.agents}/{slug}"

    def target(self, name: str) -> Target:
        """The target `name`; for "" the only one there is, or one without a name.

        Errors: UsageError when it is unknown, or when there are several to choose from.
        """
        targets = {target.name: target for target in self.config.targets}
        if name and name in targets:
            return targets[name]
        if name:
            hint = did_you_mean(name, targets) or f"{FILE} declares no targets: leave out -t"
            raise UsageError(f"there is no target `{name}`", hint=hint)
        if len(targets) > 1:
            raise UsageError(
                "the project has several targets: " + ", ".join(targets), hint="choose one with -t"
            )
        return self.config.targets[0] if targets else Target()


def find_root(start: Path) -> Path | None:
    """The nearest folder at or above `start` that has an agentsync.yaml."""
    here = start.absolute()
    for folder in (here, *here.parents):
        if os.path.lexists(folder / FILE):
            return folder
    return None


def is_slug(name: str) -> bool:
    """Whether `name` may be the name of an agent's folder, which is the agent's address."""
    return _SLUG.fullmatch(name) is not None


def open_project(directory: Path, *, empty_ok: bool = False) -> OpenProject:
    """The project that `directory` lies in; with `empty_ok`, one that has no agents yet as well.

    Errors: ProjectError when there is none, or when it has no agents.
    """
    root = find_root(directory)
    if root is None:
        other = directory / "agentsync.yml"
        raise ProjectError(
            f"no {FILE} in {directory} or in any folder above it",
            hint=f"rename {other.name} to {FILE}"
            if other.exists()
            else f"`agentsync init{' --bare' if empty_ok else ''}` makes a project; "
            "-C DIR uses one elsewhere",
        )
    notes: list[Diagnostic] = []
    config = _read_config(str(root), notes)
    try:
        slugs = _slugs(root, config.agents, notes, empty_ok) if config.agents else ()
    except ProjectError:
        # What is wrong with agentsync.yaml may be the reason, and has to be told.
        if not has_errors(notes):
            raise
        slugs = ()
    return OpenProject(
        root=root,
        config=config,
        slugs=slugs,
        diagnostics=tuple(sorted(notes, key=lambda note: note.order)),
    )


def _read_config(root: str, notes: list[Diagnostic]) -> ProjectConfig:
    source = read_source(root, FILE, notes)
    if source is None:
        return ProjectConfig(project="", agents="")
    issues = Checker(shipped.schema("project")).issues(source.value)
    report(issues, source, None, notes)
    refused = {issue.path for issue in issues}
    ignored = ignore_issues(source.value.get("ignore"))
    report((item for item in ignored if item.path not in refused), source, None, notes)
    broken = {issue.path[:1] for issue in issues}
    sound = {key: item for key, item in source.value.items() if (key,) not in broken}
    agents = "" if ("agents",) in broken else str(sound.get("agents", "agents"))
    targets = source.value.get("targets")
    return ProjectConfig(
        project=str(sound.get("project", "")),
        agents=agents,
        targets=tuple(_targets(targets if isinstance(targets, dict) else {}, refused)),
        ignore=tuple(sound.get("ignore", ())),
        limits=Limits(**sound.get("limits", {})),
        policy=_policy(sound.get("policy")),
        on_drift=OnDrift(sound.get("on_drift", OnDrift.KEEP)),
        on_conflict=OnConflict(sound.get("on_conflict", OnConflict.FAIL)),
    )


def _policy(value: Json) -> Policy:
    """The policy, of a broken one an empty one: nothing is planned then."""
    try:
        rules = value.get("rules", {}).items()
        settings = tuple(RuleSetting.from_json({"rule": name, **item}) for name, item in rules)
        return Policy(fail_on=value.get("fail_on", ""), settings=settings)
    except (AttributeError, KeyError, TypeError, ValueError):
        return Policy()


def _targets(
    values: Mapping[str, Json], refused: Collection[tuple[str | int, ...]]
) -> Iterable[Target]:
    """The targets in the order of the file; of a broken one, what is sound or probably meant."""
    texts = ("provider", "url", "workspace_id", "prompt", "owner")
    for name, value in values.items():
        given = value if isinstance(value, dict) else {}
        sound = {
            key: given[key]
            for key in texts
            if isinstance(given.get(key), str) and ("targets", name, key) not in refused
        }
        if ("targets", name, "provider") in refused:
            sound["provider"] = closest(str(given["provider"]), APIS) or "managed"
        protect = given.get("protect") is True
        yield Target(name=name, **sound, protect=protect, policy=_policy(given.get("policy")))


def _slugs(root: Path, agents: str, notes: list[Diagnostic], empty_ok: bool) -> tuple[str, ...]:
    folder = root
    for part in agents.split("/"):
        folder = folder / part
        if folder.is_symlink():
            notes.append(symlink(str(folder.relative_to(root))))
            return ()
    if empty_ok and not folder.exists():
        return ()
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise ProjectError(
            f"the agents folder {agents}/ {what} in {root}",
            hint=f"make {agents}/<name>/agent.yaml, or correct `agents:` in {FILE}",
        )
    known = len(notes)
    names, folders = listing(str(root), agents, notes)
    for name in names:
        if name.endswith((".yaml", ".yml")):
            notes.append(_misplaced(f"{agents}/{name}", name))
    if not folders and len(notes) == known and not empty_ok:
        raise ProjectError(
            f"the agents folder {agents}/ is empty: no agent to work on",
            hint=f"make {agents}/<name>/agent.yaml and {agents}/<name>/AGENTS.md",
        )
    if len(folders) > MAX_AGENTS:
        raise ProjectError(f"more than {MAX_AGENTS:,} agents", hint="split the project")
    sound = []
    for name in folders:
        if is_slug(name):
            sound.append(name)
        else:
            notes.append(_bad_slug(f"{agents}/{name}", name))
    return tuple(sound)


def _misplaced(path: str, name: str) -> Diagnostic:
    stem = name.rsplit(".", 1)[0]
    return whole_file(
        path,
        "misplaced-file",
        "an agent is a folder, not a file",
        f"move it to {path.rsplit('/', 1)[0]}/{folded(stem)}/agent.yaml",
    )


def _bad_slug(path: str, name: str) -> Diagnostic:
    better = re.sub(r"[^a-z0-9._-]+", "-", folded(name)).strip("-._")
    return whole_file(
        path,
        "bad-folder-name",
        f"`{name}` cannot be an agent's folder: it is the agent's address in git and in reports",
        f"rename it to `{better}`"
        if is_slug(better)
        else "use lower-case letters, digits, hyphens, underscores and dots",
    )
