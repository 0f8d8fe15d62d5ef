"""The APIs agentsync speaks: a registry, each provider in one file of its own."""

from agentsync.errors import UsageError
from agentsync.providers.base import Commit, Connection, Held, Provider

# name in agentsync.yaml → "module:class"; imported only when a target asks for it.
PROVIDERS = {
    "managed": "agentsync.providers.managed:ManagedDeepAgents",
}


def provider_class(name: str) -> type[Provider]:
    """The provider of this name.

    Errors: UsageError when there is none.
    """
    from importlib import import_module

    if name not in PROVIDERS:
        known = ", ".join(sorted(PROVIDERS))
        raise UsageError(f"there is no provider `{name}`", hint=f"known providers: {known}")
    module, _, attribute = PROVIDERS[name].partition(":")
    found: type[Provider] = getattr(import_module(module), attribute)
    return found


__all__ = ["PROVIDERS", "Commit", "Connection", "Held", "Provider", "provider_class"]
