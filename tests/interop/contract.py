"""Compares answers with the response schemas of the API's OpenAPI files."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT.parent / "shared" / "api"
NAMES = ("managed-deep-agents-openapi.json", "hub-directories-openapi.json")
WHY_NOT = (
    "the API's OpenAPI files are not beside the repository: "
    "no answer was compared with the documented schemas"
)

# Every operation may give these, though the files do not list them at each.
ANYWHERE = {401, 405, 413, 429}
FORMATS = FormatChecker(formats=["uuid"])


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


class Contract:
    """The documented answers of both APIs."""

    def __init__(self) -> None:
        self.compared = 0
        self._operations: list[tuple[str, re.Pattern[str], dict[str, Any], dict[str, Any]]] = []
        self._validators: dict[str, Draft202012Validator] = {}
        for name in NAMES:
            document = json.loads((FOLDER / name).read_text(encoding="utf-8"))
            prefix = "/v1/deepagents" if name.startswith("managed") else ""
            for path, methods in document["paths"].items():
                pattern = re.compile(prefix + re.sub(r"\\{.*?\\}", "[^/]+", re.escape(path)))
                for method, operation in methods.items():
                    self._operations.append((method.upper(), pattern, operation, document))

    def problems(self, method: str, path: str, status: int, kind: str, body: bytes) -> list[str]:
        """What is wrong with an answer, in words; empty when it is as documented."""
        for known, pattern, operation, document in self._operations:
            if known == method and pattern.fullmatch(path):
                self.compared += 1
                where = f"{method} {path} -> {status}: "
                found = self._compare(operation, document, status, kind, body)
                return [where + problem for problem in found]
        return [] if status in (404, 405) else [f"{method} {path} is not a documented operation"]

    def _compare(
        self,
        operation: dict[str, Any],
        document: dict[str, Any],
        status: int,
        kind: str,
        body: bytes,
    ) -> list[str]:
        answer = operation["responses"].get(str(status))
        if answer is None:
            if status in ANYWHERE:
                return []
            return [f"only {', '.join(operation['responses'])} are documented"]
        if "$ref" in answer:
            answer = document["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
        if "content" not in answer:
            return [f"a body where none is documented: {body[:80]!r}"] if body else []
        if status == 403 and kind.startswith("text/plain"):
            return [] if body.startswith(b"missing permission ") else [f"odd text {body[:80]!r}"]
        if not kind.startswith("application/json"):
            return [f"content type {kind!r}"]
        validator = self._validator(answer["content"]["application/json"]["schema"], document)
        errors = validator.iter_errors(json.loads(body))
        return [f"{error.json_path}: {error.message[:200]}" for error in errors]

    def _validator(self, schema: dict[str, Any], document: dict[str, Any]) -> Draft202012Validator:
        key = json.dumps([document["info"]["title"], schema])
        if key not in self._validators:
            whole = {**schema, "components": document["components"]}
            self._validators[key] = Draft202012Validator(whole, format_checker=FORMATS)
        return self._validators[key]


def load() -> Contract | None:
    """The contract, or None when the OpenAPI files are not there."""
    return Contract() if all((FOLDER / name).is_file() for name in NAMES) else None
