import pytest
from amount import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsync.canonical import same
from agentsync.engine.declared import declared
from agentsync.engine.normalise import normalise
from agentsync.engine.overlay import merge, uncovered
from agentsync.engine.restating.layers import layered, overlaid
from agentsync.engine.restating.settings import restated
from agentsync.providers.managed import RULES

LAW = settings(max_examples=EXAMPLES)

A, B, C = ({"model": {"model_id": name}} for name in "abc")
MODEL = st.sampled_from("ab")
RUNTIME = st.sampled_from([{}, A, B])
SHORT = st.fixed_dictionaries({"name": MODEL}, optional={"model": MODEL})
LONG = st.fixed_dictionaries({"name": MODEL}, optional={"runtime": RUNTIME})
PATCH = st.one_of(
    st.fixed_dictionaries({}, optional={"name": MODEL, "model": MODEL | st.none()}),
    st.fixed_dictionaries({}, optional={"name": MODEL, "runtime": RUNTIME | st.none()}),
)


@pytest.mark.parametrize(
    ("base", "patch", "wanted", "layers"),
    [
        ({"model": "a"}, {"model": "b"}, {"model": "c"}, ({"model": "a"}, {"model": "c"})),
        ({"model": "a"}, {}, {"model": "c"}, ({"model": "c"}, {})),
        ({"runtime": A}, {"model": "b"}, {"model": "c"}, ({"runtime": A}, {"model": "c"})),
        ({"model": "a"}, {"runtime": B}, {"runtime": C}, ({"model": "a"}, {"runtime": C})),
        ({"runtime": A}, {"model": "b"}, {}, ({"runtime": A}, {"model": None})),
        ({"model": "a"}, {"runtime": B}, {}, ({"model": "a"}, {"model": None})),
        ({"runtime": A}, {"model": None}, {"model": "c"}, ({"runtime": A}, {"model": "c"})),
        # Without the overlay's own there would be the base's again.
        ({"model": "a"}, {"model": None}, {"model": "a"}, ({"model": "a"}, {})),
    ],
)  # fmt: skip
def test_a_model_changes_where_it_is_said(base, patch, wanted, layers):
    assert layered(base, patch, wanted) == layers
    assert same(overlaid(*layers), wanted)


@LAW
@given(st.one_of(SHORT, LONG), PATCH)
def test_two_layers_say_what_the_loader_hears(base, patch):
    assert same(overlaid(base, patch), merge(uncovered(base, patch), patch))
    assert layered(base, patch, overlaid(base, patch)) == (base, patch)


@LAW
@given(st.one_of(SHORT, LONG), PATCH, st.one_of(SHORT, LONG))
def test_layers_say_what_is_wanted_or_nothing(base, patch, wanted):
    layers = layered(base, patch, wanted)
    assert layers is None or same(overlaid(*layers), wanted)


@LAW
@given(st.one_of(SHORT, LONG), PATCH, st.sampled_from([None, A, C]))
def test_a_model_spelled_as_it_is_can_always_be_said(base, patch, runtime):
    said = overlaid(base, patch)
    before, wanted = normalise(declared(said), RULES), normalise({"name": "n"}, RULES)
    if runtime:
        wanted["runtime"] = runtime
    layers = layered(base, patch, restated(said, before, wanted, RULES))
    assert layers is not None
    assert same(normalise(declared(overlaid(*layers)), RULES), wanted)


def test_what_an_overlay_cannot_say_is_told():
    assert layered({}, {"model": "b"}, {"model": "a", "runtime": {}}) is None
