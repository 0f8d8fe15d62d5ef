"""Problems in the user's files, as values: a place, what is wrong, and how to put it right."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agentsync.canonical import Json


class Severity(StrEnum):
    """How bad a diagnostic is: an error stops the command, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A place in a user's file.

    Units: line and column count from 1, columns in characters. 0 means the file as a whole.
    Shape: `path` is relative to the project's root, with forward slashes.
    """

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path

    def to_json(self) -> Json:
        """The span as plain JSON."""
        return {"path": self.path, "line": self.line, "column": self.column}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Span":
        """The span that `to_json` wrote."""
        return cls(path=data["path"], line=data["line"], column=data["column"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One problem in the user's files: where, what is wrong, and how to put it right.

    Shape: `code` is a stable kebab-case name such as `unknown-key`; `hint` may be "".
    """

    code: str
    message: str
    span: Span
    hint: str = ""
    severity: Severity = Severity.ERROR

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """The key that sorts diagnostics as a reader meets them."""
        return (self.span.path, self.span.line, self.span.column, self.code, self.message)

    def to_json(self) -> Json:
        """The diagnostic as plain JSON."""
        return {
            "severity": self.severity.value,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "span": self.span.to_json(),
        }
