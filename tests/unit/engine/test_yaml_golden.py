"""Edits of YAML as files to read: tests/golden/pull/yaml/, renewed by --update-golden.

A case is a folder with `before.yaml`, `wanted.json`, and what comes of it: `after.yaml`, or
`after.txt` with the reason why nothing does.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agentsync.canonical import same
from agentsync.engine.yaml.strict import parse
from agentsync.engine.yaml.writing.rewrite import NotEditableError, rewritten

_FOLDER = Path(__file__).parents[2] / "golden" / "pull" / "yaml"
_CASES = sorted(path.name for path in _FOLDER.iterdir())


@pytest.mark.parametrize("case", _CASES)
def test_a_file_is_edited_as_shown(case: str, golden: Callable[[Path, str], None]) -> None:
    folder = _FOLDER / case
    before = (folder / "before.yaml").read_bytes().decode()
    wanted = json.loads((folder / "wanted.json").read_bytes())
    try:
        after = rewritten(before, wanted)
    except NotEditableError as error:
        golden(folder / "after.txt", f"{error.line}:{error.column}: {error.message}\n")
        return
    golden(folder / "after.yaml", after)
    assert same(parse(after).value, wanted)
    assert rewritten(after, wanted) == after


def test_every_case_shows_one_outcome() -> None:
    assert len(_CASES) >= 25
    for case in _CASES:
        kinds = [(_FOLDER / case / name).exists() for name in ("after.yaml", "after.txt")]
        assert sum(kinds) == 1, case
