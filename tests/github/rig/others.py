"""Other people's actions, as far as our workflows use them."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner import Frame


class Failed(Exception):
    """A step that failed, and what it put out before."""

    def __init__(self, said: str, outputs: dict[str, str] | None = None) -> None:
        super().__init__(said)
        self.outputs = outputs or {}


def checkout(frame: "Frame", given: dict[str, str]) -> dict[str, str]:
    assert given["persist-credentials"] == "false"
    assert "repository" not in given
    machine = frame.machine
    words = ["git", "clone", "--quiet", "--branch", machine.ref]
    # As GitHub does: the newest commit only, unless more is asked for.
    shallow = [] if given.get("fetch-depth") == "0" else ["--depth=1"]
    subprocess.run(
        [*words, *shallow, machine.origin.as_uri(), str(frame.workspace)],
        check=True,
        env=frame.environ,
        capture_output=True,
    )
    return {}


def setup_python(frame: "Frame", given: dict[str, str]) -> dict[str, str]:
    assert given["update-environment"] == "false"
    return {"python-path": "/nowhere/python"}


def upload_artifact(frame: "Frame", given: dict[str, str]) -> dict[str, str]:
    name, path = given["name"], Path(given["path"])
    assert name, "an artifact needs a name"
    assert not re.search(r'[":<>|*?\r\n\\/]', name), f"{name!r} is no name of an artifact"
    assert int(given["retention-days"]) > 0
    if not path.is_file():
        if given.get("if-no-files-found") == "error":
            raise Failed(f"no files at {path}")
        return {"artifact-id": ""}
    if name in frame.machine.artifacts and given.get("overwrite") != "true":
        raise Failed("an artifact of this name is there already")
    folder = frame.machine.home / "artifacts" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(path, folder)
    frame.machine.artifacts[name] = folder
    return {"artifact-id": str(len(frame.machine.artifacts))}


def download_artifact(frame: "Frame", given: dict[str, str]) -> dict[str, str]:
    if given["name"] not in frame.machine.artifacts:
        raise Failed("no artifact of this name")
    shutil.copytree(frame.machine.artifacts[given["name"]], given["path"], dirs_exist_ok=True)
    return {"download-path": given["path"]}


def upload_sarif(frame: "Frame", given: dict[str, str]) -> dict[str, str]:
    place = Path(given["sarif_file"])
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    frame.machine.scanned += [file.read_text("utf-8") for file in files]
    return {}


OTHERS: dict[str, Callable[["Frame", dict[str, str]], dict[str, str]]] = {
    "actions/checkout": checkout,
    "actions/setup-python": setup_python,
    "actions/upload-artifact": upload_artifact,
    "actions/download-artifact": download_artifact,
    "github/codeql-action/upload-sarif": upload_sarif,
}
