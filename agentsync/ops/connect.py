"""From a target and the environment to a provider that may be asked."""

from collections.abc import Mapping
from pathlib import Path

from agentsync import __version__
from agentsync.errors import UnauthorizedError
from agentsync.files.dotenv import keys_in
from agentsync.model import Target
from agentsync.ops.watch import Watch
from agentsync.providers import Connection, Provider, provider_class
from agentsync.providers.trust import trusted_base


def connect(target: Target, root: Path, environ: Mapping[str, str], watch: Watch) -> Provider:
    """The provider of this target, its host trusted and its key at hand; nothing is sent yet.

    Errors: UsageError, UntrustedHostError, UnauthorizedError when there is no usable key.
    """
    kind = provider_class(target.provider)
    base_url = trusted_base(target.url, kind, environ)
    connection = Connection(
        base_url=base_url,
        key=_key(kind, root, environ),
        workspace_id=target.workspace_id or environ.get(kind.workspace_variable, ""),
        user_agent=f"agentsync/{__version__}",
    )
    return kind(connection, watch.note)


def _key(kind: type[Provider], root: Path, environ: Mapping[str, str]) -> str:
    for source in (environ, keys_in(root / ".env", kind.key_variables)):
        for name in kind.key_variables:
            value = source.get(name, "").strip()
            if value and not all("!" <= letter <= "~" for letter in value):
                raise UnauthorizedError(
                    f"{name} holds characters that no key has (a space, a line break, …)",
                    hint="copy the key again; its value is not shown here",
                )
            if value:
                return value
    name = kind.key_variables[0]
    raise UnauthorizedError(
        f"no API key: {name} is not set",
        hint=f"export {name}=…, or put it in .env; for the emulator any text will do",
    )
