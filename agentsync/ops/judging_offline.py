"""What the policy's rules say of definitions alone, without any live agent."""

from agentsync.engine.normalise import desired
from agentsync.engine.policy.judging import judged_alone
from agentsync.errors import ExitCode
from agentsync.files.definition import Loaded
from agentsync.files.project import OpenProject
from agentsync.model import Finding
from agentsync.providers import provider_class


class Judge:
    """Judges each definition for the target it is for; what is true of several is said once."""

    def __init__(self, project: OpenProject) -> None:
        self._project = project
        self._targets = {target.name: target for target in project.config.targets}
        self._found: set[Finding] = set()
        self._refused = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings so far, the greatest risk first."""
        return tuple(sorted(self._found, key=lambda item: item.order))

    @property
    def verdict(self) -> ExitCode:
        """Whether one of them is refused where it was found."""
        return ExitCode.REFUSED if self._refused else ExitCode.OK

    def hear(self, loaded: Loaded, name: str) -> None:
        """Judge a sound definition for the target of this name."""
        target = self._targets.get(name) or self._project.target("")
        policy = self._project.config.policy_for(target)
        rules = provider_class(target.provider).rules
        found = judged_alone(loaded.address, desired(loaded.document or {}, rules), policy)
        if found:
            from agentsync.files.spans import Locator

            places = Locator(self._project, loaded.address, name)
            for item in found:
                self._found.add(item.placed(places.locate(item.pointer)))
                self._refused = self._refused or policy.refuses(item)
