import json
from dataclasses import replace
from pathlib import Path

import pytest
from edited import edited_reports
from jsonschema import Draft202012Validator
from pulled import pulled_reports
from told import told_reports

from agentsync.model import ABSENT, Action
from agentsync.render import RenderOptions, render

_SCHEMA = json.loads((Path(__file__).parents[3] / "schemas/report.schema.json").read_text("utf-8"))
_NAMES = sorted({**told_reports(), **edited_reports(), **pulled_reports()}.keys() - {"hostile"})


def as_json(report):
    return render(report, "json", RenderOptions(color=True, width=40))


@pytest.mark.parametrize("name", _NAMES)
def test_it_is_what_the_schema_says(reports, name):
    data = json.loads(as_json(reports[name]))
    assert [error.message for error in Draft202012Validator(_SCHEMA).iter_errors(data)] == []
    assert data["exit_code"] == int(reports[name].exit_code)


def test_it_is_complete(reports):
    assert json.loads(as_json(reports["diff"])) == reports["diff"].to_json()


def test_hostile_text_survives_and_does_nothing(reports):
    text = as_json(reports["hostile"])
    assert text.isascii()
    assert [c for c in text if not c.isprintable() and c != "\n"] == []
    assert json.loads(text) == reports["hostile"].to_json()


def test_the_order_of_keys_does_not_depend_on_where_they_came_from(reports, make_change, make_edit):
    def report(value):
        change = make_change("a", Action.UPDATE, (make_edit("/extras", ABSENT, value),))
        base = reports["plan-in-sync"]
        return replace(base, plan=replace(base.plan, changes=(change,)))

    assert as_json(report({"a": 1, "b": 2})) == as_json(report({"b": 2, "a": 1}))
