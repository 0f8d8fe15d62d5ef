"""What the new files would say, asked of the loader itself before any of them is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from agentsync.canonical import Json, same
from agentsync.engine.diff import differences
from agentsync.engine.normalise import desired
from agentsync.engine.rules import Rules
from agentsync.files.definition import Loaded, load
from agentsync.files.project import OpenProject
from agentsync.files.staging import staged
from agentsync.model import Severity
from agentsync.render.wording import listed, place

_MOST: Final = 3
"""Reasons of one kind that are told."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the loader makes of the new files.

    Shape: `reasons` are sentences that say why they must not be written; `others` are the other
    targets for which git says something else with them.
    """

    reasons: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One agent's folder, read as the loader reads it, for every target."""

    project: OpenProject
    address: str
    target: str
    rules: Rules

    def said(self, files: Mapping[str, bytes]) -> dict[str, Loaded]:
        """What a folder with these files says, by target."""
        names = [target.name for target in self.project.config.targets] or [""]
        with staged(self.project, self.address, files) as copy:
            return {name: load(copy, self.address, name) for name in names}

    def verdict(
        self, before: Mapping[str, Loaded], files: Mapping[str, bytes], goal: Mapping[str, Json]
    ) -> Verdict:
        """Whether these files say `goal`, and are as good as they were for everybody else."""
        after = self.said(files)
        reasons = [*self._reasons(before[self.target], after[self.target], goal)]
        changed = []
        for name in before.keys() - {self.target}:
            if before[name].document is None:
                continue
            if errors := _errors(after[name]):
                reasons.append(f"for target {name} they would not be valid: {errors}")
            elif not same(self._value(before[name]), self._value(after[name])):
                changed.append(name)
        return Verdict(tuple(reasons), tuple(sorted(changed)))

    def _reasons(self, before: Loaded, after: Loaded, goal: Mapping[str, Json]) -> Iterator[str]:
        if after.document is None:
            yield f"the files would not be valid: {_errors(after)}"
            return
        value = self._value(after)
        if not same(value, dict(goal)):
            found = differences(value, goal, self.rules)
            where = listed((place(item.pointer) for item in found), _MOST)
            yield f"the files cannot say what is live at {where or 'every place'}"
        if after.agent_id != before.agent_id:
            yield "the files would be bound to another agent"

    def _value(self, loaded: Loaded) -> dict[str, Json]:
        return desired(loaded.document or {}, self.rules)


def _errors(loaded: Loaded) -> str:
    """The errors in words, "" for none."""
    found = [item for item in loaded.diagnostics if item.severity is Severity.ERROR]
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return "; ".join(f"{item.span}: {item.message}" for item in found[:_MOST]) + more
