"""How the real Agent Server lists assistants: in which order, in which pages, and what of them."""

import uuid

import pytest

pytestmark = pytest.mark.interop

OLDEST_FIRST = {"sort_by": "created_at", "sort_order": "asc"}


@pytest.fixture
def five(alice):
    """The metadata that five new assistants share, and these, the oldest first."""
    mark = {"batch": {"id": uuid.uuid4().hex}}
    names = ("Beta", "alpha", "gamma", "alphabet", "delta")
    made = [alice.make(name=name, metadata={**mark, "number": n}) for n, name in enumerate(names)]
    return mark, [each["assistant_id"] for each in made]


def _ids(found):
    return [each["assistant_id"] for each in found]


def test_a_search_finds_whole_assistants_the_newest_first(alice, five):
    mark, made = five
    found = alice.search(metadata=mark)
    assert found == [alice.read(each) for each in reversed(made)]


def test_the_order_of_creation_outlives_a_change(alice, five):
    mark, made = five
    alice.patch(made[1], name="changed")
    assert _ids(alice.search(metadata=mark, **OLDEST_FIRST)) == made
    latest = alice.search(metadata=mark, sort_by="updated_at", sort_order="desc")
    assert _ids(latest)[0] == made[1]


def test_pages_are_walked_by_the_offset_that_the_header_names(alice, five):
    mark, made = five
    pages, totals, offset = [], [], "0"
    while offset is not None:
        body = {"metadata": mark, "limit": 2, "offset": int(offset), **OLDEST_FIRST}
        answer = alice.http.post("/assistants/search", json=body)
        pages.append(_ids(answer.json()))
        totals.append(answer.headers["X-Pagination-Total"])
        offset = answer.headers.get("X-Pagination-Next")
    assert pages == [made[:2], made[2:4], made[4:]]
    # The total is no total before the last page: it says only that there is more.
    assert totals == ["3", "5", "5"]


def test_a_full_last_page_has_no_next(alice, five):
    mark, _ = five
    body = {"metadata": mark, "limit": 5}
    answer = alice.http.post("/assistants/search", json=body)
    assert len(answer.json()) == 5
    assert "X-Pagination-Next" not in answer.headers
    beyond = alice.http.post("/assistants/search", json={**body, "offset": 9})
    assert (beyond.json(), beyond.headers["X-Pagination-Total"]) == ([], "9")


def test_an_assistant_deleted_between_two_pages_hides_another(alice, five):
    mark, made = five
    first = alice.search(metadata=mark, limit=2, **OLDEST_FIRST)
    assert alice.http.delete(f"/assistants/{made[0]}").status_code == 204
    second = alice.search(metadata=mark, limit=2, offset=2, **OLDEST_FIRST)
    assert _ids(first + second) == [made[0], made[1], made[3], made[4]]


def test_ten_are_a_page_and_a_thousand_the_most(alice, five):
    for _ in range(6):
        alice.make()
    assert len(alice.http.post("/assistants/search", json={}).json()) == 10
    for limit in (0, 1001):
        answer = alice.http.post("/assistants/search", json={"limit": limit})
        assert answer.status_code == 422


def test_select_leaves_only_these_fields(alice, five):
    mark, made = five
    found = alice.search(metadata=mark, select=["assistant_id", "version"], **OLDEST_FIRST)
    assert found == [{"assistant_id": each, "version": 1} for each in made]
    unknown = alice.http.post("/assistants/search", json={"select": ["colour"]})
    assert unknown.status_code == 422


def test_metadata_must_be_contained_and_the_name_too_in_any_case(alice, five):
    mark, made = five
    assert _ids(alice.search(metadata={**mark, "number": 2})) == [made[2]]
    assert alice.search(metadata={**mark, "number": "2"}) == []
    named = alice.search(metadata=mark, name="ALPHA", **OLDEST_FIRST)
    assert _ids(named) == [made[1], made[3]]
    count = alice.http.post("/assistants/count", json={"metadata": mark, "name": "alpha"})
    assert count.json() == 2


def test_a_tombstone_is_found_as_null(alice, five):
    mark, made = five
    alice.patch(made[0], metadata={"number": None})
    assert _ids(alice.search(metadata={**mark, "number": None})) == [made[0]]


def test_a_search_by_graph(alice, five):
    mark, made = five
    alice.patch(made[3], graph_id="plain")
    assert _ids(alice.search(metadata=mark, graph_id="plain")) == [made[3]]
    unknown = alice.http.post("/assistants/search", json={"graph_id": "nope"})
    assert unknown.status_code == 404
