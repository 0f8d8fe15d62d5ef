"""What git owns of a live agent, what it leaves alone, and what the change then says."""

import copy

import pytest
from matched import compared

from agentsync.canonical import ABSENT, join, resolve, split
from agentsync.engine.normalise import desired, live
from agentsync.engine.state import fingerprint
from agentsync.model import Action, Definition, LiveAgent
from agentsync.providers.managed import RULES

URL = "https://t.example"
TOOL = {"name": "t", "mcp_server_url": URL}
TOOLS = {"tools": [TOOL], "interrupt_config": {}}
# What git declares around every place below: a tool, a subagent with a tool, a skill and a link.
DOCUMENT = {
    "name": "A",
    "system_prompt": "p",
    "tools": TOOLS,
    "subagents": [{"name": "critic", "instructions": "c", "tools": TOOLS}],
    "skills": [{"name": "pdf", "instructions": "s"}, {"name": "style", "repo_handle": "style"}],
}
SUB_TOOLS = ("subagents", "critic", "tools")

# pattern of RULES.owned → a place that it names, and what stands there live.
OWNED = {
    "/system_prompt": (("system_prompt",), "theirs"),
    "/tools/tools/*": (("tools", "tools", f"{URL}::u"), {"display_name": "U", "timeout": 3}),
    "/tools/tools/*/mcp_server_name": (("tools", "tools", f"{URL}::t", "mcp_server_name"), "T"),
    "/tools/tools/*/display_name": (("tools", "tools", f"{URL}::t", "display_name"), "T"),
    "/tools/interrupt_config/*": (("tools", "interrupt_config", f"{URL}::t"), True),
    "/subagents/*/tools/tools/*": ((*SUB_TOOLS, "tools", f"{URL}::u"), {"display_name": "U"}),
    "/subagents/*/tools/tools/*/mcp_server_name": (
        (*SUB_TOOLS, "tools", f"{URL}::t", "mcp_server_name"),
        "T",
    ),
    "/subagents/*/tools/tools/*/display_name": (
        (*SUB_TOOLS, "tools", f"{URL}::t", "display_name"),
        "T",
    ),
    "/subagents/*/tools/interrupt_config/*": (
        (*SUB_TOOLS, "interrupt_config", f"{URL}::t"),
        True,
    ),
    "/subagents/*": (("subagents", "other"), {"instructions": "o", "files": {"a": "b"}}),
    "/subagents/*/description": (("subagents", "critic", "description"), "d"),
    "/subagents/*/model_id": (("subagents", "critic", "model_id"), "openai:gpt-5.5"),
    "/subagents/*/files/skills~1*": (
        ("subagents", "critic", "files", "skills/x/SKILL.md"),
        "x",
    ),
    "/skills/*": (("skills", "other"), {"instructions": "o", "files": {"a": "b"}}),
    "/skills/*/description": (("skills", "pdf", "description"), "d"),
    "/skills/*/front_matter/*": (("skills", "pdf", "front_matter", "metadata"), {"team": "cx"}),
    # A link has neither: a skill of its own in the link's place does.
    "/skills/*/instructions": (("skills", "style", "instructions"), "theirs"),
    "/skills/*/files": (("skills", "style", "files"), {"run.py": "print()"}),
    "/skills/*/files/*": (("skills", "pdf", "files", "run.py"), "print()"),
    "/skills/*/repo_handle": (("skills", "pdf", "repo_handle"), "pdf"),
}

