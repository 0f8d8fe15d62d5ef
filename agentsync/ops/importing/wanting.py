"""What of a live agent its definition says: all that git owns, and no more than is needed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from agentsync.canonical import ABSENT, Json, join, resolve, same
from agentsync.engine.prompts import PROMPT
from agentsync.engine.rules import Rules
from agentsync.engine.secrets import secrets_in
from agentsync.engine.validate import Checker
from agentsync.model import LiveAgent
from agentsync.ops.importing.leaving import (
    Value,
    tool_settings,
    unmanaged_at,
    without,
    without_noted,
)

_SUBAGENT: Final = ("description", "model_id", "instructions", "tools", "files")
_SKILL: Final = (
    *("description", "instructions", "files", "front_matter"),
    *("repo_handle", "commit_id"),
)
_VAGUE: Final = "something of it stays as live, unmanaged: its name holds a secret"


def wanted(
    live: LiveAgent, rules: Rules, judge: Checker, globs: tuple[str, ...]
) -> tuple[Value, tuple[str, ...]]:
    """The canonical form that a definition is to say, and a sentence on each thing left out.

    Shape: `judge` is the schema of agent.yaml; `globs` name the raw files that come along.
    """
    making = _Making(rules=rules, globs=globs, applied=_applied(live))
    value: Value = without_noted(making.known(live.value), rules)
    value = {field: item for field, item in value.items() if not making.is_default(field, item)}
    if rules.form.folders:
        value = making.entries(value)
    value = making.sayable(_without_empty_policies(value, rules), judge)
    return value, tuple(making.told())


def _applied(live: LiveAgent) -> Mapping[str, Any]:
    return (live.marker.base if live.marker else None) or {}


def _without_empty_policies(value: Value, rules: Rules) -> Value:
    # Every answer that has a sandbox is given this list, if only an empty one.
    at = "/backend/sandbox_config/policy_ids"
    return without(value, at, rules) if resolve(value, at) == [] else value


@dataclass(slots=True, kw_only=True)
class _Making:
    """A value in the making, and what was left out of it on the way.

    Shape: `applied` is the base in the agent's marker: files in there are git's.
    """

    rules: Rules
    globs: tuple[str, ...]
    applied: Mapping[str, Any]
    notes: list[str] = field(default_factory=list)
    files_left: int = 0

    def known(self, value: Value) -> dict[str, Json]:
        """The fields that agentsync knows."""
        self.leave([name for name in value if name not in self.rules.sections])
        return {name: item for name, item in value.items() if name in self.rules.sections}

    def is_default(self, name: str, item: Json) -> bool:
        """Whether a field is as the API documents it for an agent that says nothing of it."""
        if name in self.rules.tree or name == "name":
            return False
        return item in (None, {}, "") or same(item, self.rules.defaults.get(name))

    def entries(self, value: Value) -> dict[str, Json]:
        """The value with those entries of the file tree that git owns or was asked to."""
        subagents = {
            name: self.trimmed(f"the subagent {name}", self.with_files(name, spec), _SUBAGENT)
            for name, spec in value["subagents"].items()
        }
        skills = {
            name: self.trimmed(f"the skill {name}", spec, _SKILL)
            for name, spec in value["skills"].items()
        }
        files = self.chosen(value["files"], "", self.applied.get("files"))
        return {**value, "subagents": subagents, "skills": skills, "files": files}

    def with_files(self, name: str, spec: Value) -> dict[str, Json]:
        """A subagent with its skills, and those other files that are chosen."""
        ours = resolve(self.applied, join(("subagents", name, "files")))
        files = self.chosen(spec.get("files", {}), f"subagents/{name}/", ours)
        return {**spec, "files": files}

    def chosen(self, files: Mapping[str, Json], at: str, ours: Json) -> dict[str, Json]:
        """Of these files those that git owns already, or that were asked for."""
        kept = {
            path: item
            for path, item in files.items()
            if (at and path.startswith("skills/"))
            or (isinstance(ours, Mapping) and path in ours)
            or any(fnmatchcase(at + path, glob) for glob in self.globs)
        }
        self.files_left += len(files) - len(kept)
        return kept

    def trimmed(self, whose: str, spec: Value, keys: tuple[str, ...]) -> dict[str, Json]:
        """The entry without the settings that no file of a definition can say."""
        others = [key for key in spec if key not in keys and key != "front_matter"]
        if "front_matter" not in keys:
            others += spec.get("front_matter", {})
        self.leave(others, f" of {whose}")
        return {key: item for key, item in spec.items() if key in keys}

    def sayable(self, value: Value, judge: Checker) -> Value:
        """The value without unmanaged settings that agent.yaml has no key or no room for."""
        settings = list(tool_settings(value))
        self.leave(settings)
        for cut in settings:
            value = without(value, cut, self.rules)
        left: list[str] = []
        while cuts := _innermost(self.refused(value, judge)):
            left += cuts
            for cut in cuts:
                value = without(value, cut, self.rules)
        self.leave(left)
        return value

    def refused(self, value: Value, judge: Checker) -> Iterator[str]:
        """Pointers of the metadata that the schema refuses and that may be left out."""
        texts = (*self.rules.tree, "name", PROMPT)
        metadata = {key: item for key, item in value.items() if key not in texts}
        for issue in judge.issues({"name": "any", **metadata}):
            path = [str(part) for part in issue.path]
            # What is missing, or an item of a list, goes with the thing around it.
            while path and resolve(metadata, join(path), ABSENT) is ABSENT:
                path.pop()
            if cut := unmanaged_at(join(path), self.rules):
                yield cut

    def leave(self, names: Iterable[str], whose: str = "") -> None:
        """Take note of settings that are left out."""
        if listed := list(dict.fromkeys(names)):
            stay = "stay" if len(listed) > 1 else "stays"
            self.notes.append(
                f"{', '.join(listed)}{whose} {stay} as live, unmanaged: "
                "a definition has no word for it"
            )

    def told(self) -> Iterator[str]:
        """The sentences; none of them shows a secret."""
        for note in self.notes:
            yield _VAGUE if next(secrets_in(note), None) else note
        if number := self.files_left:
            were, them = ("file was", "it") if number == 1 else ("files were", "them")
            yield (
                f"{number} other {were} left out: the agent may write {them} itself; --files takes "
                f"{them} along"
            )


def _innermost(pointers: Iterable[str]) -> list[str]:
    """The deepest of them: what is around those may be right without them."""
    found = dict.fromkeys(pointers)
    deepest = max((pointer.count("/") for pointer in found), default=0)
    return [pointer for pointer in found if pointer.count("/") == deepest]
