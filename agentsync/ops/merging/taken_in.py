"""Which texts of git's have taken in what was edited outside it: conflicts that are over.

    base        Be brief.
    live        Be brief. Be kind.                  edited outside git
    git         Be brief. Be kind.  Cite sources.   after a merge: nothing of live's is lost

Merged once more with what is live, git's text stays as it is: so applying it loses no edit.
"""

from agentsync.errors import AgentsyncError
from agentsync.files.project import OpenProject
from agentsync.files.repository.merging import merge_text
from agentsync.model import Change, FieldChange, Origin
from agentsync.ops.merging.bases import Bases
from agentsync.ops.merging.mergeable import can_merge
from agentsync.providers import Provider


def taken_in(
    change: Change, project: OpenProject, target: str, provider: Provider
) -> frozenset[str]:
    """The pointers of the texts that both sides changed, and of which git has both changes.

    What nobody can tell, because the base is not known or cannot be asked for, is none of them.
    """
    fields = [it for it in change.fields if it.origin is Origin.BOTH and can_merge(it)]
    tokens = {item.pointer: item.base for item in fields if item.base is not None}
    try:
        bases = Bases(project, target, provider, change).texts(tokens) if tokens else {}
        return frozenset(
            item.pointer for item in fields if item.pointer in bases and _holds(item, bases)
        )
    except AgentsyncError:
        return frozenset()


def _holds(item: FieldChange, bases: dict[str, str]) -> bool:
    ours, theirs = str(item.after), str(item.before)
    merged = merge_text(ours, bases[item.pointer], theirs)
    return not merged.clashes and merged.text(("", "", "")) == ours
