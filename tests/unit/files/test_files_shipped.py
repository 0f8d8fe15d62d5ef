import json
from pathlib import Path

import pytest

from agentsync.errors import UsageError
from agentsync.files import shipped

ROOT = Path(__file__).parents[3]


def test_the_schemas_are_those_of_the_source_tree() -> None:
    assert set(shipped.schema_names()) >= {"agent", "subagent", "project", "plan", "report"}
    for name in shipped.schema_names():
        text = (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
        assert shipped.schema_text(name) == text
        assert shipped.schema(name) == json.loads(text)


@pytest.mark.parametrize("name", ["nope", "../agent", "", "agent.schema"])
def test_an_unknown_schema_is_an_error(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        shipped.schema_text(name)
    assert "agent" in caught.value.hint


def test_the_examples_are_there() -> None:
    assert shipped.examples() == ROOT / "examples"


def test_in_the_wheel_they_are_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("schemas", "examples"):
        (tmp_path / "agentsync" / folder).mkdir(parents=True)
    (tmp_path / "agentsync/schemas/agent.schema.json").write_text("{}")
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "agentsync")
    assert shipped.schema_names() == ("agent",)
    assert shipped.examples() == tmp_path / "agentsync" / "examples"
