"""The APIs that agents can live on, by the name that agentsync.yaml calls them: the registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agentsync.engine.forms import AGENT, ASSISTANT, Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One kind of API.

    Shape: `title` is its name for people; `form` what definitions for it are made of; `provider`
    who speaks to it, as "module:class", imported only when a target asks for it.
    """

    title: str
    form: Form
    provider: str


APIS: Final[Mapping[str, Api]] = {
    "managed": Api(
        title="Managed Deep Agents (the default)",
        form=AGENT,
        provider="agentsync.providers.managed:ManagedDeepAgents",
    ),
    "agent-server": Api(
        title="assistants of an Agent Server, such as Agent Builder's agents",
        form=ASSISTANT,
        provider="agentsync.providers.assistants:Assistants",
    ),
}


def form_of(provider: str) -> Form:
    """What definitions for this API are made of; those of an unknown one are agents."""
    api = APIS.get(provider)
    return api.form if api else AGENT
