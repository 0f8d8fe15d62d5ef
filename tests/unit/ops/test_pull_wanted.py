"""What git is to say after a pull: exactly what makes it the live agent in those fields."""

import pytest
from amount import EXAMPLES
from histories import histories
from hypothesis import given, settings
from matched import change_of, marked

from agentsync.canonical import ABSENT, digest, leaves, resolve, same
from agentsync.engine.normalise import desired, normalise
from agentsync.model import LiveAgent, Origin
from agentsync.ops.pulling.deciding import Clash, decided
from agentsync.ops.pulling.wanted import heard, wanted
from agentsync.providers.managed import RULES

LAW = settings(max_examples=min(EXAMPLES, 60))
SEARCH = "https://tools.acme.example::search"


def asked(*_):
    raise AssertionError("nobody has to be asked")


def git(**parts):
    return desired({"name": "A", "system_prompt": "p", **parts}, RULES)


def home(fields, choice=None):
    return {item.pointer: item.before for item in decided(fields, choice, RULES).home}


def pulled(says, change, live, choice=None, ignore=()):
    return wanted(says, home(change.fields, choice), RULES, ignore, lambda: live)


@LAW
@given(histories())
def test_after_a_pull_nothing_is_live_that_git_does_not_say(history):
    """The plan has none of the fields any more that came home, and no other ones."""
    base, says, _, now = history
    live = marked(base, now)
    change = change_of(says, live)
    for choice in (None, Clash.THEIRS):
        goal = pulled(says, change, live.value, choice)
        assert same(normalise(goal, RULES), goal)
        came = home(change.fields, choice)
        left = {item.pointer: item for item in change_of(goal, live).fields}
        stayed = {item.pointer: item for item in change.fields if item.pointer not in came}
        assert left.keys() <= stayed.keys(), left.keys() - stayed.keys()
        if choice is Clash.THEIRS:
            assert {item.origin for item in left.values()} <= {Origin.GIT}


@LAW
@given(histories())
def test_a_pull_leaves_what_git_changed(history):
    base, says, _, now = history
    live = marked(base, now)
    change = change_of(says, live)
    goal = pulled(says, change, live.value)
    came = [f"{pointer}/" for pointer in home(change.fields)]
    for pointer, leaf in leaves(says):
        at = f"{pointer}/"
        if not any(at.startswith(it) or it.startswith(at) for it in came):
            assert same(resolve(goal, pointer, ABSENT), leaf), pointer


@LAW
@given(histories())
def test_nothing_differs_nothing_changes(history):
    says = history[1]
    assert digest(wanted(says, {}, RULES, (), asked)) == digest(says)


def test_a_tool_that_lost_its_name_stays_a_tool():
    says = git(
        tools={"tools": [{"name": "search", "mcp_server_url": SEARCH[:-8], "display_name": "S"}]}
    )
    at = "/tools/tools/" + SEARCH.replace("/", "~1")
    goal = wanted(says, {f"{at}/display_name": ABSENT}, RULES, (), asked)
    assert goal["tools"]["tools"] == {SEARCH: {}}
    assert wanted(says, {at: ABSENT}, RULES, (), asked)["tools"]["tools"] == {}


def test_a_file_that_is_gone_leaves_nothing_behind():
    says = git(files={"guide.md": {"content": "g"}, "b.md": {"content": "b"}})
    goal = wanted(says, {"/files/guide.md/content": ABSENT}, RULES, (), asked)
    assert goal["files"] == {"b.md": {"content": "b"}}


@pytest.mark.parametrize("part", ["runtime", "backend"])
def test_settings_that_are_gone_leave_nothing_behind(part):
    says = git(**{part: {"model": {"model_id": "m:x"}}})
    goal = wanted(says, {f"/{part}/model/model_id": ABSENT}, RULES, (), asked)
    assert part not in goal


@pytest.mark.parametrize(("live", "left"), [({}, {}), (ABSENT, ABSENT)])
def test_an_empty_map_stays_when_it_is_live(live, left):
    """Only the live agent can tell an emptied map from one that is gone."""
    says = git(extras={"ui": {"theme": {"dark": True}, "x": 1}})
    ui = {"x": 1} if live is ABSENT else {"x": 1, "theme": live}
    now = LiveAgent(
        agent_id="a",
        revision="r",
        value=normalise({**RULES.defaults, **git(), "extras": {"ui": ui}}, RULES),
    )
    change = change_of(says, marked(says, now.value))
    assert [item.pointer for item in change.fields] == ["/extras/ui/theme/dark"]
    goal = pulled(says, change, now.value)
    assert goal["extras"]["ui"] == ui
    assert change_of(goal, marked(says, now.value)).fields == ()


def test_what_is_ignored_does_not_come_along():
    says, ignore = git(), ("/subagents/*/files/*", "/subagents/*/tools")
    spec = {
        "instructions": "i",
        "files": {"x": "y"},
        "tools": {"tools": {}, "interrupt_config": {}},
    }
    goal = wanted(says, {"/subagents/critic": spec}, RULES, ignore, asked)
    assert goal["subagents"] == {
        "critic": {"instructions": "i", "files": {}, "tools": {"tools": {}, "interrupt_config": {}}}
    }
    assert heard({"a": {"b": 1}, "c": {}}, "/extras/k", RULES, ["/extras/*/a/b"]) == {"c": {}}
