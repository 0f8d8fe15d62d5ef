"""YAML files of the project with their values, and problems brought to their places."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agentsync.canonical import Json
from agentsync.engine.advice import found
from agentsync.engine.validate import Issue, Path
from agentsync.engine.yaml.strict import Parsed, Place, Places, parse
from agentsync.files.textfile import MAX_YAML, read_text
from agentsync.model.diagnostics import Diagnostic, Severity, Span


@dataclass(slots=True)
class Source:
    """One YAML text of the project: a file, or the front matter of one.

    Shape: `value` is the mapping it holds; `first_line` the file's line, from 1, on which the
    text starts.
    """

    path: str
    text: str
    value: Mapping[str, Json]
    first_line: int = 1
    _places: Places | None = field(default=None, repr=False)

    def find(self, path: Sequence[str | int], *, key: bool = False) -> Span | None:
        """Where `path` stands in the file, or None when the file does not mention it."""
        place = self._index().find(path, key=key)
        return self._span(place) if place else None

    def nearest(self, path: Sequence[str | int], *, key: bool = False) -> Span:
        """Where `path`, or else the closest thing around it, stands in the file."""
        place = self._index().nearest(path, key=key)
        return self._span(place if place.line else Place(1, 1))

    def _index(self) -> Places:
        if self._places is None:
            self._places = Places(self.text)
        return self._places

    def _span(self, place: Place) -> Span:
        return Span(path=self.path, line=place.line + self.first_line - 1, column=place.column)


def read_source(root: str, path: str, notes: list[Diagnostic]) -> Source | None:
    """The YAML file root/path, which holds a mapping; None, and notes, when it does not.

    Shape: an empty file has an empty mapping.
    """
    text = read_text(root, path, MAX_YAML, notes)
    return None if text is None else source_of(path, text, parse(text), notes)


def source_of(
    path: str, text: str, parsed: Parsed, notes: list[Diagnostic], first_line: int = 1
) -> Source | None:
    """The parsed text as a source; None, and notes, when it does not hold a mapping."""
    if parsed.problems:
        notes += (
            Diagnostic(
                code=problem.code,
                message=problem.message,
                hint=problem.hint,
                span=Span(path=path, line=problem.line, column=problem.column),
            )
            for problem in parsed.problems
        )
        if parsed.value is None:
            return None
    value = {} if parsed.value is None else parsed.value
    if not isinstance(value, dict):
        notes.append(
            Diagnostic(
                code="wrong-type",
                message=f"this must be a mapping (`key: value`), not {found(value)}",
                hint="write `key: value` lines",
                span=Span(path=path, line=first_line, column=1),
            )
        )
        return None
    return Source(path, text, value, first_line)


def report(
    issues: Iterable[Issue], base: Source, overlay: Source | None, notes: list[Diagnostic]
) -> None:
    """Note the issues of a value where they were written: in the overlay, or below it.

    An issue at a place that has a note already follows from that one, and is dropped.
    """
    taken = {note.span for note in notes if note.span.line}
    for issue in issues:
        span = place_in(issue.path, base, overlay, key=issue.at_key)
        if span in taken and issue.code in ("wrong-type", "bad-choice", "bad-value"):
            continue
        notes.append(
            Diagnostic(
                code=issue.code,
                message=issue.message,
                hint=issue.hint,
                span=span,
                severity=issue.severity,
            )
        )


def place_in(path: Path, base: Source, overlay: Source | None, *, key: bool = False) -> Span:
    """Where `path` was written last: in the overlay if it is there, else in the base.

    What neither has (a missing key) has the place of the closest thing around it in either.
    """
    for end in range(len(path), 0, -1):
        for source in filter(None, (overlay, base)):
            if span := source.find(path[:end], key=key and end == len(path)):
                return span
    return base.nearest(())


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of them is an error."""
    return any(item.severity is Severity.ERROR for item in diagnostics)
