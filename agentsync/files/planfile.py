"""A saved plan: one JSON file whose digest covers all of it."""

import json
import os
import tempfile
from pathlib import Path

from agentsync.canonical import Json, digest
from agentsync.errors import ProjectError, RefusedError, UsageError
from agentsync.model import FORMAT_VERSION, Plan


def check_target(path: Path) -> None:
    """Nothing, when a plan can be saved there: asked before the work, not after it.

    Errors: UsageError for what is no ordinary file, ProjectError for a folder that is not there
    or may not be written.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is not an ordinary file", hint="give -o the name of a file")
    folder = path.resolve().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise ProjectError(f"cannot save the plan to {path}: {folder} cannot be written")


def write(plan: Plan, path: Path) -> None:
    """Save the plan; the file appears whole or not at all, readable by its owner only.

    Errors: ProjectError when the file cannot be written.
    """
    text = _text(plan)
    # Through a symbolic link, as any other program would write.
    path = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ProjectError(f"cannot save the plan to {path}: {error.strerror}") from None


def read(path: Path) -> Plan:
    """The plan that `write` saved.

    Errors: ProjectError when it cannot be read, RefusedError when it is no plan, was made by a
    newer agentsync, or is not what was saved.
    """
    try:
        text = path.read_bytes().decode("ascii")
        data = json.loads(text)
        _check(data, path)
    except OSError as error:
        raise ProjectError(f"cannot read the plan {path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise RefusedError(f"{path} is no plan: it is not JSON", hint=_AGAIN) from None
    try:
        plan = Plan.from_json(data)
        genuine = text == _text(plan)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise RefusedError(f"{path} is no plan: parts of it are missing", hint=_AGAIN) from None
    if not genuine:
        raise RefusedError(f"{path} was changed after it was saved", hint=_AGAIN)
    return plan


_AGAIN = "make it again with `agentsync plan -o FILE`"


def _text(plan: Plan) -> str:
    """The one text of a plan: whatever else stands in a file was not written by `write`."""
    return json.dumps(plan.to_json(), ensure_ascii=True) + "\n"


def _check(data: Json, path: Path) -> None:
    if not isinstance(data, dict) or data.get("kind") != "plan":
        raise RefusedError(f"{path} is no plan of agentsync", hint=_AGAIN)
    version = data.get("format_version")
    if version != FORMAT_VERSION:
        raise RefusedError(
            f"{path} has plan format {version}; this agentsync reads {FORMAT_VERSION}",
            hint="use the version of agentsync that made it, or make it again",
        )
    if data.get("digest") != digest({key: data[key] for key in data if key != "digest"}):
        raise RefusedError(f"{path} was changed after it was saved", hint=_AGAIN)
