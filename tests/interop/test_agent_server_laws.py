"""The laws, for whatever people may write, held to a real Agent Server."""

import tempfile
from pathlib import Path

import pytest
from builder import Builder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentsync.errors import ExitCode

pytestmark = pytest.mark.interop

LETTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t")
TEXTS = st.text(LETTERS, max_size=30)
LINES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
# Not what the graph has a schema for, nor the prompt's place.
KEYS = st.text(LETTERS.filter(str.isprintable), min_size=1, max_size=8).map("k{}".format)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    TEXTS,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
SAID = VALUES.filter(lambda value: value is not None)
CONFIG = st.fixed_dictionaries(
    {},
    optional={
        "tags": st.lists(LINES, max_size=3),
        "recursion_limit": st.integers(1, 10**6),
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"prompt": st.one_of(st.none(), TEXTS)},
    optional={
        "description": TEXTS,
        "config": CONFIG,
        "context": st.dictionaries(KEYS, VALUES, max_size=4),
        "metadata": st.dictionaries(KEYS, SAID, max_size=3),
    },
)
FEW = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(documents=st.lists(DOCUMENTS, min_size=2, max_size=3))
@FEW
def test_what_was_applied_leaves_nothing_to_do(agent_server, documents):
    with tempfile.TemporaryDirectory() as root:
        shop = Builder(root=Path(root), url=agent_server.url)
        for document in documents:
            shop.define("a", **document)
            shop.applied()
            assert shop.is_settled(), document
            assert shop.drift().exit_code is ExitCode.OK


@given(documents=st.tuples(DOCUMENTS, DOCUMENTS))
@FEW
def test_whoever_undoes_an_apply_is_told_as_it_was_before(agent_server, alice, documents):
    first, second = documents
    with tempfile.TemporaryDirectory() as root:
        shop = Builder(root=Path(root), url=agent_server.url)
        shop.define("a", **first)
        agent_id = shop.applied().outcomes[0].agent_id
        shop.define("a", **second)
        planned = shop.change("a").fields
        shop.applied()
        report = shop.run("rollback", "a", "--to", "1", "--yes", "--format", "json")
        assert report.code == ExitCode.OK, report.out + report.err
        again = {it.pointer: it.after for it in shop.change("a").fields}
        # A setting that says nothing is as good as none, so it may stay.
        left = {it.pointer: it.after for it in planned if it.pointer not in again}
        assert all(value in ("", [], {}) for value in left.values())
        assert {**again, **left} == {it.pointer: it.after for it in planned}
        assert alice.read(agent_id)["context"] == alice.versions(agent_id)[-1]["context"]


@given(
    context=st.dictionaries(KEYS, VALUES, max_size=4),
    prompt=st.one_of(st.none(), TEXTS),
    config=CONFIG,
    metadata=st.dictionaries(KEYS, VALUES, max_size=3),
    description=st.one_of(st.none(), TEXTS),
    mirrored=st.booleans(),
)
@FEW
def test_what_was_imported_leaves_nothing_to_do(
    agent_server, alice, context, prompt, config, metadata, description, mirrored
):
    if prompt is not None:
        context = {**context, "system_prompt": prompt}
    body = {"config": {**config, "configurable": context}}
    if not mirrored:
        body = {"config": config, "context": context}
    with tempfile.TemporaryDirectory() as root:
        shop = Builder(root=Path(root), url=agent_server.url)
        name = f"{shop.project} there"
        there = alice.make(name=name, metadata=metadata, description=description, **body)
        done = shop.run("import", there["assistant_id"])
        if done.code == ExitCode.REFUSED:
            # A text that looks like a key, or that no file can hold: told, and nothing written.
            assert not list((shop.root / "agents").iterdir())
            return
        assert done.code == ExitCode.OK, done.out + done.err
        (slug,) = [path.name for path in (shop.root / "agents").iterdir()]
        assert not shop.change(slug).fields
        shop.applied(adopt=True)
        assert shop.is_settled()
        live = alice.read(there["assistant_id"])
        assert (live["context"], live["name"]) == (there["context"], name)
