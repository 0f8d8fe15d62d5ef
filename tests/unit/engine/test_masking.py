"""No secret is left in a report, whatever is made of it."""

import json
from dataclasses import fields, is_dataclass, replace

import pytest
from edited import edited_reports
from hostile import COMMANDS, full_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulled import pulled_reports
from reported import change, edit, plan_of, report_of
from told import told_reports

from agentsync.engine.masking import _TOKENS as TOKENS
from agentsync.engine.masking import masked
from agentsync.model import ABSENT, Action, Outcome, Plan
from agentsync.render import FORMATS, RenderOptions, render

OLD, NEW = (f"ghp_{first}B3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5" for first in "ab")
REPORTS = {**told_reports(), **edited_reports(), **pulled_reports()}


def fields_of(*fields):
    report = report_of(plan=plan_of((change("a", Action.UPDATE, fields),)))
    return masked(report).plan.changes[0].fields


def test_both_sides_are_masked_and_still_differ():
    (item,) = fields_of(edit("/system_prompt", f"use {OLD}\n", f"use {NEW}\nand {OLD}"))
    assert item.before == "use ‹secret 1, a GitHub token›\n"
    assert item.after == "use ‹secret 2, a GitHub token›\nand ‹secret 1, a GitHub token›"


def test_one_secret_has_one_number_in_all_of_an_agent():
    first, second = fields_of(edit("/a", OLD, ABSENT), edit("/b", ABSENT, {"x": [NEW, OLD]}))
    assert first.before == "‹secret 1, a GitHub token›"
    assert second.after == {"x": ["‹secret 2, a GitHub token›", "‹secret 1, a GitHub token›"]}


def test_a_value_whose_name_says_that_it_is_one():
    first, second = fields_of(
        edit("/extras/api_token", "q8Zx7Lm2Pv9Rt4Ws", ABSENT),
        edit("/extras/x", ABSENT, {"password": "q8Zx7Lm2Pv9Rt4Ws", "user": "q8Zx7Lm2Pv9Rt4Ws"}),
    )
    assert first.before == "‹secret 1, a password or token›"
    assert second.after == {
        "password": "‹secret 1, a password or token›",
        "user": "q8Zx7Lm2Pv9Rt4Ws",
    }


def test_keys_and_pointers():
    (item,) = fields_of(edit(f"/files/{OLD}/content", {OLD: 1}, ABSENT))
    assert item.pointer == "/files/‹secret 1, a GitHub token›/content"
    assert item.before == {"‹secret 1, a GitHub token›": 1}


@pytest.mark.parametrize("name", REPORTS)
def test_what_has_no_secret_is_as_it_was(name):
    assert masked(REPORTS[name]) == REPORTS[name]


def test_ids_and_revisions_are_no_secrets():
    item = change("a", Action.UPDATE, (), agent_id=OLD, updated_at=OLD)
    report = masked(report_of(plan=plan_of((item,))))
    assert report.plan.changes[0].agent_id == OLD


def test_the_name_of_an_agent_in_sync():
    report = masked(report_of(plan=plan_of((change("a", Action.NO_OP, name=f"A {OLD}"),))))
    assert report.plan.changes[0].name == "A ‹secret 1, a GitHub token›"


def test_what_is_saved_is_not_masked():
    plan = plan_of((change("a", Action.UPDATE, (edit("/a", OLD, NEW),)),))
    assert Plan.from_json(plan.to_json()) == plan


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)
@given(
    command=st.sampled_from(COMMANDS),
    verbose=st.booleans(),
    format=st.sampled_from(sorted(FORMATS)),
)
def test_no_format_shows_one(command, verbose, format):
    report = full_of(command, f"key: {OLD}", f"or {NEW}")
    shown = render(without_tokens(report), format, RenderOptions(verbose=verbose))
    left = [
        shown[max(0, at - 200) : at + 20] for at in map(shown.find, (OLD[4:], NEW[4:])) if at >= 0
    ]
    assert left == []


def without_tokens(report):
    """The report without the ids, revisions and codes that are no texts of an agent."""

    def bare(part):
        if isinstance(part, tuple):
            return tuple(map(bare, part))
        if not is_dataclass(part):
            return part
        kept = {each.name: bare(getattr(part, each.name)) for each in fields(part)}
        tokens = TOKENS | ({"before", "after"} if isinstance(part, Outcome) else set())
        kept |= {name: "" for name in kept.keys() & tokens if type(kept[name]) is str}
        return replace(part, **kept)

    return replace(bare(report), listing=())


def test_masking_twice_is_masking_once():
    report = full_of("plan", f"key: {OLD}", NEW)
    once = masked(report)
    assert json.dumps(masked(once).to_json()) == json.dumps(once.to_json())
