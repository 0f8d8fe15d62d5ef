"""Who decides what: nothing that git changed is touched unasked, nothing is merged by guessing."""

import pytest

from agentsync.canonical import ABSENT
from agentsync.engine.origins import token
from agentsync.errors import (
    BadAnswerError,
    ForbiddenError,
    NotFoundError,
    ServerError,
    UnreachableError,
)
from agentsync.files.definition import Loaded
from agentsync.model import Action, Change, FieldChange, LastApply, Origin, Span
from agentsync.ops.merging import bases
from agentsync.ops.merging.bases import Bases
from agentsync.ops.merging.mergeable import can_merge
from agentsync.ops.pulling import wording
from agentsync.ops.pulling.deciding import Clash, decided
from agentsync.ops.pulling.merging import MergedTexts, Stand, merge_all, with_markers
from agentsync.providers.base import Commit
from agentsync.providers.managed import RULES


def field(pointer="/description", origin=Origin.BOTH, before="live", after="git", base="b"):
    return FieldChange(pointer=pointer, before=before, after=after, origin=origin, base=base)


TEXT = field("/system_prompt")
PLACES = ("home", "stay", "merge", "undecided")


@pytest.mark.parametrize(
    ("item", "by_choice"),
    [
        (field(origin=Origin.GIT), {}),
        (field(origin=Origin.LIVE), dict.fromkeys([None, *Clash], "home")),
        (
            field(),
            {None: "undecided", "ours": "stay", "theirs": "home", "merge": "undecided"},
        ),
        (
            field(origin=Origin.UNKNOWN, base=None),
            {None: "undecided", "ours": "stay", "theirs": "home", "merge": "undecided"},
        ),
        (TEXT, {None: "undecided", "ours": "stay", "theirs": "home", "merge": "merge"}),
    ],
)
def test_who_decides(item, by_choice):
    for choice in (None, *Clash):
        found = decided([item], choice, RULES)
        places = {name for name in PLACES if getattr(found, name)}
        assert places == ({by_choice[choice]} if by_choice else set()), choice


@pytest.mark.parametrize(
    "pointer",
    [
        "/system_prompt",
        "/skills/a/instructions",
        "/skills/a/files/x~1y.md",
        "/subagents/a/instructions",
        "/subagents/a/files/skills~1x~1SKILL.md",
        "/files/x.md/content",
    ],
)
def test_texts_can_be_merged(pointer):
    assert can_merge(field(pointer))


@pytest.mark.parametrize(
    "item",
    [
        field("/description"),
        field("/extras/files/content"),
        field("/system_prompt", before=ABSENT),
        field("/files/x.md/content", after=ABSENT),
        field("/skills/a/files/x", before={"type": "skill"}),
        field("/system_prompt", base=None),
        field("/system_prompt", before="a\0b"),
    ],
)
def test_nothing_else_can(item):
    assert not can_merge(item)


@pytest.mark.parametrize(
    ("origin", "seen"), [(Origin.LIVE, Origin.BOTH), (Origin.UNKNOWN, Origin.UNKNOWN)]
)
def test_what_git_says_anew_and_live_leaves_no_room_for_is_one_decision(origin, seen):
    kind = field("/backend/type", origin, before="state", after="sandbox")
    scope = field("/backend/sandbox_config/scope", Origin.GIT, before=ABSENT, after="agent")
    other = field("/description", Origin.GIT)
    waiting = decided([scope, kind, other], None, RULES)
    assert [(it.pointer, it.origin) for it in waiting.undecided] == [
        (scope.pointer, seen),
        (kind.pointer, seen),
    ]
    assert len(decided([scope, kind, other], Clash.THEIRS, RULES).home) == 2
    # Where there is room, they are two.
    roomy = field("/backend/type", origin, before="sandbox", after="state")
    assert len(decided([scope, roomy, other], Clash.THEIRS, RULES).home) == 1


class Api:
    """The past of one agent, as an API shows it; whatever it is asked is written down."""

    rules = RULES

    def __init__(self, history=(), trees=None, error=None):
        self.commits, self.trees, self.error, self.asked = history, trees or {}, error, []

    def history(self, agent_id, limit):
        self.asked.append(f"history {limit}")
        if isinstance(self.commits, Exception):
            raise self.commits
        for name in self.commits[:limit]:
            yield Commit(token=name)

    def read_at(self, agent_id, token):
        self.asked.append(token)
        if self.error:
            raise self.error
        if token not in self.trees:
            raise NotFoundError("gone")
        return {"system_prompt": self.trees[token]}


@pytest.fixture
def past(monkeypatch):
    """Definitions in git: by commit for `definition_at`, and those that `versions` finds."""
    known = {}

    def loaded(text):
        document = {"name": "A", "system_prompt": text, "tools": {}, "skills": [], "subagents": []}
        return Loaded(address="a", folder="agents/a", document=document)

    def at(project, slug, target, commit):
        return loaded(known[commit]) if commit in known else None

    def all_of_them(project, slug, target, limit=200):
        yield from ((commit, loaded(text)) for commit, text in known.items())

    monkeypatch.setattr(bases, "definition_at", at)
    monkeypatch.setattr(bases, "versions", all_of_them)
    return known


