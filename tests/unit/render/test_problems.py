"""Problems: the same one is told once, and the closing sentences add up."""

from dataclasses import replace

import pytest

from agentsync.errors import ExitCode
from agentsync.model import Action, Plan, Problem, Report
from agentsync.render import RenderOptions, render

_ID = "5f0c7a1e-1111-4222-8333-94445556667"


def text(report, **options):
    return render(report, "text", RenderOptions(**options))


@pytest.fixture
def stuck(make_change):
    """A report of `plan`: agents that were compared, how many were asked for, and problems."""

    def build(*problems, compared=("one", "two"), checked=2):
        plan = Plan(
            project="p",
            target="",
            provider="managed",
            endpoint="http://127.0.0.1:1",
            tool_version="0",
            changes=tuple(make_change(name, Action.UPDATE) for name in compared),
        )
        return Report(
            command="plan",
            exit_code=ExitCode.ERROR,
            tool_version="0",
            plan=plan,
            problems=problems,
            checked=checked,
        )

    return build


def timed_out(address, **given):
    return Problem(**{"code": "timed-out", "message": "no answer", "address": address, **given})


def test_the_same_problem_of_many_agents_is_one_entry(reports):
    shown = text(reports["plan-unreachable"])
    assert shown.count("no connection for") == 1
    assert (
        "! failed support-01, support-02, support-03, support-04, support-05 … and 18 more\n"
        "  no connection for GET /v1/deepagents/agents/<id>: Connection refused [unreachable]\n"
        "  check LANGSMITH_ENDPOINT and the network\n"
    ) in shown
    assert "--verbose shows" in shown


def test_verbose_tells_of_every_problem_with_its_id(reports):
    shown = text(reports["plan-unreachable"], verbose=True)
    assert shown.count("no connection for") == 23
    assert "<id>" not in shown


def test_an_id_that_looks_like_any_text_is_found_by_its_place_in_the_path(stuck):
    problems = [
        timed_out(
            name, message=f"no answer to GET /agents/{name}: slow", request=f"GET /agents/{name}"
        )
        for name in ("x", "y")
    ]
    assert "! failed x, y\n  no answer to GET /agents/<id>: slow [timed-out]\n" in text(
        stuck(*problems, checked=4)
    )


def test_ids_that_differ_in_the_hint_are_left_out_there_too(stuck):
    problems = [timed_out(f"a{n}", hint=f"look at {_ID}{n}") for n in range(2)]
    assert "! failed a0, a1\n  no answer [timed-out]\n  look at <id>\n" in text(stuck(*problems))


def test_a_problem_of_one_agent_keeps_its_id(stuck):
    problem = timed_out("a", message=f"it is bound to agent {_ID}0")
    assert f"bound to agent {_ID}0 [" in text(stuck(problem, checked=3))


@pytest.mark.parametrize(
    "other",
    [
        {"code": "rate-limited"},
        {"message": "no answer at all"},
        {"hint": "wait"},
        {"request": "POST /agents"},
        {"address": ""},
    ],
)
def test_problems_that_differ_are_told_apart(stuck, other):
    first = timed_out("a", request="GET /agents")
    shown = text(stuck(first, replace(first, **{"address": "b", **other}), checked=4))
    assert shown.count("[timed-out]") + shown.count("[rate-limited]") == 2


def test_a_request_is_told_once(stuck):
    request = "GET /v1/deepagents/agents/x"
    said = timed_out("a", message=f"no answer to {request}", request=request)
    assert text(stuck(said, checked=3)).count(request) == 1
    unsaid = timed_out("a", request=request)
    assert text(stuck(unsaid, checked=3)).count(request) == 1


def test_agents_that_were_not_tried_count(reports):
    shown = text(reports["plan-unreachable"])
    assert "\n7 in sync, 23 failed, 15 not tried\n" in shown
    assert "Not complete: 38 agents were not compared.\n" in shown


def test_an_agent_that_was_compared_has_not_failed(stuck):
    claimed = "agent 1 is claimed by one and two"
    problems = [Problem(code="identity", message=claimed, address=name) for name in ("one", "two")]
    shown = text(stuck(*problems))
    assert "failed" not in shown
    assert "not compared" not in shown
    assert f"! problem one, two\n  {claimed} [identity]\n" in shown
    assert shown.endswith(
        "\n2 agents were compared, but the problems above must be solved first.\n"
    )
    both = text(stuck(*problems, timed_out("three"), checked=3))
    assert "1 failed" in both
    assert "Not complete: 1 agent was not compared.\n2 agents were compared, but" in both


def test_a_problem_of_the_whole_run_is_no_agent(stuck):
    shown = text(stuck(Problem(code="incomplete", message="the plan was not saved")))
    assert "compared" not in shown


@pytest.mark.parametrize("command", ["plan", "diff"])
def test_a_part_without_agents_is_called_so(stuck, command):
    report = replace(stuck(compared=(), checked=0), command=command)
    shown = text(report)
    assert "There is no agent in this part of the project: nothing was compared.\n" in shown
    assert "in sync" not in shown


def test_an_agent_that_failed_is_not_told_of_with_one_that_was_compared(stuck):
    shown = text(stuck(timed_out("one"), timed_out("three"), checked=3))
    assert "! problem one\n" in shown
    assert "! failed three\n" in shown
