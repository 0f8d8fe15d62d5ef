"""Secrets that would come home with a field: git must not get them."""

from collections.abc import Iterable

from agentsync.canonical import Json, resolve
from agentsync.engine.origins import put
from agentsync.engine.secrets import findings_of, secrets_in
from agentsync.model import Absent, FieldChange, Finding


def new_secrets(address: str, fields: Iterable[FieldChange]) -> tuple[Finding, ...]:
    """A finding for every secret that is live in these fields and that git does not have yet."""
    found: list[Finding] = []
    for item in fields:
        if isinstance(item.before, Absent):
            continue
        live, git = (put({}, item.pointer, side) for side in (item.before, item.after))
        found += (
            finding
            for finding in findings_of(address, live)
            if not _known(resolve(live, finding.pointer), resolve(git, finding.pointer))
        )
    return tuple(dict.fromkeys(found))


def _known(live: Json, git: Json) -> bool:
    """Whether all secrets of a live text stand in git's already."""
    if not isinstance(live, str) or not isinstance(git, str):
        return False
    told = [live[secret.start : secret.end] for secret in secrets_in(live)]
    return bool(told) and all(text in git for text in told)
