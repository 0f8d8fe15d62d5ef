"""Read the definitions and the live agents side by side, and compare.

Each worker takes one definition at a time: loads it, finds its agent, reads that, compares, and
keeps only the outcome. So memory does not grow with what did not change, and parsing happens
while other answers are under way.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from agentsync.engine.identity import Match
from agentsync.engine.normalise import desired
from agentsync.engine.planner import compare
from agentsync.errors import (
    AgentsyncError,
    BugError,
    IdentityError,
    NotFoundError,
    ProjectError,
)
from agentsync.files.definition import Loaded, load
from agentsync.files.project import OpenProject
from agentsync.model import (
    Action,
    Change,
    Choices,
    Definition,
    Diagnostic,
    Finding,
    LiveAgent,
    Origin,
    Owner,
    Severity,
)
from agentsync.ops.fanout import fan_out
from agentsync.ops.judging import Judging
from agentsync.ops.outlook import Outlook
from agentsync.ops.roster import Roster
from agentsync.providers import Provider

# The job that fetches the roster, among those that compare; no address is empty.
_LISTING = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one definition: a change, or what stood in its way.

    Shape: neither change nor error nor diagnostic means that it was not tried, because nothing
    the API was asked before could be answered.
    """

    address: str
    change: Change | None = None
    error: AgentsyncError | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def invalid(self) -> bool:
        """Whether the definition itself is wrong."""
        return any(item.severity is Severity.ERROR for item in self.diagnostics)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """Everything that comparing one definition with its live agent takes.

    Shape: `judging` None asks no rules; once `reading` is cleared, definitions are still loaded and
    checked, but no agent is read any more.
    """

    project: OpenProject
    target: str
    provider: Provider
    roster: Roster
    choices: Choices = field(default=Choices())
    show_unmanaged: bool = False
    judging: Judging | None = None
    reading: threading.Event = field(default_factory=threading.Event)

    def outcomes(
        self, addresses: tuple[str, ...], workers: int, *, list_too: bool = False
    ) -> Iterator[Outcome]:
        """One outcome per address, in the order in which they are done.

        With `list_too` the roster is fetched meanwhile, whether a definition needs it or not.
        """
        self.reading.set()
        outlook = Outlook()
        jobs = (*((_LISTING,) if list_too else ()), *addresses)
        for outcome in fan_out(self._outcome, jobs, max(1, min(workers, len(jobs)))):
            if outcome.address == _LISTING:
                continue
            if outcome.change or outcome.error:
                outlook.heard(outcome.error)
            if outcome.invalid or outlook.hopeless:
                self.reading.clear()
            yield outcome

    def matched(self, address: str) -> tuple[Definition, Match | None]:
        """The definition of that folder, and the live agent it means, None when there is none.

        Errors: ProjectError when the files are wrong; IdentityError, ProviderError.
        """
        loaded = load(self.project, address, self.target)
        if loaded.document is None:
            raise ProjectError(
                f"the definition {address} is not valid", hint="`agentsync validate` says where"
            )
        definition = self._definition(loaded)
        return definition, self._match(definition)

    def _outcome(self, address: str) -> Outcome:
        found = Outcome(address=address)
        try:
            if address == _LISTING:
                self.roster.listed()
                return found
            loaded = load(self.project, address, self.target)
            found = replace(found, diagnostics=loaded.diagnostics)
            if found.invalid or not self.reading.is_set():
                return found
            definition = self._definition(loaded)
            change, findings = self._change(definition)
            writes = change.to_apply or change.action is Action.CREATE
            if writes and (against := self._objections(definition)):
                return replace(found, diagnostics=(*found.diagnostics, *against))
            return replace(found, change=change, findings=findings)
        except AgentsyncError as error:
            return replace(found, error=error)
        except Exception as error:
            # What one agent's files or answer can break must not take the others' results along.
            return replace(found, error=BugError.of(error))

    def _objections(self, definition: Definition) -> tuple[Diagnostic, ...]:
        """What the server itself says against the definition, which is to be written."""
        planned = self.judging is not None and not self.judging.edits
        found = tuple(self.provider.objections(definition.value)) if planned else ()
        if not found:
            return ()
        from agentsync.files.spans import Locator

        places = Locator(self.project, definition.address, self.target)
        return tuple(
            Diagnostic(
                code="server-schema",
                message=item.message,
                hint=item.hint,
                span=places.locate(item.pointer),
            )
            for item in found
        )

    def _definition(self, loaded: Loaded) -> Definition:
        return Definition(
            address=loaded.address,
            value=desired(loaded.document or {}, self.provider.rules),
            agent_id=loaded.agent_id,
        )

    def _change(self, definition: Definition) -> tuple[Change, tuple[Finding, ...]]:
        match = self._match(definition)
        compared = partial(
            compare,
            definition,
            match,
            self.provider.rules,
            ignore=self.project.config.ignore,
            choices=self.choices,
            show_unmanaged=self.show_unmanaged,
            namesakes=() if match else self.roster.listed().namesakes(definition.name),
        )
        change = compared()
        if any(item.origin is Origin.BOTH for item in change.fields):
            from agentsync.ops.merging.taken_in import taken_in

            if merged := taken_in(change, self.project, self.target, self.provider):
                change = compared(taken_in=merged)
        if not change.fields:
            return change, ()
        from agentsync.files.spans import Locator

        findings: tuple[Finding, ...] = ()
        if self.judging:
            change, findings = self.judging.told(change, match.live.value if match else {})
        places = Locator(self.project, change.address, self.target)
        fields = (replace(item, span=places.locate(item.pointer)) for item in change.fields)
        # What was edited outside git is in no line of git's text.
        edits = self.judging is not None and self.judging.edits
        placed = (
            replace(item, span=places.locate(item.pointer))
            if edits
            else item.placed(places.locate(item.pointer))
            for item in findings
        )
        return replace(change, fields=tuple(fields)), tuple(placed)

    def _match(self, definition: Definition) -> Match | None:
        if definition.agent_id:
            live, by_name = self._bound(definition), False
        else:
            found = self.roster.listed().find(definition.address, definition.name)
            if found is None:
                return None
            live, by_name = self.provider.read(found[0]), found[1]
        config = self.project.config
        owner = Owner(project=config.project, target=self.target, address=definition.address)
        return Match(live=live, owner=owner, others=self.project.slugs, by_name=by_name)

    def _bound(self, definition: Definition) -> LiveAgent:
        try:
            return self.provider.read(definition.agent_id or "")
        except NotFoundError as error:
            raise IdentityError(
                f"it is bound to agent {definition.agent_id}, which the API does not find",
                hint=f"{self.provider.unseen}; correct `id:`, or take it out to create a new agent",
            ) from error
