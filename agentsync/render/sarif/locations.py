"""Where a result is: a file as a URI reference, a region in it, and the agent with its pointer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from agentsync.model import Action, FieldChange, Report, Span
from agentsync.render.sarif.texts import cut
from agentsync.render.visible import visible

ROOT: Final = "%SRCROOT%"
"""What the URIs of results are relative to: where the command ran."""

_PROJECT_FILE: Final = "agentsync.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """What a report knows of places in files, for results that have none of their own.

    Shape: `spans` are those of fields by agent and pointer; `homes` the folders of agents as far
    as a span tells them; `project_file` is where there is nothing better.
    """

    spans: Mapping[tuple[str, str], Span]
    homes: Mapping[str, str]
    project_file: str

    @classmethod
    def of(cls, report: Report) -> "Locator":
        """The locator of a report whose paths are as seen from where the command ran."""
        spans = {(name, it.pointer): it.span for name, it in _fields(report) if it.span}
        folders = (_folder(name, span) for (name, _), span in spans.items())
        folder = next((it for it in folders if it is not None), None)
        changes = report.plan.changes if report.plan else ()
        defined = {it.address for it in changes if it.address and it.action is not Action.DELETE}
        root = f"{report.root}/" if report.root else ""
        return cls(
            spans=spans,
            homes={} if folder is None else {name: f"{folder}{name}" for name in defined},
            project_file=f"{root}{_PROJECT_FILE}",
        )

    def location(self, address: str, pointer: str, span: Span | None) -> dict[str, Any]:
        """A SARIF location; GitHub shows no result without a file and a line."""
        found = span or self.spans.get((address, pointer)) or self._definition(address)
        place = {
            "artifactLocation": {"uri": _uri(found.path or self.project_file), "uriBaseId": ROOT},
            "region": _region(found),
        }
        logical = {"logicalLocations": [_logical(address, pointer)]} if address else {}
        return {"physicalLocation": place, **logical}

    def _definition(self, address: str) -> Span:
        home = self.homes.get(address)
        return Span(path=f"{home}/agent.yaml" if home else self.project_file)


def logical_location(address: str) -> dict[str, Any]:
    """A SARIF location that is an agent, without a file."""
    return {"logicalLocations": [_logical(address, "")]}


def _fields(report: Report) -> Iterator[tuple[str, FieldChange]]:
    for change in report.plan.changes if report.plan else ():
        yield from ((change.address, item) for item in change.fields)
    for patch in report.patches:
        yield from ((patch.address, item) for item in (*patch.undecided, *patch.fields))


def _folder(address: str, span: Span) -> str | None:
    """The folder of the agents' folders with a slash, None where this span does not tell it."""
    folder, found, _ = f"/{span.path}".partition(f"/{address}/")
    return f"{folder}/"[1:] if address and found else None


def _uri(path: str) -> str:
    """The path as a relative URI reference: never a scheme, and never a host after two slashes."""
    uri = quote(visible(path), safe="/")
    return f"/{uri.lstrip('/')}" if uri.startswith("/") else uri


def _region(span: Span) -> dict[str, int]:
    """The character that the span names; the first one of the file when it names none."""
    line, column = max(span.line, 1), max(span.column, 1)
    return {"startLine": line, "startColumn": column, "endLine": line, "endColumn": column + 1}


def _logical(address: str, pointer: str) -> dict[str, str]:
    name = cut(visible(address))
    if not pointer:
        return {"name": name, "fullyQualifiedName": name, "kind": "resource"}
    field = cut(visible(pointer))
    return {"name": field, "fullyQualifiedName": f"{name}{field}", "kind": "property"}
