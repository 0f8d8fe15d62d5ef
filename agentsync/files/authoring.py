"""The files of an agent's folder, written so that they say what a canonical form says.

The way back from files/definition.py and engine/normalise.py: `pull` changes what is there as
little as it can, `import` starts from an empty folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentsync.canonical import Json
from agentsync.engine.rules import Rules

Texts = Mapping[str, str]
"""Files by path relative to the agent's folder, each as it stands on disk: its line ends, and a
byte order mark, included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authored:
    """What is to be written.

    Shape: `texts` by path relative to the agent's folder, None where the file is to go; only files
    that change. `obstacles` are (path, reason) pairs: what cannot be written safely; the texts are
    then what it would have looked like as far as it goes.
    """

    texts: Mapping[str, str | None] = field(default_factory=dict)
    obstacles: tuple[tuple[str, str], ...] = ()


def authored(
    texts: Texts,
    before: Mapping[str, Json],
    wanted: Mapping[str, Json],
    rules: Rules,
    *,
    target: str = "",
    bind: str = "",
    bind_in_overlay: bool = False,
) -> Authored:
    """What to write so that a folder that says `before` says `wanted` for `target`.

    Shape: `before` and `wanted` are canonical forms, `before` {} for an empty folder; `bind` is an
    agent id to write as `id:`, "" to leave that as it is, in the target's overlay when asked.
    """
    raise NotImplementedError
