"""The store itself: transactions are whole, numbers and times only go forward."""

import pytest

from agentsync.emulator.rows import AgentRow, Repo
from agentsync.emulator.store import Store

TENANT = "t"


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path):
    found = Store(":memory:" if request.param == "memory" else str(tmp_path / "state.db"))
    yield found
    found.close()


def _row(store: Store) -> AgentRow:
    number = store.number()
    now = store.now(number)
    return AgentRow(
        number=number,
        id=store.identity(number),
        tenant=TENANT,
        owner="o",
        name="n",
        created_at=now,
        updated_at=now,
        metadata={"permissions": {}},
        revision=1,
    )


def test_a_failed_transaction_leaves_nothing(store):
    row = _row(store)

    def half() -> None:
        with store.transaction():
            store.add_agent(row)
            store.add_repo(Repo(tenant=TENANT, handle=row.id, owner="o", kind="agent"))
            store.add_commit(TENANT, row.id, {"a": "b"})
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert store.agent(row.id) is None
    assert store.repo(TENANT, row.id) is None
    assert store.head(TENANT, row.id) is None
    with store.transaction():
        store.add_agent(row)
    assert store.agent(row.id) == row


def test_commits_keep_their_trees(store):
    trees = [{"a": "1"}, {"a": "2", "l": {"repo_handle": "r"}}, {"a": "1"}]
    commits = [store.add_commit(TENANT, "r", tree) for tree in trees]
    assert len({commit.hash for commit in commits}) == 3
    assert commits[0].tree == commits[2].tree != commits[1].tree
    assert [store.tree(commit.tree) for commit in commits] == trees
    assert store.commits(TENANT, "r") == commits[::-1]
    assert store.head(TENANT, "r") == commits[-1]
    assert store.head("other", "r") is None


def test_times_and_numbers_only_go_forward(store):
    numbers = [store.number() for _ in range(100)]
    assert numbers == sorted(set(numbers))
    times = [store.now(number) for number in numbers]
    assert times == sorted(set(times))


def test_clear_keeps_counting(store):
    number = store.number()
    with store.transaction():
        store.add_agent(_row(store))
    store.clear()
    assert store.count_agents(TENANT) == 0
    assert store.number() > number
