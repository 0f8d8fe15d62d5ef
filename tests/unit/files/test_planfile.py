"""A saved plan is what was saved, or it is refused."""

import json
import os
from functools import reduce
from pathlib import Path

import pytest

from agentsync.canonical import digest
from agentsync.errors import ExitCode, ProjectError, RefusedError
from agentsync.files import planfile
from agentsync.model import Action, Change, FieldChange, Plan, Precondition

PLAN = Plan(
    project="acme",
    target="",
    provider="managed",
    endpoint="http://a",
    tool_version="1",
    changes=(
        Change(
            address="a",
            name="Ä",
            action=Action.UPDATE,
            reason="r",
            fields=(FieldChange(pointer="/extras/n", before=1, after=True),),
            precondition=Precondition(revision="1", digest="d"),
            desired={"name": "Ä"},
        ),
    ),
)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "plan.json"
    planfile.write(PLAN, path)
    return path


def refused(path, content):
    """The error that reading a file with this content ends in."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(RefusedError) as caught:
        planfile.read(path)
    assert caught.value.exit_code is ExitCode.REFUSED
    assert str(path) in caught.value.message
    assert caught.value.hint
    return caught.value.message.removeprefix(str(path)).strip()


def sealed(**changes):
    """A plan's text with these parts and a digest that fits; None takes a part out."""
    body = {key: value for key, value in {**PLAN.body(), **changes}.items() if value is not None}
    return json.dumps({**body, "digest": digest(body)}) + "\n"


def test_what_was_written_is_read(saved):
    assert planfile.read(saved) == PLAN
    assert saved.read_text() == sealed()
    assert saved.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("version", [0, 2, 99, "1", None])
def test_another_format_is_named(saved, version):
    said = refused(saved, sealed(format_version=version))
    assert said == f"has plan format {version}; this agentsync reads 1"


def test_the_digest_must_fit(saved):
    data = json.loads(saved.read_text())
    for wrong in ("0" * 64, data["digest"].upper(), "", None, 1, [data["digest"]]):
        said = refused(saved, json.dumps({**data, "digest": wrong}) + "\n")
        assert said == "was changed after it was saved"
    del data["digest"]
    assert refused(saved, json.dumps(data) + "\n") == "was changed after it was saved"


def test_a_part_taken_out_of_a_sealed_plan_is_a_change(saved):
    data = json.loads(saved.read_text())
    del data["changes"]
    assert refused(saved, json.dumps(data) + "\n") == "was changed after it was saved"


@pytest.mark.parametrize("kind", ["report", "Plan", "", None, ["plan"]])
def test_another_kind_of_document_is_no_plan(saved, kind):
    assert refused(saved, sealed(kind=kind)) == "is no plan of agentsync"


@pytest.mark.parametrize("content", ["[]", '["plan"]', '"plan"', "1", "null", "true", "{}"])
def test_json_that_is_no_document_of_ours_is_no_plan(saved, content):
    assert refused(saved, content) == "is no plan of agentsync"


@pytest.mark.parametrize(
    "content", ["", "{", "plan", "{'kind': 'plan'}", '"Ä"', b"\xff\xfe", b"\0", "[" * 9]
)
def test_what_is_not_json_is_said_so(saved, content):
    assert refused(saved, content) == "is no plan: it is not JSON"


@pytest.mark.parametrize(
    "part", ["project", "target", "provider", "endpoint", "tool_version", "commit", "changes"]
)
def test_a_part_that_is_missing_is_said_so(saved, part):
    assert refused(saved, sealed(**{part: None})) == "is no plan: parts of it are missing"


@pytest.mark.parametrize(
    "changes", [[{}], [1], [None], {"a": 1}, 3, [{**PLAN.body()["changes"][0], "fields": None}]]
)
def test_parts_of_another_shape_are_refused(saved, changes):
    assert refused(saved, sealed(changes=changes))


