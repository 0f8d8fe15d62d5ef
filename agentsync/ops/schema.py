"""`schema`: show the shipped schemas, derive them from an OpenAPI file, tell what is new there."""

import json
from collections.abc import Iterable
from pathlib import Path

from agentsync import __version__
from agentsync.canonical import Json
from agentsync.engine import schema as engine
from agentsync.errors import ExitCode, ProjectError, UsageError
from agentsync.files import shipped
from agentsync.model import Report


def show(name: str) -> Report:
    """The text of one shipped schema.

    Errors: UsageError for an unknown name.
    """
    return _report("schema show", shipped.schema_text(name).splitlines())


def derive(openapi: Path, directory: Path) -> Report:
    """Write the schemas into `directory`: our own, and those of agents from an API's OpenAPI file.

    Errors: ProjectError when a file cannot be read or written, UsageError when it is no OpenAPI
    file of an API that agentsync knows.
    """
    schemas = {**engine.derive(_read(openapi)), **engine.documents()}
    lines = []
    for name, schema in schemas.items():
        path = directory / f"{name}.schema.json"
        text = engine.render(schema)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            same = path.exists() and path.read_bytes() == text.encode()
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ProjectError(f"cannot write {path}: {error.strerror}") from None
        lines.append(f"{'unchanged' if same else 'written  '}  {path}")
    return _report("schema derive", lines)


def check(openapi: Path) -> Report:
    """What a newer OpenAPI file adds, removes or changes, in words; exit 2 when there is any.

    Errors: as `derive`.
    """
    committed = {name: shipped.schema(name) for name in engine.DERIVED}
    news = engine.check(_read(openapi), committed)
    code = ExitCode.DIFFERENCES if news else ExitCode.OK
    return _report("schema check", news or ["The schemas are current with this API."], code)


def _read(path: Path) -> Json:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise ProjectError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path} is not JSON: {error}", hint="give the API's OpenAPI file as JSON"
        ) from None


def _report(command: str, lines: Iterable[str], code: ExitCode = ExitCode.OK) -> Report:
    return Report(
        command=command,
        exit_code=code,
        tool_version=__version__,
        listing=tuple(lines),
    )
