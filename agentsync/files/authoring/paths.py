"""Names of files that come from outside: which of them a definition may have on every machine."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agentsync.files.layout import MAX_DEPTH, folded

_LONGEST_NAME: Final = 255
_LONGEST_PATH: Final = 1000
_LEFT_BEHIND: Final = frozenset({"Thumbs.db", "desktop.ini", "__pycache__"})
# Git refuses it on every system, because on some it is its own folder.
_GIT: Final = re.compile(r"git~1[ .]*(?::.*)?", re.IGNORECASE | re.DOTALL)


def path_trouble(path: str) -> str:
    """Why a relative path cannot be one of a definition's files, or ""."""
    if not path or path.startswith("/"):
        return "it is not a relative path"
    if len(path.encode(errors="replace")) > _LONGEST_PATH:
        return f"its path is longer than {_LONGEST_PATH:,} bytes"
    names = path.split("/")
    if len(names) - 1 > MAX_DEPTH:
        return f"it is more than {MAX_DEPTH} folders deep"
    troubles = (_name_trouble(name, is_file=False) for name in names[:-1])
    return next(filter(None, troubles), "") or _name_trouble(names[-1], is_file=True)


def _name_trouble(name: str, *, is_file: bool) -> str:
    if name in ("", ".", ".."):
        return "its path is not one of plain names"
    if name.startswith("."):
        return "hidden files are not part of a definition"
    if "\\" in name:
        return "its name contains a backslash"
    if not name.isprintable():
        return "its name contains a character that is not printable"
    if len(name.encode(errors="replace")) > _LONGEST_NAME:
        return f"its name is longer than {_LONGEST_NAME} bytes"
    backup = name.endswith("~") or (name[0] == name[-1] == "#" and len(name) > 2)
    if name in _LEFT_BEHIND or (is_file and backup) or _GIT.fullmatch(name):
        return "files of such a name are left behind by programs, and no part of a definition"
    return ""


def twins(paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Paths that cannot be on one disk beside the others, and why; both sides are told."""
    spelled: dict[str, set[str]] = {}
    files: dict[str, list[str]] = {}
    for path in paths:
        files.setdefault(folded(path), []).append(path)
        names = path.split("/")
        for number in range(1, len(names)):
            spelled.setdefault(folded("/".join(names[:number])), set()).add(
                "/".join(names[:number])
            )
    for path in paths:
        names = path.split("/")
        above = [folded("/".join(names[:number])) for number in range(1, len(names))]
        if folded(path) in spelled or any(folder in files for folder in above):
            yield path, "a file and a folder would have the same name"
        elif len(files[folded(path)]) > 1 or any(len(spelled[folder]) > 1 for folder in above):
            yield (
                path,
                (
                    "another path differs only in case or in how accents are encoded: on many file "
                    "systems they are one"
                ),
            )
