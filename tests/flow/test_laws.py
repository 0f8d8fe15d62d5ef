"""What holds for every agent and every edit: the laws of apply, against emulators over sockets.

Each example plays on an emulator of another reading of the API's documents. What is live is read
from metadata and file tree by tests/support/truth.py, not by agentsync.
"""

import random
from contextlib import ExitStack

import pytest
from amount import EXAMPLES
from generated import LINE, SLUG, documents, file_tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stage import AGENTS, differing, outcomes, staged
from truth import facts, same_but
from writers import Editor

from agentsync.canonical import escape
from agentsync.emulator.readings import Readings, every
from agentsync.emulator.serve import Options
from agentsync.errors import ExitCode
from agentsync.files.repository import git
from agentsync.model import OnConflict, OnDrift

LAW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
READING = st.sampled_from(tuple(every()))
METADATA = ("description", "runtime", "backend", "permissions")
OWNED = ("/name", "/system_prompt", "/tools", "/skills", "/subagents")
IGNORE = "ignore: [/description, /permissions, '/extras/ui_*']\n"


@st.composite
def definitions(draw):
    """A document with raw files as well."""
    document = draw(documents())
    names = draw(st.lists(SLUG, max_size=2, unique=True))
    document["files"] = {f"notes/{name}.md": {"content": draw(LINE)} for name in names}
    return document


@st.composite
def commits(draw):
    """What git says before and after: some fields of one document come from another one."""
    before, other = draw(definitions()), draw(definitions())
    fields = draw(st.sets(st.sampled_from(sorted(before.keys() | other.keys())), max_size=6))
    after = {key: item for key, item in before.items() if key not in fields}
    return before, {**after, **{key: other[key] for key in fields if key in other}}


@pytest.fixture(scope="module", autouse=True)
def outside_git():
    """No process per apply to learn that there is no commit: thousands of them would be slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(git, "head", lambda root: "")
        yield


@pytest.fixture(scope="module")
def on(tmp_path_factory):
    """The stage of a reading, empty, and a fresh checkout; the emulators live on."""
    with ExitStack() as stack:
        known = {}

        def found(reading: Readings, more: str = ""):
            if reading not in known:
                rendering = ("plain", "perverse")[len(known) % 2]
                options = Options(readings=reading, rendering=rendering)
                home = tmp_path_factory.mktemp("stage")
                stage = stack.enter_context(staged(home, options))
                known[reading] = stage, stage.checkout(), stage.checkout(more=IGNORE)
            stage, plain, ignoring = known[reading]
            stage.forget()
            return stage, ignoring if more else plain

        yield found


def applied(checkout, **asked):
    """The report of an apply that did all of it."""
    report = checkout.apply(**asked)
    assert not report.problems, report.problems
    left = [(item.status.value, item.message) for item in report.outcomes if not item.done]
    assert report.exit_code is ExitCode.OK, left
    return report


def test_the_truth_sees_what_it_is_for(on):
    """Otherwise the laws below would hold of anything."""
    stage, checkout = on(Readings())
    checkout.write("a", {"name": "A", "system_prompt": "x", "files": {"n.md": {"content": "n"}}})
    applied(checkout)
    before = stage.facts(stage.only())
    editor = Editor(client=stage.client)
    for edit in ("prompt", "description", "runtime", "tool", "extras", "memory", "subagent"):
        assert getattr(editor, edit)(stage.only(), "text")
    moved = {pointer.split("/")[1] for pointer in same_but(before, stage.facts(stage.only()))}
    assert moved == {
        *("system_prompt", "description", "runtime", "tools", "extras", "files", "subagents")
    }


def in_sync(stage, checkout) -> None:
    """Planning again finds nothing, and applying again sends nothing."""
    stage.server.reset_stats()
    again = applied(checkout)
    assert differing(again) == []
    assert (stage.writes(), outcomes(again)) == (0, {"a": "unchanged"})


def missed(document, live, ignoring) -> dict:
    """What a document says and the facts do not, and what stands where git owns all."""
    skipped = ("/backend", *(("/description", "/permissions", "/extras/ui_") if ignoring else ()))
    return {
        pointer: (want, there)
        for pointer, (want, there) in same_but(said(document), live, *skipped).items()
        if want is not None or (pointer.startswith(OWNED) and "/files/memories~1" not in pointer)
    }


def said(document) -> dict:
    """The facts of an agent that is just this document, as a server would write it."""
    metadata = {key: document[key] for key in METADATA if key in document}
    tree = file_tree(document, random.Random(0))
    rest = {"name": document["name"], "extras": document.get("extras"), "files": tree}
    return facts({**metadata, **rest})


@st.composite
def foreign(draw):
    """Fields and files of an agent that its definition may or may not declare."""
    body = {
        "description": draw(LINE),
        "runtime": {"model": {"model_id": "m:theirs"}},
        "backend": {"type": "sandbox", "sandbox_config": {"scope": "agent"}},
        "permissions": {"identity": "shared", "visibility": "user", "tenant_access_level": "run"},
    }
    kept = draw(st.sets(st.sampled_from(METADATA)))
    files = draw(st.dictionaries(SLUG.map("memories/{}.md".format), LINE, max_size=2))
    files |= {"README.txt": draw(LINE), "skills/README.md": draw(LINE)}
    return {key: body[key] for key in kept}, files, draw(st.dictionaries(SLUG, LINE, max_size=2))


@LAW
@given(
    reading=READING,
    pair=commits(),
    theirs=foreign(),
    ignoring=st.booleans(),
    twice=st.booleans(),
)
def test_an_apply_is_whole_and_touches_nothing_else(on, reading, pair, theirs, ignoring, twice):
    """plan(apply(x)) is empty, a second apply writes nothing, and what git does not own stays."""
    stage, checkout = on(reading, IGNORE if ignoring else "")
    before, after = pair
    checkout.write("a", before)
    applied(checkout)
    agent_id = stage.only()
    assert missed(before, stage.facts(agent_id), ignoring) == {}
    if twice:
        in_sync(stage, checkout)
    owned = owned_by(pair, ignoring)
    write_theirs(stage, agent_id, theirs, owned, {spec["name"] for spec in before["subagents"]})
    found = stage.facts(agent_id)
    checkout.write("a", after)
    applied(checkout)
    now = stage.facts(agent_id)
    assert same_but(found, now, *owned) == {}
    assert missed(after, now, ignoring) == {}
    kept = [
        f"/subagents/{escape(spec['name'])}/files/memories~1a.md" for spec in after["subagents"]
    ]
    assert [now.get(at) for at in kept] == [found.get(at) for at in kept]
    in_sync(stage, checkout)


def owned_by(pair, ignoring) -> tuple[str, ...]:
    """Where git may write: what either commit declares and agentsync.yaml does not ignore."""
    found = [*OWNED]
    for document in pair:
        ignored = ("description", "permissions") if ignoring else ()
        found += [f"/{key}" for key in METADATA if key in document and key not in ignored]
        found += [f"/extras/{escape(key)}" for key in document.get("extras", {})]
        found += [f"/files/{escape(path)}" for path in document["files"]]
    return tuple(found)


def write_theirs(stage, agent_id, theirs, owned, subagents) -> None:
    """Write what is somebody else's, and nothing that git owns."""
    body, files, extras = theirs
    kept = {key: item for key, item in body.items() if f"/{key}" not in owned}
    live = stage.raw(agent_id)["extras"] or {}
    more = {f"ui_{key}": item for key, item in extras.items()}
    stage.client.patch(
        f"{AGENTS}/{agent_id}", json={**kept, "extras": {**live, **more}}
    ).raise_for_status()
    beside = {f"subagents/{name}/memories/a.md": "its own" for name in subagents}
    free = {path: text for path, text in files.items() if f"/files/{escape(path)}" not in owned}
    assert Editor(client=stage.client).commit(agent_id, {**free, **beside})


