"""One project of another tool being read: its files, what is wrong, and what cannot come along."""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from agentsync.canonical import Json
from agentsync.engine.advice import field_name
from agentsync.engine.validate import Checker, Issue, Path
from agentsync.files.contents import Budget, read_files
from agentsync.files.official.jsonfile import read_json
from agentsync.files.sources import Source, report
from agentsync.files.textfile import MAX_TEXT, read_text
from agentsync.model.diagnostics import Diagnostic, Span

_HIDDEN: Final = "was not carried over: hidden files are no part of an agent"
_UNKNOWN: Final = ("unknown-key", "reserved-key")


@dataclass(slots=True, kw_only=True)
class Reading:
    """One project being read; every path is relative to its folder.

    Shape: `root` is the folder that places in `notes` are relative to, `folder` the project's in
    it; `official` when the official client's rules hold, which an export does not follow. In
    `remarks` stands what comes along otherwise than it was, or not at all.
    """

    root: str
    folder: str
    official: bool
    agent: Checker
    subagent: Checker
    notes: list[Diagnostic] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    budget: Budget = field(init=False)

    def __post_init__(self) -> None:
        self.budget = Budget(self.folder, self.notes)

    def at(self, path: str) -> str:
        """The place of a file of the project, relative to `root`."""
        return f"{self.folder}/{path}"

    def remark(self, path: str, message: str) -> None:
        """Say what does not come along as it is."""
        self.remarks.append(f"{path} {message}")

    def wrong(self, path: str, code: str, message: str, hint: str, line: int = 0) -> None:
        """Note an error at the start of a line, or about a file or folder as a whole."""
        span = Span(path=self.at(path), line=line, column=1 if line else 0)
        self.notes.append(Diagnostic(code=code, message=message, hint=hint, span=span))

    def json(self, path: str) -> Source | None:
        """The object in a JSON file; None, and a note, when there is none."""
        twice: list[str] = []
        source = read_json(self.root, self.at(path), self.notes, twice)
        for key in twice:
            self.remark(path, f"gives `{key}` twice, and the last one counts")
        return source

    def text(self, path: str) -> str:
        """The text of a file, "" and a note when it cannot be read."""
        return lines_of(read_text(self.root, self.at(path), MAX_TEXT, self.notes) or "")

    def files(self, path: str) -> dict[str, str]:
        """The texts of all files below a folder, by path in there; hidden ones are remarked on."""
        notes: list[Diagnostic] = []
        found = read_files(self.root, self.at(path), self.budget, notes)
        for note in notes:
            if note.code == "hidden-file":
                self.remark(note.span.path.removeprefix(f"{self.folder}/"), _HIDDEN)
            else:
                self.notes.append(note)
        return {name: lines_of(text) for name, text in found.items()}

    def known(
        self, value: dict[str, Json], source: Source, judge: Checker, above: Path = ()
    ) -> dict[str, Json]:
        """`value` without the keys that no definition has; all else that is wrong is noted.

        Shape: `value` is what stands at the top of the file; `above` where the schema has that.
        """
        path = source.path.removeprefix(f"{self.folder}/")
        while unknown := [item for item in _issues(value, judge, above) if _may_go(item)]:
            for keys in dict.fromkeys(issue.path for issue in unknown):
                self.remark(path, f"has `{field_name(keys)}`, which was left out")
                _remove(value, keys)
        report(_issues(value, judge, above), source, None, self.notes)
        return value


def lines_of(text: str) -> str:
    """`text` with every line ended by LF, as Python reads text files."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _issues(value: dict[str, Json], judge: Checker, above: Path) -> list[Issue]:
    whole: dict[str, Any] = value
    if above:
        whole = {"name": "any", str(above[0]): value}
    return [replace(issue, path=issue.path[len(above) :]) for issue in judge.issues(whole)]


def _may_go(issue: Issue) -> bool:
    return issue.code in _UNKNOWN and bool(issue.path)


def _remove(value: Any, keys: Path) -> None:
    for key in keys[:-1]:
        value = value[key]
    value.pop(keys[-1], None)
