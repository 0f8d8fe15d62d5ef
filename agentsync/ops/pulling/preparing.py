"""What pulling one agent would write, or what stands in the way of it; nothing is written yet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from agentsync.canonical import ABSENT, Absent, Json, resolve, same
from agentsync.engine.normalise import desired
from agentsync.engine.patchtext import patch_of
from agentsync.engine.rules import Rules
from agentsync.files.authoring import authored
from agentsync.files.definition import Loaded
from agentsync.files.project import OpenProject
from agentsync.files.snapshot import snapshot, texts
from agentsync.model import (
    Action,
    AgentPatch,
    Change,
    FieldChange,
    FileOp,
    FilePatch,
    PatchStatus,
    Span,
)
from agentsync.ops.merging.bases import Bases
from agentsync.ops.pulling import wording
from agentsync.ops.pulling.deciding import Clash, Decided, decided
from agentsync.ops.pulling.merging import MergedTexts, merge_all, with_markers
from agentsync.ops.pulling.secrets import new_secrets
from agentsync.ops.pulling.verifying import Reading, Verdict
from agentsync.ops.pulling.wanted import wanted
from agentsync.providers import Provider

Texts = Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One agent, ready to be written.

    Shape: `patch` is what is reported in a dry run; `files` by path relative to the agent's
    folder, None where one is to go, empty where nothing is to be written; `before` is all that is
    there; `clashes` are the places that conflict markers will have.
    """

    patch: AgentPatch
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    before: Mapping[str, bytes] = field(default_factory=dict)
    clashes: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing:
    """What preparing any agent of one run takes.

    Shape: `below` is the project's folder as the repository's patches name it, with a slash.
    """

    project: OpenProject
    target: str
    provider: Provider
    choice: Clash | None = None
    below: str = ""

    def prepared(self, change: Change) -> Prepared:
        """What pulling the agent comes to.

        Errors: ProviderError, ProjectError.
        """
        patch = begun(change)
        if change.action in (Action.CREATE, Action.ADOPT):
            return Prepared(patch=wording.not_ours(patch, change))
        found = decided(change.fields, self.choice, self.provider.rules)
        bases = self._bases(change, found.merge)
        lost = tuple(item for item in found.merge if item.pointer not in bases)
        if lost or found.undecided:
            waiting = sorted((*found.undecided, *lost), key=lambda item: item.pointer)
            findings = new_secrets(change.address, waiting)
            patch = wording.undecided(patch, tuple(waiting), found, self.choice)
            shown = wording.without_secrets(waiting, findings)
            return Prepared(patch=replace(patch, findings=findings, undecided=shown))
        merged = merge_all(found.merge, bases)
        return self._decided(change, patch, found, merged)

    def _bases(self, change: Change, fields: Iterable[FieldChange]) -> dict[str, str]:
        tokens = {item.pointer: item.base for item in fields if item.base}
        if not tokens:
            return {}
        return Bases(self.project, self.target, self.provider, change).texts(tokens)

    def _decided(
        self, change: Change, patch: AgentPatch, found: Decided, merged: MergedTexts
    ) -> Prepared:
        patch = replace(patch, notes=wording.notes(found, merged))
        home = {item.pointer: item.before for item in found.home} | dict(merged.texts)
        coming = (item for item in change.fields if item.pointer in home)
        fields = tuple(item for item in coming if not same(home[item.pointer], item.after))
        if not fields:
            return Prepared(patch=patch)
        if findings := new_secrets(change.address, fields):
            return Prepared(patch=wording.secrets(patch, fields, findings))
        moved = tuple(item.pointer for item in fields if item.pointer in merged.texts)
        patch = replace(patch, fields=fields, merged=moved)
        return self._authored(change, patch, home, merged)

    def _authored(
        self, change: Change, patch: AgentPatch, home: Mapping[str, Json], merged: MergedTexts
    ) -> Prepared:
        rules = self.provider.rules
        before = snapshot(self.project.root, self.project.folder(change.address))
        reading = Reading(self.project, change.address, self.target, rules)
        said = reading.said(before)
        says = desired(said[self.target].document or {}, rules)
        if not _as_compared(said[self.target], says, change.fields, rules):
            return Prepared(patch=wording.moved(patch))
        goal = wanted(says, home, rules, self.project.config.ignore, lambda: self._live(change))
        made = authored(texts(before), says, goal, rules, target=self.target)
        if made.obstacles:
            verdict = Verdict(tuple(f"{path}: {why}" for path, why in made.obstacles))
        elif same(goal, says):
            verdict = Verdict(("git has no words for what is live",))
        else:
            verdict = reading.verdict(said, _after(before, made.texts), goal)
        sketched = tuple(self._sketched(change, made.sketches))
        return self._judged(replace(patch, files=sketched), verdict, before, made.texts, merged)

    def _judged(
        self,
        patch: AgentPatch,
        verdict: Verdict,
        before: dict[str, bytes],
        made: Texts,
        merged: MergedTexts,
    ) -> Prepared:
        folder = self.project.folder(patch.address)
        after, clashes = _marked(made, folder, patch.revision, merged)
        sketched = bool(patch.files)
        files = (*patch.files, *self._patches(folder, texts(before), after))
        patch = replace(patch, files=tuple(sorted(files, key=lambda item: item.path)))
        if verdict.reasons:
            return Prepared(
                patch=wording.cannot_write(patch, folder, verdict.reasons, sketched=sketched)
            )
        if verdict.others:
            notes = (*patch.notes, wording.also_for(folder, verdict.others))
            patch = replace(patch, notes=notes)
        patch = replace(patch, status=PatchStatus.PLANNED)
        if clashes:
            patch = wording.clashing(patch, len(clashes))
        written = {path: None if text is None else text.encode() for path, text in after.items()}
        return Prepared(patch=patch, files=written, before=before, clashes=clashes)

    def _sketched(
        self, change: Change, sketches: Mapping[str, tuple[str, str]]
    ) -> Iterator[FilePatch]:
        """What would have become of files that cannot be edited, for a person to read."""
        folder = self.project.folder(change.address)
        for path, (old, new) in sketches.items():
            yield from self._patches(folder, {path: old}, {path: new})

    def _live(self, change: Change) -> Mapping[str, Json]:
        return self.provider.read(change.agent_id or "").value

    def _patches(self, folder: str, before: Mapping[str, str], after: Texts) -> Iterator[FilePatch]:
        for path, text in sorted(after.items()):
            old, op = before.get(path), FileOp.UPDATE
            if old is None or text is None:
                op = FileOp.DELETE if text is None else FileOp.CREATE
            patch = patch_of(f"{self.below}{folder}/{path}", old, text)
            yield FilePatch(
                path=f"{folder}/{path}",
                op=op,
                added=patch.added,
                removed=patch.removed,
                patch=patch.text,
            )