def texts(api, wanted="base", revision="r1", commit="c1", last=True):
    told = LastApply(commit=commit, at="", revision=revision) if last else None
    change = Change(address="a", name="A", action=Action.UPDATE, reason="", agent_id="i", last=told)
    return Bases(None, "", api, change).texts({"/system_prompt": token(wanted)})


FOUND = {"/system_prompt": "base"}


def test_the_markers_revision_is_asked_first(past):
    api = Api(["r2", "r1"], {"r1": "base"})
    assert texts(api) == FOUND
    assert api.asked == ["r1"]


def test_then_git_at_the_markers_commit(past):
    past["c1"] = "base"
    api = Api(["r2"], {"r2": "base"})
    assert texts(api) == FOUND
    assert api.asked == ["r1"]


def test_then_the_hub_newest_first_and_none_twice(past):
    api = Api(["r4", "r1", "r3", "r2"], {"r4": "x", "r1": "y", "r3": "base", "r2": "base"})
    assert texts(api) == FOUND
    assert api.asked == ["r1", "history 50", "r4", "r3"]


def test_the_hub_is_searched_so_far_and_no_further(past):
    names = [f"h{number}" for number in range(60)]
    api = Api(names, {"h59": "base"})
    assert texts(api) == {}
    assert len(api.asked) == 52


@pytest.mark.parametrize("error", [NotFoundError, ForbiddenError, BadAnswerError])
def test_a_past_that_the_api_does_not_show_is_none(past, error):
    past["other"] = "base"
    assert texts(Api(["r2"], error=error("no"))) == FOUND
    assert texts(Api(error("no"))) == FOUND


@pytest.mark.parametrize("error", [UnreachableError, ServerError])
def test_an_api_that_does_not_answer_is_an_error(past, error):
    past["other"] = "base"
    with pytest.raises(error):
        texts(Api(["r2"], error=error("no")))
    with pytest.raises(error):
        texts(Api(error("no")))


def test_a_text_is_believed_for_its_token_alone(past):
    past["c1"] = "forged"
    assert texts(Api(["r2", "r3"], {"r1": "forged", "r2": "nearly", "r3": "base"})) == FOUND


def test_an_agent_that_was_never_applied_has_no_past(past):
    past["c1"] = "base"
    assert texts(Api(["r1"], {"r1": "base"}), last=False) == {}


def test_a_created_agent_has_no_revision_before(past):
    api = Api(["r1"], {"r1": "base"})
    assert texts(api, revision="") == FOUND
    assert api.asked == ["history 50", "r1"]


def test_clashes_are_marked_where_they_stand():
    item = field("/system_prompt", before="a\nlive\nc", after="a\ngit\nc")
    merged = merge_all([item], {"/system_prompt": "a\nb\nc"})
    assert merged.clashes == 1
    text = merged.texts["/system_prompt"].replace("\n", "\r\n") + "\r\n"
    marked, spans = with_markers("agents/a/AGENTS.md", text, merged.stand, "0123456789abcdef")
    assert marked == (
        "a\r\n<<<<<<< git (agents/a/AGENTS.md)\r\ngit\r\n=======\r\nlive\r\n"
        ">>>>>>> live (revision 0123456789ab)\r\nc\r\n"
    )
    assert spans == (Span(path="agents/a/AGENTS.md", line=2, column=1),)


def test_a_hostile_revision_is_shown_and_harmless():
    stand = Stand("1", "2", "3")
    marked, _ = with_markers("a", "1\n2\n3\n", stand, "\x1b[2J\nx")
    assert marked == "<<<<<<< git (a)\n=======\n>>>>>>> live (revision ␛[2J␊x)\n"
    assert with_markers("a", "3", stand, "")[0] == ">>>>>>> live"


def test_what_is_left_to_do_is_told():
    both, unknown = field(), field(origin=Origin.UNKNOWN)
    kept = decided([both, unknown, field("/name", Origin.LIVE)], Clash.OURS, RULES)
    assert wording.notes(kept, MergedTexts()) == (
        "1 field stays as git says: `agentsync apply --on-conflict git` makes it live",
        "1 field stays as git says: `agentsync apply --adopt` makes it live",
    )
    merging = decided([TEXT], Clash.MERGE, RULES)
    assert wording.notes(merging, MergedTexts(texts={"/system_prompt": "both"})) == (
        "the merged text is not live yet: `agentsync apply` makes it so",
    )
    # What came out is what is live: nothing is left to do.
    assert wording.notes(merging, MergedTexts(texts={"/system_prompt": "live"})) == ()
