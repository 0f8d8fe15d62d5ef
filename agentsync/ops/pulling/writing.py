"""One agent's files written, and committed when asked: everything that leaves a trace on disk."""

from dataclasses import dataclass, replace

from agentsync.errors import AgentsyncError, ProjectError, RefusedError
from agentsync.files.disk.units import carry_out
from agentsync.files.project import OpenProject
from agentsync.files.repository import committing
from agentsync.model import AgentPatch, FileOp, PatchStatus
from agentsync.ops.pulling import wording
from agentsync.ops.pulling.message import message
from agentsync.ops.pulling.preparing import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one agent.

    Shape: `touched` says that files of it were written, `whole` that nothing of it is left to do.
    """

    patch: AgentPatch
    touched: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How the agents of one run are written."""

    project: OpenProject
    target: str
    commit: bool = False
    dry_run: bool = False

    def written(self, prepared: Prepared) -> Written:
        """What became of the agent; never an exception."""
        patch = prepared.patch
        if not prepared.files and not self.commit:
            return Written(patch=patch, whole=patch.status is PatchStatus.UNCHANGED)
        try:
            if not prepared.files:
                return self._nothing(patch)
            if self.commit and (objection := self._objection(prepared)):
                return Written(patch=objection, whole=False)
            if self.dry_run:
                return _rehearsed(prepared)
            folder = self.project.folder(patch.address)
            carry_out(self.project.root, folder, prepared.files, prepared.before)
        except AgentsyncError as error:
            touched = not isinstance(error, RefusedError) and self._touched(prepared)
            return Written(patch=wording.stopped(patch, error), touched=touched, whole=False)
        if prepared.clashes:
            return Written(patch=replace(patch, clashes=prepared.clashes), whole=False)
        patch = replace(patch, status=PatchStatus.WRITTEN)
        return self._committed(patch) if self.commit else Written(patch=patch, touched=True)

    def _nothing(self, patch: AgentPatch) -> Written:
        """Nothing comes home; but what did, and was never committed, is not to be forgotten.

        Errors: ProjectError.
        """
        whole = patch.status is PatchStatus.UNCHANGED
        if whole and patch.revision:
            left = committing.uncommitted(self.project.root, self.project.folder(patch.address))
            if found := left.changed | left.new:
                note = wording.left_over(found)
                return Written(patch=replace(patch, notes=(*patch.notes, note)), whole=whole)
        return Written(patch=patch, whole=whole)

    def _objection(self, prepared: Prepared) -> AgentPatch | None:
        """Why what is to be written must not be committed, None when it may be.

        Errors: ProjectError.
        """
        folder = self.project.folder(prepared.patch.address)
        paths = {f"{folder}/{path}" for path in (*prepared.files, *prepared.before)}
        left = committing.uncommitted(self.project.root, folder)
        if found := left.changed | (left.new & paths):
            return wording.unsaved(prepared.patch, found)
        new = sorted(item.path for item in prepared.patch.files)
        if ignored := committing.ignored(self.project.root, new):
            return wording.unheeded(prepared.patch, ignored)
        return None

    def _committed(self, patch: AgentPatch) -> Written:
        folder = self.project.folder(patch.address)
        new = [item.path for item in patch.files if item.op is FileOp.CREATE]
        try:
            made = committing.commit(
                self.project.root,
                [item.path for item in patch.files],
                new,
                message(patch, self.target, folder),
            )
        except ProjectError as error:
            return Written(patch=wording.uncommittable(patch, error), touched=True, whole=False)
        return Written(patch=replace(patch, commit=made), touched=True)

    def _touched(self, prepared: Prepared) -> bool:
        """Whether some of the files are as they should be, after an error in the middle."""
        folder = self.project.root / self.project.folder(prepared.patch.address)
        for path, data in prepared.files.items():
            there = folder / path
            try:
                found = there.read_bytes() if there.is_file() else None
            except OSError:
                continue
            if found == data:
                return True
        return False


def _rehearsed(prepared: Prepared) -> Written:
    if prepared.clashes:
        return Written(patch=wording.rehearsed(prepared.patch), whole=False)
    return Written(patch=prepared.patch)
