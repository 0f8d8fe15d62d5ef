"""From a target and the environment to a provider that may be asked."""

import re
from collections.abc import Mapping
from pathlib import Path

from agentsync import __version__
from agentsync.errors import UnauthorizedError, UsageError
from agentsync.files.dotenv import keys_in
from agentsync.model import Target
from agentsync.ops.watch import Watch
from agentsync.providers import Connection, Provider, provider_class
from agentsync.providers.trust import trusted_base

_WORKSPACE = re.compile(r"[0-9A-Za-z-]{0,64}")


def connect(target: Target, root: Path, environ: Mapping[str, str], watch: Watch) -> Provider:
    """The provider of this target, its host trusted and its key at hand; nothing is sent yet.

    Errors: UsageError, UntrustedHostError, UnauthorizedError when there is no usable key.
    """
    kind = provider_class(target.provider)
    base_url = trusted_base(target.url, kind, environ)
    connection = Connection(
        base_url=base_url,
        key=_key(kind, root, environ),
        workspace_id=_workspace(target, kind, environ),
        prompt=target.prompt,
        owner=target.owner,
        user_agent=f"agentsync/{__version__}",
    )
    return kind(connection, watch.note)


def _key(kind: type[Provider], root: Path, environ: Mapping[str, str]) -> str:
    names, source = kind.key_variables, "the environment"
    found = _first(names, environ)
    if not found:
        found, source = _first(names, keys_in(root / ".env", names)), ".env"
    if not found:
        unset = f"neither {' nor '.join(names)} is" if names[1:] else f"{names[0]} is not"
        emulated = "; for the emulator any text will do" if kind.official_origins else ""
        raise UnauthorizedError(
            f"no API key: {unset} set",
            hint=f"export {names[0]}=…, or put it in .env{emulated}",
        )
    name, value = found
    if not all("!" <= letter <= "~" for letter in value):
        raise UnauthorizedError(
            f"{name} in {source} holds characters that no key has (a space, a line break, …)",
            hint="copy the key again; its value is not shown here",
        )
    return value


def _first(names: tuple[str, ...], source: Mapping[str, str]) -> tuple[str, str] | None:
    """The first of these names that has a value, and that."""
    return next(((name, value) for name in names if (value := source.get(name, "").strip())), None)


def _workspace(target: Target, kind: type[Provider], environ: Mapping[str, str]) -> str:
    named = environ.get(kind.workspace_variable, "").strip() if kind.workspace_variable else ""
    if not target.workspace_id and not _WORKSPACE.fullmatch(named):
        raise UsageError(
            f"{kind.workspace_variable} is not the id of a workspace: {named!r}",
            hint="it looks like 6f0d5c1e-8b1a-4f0e-9c57-2f4f2a9d7b13",
        )
    return target.workspace_id or named
