"""What an agent may call, and which calls wait for a person."""

import pytest
from judged import MAIL, an_agent

from agentsync.engine.policy.tools import Registered, new_servers, registry_hits, tool_hits

CRM = "https://crm.example"


def toolset(*tools, **asks):
    return {"tools": {key: {} for key in tools}, "interrupt_config": asks}


def with_tools(tools, interrupts=None):
    return an_agent(
        tools={"tools": {key: {} for key in tools}, "interrupt_config": interrupts or {}}
    )


def hits(before, after):
    return [(hit.rule, hit.pointer, hit.message) for hit in tool_hits(before, after)]


SEND, READ = f"{MAIL}::send", f"{MAIL}::read"
AT = "/tools/interrupt_config/https:~1~1mcp.acme.example~1mail::send"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({SEND: True}, {}),
        ({SEND: True}, {SEND: False}),
        ({"send": True}, {}),
        ({"send": True}, {"send": True, SEND: False}),
        ({SEND: True}, {"read": True}),
    ],
)
def test_an_approval_that_goes_is_a_finding(before, after):
    found = hits(with_tools([SEND, READ], before), with_tools([SEND, READ], after))
    assert found == [("approval-removed", AT, "send runs without asking anybody")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {SEND: True}),
        ({SEND: False}, {}),
        ({SEND: True}, {"send": True}),
        ({"send": True}, {SEND: True}),
        ({f"{CRM}::send": True}, {}),
    ],
)
def test_the_same_care_in_other_words_is_none(before, after):
    assert hits(with_tools([SEND, READ], before), with_tools([SEND, READ], after)) == []


def test_the_approval_of_a_tool_that_goes_too_is_none():
    assert hits(with_tools([SEND, READ], {SEND: True}), with_tools([READ])) == []


def test_a_tool_that_every_agent_has_may_wait_for_a_person_too():
    found = hits(with_tools([READ], {"write_file": True}), with_tools([READ]))
    assert found == [
        (
            "approval-removed",
            "/tools/interrupt_config/write_file",
            "write_file runs without asking anybody",
        )
    ]


def test_each_new_tool_is_told_of_once_with_its_server():
    after = with_tools([READ, SEND, f"{CRM}::find", f"{CRM}::close"], {f"{CRM}::close": True})
    assert hits(with_tools([READ]), after) == [
        (
            "server-added",
            "/tools/tools/https:~1~1crm.example::close",
            "it gets close (asks first), find of the new server https://crm.example",
        ),
        (
            "tool-added",
            "/tools/tools/https:~1~1mcp.acme.example~1mail::send",
            f"it gets send of {MAIL}",
        ),
    ]


def test_a_subagent_gets_tools_as_well_and_its_server_may_be_known():
    after = an_agent(
        subagents={"critic": {"instructions": "", "tools": toolset(READ, f"{CRM}::x")}}
    )
    found = hits(an_agent(), after)
    assert [(rule, message) for rule, _, message in found] == [
        ("server-added", "it gets x of the new server https://crm.example"),
        ("tool-added", f"it gets read of {MAIL}"),
    ]
    assert all(pointer.startswith("/subagents/critic/tools/tools/") for _, pointer, _ in found)


def test_what_the_workspace_says_of_new_tools():
    before, after = (
        with_tools([READ]),
        with_tools([READ, SEND, f"{CRM}::find", "https://b.example::x"]),
    )
    assert new_servers(before, after) == {MAIL, CRM, "https://b.example"}
    registry = {
        MAIL: Registered(known=True, tools=frozenset({"send"})),
        CRM: Registered(known=False),
        "https://b.example": Registered(known=True, invocable=False, tools=frozenset({"y"})),
    }
    found = [(hit.rule, hit.message) for hit in registry_hits(before, after, registry)]
    assert sorted(found) == [
        ("server-not-invocable", "https://b.example may not be called by the user of this key"),
        ("server-unregistered", f"{CRM} is not registered in the workspace"),
        ("tool-unregistered", "https://b.example does not list x"),
    ]


def test_where_nobody_could_ask_nothing_is_said():
    before, after = with_tools([]), with_tools([SEND])
    assert list(registry_hits(before, after, {})) == []
    assert list(registry_hits(before, after, {MAIL: Registered(known=True)})) == []


def test_old_tools_are_nobodys_business():
    registry = {MAIL: Registered(known=False)}
    assert list(registry_hits(with_tools([SEND]), with_tools([SEND]), registry)) == []


def test_a_server_is_new_once_whoever_gets_its_tools():
    critic = {"instructions": "", "tools": toolset(f"{CRM}::close")}
    tools = {"tools": {f"{CRM}::find": {}}, "interrupt_config": {}}
    found = hits(with_tools([]), an_agent(tools=tools, subagents={"critic": critic}))
    assert [rule for rule, _, _ in found] == ["server-added", "tool-added"]
