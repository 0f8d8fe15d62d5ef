"""The APIs agentsync speaks, each provider in one file of its own (engine/apis.py lists them)."""

from agentsync.engine.apis import APIS
from agentsync.errors import UsageError
from agentsync.providers.base import Commit, Connection, Held, Provider


def provider_class(name: str) -> type[Provider]:
    """The provider of this name.

    Errors: UsageError when there is none.
    """
    from importlib import import_module

    if name not in APIS:
        known = ", ".join(sorted(APIS))
        raise UsageError(f"there is no provider `{name}`", hint=f"known providers: {known}")
    module, _, attribute = APIS[name].provider.partition(":")
    found: type[Provider] = getattr(import_module(module), attribute)
    return found


__all__ = ["Commit", "Connection", "Held", "Provider", "provider_class"]
