"""The policy at work: what refuses a plan, what the workspace says of tools, what drift tells."""

import json
from pathlib import Path

import httpx
import pytest
from stage import AGENTS
from workshop import Workshop

from agentsync.emulator.keys import ALL, Key
from agentsync.emulator.serve import Options, running
from agentsync.errors import ExitCode
from agentsync.files import planfile
from agentsync.model import OnDrift, Risk, Status
from agentsync.ops.asking import Asked
from agentsync.ops.drift import DriftOptions, drift
from agentsync.ops.plan import PlanOptions, plan
from agentsync.ops.rollback import RollbackOptions, rollback
from agentsync.ops.validate import ValidateOptions, validate
from agentsync.ops.watch import Watch
from agentsync.render import RenderOptions, render

MAIL, CRM = "https://mcp.acme.example/mail", "https://crm.acme.example"
ASKS = {f"{MAIL}::send": True}
REFUSING = "policy: {fail_on: high}\n"
LISTED = ((MAIL, ({"name": "send"}, {"name": "read"})),)


def tools(*keys, asks=None):
    listed = [
        dict(zip(("mcp_server_url", "name"), key.rsplit("::", 1), strict=True)) for key in keys
    ]
    return {"tools": listed, "interrupt_config": ASKS if asks is None else asks}


SEND = f"{MAIL}::send"
ANN = "5f0c7a1e-1111-4222-8333-944455566677"


@pytest.fixture(scope="module")
def api():
    """An emulator that counts, with a server of mail tools that anybody may register."""
    with running(Options(admin=True, mcp_tools=LISTED)) as server:
        yield server


@pytest.fixture
def shop(api, tmp_path):
    httpx.post(f"{api.url}/_emulator/reset")
    shop = Workshop(tmp_path, api)
    yield shop
    shop.close()


def planned(shop, command="plan", **options):
    return plan(PlanOptions(command=command, directory=shop.root, **options), shop.environ, Watch())


def rules(report):
    return [item.rule for item in report.all_findings]


def applied(shop):
    shop.define("letters", tools=tools(SEND))
    assert shop.apply().exit_code is ExitCode.OK


def unguarded(shop):
    shop.define("letters", tools=tools(SEND, asks={}))


def test_a_plan_that_takes_an_approval_away_is_refused(shop):
    applied(shop)
    shop.configure(REFUSING)
    unguarded(shop)
    report = planned(shop)
    assert report.exit_code is ExitCode.REFUSED
    (finding,) = report.all_findings
    assert (finding.rule, finding.severity, finding.address) == (
        "approval-removed",
        Risk.HIGH,
        "letters",
    )
    assert finding.span.path == "agents/letters/agent.yaml"
    assert report.plan.refusals == (
        "1 capability change of severity high (policy.fail_on): approval-removed",
    )


def test_and_so_is_its_apply_and_nothing_is_written(shop):
    applied(shop)
    shop.configure(REFUSING)
    unguarded(shop)
    report = shop.apply(confirm=lambda planned: pytest.fail("nobody is asked"))
    assert (report.exit_code, report.outcomes) == (ExitCode.REFUSED, ())
    assert live(shop)["tools"]["interrupt_config"] == ASKS


def live(shop):
    listed = shop.client.get(AGENTS).json()["items"]
    return shop.client.get(f"{AGENTS}/{listed[0]['id']}").json()


def test_a_setting_with_a_reason_lets_it_pass(shop):
    applied(shop)
    shop.configure(
        REFUSING.replace("}", ", rules: {approval-removed: {severity: low, reason: a test}}}")
    )
    unguarded(shop)
    report = shop.apply()
    assert report.exit_code is ExitCode.OK
    assert [(item.severity, item.note) for item in report.all_findings] == [(Risk.LOW, "a test")]


def test_a_target_may_be_stricter_than_its_project(shop):
    shop.configure("targets: {dev: {}, prod: {policy: {fail_on: medium}}}\n")
    shop.define("letters", tools=tools(SEND))
    assert planned(shop, target="dev").exit_code is ExitCode.OK
    assert planned(shop, target="prod").exit_code is ExitCode.REFUSED