# A place that git does not own, and what stands there live.
NOT_OWNED = [
    (("description",), "theirs"),
    (("runtime", "model"), "openai:gpt-5.5"),
    (("backend", "type"), "state"),
    (("permissions", "identity"), "shared"),
    (("extras", "ui"), {"colour": "red"}),
    (("memory", "kind"), "new"),
    (("memory",), ["a", "b"]),
    (("files", "memories/a.md"), {"content": "m"}),
    (("files", "notes.md"), {"content": "m"}),
    (("files", "subagents/gone/memories/a.md"), {"content": "m"}),
    (("tools", "budget"), 3),
    (("tools", "budget"), {"a": {"b": 3}}),
    (("tools", "tools", f"{URL}::t", "timeout"), 3),
    (("tools", "tools", f"{URL}::t", "headers", "display_name"), "x"),
    ((*SUB_TOOLS, "budget"), 3),
    ((*SUB_TOOLS, "tools", f"{URL}::t", "timeout"), 3),
    (("subagents", "critic", "colour"), "red"),
    (("subagents", "critic", "front_matter"), {"license": "MIT"}),
    (("subagents", "critic", "front_matter", "metadata"), {"team": "cx"}),
    (("subagents", "critic", "files", "memories/a.md"), "m"),
    (("subagents", "critic", "files", "skills"), "m"),
    (("subagents", "critic", "files", "skillset/a.md"), "m"),
    (("subagents", "critic", "files", "notes/skills/a.md"), "m"),
    (("skills", "pdf", "colour"), "red"),
    (("skills", "pdf", "metadata"), {"description": "x"}),
]


def definition(document=DOCUMENT, agent_id="a"):
    return Definition(
        address="a",
        value=desired({"name": "A", **document}, RULES),
        agent_id=agent_id,
    )


def agent(value, hidden=frozenset()):
    return LiveAgent(agent_id="a", revision="r1", value=value, hidden=hidden)


def answered(answer):
    value, hidden = live({"name": "A", **answer}, RULES)
    return agent(value, hidden)


def put(value, path, item):
    """A copy of a canonical form with one thing more."""
    changed = copy.deepcopy(value)
    inner = changed
    for part in path[:-1]:
        inner = inner.setdefault(part, {})
    inner[path[-1]] = item
    return changed


def test_the_table_has_every_pattern():
    assert OWNED.keys() == set(RULES.owned)


@pytest.mark.parametrize("pattern", OWNED)
def test_what_is_owned_and_not_in_git_is_removed_and_nothing_else(pattern):
    path, theirs = OWNED[pattern]
    git = desired(DOCUMENT, RULES)
    if len(path) == 1:
        del git[path[0]]
    wanted = Definition(address="a", value=git, agent_id="a")
    assert compared(wanted, agent(git)).fields == ()
    for everything in (False, True):
        change = compared(wanted, agent(put(git, path, theirs)), show_unmanaged=everything)
        assert [(item.pointer, item.before, item.after) for item in change.fields] == [
            (join(path), theirs, ABSENT)
        ]
        assert change.action is Action.UPDATE
        assert change.unmanaged == ()


@pytest.mark.parametrize(("path", "theirs"), NOT_OWNED)
def test_what_is_not_owned_is_no_difference_but_is_told_on_request(path, theirs):
    wanted = definition()
    found = agent(put(wanted.value, path, theirs))
    change = compared(wanted, found)
    assert (change.action, change.fields, change.unmanaged) == (Action.NO_OP, (), ())
    told = compared(wanted, found, show_unmanaged=True)
    assert (told.action, told.fields) == (Action.NO_OP, ())
    assert len(told.unmanaged) == 1
    assert told.unmanaged[0].pointer.startswith(join(path))
    assert told.unmanaged[0].after is ABSENT


def test_only_a_declared_entry_of_extras_is_owned_with_all_below_it():
    wanted = definition({**DOCUMENT, "extras": {"team": {"name": "cx"}}})
    more = put(wanted.value, ("extras", "team", "lead"), "x")
    change = compared(wanted, agent(put(more, ("extras", "teams"), {"lead": "x"})))
    assert [item.pointer for item in change.fields] == ["/extras/team/lead"]


def test_no_prompt_in_git_empties_the_one_that_is_live():
    change = compared(definition({}), answered({"system_prompt": "theirs"}))
    assert [(item.pointer, item.before, item.after) for item in change.fields] == [
        ("/system_prompt", "theirs", "")
    ]


