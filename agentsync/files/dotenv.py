"""API keys from a project's `.env`, and nothing else from it.

The file belongs to the repository, so a pull request can change it: it may bring a key, never an
endpoint, a proxy or a TLS setting.
"""

from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from agentsync.errors import ProjectError

_LARGEST = 64 * 1024


def keys_in(path: Path, names: tuple[str, ...]) -> Mapping[str, str]:
    """The values that `.env` gives these variables; none when there is no such file.

    Errors: ProjectError when it cannot be read.
    """
    if not path.is_file() or path.is_symlink():
        return {}
    from dotenv import dotenv_values

    try:
        text = path.read_bytes()[:_LARGEST].decode("utf-8")
    except (OSError, ValueError) as error:
        raise ProjectError(
            f"cannot read {path.name}: {error}", hint="save it as UTF-8 text, or remove it"
        ) from None
    found = dotenv_values(stream=StringIO(text), interpolate=False)
    return {name: value for name in names if (value := found.get(name))}