def begun(change: Change) -> AgentPatch:
    """The patch of an agent of which nothing comes home yet."""
    return AgentPatch(
        address=change.address,
        name=change.name,
        status=PatchStatus.UNCHANGED,
        agent_id=change.agent_id,
        revision=change.revision,
    )


def _marked(
    made: Texts, folder: str, revision: str, merged: MergedTexts
) -> tuple[dict[str, str | None], tuple[Span, ...]]:
    """The texts with their conflict markers, and where these are."""
    after, clashes = dict(made), list[Span]()
    if merged.stand and merged.clashes:
        for path, text in sorted(made.items()):
            if text is not None:
                there = f"{folder}/{path}"
                after[path], found = with_markers(there, text, merged.stand, revision)
                clashes += found
    return after, tuple(clashes)


def _after(before: Mapping[str, bytes], made: Texts) -> dict[str, bytes]:
    """All files as they will be."""
    after = dict(before)
    for path, text in made.items():
        if text is None:
            after.pop(path, None)
        else:
            after[path] = text.encode("utf-8", "replace")
    return after


def _as_compared(
    loaded: Loaded, says: Mapping[str, Json], fields: Iterable[FieldChange], rules: Rules
) -> bool:
    """Whether git still says what the fields were compared with."""
    if loaded.document is None:
        return False
    for item in fields:
        now = resolve(says, item.pointer, ABSENT)
        # What git no longer declares was compared with what the API documents for it.
        silent = isinstance(now, Absent) and not isinstance(item.after, Absent)
        if not same(resolve(rules.defaults, item.pointer) if silent else now, item.after):
            return False
    return True
