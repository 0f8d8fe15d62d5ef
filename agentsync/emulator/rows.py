"""The tables of the emulator's database, and their rows as values."""

import json
from dataclasses import dataclass
from typing import Any, Final

SCHEMA: Final = """
CREATE TABLE counter (value INTEGER NOT NULL);
INSERT INTO counter VALUES (0);
CREATE TABLE agents (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL,
  owner TEXT NOT NULL, name TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  metadata TEXT NOT NULL, revision INTEGER NOT NULL);
CREATE INDEX agents_by_tenant ON agents (tenant, created_at, number);
CREATE TABLE repos (
  tenant TEXT NOT NULL, handle TEXT NOT NULL, owner TEXT NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY (tenant, handle));
CREATE TABLE commits (
  number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, repo TEXT NOT NULL, hash TEXT NOT NULL,
  id TEXT NOT NULL, created_at TEXT NOT NULL, tree TEXT NOT NULL);
CREATE INDEX commits_by_repo ON commits (tenant, repo, number);
CREATE TABLE trees (digest TEXT PRIMARY KEY, files TEXT NOT NULL);
CREATE TABLE servers (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL,
  owner TEXT NOT NULL, body TEXT NOT NULL);
"""

AUTHORS: Final = """
CREATE TABLE IF NOT EXISTS authors (number INTEGER PRIMARY KEY, name TEXT NOT NULL)
"""
"""A table beside that of the commits: a file made before there was one is opened all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """An agent without its content.

    Shape: `number` is the order of creation; `metadata` holds description, permissions, runtime,
    extras, backend and the configurable that is never shown; `revision` counts for the token of
    its own.
    """

    number: int
    id: str
    tenant: str
    owner: str
    name: str
    created_at: str
    updated_at: str
    metadata: dict[str, Any]
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repo:
    """A hub repository: an agent's, or a skill's."""

    tenant: str
    handle: str
    owner: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One state of a repository.

    Shape: `tree` is the digest of its files; `author` the name of who made it, "" when unknown.
    """

    number: int
    hash: str
    id: str
    created_at: str
    tree: str
    author: str = ""


def agent_row(found: tuple[Any, ...]) -> AgentRow:
    """The agent in a row of its table."""
    return AgentRow(
        number=found[0],
        id=found[1],
        tenant=found[2],
        owner=found[3],
        name=found[4],
        created_at=found[5],
        updated_at=found[6],
        metadata=json.loads(found[7]),
        revision=found[8],
    )


def commit_row(found: tuple[Any, ...]) -> Commit:
    """The commit in (number, hash, id, created_at, tree, author)."""
    return Commit(
        number=found[0],
        hash=found[1],
        id=found[2],
        created_at=found[3],
        tree=found[4],
        author=found[5] or "",
    )