def test_a_link_where_git_has_a_skill_of_its_own_is_removed():
    link = {"skills/pdf": {"type": "skill", "repo_handle": "pdf"}}
    wanted = definition({"skills": [{"name": "pdf", "instructions": "s"}]})
    change = compared(wanted, answered({"files": link}))
    found = {item.pointer: (item.before, item.after) for item in change.fields}
    assert found["/skills/pdf/repo_handle"] == ("pdf", ABSENT)
    assert found["/skills/pdf/instructions"] == (ABSENT, "s")


def test_a_skill_linked_to_a_subagent_is_removed_whole():
    link = {"type": "skill", "repo_handle": "shared", "commit_id": "c"}
    critic = {"name": "critic", "instructions": "c"}
    files = {"subagents/critic/skills/x": link, "subagents/critic/linked": {"content": "x"}}
    change = compared(
        definition({"subagents": [critic]}),
        answered({"subagents": [critic], "files": files}),
    )
    assert [(item.pointer, item.before, item.after) for item in change.fields] == [
        ("/subagents/critic/files/skills~1x", link, ABSENT)
    ]


# The change itself: what it rests on, and where it leads.


@pytest.mark.parametrize("by_name", [False, True])
def test_a_change_rests_on_what_is_live_and_leads_to_what_git_says(by_name):
    wanted = definition({"description": "ours"}, agent_id=None if by_name else "a")
    found = answered({"description": "theirs", "extras": {"theirs": True}})
    change = compared(wanted, found, by_name=by_name)
    assert change.action is (Action.ADOPT if by_name else Action.UPDATE)
    assert change.precondition.revision == "r1"
    assert change.precondition.digest == fingerprint(found, wanted.value, RULES)
    assert change.desired == wanted.value
    assert change.desired["description"] == "ours"
    assert "extras" not in change.desired


def test_adopting_an_agent_that_is_the_same_rests_on_it_too():
    wanted, found = definition({}, agent_id=None), answered({"extras": {"theirs": True}})
    change = compared(wanted, found, by_name=True)
    assert (change.action, change.fields) == (Action.ADOPT, ())
    assert change.precondition.digest == fingerprint(found, wanted.value, RULES)
    assert change.desired == wanted.value


@pytest.mark.parametrize("everything", [False, True])
def test_a_no_op_rests_on_nothing_and_leads_nowhere(everything):
    found = answered({"extras": {"theirs": True}})
    change = compared(definition({}), found, show_unmanaged=everything)
    assert change.action is Action.NO_OP
    assert change.precondition.revision == "r1"
    assert change.precondition.digest is None
    assert change.desired is None


def test_a_new_agent_is_made_without_telling_what_is_ignored():
    document = {**DOCUMENT, "description": "d", "extras": {"ui_colour": "red", "team": "cx"}}
    change = compared(definition(document), None, ignore=("/extras/ui_*", "/skills"))
    pointers = [item.pointer for item in change.fields]
    assert change.action is Action.CREATE
    assert "/extras/team" in pointers
    assert "/description" in pointers
    assert not [item for item in pointers if item.startswith(("/extras/ui_", "/skills"))]
    assert all(item.before is ABSENT for item in change.fields)
    assert change.desired["extras"] == {"team": "cx"}
    assert "skills" not in change.desired


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"memory": {}}, []),
        ({"memory": []}, []),
        ({"memory": {"a": [], "b": {"c": {}}}}, []),
        ({"files": {"a.md": {"content": "", "tags": []}}}, ["/files/a.md/content"]),
        ({"memory": {"a": "", "b": 0, "c": False}}, ["/memory/a", "/memory/b", "/memory/c"]),
        ({"extras": {"a": None}}, ["/extras/a"]),
        ({"permissions": {"identity": "personal", "visibility": "tenant"}}, []),
        ({"permissions": {"identity": "shared"}}, ["/permissions/identity"]),
        ({"permissions": {"shared_users": {"read": ["u"]}}}, ["/permissions/shared_users/read"]),
        ({"description": ""}, []),
        ({"runtime": {}, "backend": {}, "extras": {}}, []),
    ],
)
def test_of_what_is_not_owned_nothing_empty_or_default_is_told(answer, told):
    change = compared(definition({}), answered(answer), show_unmanaged=True)
    assert [item.pointer for item in change.unmanaged] == told
    assert change.fields == ()