EDITS = ("prompt", "description", "tool", "memory", "subagent", "skill", "extras", "declared")


def edit(stage, agent_id, kind, document) -> None:
    """One edit in the web interface; of something that git declares, when there is any."""
    editor, text = Editor(client=stage.client), f"Edited: {kind}."
    if kind == "subagent" and document["subagents"]:
        editor.subagent(agent_id, text, document["subagents"][0]["name"])
    elif kind == "skill" and document["skills"]:
        editor.commit(agent_id, {f"skills/{document['skills'][0]['name']}/extra.md": text})
    elif kind == "skill":
        editor.commit(agent_id, {"skills/ours/SKILL.md": f'---\n"name": "ours"\n---\n\n{text}\n'})
    elif kind == "declared":
        key = next(iter(document.get("extras", {})), "declared")
        live = stage.raw(agent_id)["extras"] or {}
        editor.patch(agent_id, extras={**live, key: text})
    else:
        getattr(editor, kind)(agent_id, text)


@LAW
@given(
    reading=READING,
    pair=commits(),
    kinds=st.lists(st.sampled_from(EDITS), min_size=1, max_size=3, unique=True),
    on_conflict=st.sampled_from([None, OnConflict.LIVE]),
    overrule=st.booleans(),
)
def test_an_edit_outside_git_survives_and_stays_drift(
    on, reading, pair, kinds, on_conflict, overrule
):
    stage, checkout = on(reading)
    before, after = pair
    checkout.write("a", before)
    applied(checkout)
    agent_id = stage.only()
    found = stage.facts(agent_id)
    for kind in kinds:
        edit(stage, agent_id, kind, before)
    edited = stage.facts(agent_id)
    checkout.write("a", after)
    drifted = drift_of(checkout)
    report = checkout.apply(on_conflict=on_conflict)
    assert report.exit_code in (ExitCode.OK, ExitCode.REFUSED), report.outcomes
    now = stage.facts(agent_id)
    for pointer in same_but(found, edited):
        assert now.get(pointer) == edited.get(pointer), pointer
    assert drift_of(checkout) == drifted
    if overrule:
        overruled(stage, checkout, agent_id)


def drift_of(checkout) -> set[tuple[str, str]]:
    """Where live was edited since the last apply, and by whom git too; the exit code agrees."""
    report = checkout.drift()
    assert not report.problems, report.problems
    fields = (item for change in report.plan.changes for item in change.fields)
    found = {(item.pointer, item.origin.value) for item in fields}
    assert report.exit_code is (ExitCode.DIFFERENCES if found else ExitCode.OK)
    return found


def overruled(stage, checkout, agent_id) -> None:
    """Asked to, git wins: no drift is left, and what is not git's is still there."""
    before = stage.facts(agent_id)
    applied(checkout, on_drift=OnDrift.REVERT, on_conflict=OnConflict.GIT, adopt=True)
    assert drift_of(checkout) == set()
    now = stage.facts(agent_id)
    for pointer in ("/files/memories~1notes.md/content", "/extras/ui_note"):
        assert now.get(pointer) == before.get(pointer)