def test_a_saved_plan_keeps_its_findings_and_is_refused_by_another_policy(shop):
    shop.define("letters", tools=tools(SEND))
    path = shop.root / "plan.json"
    report = planned(shop, save=path)
    assert planfile.read(path).findings == report.plan.findings != ()
    shop.configure("policy: {fail_on: low}\n")
    refused = shop.apply(plan_file=path)
    assert refused.exit_code is ExitCode.REFUSED
    assert {item.message for item in refused.problems} == {
        "`policy` in agentsync.yaml has changed since the plan",
        "2 capability changes of severity low or higher (policy.fail_on): server-added, "
        "server-unregistered",
    }
    shop.configure()
    assert shop.apply(plan_file=path).exit_code is ExitCode.OK


def test_a_plan_that_was_refused_is_refused_again_when_it_is_applied(shop):
    shop.configure("policy: {fail_on: medium}\n")
    shop.define("letters", tools=tools(SEND))
    path = shop.root / "plan.json"
    assert planned(shop, save=path).exit_code is ExitCode.REFUSED
    assert shop.apply(plan_file=path).exit_code is ExitCode.REFUSED
    assert shop.client.get(AGENTS).json()["items"] == []


# -- what the workspace says


def register(shop, url):
    body = {"name": url, "url": url}
    shop.client.post("/v1/deepagents/mcp-servers", json=body).raise_for_status()


def test_a_server_that_nobody_registered(shop):
    shop.define("letters", tools=tools(SEND))
    assert rules(planned(shop)) == ["server-added", "server-unregistered"]


def test_a_registered_server_and_a_tool_that_it_does_not_list(shop):
    register(shop, MAIL)
    register(shop, CRM)
    shop.define("letters", tools=tools(SEND, f"{MAIL}/::sned", f"{CRM}::find"))
    report = planned(shop)
    assert rules(report) == ["server-added", "server-added", "tool-unregistered"]
    assert report.all_findings[-1].message == f"{MAIL} does not list sned"


def test_a_server_of_somebody_else(tmp_path):
    less = ALL - {"mcp-servers:invoke"}
    keys = (Key(key="theirs", user_id=ANN, permissions=less), Key(key="mine", permissions=less))
    with running(Options(keys=keys, mcp_tools=LISTED)) as server:
        shop = Workshop(tmp_path, server, "mine")
        shop.client.headers["X-Api-Key"] = "theirs"
        register(shop, MAIL)
        shop.define("letters", tools=tools(SEND))
        assert rules(planned(shop)) == ["server-added", "server-not-invocable"]
        shop.close()


def test_without_the_right_to_ask_a_note_says_so(shop, api):
    fault = {"kind": "status", "status": 403, "path": "/v1/deepagents/mcp-servers"}
    httpx.post(f"{api.url}/_emulator/faults", json=fault).raise_for_status()
    shop.define("letters", tools=tools(SEND))
    report = planned(shop)
    assert report.exit_code is ExitCode.OK
    assert rules(report) == ["server-added"]
    (note,) = report.plan.changes[0].notes
    assert note.startswith("whether its new tools are registered was not checked: ")


def test_nobody_is_asked_when_no_tool_is_new(shop):
    applied(shop)
    shop.redefine("letters", "another prompt")
    shop.forget()
    planned(shop)
    assert [route for route in shop.server.stats()["requests"] if "mcp" in route] == []


# -- drift, validate


def test_drift_tells_what_somebody_did_and_refuses_nothing(shop):
    applied(shop)
    shop.configure(REFUSING)
    found = live(shop)
    found["tools"]["interrupt_config"] = {}
    shop.client.patch(f"{AGENTS}/{found['id']}", json={"tools": found["tools"]}).raise_for_status()
    report = drift(DriftOptions(directory=shop.root), shop.environ, Watch())
    assert (report.exit_code, rules(report)) == (ExitCode.DIFFERENCES, ["approval-removed"])
    # The plan keeps the edit, so it changes nothing that a rule could judge.
    kept = planned(shop)
    assert (kept.exit_code, rules(kept)) == (ExitCode.OK, [])
    reverted = shop.apply(asked={"on_drift": "revert"})
    assert (reverted.outcomes[0].status, rules(reverted)) == (Status.APPLIED, [])


TOKEN = "ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5"


@pytest.mark.parametrize(("policy", "code"), [("", ExitCode.OK), (REFUSING, ExitCode.REFUSED)])
def test_validate_finds_secrets_at_their_line(shop, policy, code):
    shop.configure(policy)
    shop.define("letters")
    shop.redefine("letters", f"First.\nUse {TOKEN}.")
    report = validate(ValidateOptions(directory=shop.root))
    (finding,) = report.all_findings
    assert (report.exit_code, finding.rule) == (code, "secret")
    assert str(finding.span) == "agents/letters/AGENTS.md:2:1"
    assert TOKEN not in json.dumps(report.to_json())