# Names that hold a glob's characters.


def skill(name, **more):
    return {"name": name, "description": "d", "instructions": "i", **more}


@pytest.mark.parametrize("star", ["a*", "a?", "[a-z]b", "*", "??"])
def test_hidden_parts_of_one_skill_hide_none_of_another(star):
    licensed = {"license": "MIT"}
    wanted = definition({"skills": [skill(star), skill("ab", front_matter=licensed)]})
    text = "---\nname: ab\ndescription: d\nlicense: GPL\n---\ni\n"
    found = answered(
        {"skills": [skill(star), skill("ab")], "files": {"skills/ab/SKILL.md": {"content": text}}}
    )
    assert found.hidden == {join(("skills", star, "front_matter"))}
    for everything in (False, True):
        change = compared(wanted, found, show_unmanaged=everything)
        assert [(item.pointer, item.before, item.after) for item in change.fields] == [
            ("/skills/ab/front_matter/license", "GPL", "MIT")
        ]


def test_hidden_parts_hide_nothing_whose_name_only_begins_the_same():
    wanted = definition({"skills": [skill("pdf", front_matter_version=1)]})
    found = answered({"skills": [skill("pdf", front_matter_version=2)]})
    assert found.hidden == {"/skills/pdf/front_matter"}
    for everything in (False, True):
        change = compared(wanted, found, show_unmanaged=everything)
        assert [item.pointer for item in change.fields] == ["/skills/pdf/front_matter_version"]


@pytest.mark.parametrize("name", ["a*", "a?", "[a-z]b", "[", "a/b", "a~b", "a[!b]*"])
def test_hidden_parts_of_a_skill_of_any_name_are_hidden(name):
    wanted = definition({"skills": [skill(name, front_matter={"license": "MIT"})]})
    found = answered({"skills": [skill(name)]})
    (pointer,) = found.hidden
    assert split(pointer) == ("skills", name, "front_matter")
    change = compared(wanted, found)
    assert (change.action, change.fields) == (Action.NO_OP, ())
    assert change.notes == (f"{pointer} is not shown by the API and was not compared",)


@pytest.mark.parametrize(
    "pattern",
    [
        "/tools/tools/https:~1~1[::1]:9~1mcp::search/display_name",
        "/tools/tools/https:~1~1[::1]:9~1mcp::*",
        "/tools/tools/*[::1]*/display_name",
    ],
)
def test_a_tool_of_an_ipv6_server_can_be_ignored(pattern):
    tool = {"name": "search", "mcp_server_url": "https://[::1]:9/mcp"}
    ours, theirs = ({"tools": [{**tool, "display_name": name}]} for name in ("ours", "theirs"))
    pointer = "/tools/tools/https:~1~1[::1]:9~1mcp::search/display_name"
    wanted, found = definition({"tools": ours}), answered({"tools": theirs})
    assert resolve(found.value, pointer) == "theirs"
    assert [item.pointer for item in compared(wanted, found).fields] == [pointer]
    assert compared(wanted, found, ignore=(pattern,)).action is Action.NO_OP


@pytest.mark.parametrize("name", ["a[b]", "a*", "[!a]", "https://[::1]"])
def test_a_pin_is_said_whatever_the_skill_is_called(name):
    link = {"repo_handle": "style"}
    wanted = definition({"skills": [{"name": name, **link, "commit_id": "c1"}]})
    canonical = definition({"skills": [{"name": name, **link}]}).value
    change = compared(wanted, agent(canonical))
    assert change.action is Action.NO_OP
    assert len(change.notes) == 1
    assert change.notes[0].startswith(join(("skills", name, "commit_id")) + " is c1 in git")


