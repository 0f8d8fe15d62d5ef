"""One new definition: written from a canonical form, read back by the loader, and only then kept.

Whatever does not come out as it should leaves nothing behind: there is never half an agent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agentsync.canonical import Json, same
from agentsync.engine.diff import differences
from agentsync.engine.identity import Claim, Match
from agentsync.engine.normalise import ShapeError, desired, normalise
from agentsync.engine.planner import compare
from agentsync.engine.rules import Rules
from agentsync.files import staging
from agentsync.files.authoring import Authored, authored
from agentsync.files.definition import Loaded
from agentsync.files.disk import writing
from agentsync.files.project import OpenProject
from agentsync.model import (
    AgentPatch,
    Definition,
    FileOp,
    FilePatch,
    LiveAgent,
    Owner,
    PatchStatus,
    Severity,
)
from agentsync.ops.importing.leaving import Value, without_ignored, without_secrets

_SCHEMAS = ".agentsync/schemas"
# Reasons that one agent's message names; who has more has seen enough.
_REASONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What making definitions takes.

    Shape: `others` are the addresses of all definitions there will be; with `patches` a dry run
    shows the files.
    """

    project: OpenProject
    target: str
    rules: Rules
    others: tuple[str, ...] = ()
    dry_run: bool = False
    patches: bool = False

    def found(self, patch: AgentPatch, value: Value, live: LiveAgent | None = None) -> AgentPatch:
        """How it went to make the definition `patch.address` that says `value`.

        Shape: `value` has only what is to be declared; `live` is the agent it was read from.
        Errors: AgentsyncError when the disk refuses.
        """
        value = without_ignored(value, self.project.config.ignore, self.rules)
        value, findings, stuck = without_secrets(patch.address, value, self.rules)
        value, patch = normalise(value, self.rules), replace(patch, findings=findings)
        if stuck:
            return _refused(patch, "it holds a secret where git would own it", _NO_SECRETS)
        made = self._authored(patch, value)
        if made.obstacles:
            reasons = [f"{path}: {reason}" for path, reason in made.obstacles]
            return _refused(patch, _joined(reasons), _OBSTACLE)
        texts = {path: text for path, text in made.texts.items() if text is not None}
        try:
            files = {path: text.encode() for path, text in texts.items()}
        except UnicodeEncodeError:
            return _refused(patch, "it holds half a character, which no file can", _OBSTACLE)
        if reason := self._unlike(patch, files, value, live):
            return _refused(patch, reason, _OBSTACLE)
        return self._written(patch, texts, files)

    def _authored(self, patch: AgentPatch, value: Value) -> Authored:
        return authored(
            {},
            {},
            value,
            self.rules,
            target=self.target,
            bind=patch.agent_id or "",
            bind_in_overlay=len(self.project.config.targets) > 1,
            schema=self._schema(patch.address),
        )

    def _schema(self, address: str) -> str:
        """The schema's place as seen from the definition, "" when the project has none."""
        path = f"{_SCHEMAS}/{self.rules.form.schema}.schema.json"
        if not (self.project.root / path).is_file():
            return ""
        return "../" * (self.project.folder(address).count("/") + 1) + path

    def _unlike(
        self, patch: AgentPatch, files: Mapping[str, bytes], value: Value, live: LiveAgent | None
    ) -> str:
        """Why the files are not the definition they are to be, "" when they are."""
        loaded = staging.said(self.project, patch.address, self.target, files)
        if loaded.document is None:
            errors = (note for note in loaded.diagnostics if note.severity is Severity.ERROR)
            return _joined([f"{note.span}: {note.message}" for note in errors]) or _UNREADABLE
        try:
            says = desired(loaded.document, self.rules)
        except ShapeError as error:
            return str(error)
        if loaded.agent_id != (patch.agent_id.lower() if patch.agent_id else None):
            return "its id cannot be written"
        if not same(says, dict(value)):
            unlike = (item.pointer for item in differences(dict(value), says, self.rules))
            return f"no file can say it as it is: {_joined(list(unlike)) or 'white space'}"
        return self._planned(loaded, says, live) if live else ""

    def _planned(self, loaded: Loaded, says: Mapping[str, Json], live: LiveAgent) -> str:
        """What the next plan would do to the agent, "" for nothing."""
        owner = Owner(
            project=self.project.config.project, target=self.target, address=loaded.address
        )
        match = Match(live=live, owner=owner, others=self.others)
        if match.claim is Claim.ANOTHER:
            return f"it belongs to {match.owned_by} by now"
        definition = Definition(address=loaded.address, value=says, agent_id=live.agent_id)
        change = compare(definition, match, self.rules, ignore=self.project.config.ignore)
        if not change.fields:
            return ""
        return "the next apply would change " + _joined([item.pointer for item in change.fields])

    def _written(
        self, patch: AgentPatch, texts: Mapping[str, str], files: Mapping[str, bytes]
    ) -> AgentPatch:
        folder = self.project.folder(patch.address)
        made = tuple(self._file(f"{folder}/{path}", texts[path]) for path in sorted(texts))
        if self.dry_run:
            return replace(patch, status=PatchStatus.PLANNED, files=made)
        writing.create_folder(self.project.root, folder, files)
        return replace(patch, status=PatchStatus.WRITTEN, files=made)

    def _file(self, path: str, text: str) -> FilePatch:
        lines = text.count("\n") + (not text.endswith("\n") and text != "")
        shown = ""
        if self.dry_run and self.patches:
            from agentsync.engine.patchtext import unified_patch

            shown = unified_patch(path, None, text)
        return FilePatch(path=path, op=FileOp.CREATE, added=lines, patch=shown)


_NO_SECRETS = (
    "nothing was written; take the secret out of the agent, and renew it: whoever sees the agent "
    "has seen it"
)
_UNREADABLE = "what would be written cannot be read back"
_OBSTACLE = "nothing was written; change the agent, or write its definition by hand"


def _refused(patch: AgentPatch, message: str, hint: str) -> AgentPatch:
    return replace(
        patch, status=PatchStatus.REFUSED, code="refused", message=message, hint=hint, files=()
    )


def _joined(reasons: list[str]) -> str:
    shown = "; ".join(reasons[:_REASONS])
    more = len(reasons) - _REASONS
    return f"{shown}; and {more} more" if more > 0 else shown
