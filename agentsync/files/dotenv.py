"""API keys from a project's `.env`, and nothing else from it.

The file belongs to the repository, so a pull request can change it: it may bring a key, never an
endpoint, a proxy or a TLS setting.
"""

from collections.abc import Mapping
from pathlib import Path


def keys_in(path: Path, names: tuple[str, ...]) -> Mapping[str, str]:
    """The values that `.env` gives these variables; none when there is no such file."""
    if not path.is_file() or path.is_symlink():
        return {}
    from dotenv import dotenv_values

    found = dotenv_values(path, interpolate=False, encoding="utf-8")
    return {name: value for name in names if (value := found.get(name))}
