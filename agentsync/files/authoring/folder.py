"""The folder in the making: what is to be written, and what cannot be."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from agentsync.engine.yaml.writing.rewrite import NotEditableError
from agentsync.files.authoring.paths import twins
from agentsync.files.contents import MAX_BYTES, MAX_FILES
from agentsync.files.textfile import MAX_TEXT, MAX_YAML

Texts = Mapping[str, str]
"""Files by path relative to the agent's folder, each as it stands on disk: its line ends, and a
byte order mark, included."""

CONFLICT: Final = "its text would look like a merge that nobody has resolved"
"""The reason of an obstacle: the text is written as asked, but no definition may hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authored:
    """What is to be written.

    Shape: `texts` by path relative to the agent's folder, None where the file is to go; only files
    that change. `obstacles` are (path, reason) pairs: what cannot be written safely; the texts are
    then what it would have looked like as far as it goes. `sketches` are, for a YAML file that
    cannot be edited, what it says and what it was to say, both with every alias written out.
    """

    texts: Mapping[str, str | None] = field(default_factory=dict)
    obstacles: tuple[tuple[str, str], ...] = ()
    sketches: Mapping[str, tuple[str, str]] = field(default_factory=dict)


class Folder:
    """An agent's folder with its old texts, its new ones, and what stands in their way."""

    __slots__ = ("_new", "_obstacles", "_sketches", "old")

    def __init__(self, old: Texts) -> None:
        self.old = old
        self._new: dict[str, str | None] = {}
        self._obstacles: dict[tuple[str, str], None] = {}
        self._sketches: dict[str, tuple[str, str]] = {}

    def refuse(self, path: str, reason: str) -> None:
        """Note that something at `path` cannot be written."""
        self._obstacles[path, reason] = None

    def not_editable(
        self, path: str, error: NotEditableError, sketch: tuple[str, str] | None = None
    ) -> None:
        """Note that the YAML in `path` cannot be edited, and what the edit would have been."""
        self.refuse(path, f"line {error.line}: {error.message}" if error.line else error.message)
        if sketch:
            self._sketches[path] = sketch

    def write(self, path: str, text: str) -> None:
        """Have `path`, which is a good one, say `text`."""
        for reason in _text_troubles(path, text):
            self.refuse(path, reason)
        # Half a character has no bytes: such a text cannot even be shown as it would be.
        if self.old.get(path) != text and not _is_broken(text):
            self._new[path] = text

    def remove(self, path: str) -> None:
        """Have no file at `path`."""
        if path in self.old:
            self._new[path] = None

    def text(self, path: str) -> str | None:
        """What `path` will say; None when there will be no such file."""
        return self._new[path] if path in self._new else self.old.get(path)

    def paths(self) -> list[str]:
        """Every file that there will be, sorted."""
        return sorted(path for path in {*self.old, *self._new} if self.text(path) is not None)

    def finished(self) -> Authored:
        """All of it, after a look at the whole."""
        for path, reason in twins(self.paths()):
            if path in self._new:
                self.refuse(path, reason)
                del self._new[path]
        if any(text is not None for text in self._new.values()):
            for reason in self._too_much():
                self.refuse(".", reason)
        return Authored(
            texts={path: self._new[path] for path in sorted(self._new)},
            obstacles=tuple(sorted(self._obstacles)),
            sketches=self._sketches,
        )

    def _too_much(self) -> Iterator[str]:
        counted = [path for path in self.paths() if _COUNTED.match(path)]
        if len(counted) > MAX_FILES:
            yield f"the agent would have more than {MAX_FILES:,} files"
        if sum(len(self.text(path) or "") for path in counted) > MAX_BYTES:
            yield f"the agent would have more than {MAX_BYTES // 1024**2} MiB of files"


_COUNTED: Final = re.compile("(?:subagents/[^/]*/)?(?:skills|files)/")


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _text_troubles(path: str, text: str) -> Iterator[str]:
    """Why no file of a definition may hold this text."""
    limit = MAX_YAML if path.endswith(".yaml") and "/files/" not in f"/{path}" else MAX_TEXT
    if _is_broken(text):
        yield "its text holds half a character, which no file can hold"
    elif len(text) > limit // 4 and len(text.encode()) > limit:
        yield f"its text is larger than {limit // 1024**2} MiB"
    if "\0" in text:
        yield "its text holds a NUL character, so it is no text"
    if "<<<<<<< " in text and _looks_conflicting(text):
        yield CONFLICT


def _looks_conflicting(text: str) -> bool:
    """Whether who reads the file would take it for an unresolved merge."""
    bare = "\n" + text.removeprefix("\ufeff")
    start = bare.find("\n<<<<<<< ")
    return start >= 0 and "\n>>>>>>> " in bare[start:]
