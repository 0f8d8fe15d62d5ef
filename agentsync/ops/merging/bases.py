"""The texts that were applied last, for which the marker has only tokens.

Whoever edits an agent can write to its history, and anybody to a repository: a text is believed
because it has the token, never because of where it was found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from agentsync.canonical import ABSENT, Json, resolve
from agentsync.engine.normalise import desired
from agentsync.engine.origins import token
from agentsync.errors import (
    CertificateError,
    ProviderError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
)
from agentsync.files.project import OpenProject
from agentsync.files.repository.past import definition_at, versions
from agentsync.model import Change
from agentsync.providers import Provider

_REVISIONS: Final = 50
"""How far back the hub's history, and git's, are searched."""

# After these nobody knows what the API would have said; every other answer says: not this one.
_NO_ANSWER: Final = (
    CertificateError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
)


@dataclass(frozen=True, slots=True)
class Bases:
    """Where the past of one agent may be found."""

    project: OpenProject
    target: str
    provider: Provider
    change: Change

    def texts(self, tokens: Mapping[str, str]) -> dict[str, str]:
        """The text of every pointer whose token is among `tokens`, as far as anybody knows it.

        Errors: ProviderError when the API gives no answer.
        """
        found: dict[str, str] = {}
        for tree in self._trees():
            for pointer in tokens.keys() - found.keys():
                text = resolve(tree, pointer, ABSENT)
                if isinstance(text, str) and token(text) == tokens[pointer]:
                    found[pointer] = text
            if len(found) == len(tokens):
                break
        return found

    def _trees(self) -> Iterator[Mapping[str, Json]]:
        """Every state of the agent that is known, the likeliest first."""
        last = self.change.last
        if last is None:
            return
        if last.revision:
            yield from self._at(last.revision)
        if loaded := definition_at(self.project, self.change.address, self.target, last.commit):
            yield desired(loaded.document or {}, self.provider.rules)
        yield from self._history(last.revision)
        for _, loaded in versions(self.project, self.change.address, self.target, _REVISIONS):
            yield desired(loaded.document or {}, self.provider.rules)

    def _history(self, seen: str) -> Iterator[Mapping[str, Json]]:
        agent_id = self.change.agent_id or ""
        try:
            for commit in self.provider.history(agent_id, _REVISIONS):
                if commit.token != seen:
                    yield from self._at(commit.token)
        except _NO_ANSWER:
            raise
        except ProviderError:
            return

    def _at(self, revision: str) -> Iterator[Mapping[str, Json]]:
        try:
            yield self.provider.read_at(self.change.agent_id or "", revision)
        except _NO_ANSWER:
            raise
        except ProviderError:
            return
