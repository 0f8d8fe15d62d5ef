"""The policy's rules, asked about one agent's change, with what the workspace says of its tools."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING

from agentsync.canonical import Json
from agentsync.engine.origins import put
from agentsync.errors import AgentsyncError
from agentsync.model import Action, Change, Effect, FieldChange, Finding, Origin, Policy
from agentsync.providers import Provider

if TYPE_CHECKING:
    # A plan without changes does without the rules: importing them takes as long as ten agents.
    from agentsync.engine.policy.tools import Registered

_EDITED = (Origin.LIVE, Origin.BOTH)


class ToolRegistry:
    """What the workspace says of MCP servers and their tools; each is asked for once, when needed.

    May be used from any thread.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._lock = threading.Lock()
        self._servers: Mapping[str, bool] | None = None
        self._tools: dict[str, Registered] = {}
        self._failure = ""

    def of(self, urls: Iterable[str]) -> "tuple[Mapping[str, Registered], str]":
        """What is known of these servers, by URL, and why it is not all, "" when it is."""
        with self._lock:
            servers = self._listed()
            if servers is None:
                return {}, self._failure
            return {url: self._of(url, servers) for url in sorted(urls)}, ""

    def _listed(self) -> Mapping[str, bool] | None:
        if self._servers is None and not self._failure:
            try:
                self._servers = self._provider.servers()
            except AgentsyncError as error:
                self._failure = error.message
        return self._servers

    def _of(self, url: str, servers: Mapping[str, bool]) -> "Registered":
        if url not in self._tools:
            from agentsync.engine.policy.tools import Registered

            # One URL may be written in several ways; hosts do not tell upper case from lower.
            invocable = servers.get(url.lower())
            known = invocable is not None
            tools = self._listed_by(url) if known else None
            self._tools[url] = Registered(
                known=known, invocable=invocable is not False, tools=tools
            )
        return self._tools[url]

    def _listed_by(self, url: str) -> frozenset[str] | None:
        try:
            # A server that lists nothing, as one where nobody has logged in, tells nothing.
            return self._provider.tools_of(url) or None
        except AgentsyncError:
            # A server that does not answer now is no reason to doubt its tools.
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """The rules, and what they need to know beside the two sides of a change.

    Shape: with `edits`, what was edited outside git is judged, and not what apply would write.
    """

    policy: Policy
    provider: Provider
    registry: ToolRegistry = field(init=False)
    edits: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "registry", ToolRegistry(self.provider))

    def told(self, change: Change, live: Mapping[str, Json]) -> tuple[Change, tuple[Finding, ...]]:
        """The findings on a change, and the change with a note where something was not judged."""
        before, after = self._sides(change, live)
        if before is after:
            return change, ()
        from agentsync.engine.policy.judging import judged
        from agentsync.engine.policy.tools import new_servers

        registry: Mapping[str, Registered] = {}
        if not self.edits and (urls := new_servers(before, after)):
            registry, failure = self.registry.of(urls)
            if failure:
                note = f"whether its new tools are registered was not checked: {failure}"
                change = replace(change, notes=(*change.notes, note))
        return change, judged(change.address, before, after, self.policy, registry)

    def _sides(
        self, change: Change, live: Mapping[str, Json]
    ) -> tuple[Mapping[str, Json], Mapping[str, Json]]:
        """The agent before and after; the same object when nothing is to be judged."""
        if change.action is Action.CREATE:
            if self.edits:
                return live, live
            defaults = self.provider.rules.defaults.get("permissions", {})
            return {"permissions": defaults}, change.desired or {}
        if self.edits:
            edited = [item for item in change.fields if item.origin in _EDITED]
            return (_with_git(live, edited), live) if edited else (live, live)
        moving = [item for item in change.fields if item.effect is not Effect.KEEP]
        return (live, _with_git(live, moving)) if moving else (live, live)


def _with_git(live: Mapping[str, Json], fields: Iterable[FieldChange]) -> Mapping[str, Json]:
    """The live agent with git's side of these fields."""
    return reduce(lambda tree, item: put(tree, item.pointer, item.after), fields, live)
