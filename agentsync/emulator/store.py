"""The emulator's state in SQLite: a file that survives a kill at any moment, or memory.

One connection, used by one thread at a time. A write is one transaction: after a crash either
the old or the new state is there. Every commit of a repository keeps its whole tree; equal trees
are stored once.
"""

import hashlib
import json
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from agentsync.emulator.rows import AUTHORS, SCHEMA, AgentRow, Commit, Repo, agent_row, commit_row
from agentsync.emulator.tree import Tree
from agentsync.errors import UsageError

_APPLICATION: Final = 0x61677379  # "agsy": tells our files from anybody else's
_FORMAT: Final = 1
_WAIT_SECONDS: Final = 0.5
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
_COMMITS: Final = (
    "SELECT number, hash, id, created_at, tree, name FROM commits LEFT JOIN authors USING (number) "
    "WHERE tenant = ? AND repo = ? ORDER BY number DESC"
)


class Store:
    """All rows, and the clock and the numbers that make new ones.

    Shape: with `deterministic`, ids and times depend only on what was written before.
    Errors: UsageError when the file cannot be opened, is no database of ours, or is in use.
    """

    def __init__(self, database: str = ":memory:", *, deterministic: bool = False) -> None:
        self._deterministic = deterministic
        self._last = datetime.min.replace(tzinfo=UTC)
        try:
            self._db = sqlite3.connect(
                database, timeout=_WAIT_SECONDS, check_same_thread=False, isolation_level=None
            )
        except sqlite3.Error as error:
            raise _unusable(database, error) from None
        try:
            self._open()
        except sqlite3.Error as error:
            self._db.close()
            raise _unusable(database, error) from None

    def close(self) -> None:
        """Releases the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen, or none."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def clear(self) -> None:
        """Forgets every row; numbers and times go on."""
        with self.transaction():
            for table in ("agents", "repos", "commits", "authors", "trees", "servers"):
                self._db.execute(f"DELETE FROM {table}")

    def number(self) -> int:
        """The next number; none is given twice, not even after a restart."""
        row = self._db.execute("UPDATE counter SET value = value + 1 RETURNING value").fetchone()
        return int(row[0])

    def identity(self, number: int) -> str:
        """A new UUID."""
        if self._deterministic:
            return str(uuid.uuid5(uuid.NAMESPACE_OID, f"agentsync-emulator/{number}"))
        return str(uuid.uuid4())

    def now(self, number: int) -> str:
        """A time later than any this store gave before.

        Shape: RFC 3339 with microseconds and an offset, as the API writes it.
        """
        if self._deterministic:
            moment = _EPOCH + timedelta(seconds=number)
        else:
            moment = max(datetime.now(UTC), self._last + timedelta(microseconds=1))
        self._last = moment
        return moment.isoformat(timespec="microseconds")

    # -- agents

    def add_agent(self, row: AgentRow) -> None:
        """Keeps a new agent."""
        self._db.execute(
            "INSERT INTO agents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.number,
                row.id,
                row.tenant,
                row.owner,
                row.name,
                row.created_at,
                row.updated_at,
                json.dumps(row.metadata),
                row.revision,
            ),
        )

    def save_agent(self, row: AgentRow) -> None:
        """Keeps an agent's new name, metadata, revision and time."""
        self._db.execute(
            "UPDATE agents SET name = ?, updated_at = ?, metadata = ?, revision = ? WHERE id = ?",
            (row.name, row.updated_at, json.dumps(row.metadata), row.revision, row.id),
        )

    def agent(self, agent_id: str) -> AgentRow | None:
        """The agent of that id, in whichever workspace."""
        query = "SELECT * FROM agents WHERE id = ?"
        found = self._db.execute(query, (agent_id,)).fetchone()
        return agent_row(found) if found else None

    def agents(
        self, tenant: str, *, order: str, descending: bool, after: tuple[str, int] | None
    ) -> Iterator[AgentRow]:
        """The workspace's agents in order, beginning behind `after` (value, number).

        Shape: `order` is a column that the caller has checked.
        """
        turn, sign = ("DESC", "<") if descending else ("ASC", ">")
        where, values = "tenant = ?", [tenant]
        if after is not None:
            where += f" AND ({order}, number) {sign} (?, ?)"
        rows = self._db.execute(
            f"SELECT * FROM agents WHERE {where} ORDER BY {order} {turn}, number {turn}",
            (*values, *(after or ())),
        )
        yield from map(agent_row, rows)

    def count_agents(self, tenant: str) -> int:
        """How many agents the workspace has."""
        query = "SELECT count(*) FROM agents WHERE tenant = ?"
        return int(self._db.execute(query, (tenant,)).fetchone()[0])

    def remove_agent(self, agent_id: str) -> None:
        """Forgets an agent; its repository is another matter."""
        self._db.execute("DELETE FROM agents WHERE id = ?", (agent_id,))

    # -- repositories

    def add_repo(self, repo: Repo) -> None:
        """Keeps a repository, without any commit yet."""
        self._db.execute(
            "INSERT INTO repos VALUES (?, ?, ?, ?)",
            (repo.tenant, repo.handle, repo.owner, repo.kind),
        )

    def repo(self, tenant: str, handle: str) -> Repo | None:
        """The repository of that handle."""
        found = self._db.execute(
            "SELECT * FROM repos WHERE tenant = ? AND handle = ?", (tenant, handle)
        ).fetchone()
        return (
            Repo(tenant=found[0], handle=found[1], owner=found[2], kind=found[3]) if found else None
        )

    def remove_repo(self, tenant: str, handle: str) -> None:
        """Forgets a repository and its history."""
        self._db.execute("DELETE FROM repos WHERE tenant = ? AND handle = ?", (tenant, handle))
        number = "SELECT number FROM commits WHERE tenant = ? AND repo = ?"
        self._db.execute(f"DELETE FROM authors WHERE number IN ({number})", (tenant, handle))
        self._db.execute("DELETE FROM commits WHERE tenant = ? AND repo = ?", (tenant, handle))

    def add_commit(self, tenant: str, handle: str, tree: Tree, author: str = "") -> Commit:
        """Keeps this tree as the repository's newest state."""
        number = self.number()
        files = json.dumps(tree, sort_keys=True)
        digest = hashlib.sha256(files.encode("ascii")).hexdigest()
        name = f"{tenant}\n{handle}\n{number}\n{digest}\n{self.identity(number)}"
        commit = Commit(
            number=number,
            hash=hashlib.sha256(name.encode("utf-8")).hexdigest(),
            id=self.identity(number),
            created_at=self.now(number),
            tree=digest,
            author=author,
        )
        self._db.execute("INSERT OR IGNORE INTO trees VALUES (?, ?)", (digest, files))
        self._db.execute(
            "INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, tenant, handle, commit.hash, commit.id, commit.created_at, digest),
        )
        if author:
            self._db.execute("INSERT INTO authors VALUES (?, ?)", (number, author))
        return commit

    def head(self, tenant: str, handle: str) -> Commit | None:
        """The repository's newest commit."""
        found = self._db.execute(f"{_COMMITS} LIMIT 1", (tenant, handle)).fetchone()
        return commit_row(found) if found else None

    def commits(self, tenant: str, handle: str) -> list[Commit]:
        """The repository's history, newest first."""
        return list(map(commit_row, self._db.execute(_COMMITS, (tenant, handle))))

    def tree(self, digest: str) -> Tree:
        """The files of that digest."""
        found = self._db.execute("SELECT files FROM trees WHERE digest = ?", (digest,)).fetchone()
        tree: Tree = json.loads(found[0])
        return tree

    # -- MCP servers

    def save_server(self, number: int, tenant: str, owner: str, body: dict[str, Any]) -> None:
        """Keeps a new or changed MCP server."""
        self._db.execute(
            "INSERT OR REPLACE INTO servers VALUES (?, ?, ?, ?, ?)",
            (number, body["id"], tenant, owner, json.dumps(body)),
        )

    def servers(self, tenant: str) -> list[tuple[int, str, dict[str, Any]]]:
        """The workspace's MCP servers in order of creation: number, owner, body."""
        rows = self._db.execute(
            "SELECT number, owner, body FROM servers WHERE tenant = ? ORDER BY number", (tenant,)
        )
        return [(number, owner, json.loads(body)) for number, owner, body in rows]

    def remove_server(self, tenant: str, server_id: str) -> None:
        """Forgets an MCP server; an absent one is no error."""
        self._db.execute("DELETE FROM servers WHERE tenant = ? AND id = ?", (tenant, server_id))

    def _open(self) -> None:
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        owner = self._db.execute("PRAGMA application_id").fetchone()[0]
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if tables and (owner, found) != (_APPLICATION, _FORMAT):
            raise sqlite3.DatabaseError("it holds something else than an emulator's state")
        # WAL outlives a killed process without a sync per write; the exclusive lock keeps a
        # second emulator, whose caches would go stale, away from the same file.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        with self.transaction():
            if not tables:
                for statement in SCHEMA.strip().split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {_APPLICATION}")
                self._db.execute(f"PRAGMA user_version = {_FORMAT}")
            else:
                self._db.execute("UPDATE counter SET value = value")
            self._db.execute(AUTHORS)


def _unusable(database: str, error: sqlite3.Error) -> UsageError:
    return UsageError(
        f"cannot use {database} as the emulator's database: {error}",
        hint="name a new file, or one an emulator made that no other process is using",
    )
