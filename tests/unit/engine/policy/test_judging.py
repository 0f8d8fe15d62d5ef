"""The catalogue, and what a project's settings make of it."""

import pytest
from generated import documents
from hypothesis import given
from hypothesis import strategies as st
from judged import an_agent, findings

from agentsync.engine.normalise import desired
from agentsync.engine.policy.catalogue import RULES
from agentsync.engine.policy.judging import judged, judged_alone, judged_deletion
from agentsync.model import Policy, Risk, RuleSetting
from agentsync.providers.managed import RULES as RULES_OF_THE_API

WIDER = {"/permissions/visibility": "tenant", "/runtime/model/model_id": "a:b"}


def policy(**setting):
    return Policy(settings=(RuleSetting(reason="because", **setting),))


def test_every_rule_says_what_and_why():
    assert len(RULES) == 24
    for name, rule in RULES.items():
        assert name == rule.id
        assert not rule.title.endswith(".")
        assert rule.reason.endswith(".")
        assert (rule.threshold is None) == (rule.unit == "")


def test_the_greatest_risk_comes_first():
    assert [item.rule for item in findings(WIDER)] == ["visibility-widened", "model-changed"]


def test_nothing_changed_is_nothing_to_say():
    assert findings({}) == ()


def test_a_rule_may_be_off_for_some_agents():
    off = policy(rule="visibility-widened", enabled=False, agents=("let*",))
    assert [item.rule for item in findings(WIDER, off)] == ["model-changed"]
    other = policy(rule="visibility-widened", enabled=False, agents=("support",))
    assert len(findings(WIDER, other)) == 2


def test_a_severity_of_the_projects_own_comes_with_its_reason():
    (found, _) = findings(WIDER, policy(rule="model-changed", severity=Risk.HIGH))
    assert (found.rule, found.severity, found.note) == ("model-changed", Risk.HIGH, "because")


def test_a_threshold_of_the_projects_own():
    prompt = {"/system_prompt": "x" * 1_200}
    assert [item.rule for item in findings(prompt)] == ["prompt-grew"]
    assert findings(prompt, policy(rule="prompt-grew", threshold=101)) == ()
    assert len(findings(prompt, policy(rule="prompt-grew", threshold=100))) == 1


def test_a_target_is_heard_before_its_project():
    target, project = policy(rule="model-changed", enabled=False), Policy(fail_on="low")
    both = target.over(project)
    assert both.fail_on == "low"
    assert [item.rule for item in findings(WIDER, both)] == ["visibility-widened"]
    louder = policy(rule="model-changed", severity=Risk.HIGH)
    assert [item.severity for item in findings(WIDER, louder.over(target))] == [Risk.HIGH] * 2
    assert Policy(fail_on="none").over(project).fail_on == "none"


@pytest.mark.parametrize(
    ("fail_on", "refused"),
    [("", []), ("none", []), ("high", ["high"]), ("medium", ["medium", "high"])],
)
def test_from_which_risk_on_a_plan_is_refused(fail_on, refused):
    found = judged("a", {}, an_agent(runtime={"model": {"model_id": "fast"}}), Policy())
    asked = Policy(fail_on=fail_on)
    assert {item.severity.value for item in found if asked.refuses(item)} <= set(refused)
    (gone,) = judged_deletion("a", "A", policy(rule="agent-deleted", severity=Risk.HIGH))
    assert asked.refuses(gone) is ("high" in refused)


def test_large_deletions_are_counted_by_what_goes():
    files = {f"f{n}": {"content": ""} for n in range(4)}
    skills = {"a": {"instructions": "", "files": {}}}
    changes = {"/files": {}, "/skills": {}}
    (found,) = findings(changes, files=files, skills=skills)
    assert (found.rule, found.message) == ("large-deletion", "it loses 1 skill, 4 files")
    assert findings({"/files": {}}, files=files) == ()


def test_a_skill_that_is_kept_elsewhere():
    linked = {"/skills/a": {"repo_handle": "acme/a", "commit_id": "1a2b3c4d"}}
    (found,) = findings(linked)
    assert (found.rule, found.message) == ("skill-linked", "it follows acme/a at a named commit")
    assert findings({"/skills/a/commit_id": "0000"}, skills={"a": {"repo_handle": "acme/a"}}) == ()


def test_offline_only_what_needs_no_live_agent():
    definition = an_agent(
        description="\u202e",
        runtime={"model": {"model_id": "fast"}},
        system_prompt="the `x_y` tool",
    )
    found = judged_alone("a", definition, Policy())
    assert [item.rule for item in found] == ["hidden-characters", "model-form", "ungranted-tool"]
    assert all(RULES[item.rule].offline for item in found)


SETTINGS = st.builds(
    RuleSetting,
    rule=st.sampled_from(sorted(RULES)),
    reason=st.text(min_size=1),
    enabled=st.booleans(),
    severity=st.none() | st.sampled_from(Risk),
    threshold=st.none() | st.integers(0, 9),
    agents=st.lists(st.text()).map(tuple),
)


@given(fail_on=st.sampled_from(["", "none", *Risk]), settings=st.lists(SETTINGS).map(tuple))
def test_a_policy_survives_json(fail_on, settings):
    said = Policy(fail_on=fail_on, settings=settings)
    assert Policy.from_json(said.to_json()) == said


AGENTS = documents().map(lambda document: desired(document, RULES_OF_THE_API))


@given(value=AGENTS)
def test_an_agent_that_stays_as_it_is_has_no_findings(value):
    assert judged("a", value, value, Policy()) == ()


@given(before=AGENTS, after=AGENTS)
def test_every_finding_is_of_the_catalogue_and_has_a_place(before, after):
    found = judged("a", before, after, Policy())
    assert list(found) == sorted(found, key=lambda item: item.order)
    for item in found:
        assert item.severity is RULES[item.rule].severity
        assert item.pointer == "" or item.pointer.startswith("/")
        assert item.message