@pytest.mark.parametrize("depth", [100, 400, 900, 990, 2000, 100_000])
def test_deeply_nested_json_is_refused(saved, depth):
    assert refused(saved, "[" * depth + "]" * depth)
    inner = "[" * depth + "]" * depth
    assert refused(saved, '{"kind": "plan", "format_version": 1, "changes": ' + inner + "}")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 5000])
def test_numbers_that_json_or_python_has_not_are_refused(saved, number):
    assert refused(saved, '{"kind": "plan", "format_version": 1, "n": ' + number + "}")


def test_every_single_byte_counts(saved):
    """Also those that change no value: spaces, the order of keys, how a letter is written."""
    text = saved.read_bytes()
    assert len(text) < 1200
    changed = {text[:-1], text + b"\n", text.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + text}
    for at, byte in enumerate(text):
        before, after = text[:at], text[at + 1 :]
        for other in {byte ^ 1, byte ^ 0x20, byte ^ 0x80, 0x20, 0x30}:
            changed.add(before + bytes([other]) + after)
        changed.add(before + after)
        changed.add(before + b" " + text[at:])
    changed.discard(text)
    for content in changed:
        refused(saved, content)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda data: json.dumps(data),
        lambda data: json.dumps(data, indent=2) + "\n",
        lambda data: json.dumps(data, sort_keys=True) + "\n",
        lambda data: json.dumps(data).replace("\\u00c4", "\\u00C4") + "\n",
        lambda data: json.dumps({**data, "format_version": 1.0}) + "\n",
        lambda data: json.dumps({**data, "format_version": True}) + "\n",
        lambda data: json.dumps(data)[:-1] + ', "kind": "plan"}\n',
        lambda data: '{"kind": "report", ' + json.dumps(data)[1:] + "\n",
    ],
)
def test_the_same_values_written_another_way_are_refused(saved, rewrite):
    assert (
        refused(saved, rewrite(json.loads(saved.read_text()))) == "was changed after it was saved"
    )


@pytest.mark.parametrize("extra", [{"note": "x"}, {"findings": [], "z": None}])
def test_a_part_too_many_is_refused_even_when_the_digest_covers_it(saved, extra):
    body = {**PLAN.body(), **extra}
    assert refused(saved, json.dumps({**body, "digest": digest(body)}) + "\n")


def test_a_file_that_cannot_be_read_is_an_error_not_a_refusal(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(ProjectError, match="cannot read the plan") as caught:
            planfile.read(path)
        assert caught.value.exit_code is ExitCode.ERROR


@pytest.fixture
def full_disk(monkeypatch):
    """Nothing more can be written. A limit on this process would stop pytest's output as well."""

    def no_room(handle, *_, **__):
        os.close(handle)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(planfile.os, "fdopen", no_room)


@pytest.mark.parametrize("there", [{}, {"plan.json": "the plan before"}])
def test_a_disk_that_is_full_leaves_what_was_there(tmp_path, full_disk, there):
    for name, text in there.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ProjectError, match=r"cannot save the plan to .*: No space left"):
        planfile.write(PLAN, tmp_path / "plan.json")
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == there


@pytest.mark.parametrize("error", [OSError(13, "Permission denied"), KeyboardInterrupt()])
def test_what_stops_it_at_the_last_step_leaves_nothing_behind(tmp_path, monkeypatch, error):
    def stopped(*_):
        raise error

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises((ProjectError, KeyboardInterrupt)):
        planfile.write(PLAN, tmp_path / "plan.json")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ProjectError, match="cannot save the plan"):
        planfile.write(PLAN, tmp_path / "none" / "plan.json")


def test_a_plan_that_nests_deeply_round_trips_or_is_not_written(tmp_path):
    path = tmp_path / "plan.json"
    nested = reduce(lambda inner, _: {"a": inner}, range(60), 1)
    field = FieldChange(pointer="/extras/n", before=nested, after=nested)
    change = Change(address="a", name="A", action=Action.UPDATE, reason="r", fields=(field,))
    plan = Plan(
        project="p", target="", provider="m", endpoint="e", tool_version="1", changes=(change,)
    )
    planfile.write(plan, path)
    assert planfile.read(path) == plan