def ignoring(name, ignore, everything):
    """The pointers of what differs when a skill of this name does."""
    ours, theirs = ({"name": "A", "skills": {name: {"x": item}}} for item in (1, 2))
    wanted = Definition(address="a", value=ours, agent_id="a")
    change = compared(wanted, agent(theirs), ignore=ignore, show_unmanaged=everything)
    return [item.pointer for item in change.fields]


IPV6 = "https://[::1]:9/mcp::search"


@pytest.mark.parametrize(
    ("name", "glob"),
    [
        ("a[b]", "/skills/a[b]"),
        ("a[b]", "/skills/a[*"),
        ("a[b]", "/skills/a?b?"),
        ("[!x]", "/skills/[!x]"),
        ("[", "/skills/["),
        ("a.b", "/skills/a.b"),
        ("a+(b)|c$^\\d", "/skills/a+(b)|c$^\\d"),
        ("a*", "/skills/a*"),
        ("a?", "/skills/a?"),
        ("a/b", "/skills/a~1*"),
        ("a\nb", "/skills/a*b"),
        (IPV6, "/skills/https:~1~1[::1]:9~1mcp::search"),
        (IPV6, "/skills/https:~1~1[::1]:9~1mcp::*"),
    ],
)
def test_an_ignore_glob_finds_a_name_with_special_characters(name, glob):
    for everything in (False, True):
        assert ignoring(name, (), everything) == [join(("skills", name, "x"))]
        assert ignoring(name, (glob,), everything) == []


@pytest.mark.parametrize(
    ("name", "glob"),
    [
        ("a", "/skills/[a]"),
        ("b", "/skills/[!a]"),
        ("b", "/skills/[a-c]"),
        ("1", "/skills/[0-9]"),
        ("aXb", "/skills/a.b"),
        ("ab", "/skills/a?b"),
        ("a", "/skills/a?"),
        ("ab", "/skills/a"),
        ("ba", "/skills/a*"),
        ("a", "/skills/A"),
        ("a/b", "/skills/a/b"),
        ("a", "/skill/*"),
        ("https://::9/mcp::search", "/skills/https:~1~1[::1]:9~1mcp::search"),
    ],
)
def test_an_ignore_glob_finds_nothing_else(name, glob):
    """Only `*` and `?` stand for something else than themselves."""
    for everything in (False, True):
        assert ignoring(name, (glob,), everything) == [join(("skills", name, "x"))]


@pytest.mark.parametrize(
    ("document", "answer", "ignore"),
    [
        (
            {"backend": {"type": "sandbox", "sandbox_config": {"scope": "thread"}}},
            {"backend": {"type": "sandbox"}},
            "/backend/sandbox_config/*",
        ),
        ({"extras": {"team": {"lead": "x"}}}, {}, "/extras/team/*"),
        ({"extras": {"team": "x"}}, {}, "/extras/*"),
        (
            {"skills": [skill("pdf", front_matter={"license": "MIT"})]},
            {"files": {"skills/pdf/SKILL.md": {"content": "---\ndescription: d\n---\ni"}}},
            "/skills/*/front_matter/*",
        ),
        (
            {"skills": [skill("pdf", files={"run.py": "ours"})]},
            {"skills": [{"name": "pdf", "instructions": "theirs", "files": {"x": "y"}}]},
            "/skills/pdf/*",
        ),
        (
            {"tools": {"tools": [{**TOOL, "display_name": "ours"}]}},
            {"tools": {"tools": [TOOL]}},
            "/tools/tools/*/*",
        ),
        ({"tools": {"tools": [TOOL]}}, {"tools": {"tools": []}}, "/tools/*"),
        ({"skills": []}, {"skills": [skill("pdf")]}, "/skills"),
    ],
)
def test_ignoring_all_that_is_in_a_place_leaves_nothing_to_do_there(document, answer, ignore):
    for everything in (False, True):
        change = compared(
            definition(document),
            answered(answer),
            ignore=(ignore,),
            show_unmanaged=everything,
        )
        assert [(item.pointer, item.before, item.after) for item in change.fields] == []
        assert change.action is Action.NO_OP