def test_validate_says_once_what_is_true_of_every_target(shop):
    shop.configure("targets: {a: {}, b: {policy: {fail_on: low}}}\n")
    shop.define("letters", runtime={"model": {"model_id": "fast"}})
    report = validate(ValidateOptions(directory=shop.root))
    assert (rules(report), report.exit_code) == (["model-form"], ExitCode.REFUSED)
    assert validate(ValidateOptions(directory=shop.root, target="a")).exit_code is ExitCode.OK


def test_an_error_in_the_files_is_told_before_the_policy(shop):
    shop.configure(REFUSING)
    shop.define("letters", description=f"x {TOKEN}")
    Path(shop.root, "agents/letters/agent.yaml").write_text("name: a\nmodle: x\n", "utf-8")
    report = validate(ValidateOptions(directory=shop.root))
    assert report.exit_code is ExitCode.ERROR


def test_a_deletion_is_a_finding(shop):
    applied(shop)
    shop.define("other")
    (shop.root / "agents/letters").rename(shop.root / "gone")
    shop.configure("limits: {max_deletes: 1}\n")
    report = shop.apply(asked={"delete": ("letters",)})
    assert "agent-deleted" in rules(report)
    assert report.exit_code is ExitCode.OK


# -- what is judged, and what is not


def test_what_apply_leaves_alone_is_not_judged(shop):
    shop.define("letters", tools=tools(SEND, asks={}))
    assert shop.apply().exit_code is ExitCode.OK
    found = live(shop)
    shop.edit("letters", tools={**found["tools"], "interrupt_config": ASKS})
    shop.redefine("letters", "another prompt")
    assert rules(planned(shop)) == []
    assert rules(planned(shop, asked=Asked(on_drift=OnDrift.REVERT))) == ["approval-removed"]


def test_drift_judges_only_what_was_edited_and_asks_nobody(shop):
    applied(shop)
    unguarded(shop)
    found = live(shop)
    found["tools"]["tools"].append({"name": "read", "mcp_server_url": MAIL})
    shop.edit("letters", tools=found["tools"])
    shop.forget()
    report = drift(DriftOptions(directory=shop.root), shop.environ, Watch())
    assert rules(report) == ["tool-added"]
    assert [route for route in shop.server.stats()["requests"] if "mcp" in route] == []


def test_a_new_agent_is_measured_by_the_apis_defaults(shop):
    shop.define("letters", permissions={"identity": "personal", "visibility": "tenant"})
    shop.define("shared", permissions={"identity": "shared", "visibility": "tenant"})
    assert [(item.address, item.rule) for item in planned(shop).all_findings] == [
        ("shared", "identity-shared")
    ]


def test_a_rollback_is_judged_as_every_plan(shop):
    shop.define("letters", tools=tools(SEND, asks={}))
    assert shop.apply().exit_code is ExitCode.OK
    then = shop.live("letters")["revision"]
    shop.define("letters", tools=tools(SEND))
    assert shop.apply().exit_code is ExitCode.OK
    shop.configure(REFUSING)
    options = RollbackOptions(directory=shop.root, address="letters", to=then)
    report = rollback(options, shop.environ, Watch(), lambda planned: True, lambda: "")
    assert (report.exit_code, rules(report)) == (ExitCode.REFUSED, ["approval-removed"])


def test_in_a_skill_it_is_the_line_of_the_file(shop):
    skill = {"name": "mail", "description": "d", "instructions": f"a\nb {TOKEN}", "files": {}}
    shop.define("letters", skills=[skill])
    (finding,) = validate(ValidateOptions(directory=shop.root)).all_findings
    assert (finding.line, finding.span.path) == (2, "agents/letters/skills/mail/SKILL.md")
    text = (shop.root / finding.span.path).read_text("utf-8").split("\n")
    assert TOKEN in text[finding.span.line - 1]


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_text_and_exit_code_of_validate_say_the_same(shop, format):
    shop.define("letters")
    shop.redefine("letters", f"Use {TOKEN}.")
    said = "but the policy refuses what was found"
    for policy, code in (("", ExitCode.OK), (REFUSING, ExitCode.REFUSED)):
        shop.configure(policy)
        report = validate(ValidateOptions(directory=shop.root))
        shown = render(report, format, RenderOptions())
        assert (report.exit_code, said in shown) == (code, code is ExitCode.REFUSED)
