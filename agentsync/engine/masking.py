"""A report in which no secret can be read, whatever is made of it.

Every text of a report that came from a file or from the API is masked before a renderer sees it:
values on both sides, pointers, names, notes, patches. Within one agent each secret has a number of
its own, so that one that was replaced by another still shows as a difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Final

from agentsync.canonical import Json, split
from agentsync.engine.randomness import looks_random
from agentsync.engine.secrets import NAMELESS, is_secret_name, secrets_in
from agentsync.model import Action, Change, FieldChange, Outcome, Report

# What identifies a revision or an agent is a random text, and no secret.
_TOKENS: Final = frozenset(
    {
        *("agent_id", "applied_at", "at", "base", "code", "command", "commit", "digest"),
        *("endpoint", "format_version", "listing", "owner_id", "provider", "revision", "rule"),
        *("token", "tool_version", "updated_at", "workspace_id"),
    }
)


def masked(report: Report) -> Report:
    """The report, each secret in it replaced by what it is: `‹secret 1, a GitHub token›`."""
    shown: Report = _Mask().part(report)
    return shown


@dataclass(slots=True)
class _Mask:
    """The secrets met so far, each with its number."""

    numbers: dict[str, int] = field(default_factory=dict)

    def part(self, part: Any) -> Any:
        """A part of the report without its secrets; itself when it has none."""
        if isinstance(part, Change):
            # Most agents of a plan are in sync, and have nothing to show but their names.
            calm = part.action is Action.NO_OP and not (part.fields or part.notes or part.unmanaged)
            return self.calm(part) if calm else _Mask().whole(part)
        if is_dataclass(part) and not isinstance(part, type):
            return self.whole(part)
        if type(part) is str:  # An enumeration's words are ours.
            return self.text(part)
        if isinstance(part, tuple):
            return tuple(map(self.part, part))
        return self.value(part) if isinstance(part, Mapping | list) else part

    def calm(self, change: Change) -> Change:
        name = self.text(change.name)
        return change if name == change.name else replace(change, name=name)

    def whole(self, part: Any) -> Any:
        """A dataclass, its fields masked; what does not change is not copied."""
        found = {}
        for each in fields(part):
            value = getattr(part, each.name)
            if each.name not in _TOKENS and value:
                shown = self.side(part, value, each.name)
                if shown is not value and shown != value:
                    found[each.name] = shown
        return replace(part, **found) if found else part

    def side(self, part: Any, value: Any, name: str) -> Any:
        if isinstance(part, FieldChange) and name in ("before", "after"):
            return self.value(value, (split(part.pointer) or ("",))[-1])
        # A receipt's `before` and `after` are revisions.
        return (
            value if isinstance(part, Outcome) and name in ("before", "after") else self.part(value)
        )

    def value(self, value: Json, name: str = "") -> Json:
        """A JSON value without its secrets, keys included; `name` is the value's own."""
        if isinstance(value, Mapping):
            return {self.text(key): self.value(item, key) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item, name) for item in value]
        if not isinstance(value, str):
            return value
        shown = self.text(value)
        if shown == value and is_secret_name(name) and looks_random(value):
            return self.sign(value, NAMELESS)
        return shown

    def text(self, text: str) -> str:
        parts, at = [], 0
        for secret in secrets_in(text):
            parts += [
                text[at : secret.start],
                self.sign(text[secret.start : secret.end], secret.kind),
            ]
            at = secret.end
        return "".join((*parts, text[at:])) if parts else text

    def sign(self, secret: str, kind: str) -> str:
        number = self.numbers.setdefault(secret, len(self.numbers) + 1)
        return f"‹secret {number}, {kind}›"
