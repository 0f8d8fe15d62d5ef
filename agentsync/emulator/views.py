"""The content part of agents' answers as JSON text, kept for trees that were shown before."""

import json
from collections import OrderedDict
from typing import Any, Final

from agentsync.emulator.readings import Readings
from agentsync.emulator.store import Store
from agentsync.emulator.tree import Tree, covered, entries, typed_fields

_BUDGET: Final = 96 * 1024 * 1024


class Views:
    """Renders trees, and remembers the texts by the tree's digest.

    Units: the memory is bounded in characters of text, oldest use goes first.
    """

    def __init__(self, store: Store, readings: Readings) -> None:
        self._store = store
        self._readings = readings
        self._texts: OrderedDict[tuple[str, str, bool], str] = OrderedDict()
        self._size = 0

    def content(self, tenant: str, digest: str, *, files: bool) -> str:
        """The typed fields of the tree, and its file map when asked for, as one JSON object."""
        # A resolved link changes with the skill's repository, not with this tree.
        if self._readings.linked_pin == "resolved":
            return self._render(tenant, digest, files)
        key = (tenant, digest, files)
        text = self._texts.get(key)
        if text is not None:
            self._texts.move_to_end(key)
            return text
        text = self._render(tenant, digest, files)
        self._texts[key] = text
        self._size += len(text)
        while self._size > _BUDGET and len(self._texts) > 1:
            self._size -= len(self._texts.popitem(last=False)[1])
        return text

    def files(self, tenant: str, tree: Tree) -> dict[str, Any]:
        """Every entry of the tree, as the hub shows it."""
        return entries(tree, tree, self._readings, lambda handle: self._newest(tenant, handle))

    def _render(self, tenant: str, digest: str, files: bool) -> str:
        tree = self._store.tree(digest) if digest else {}
        fields = typed_fields(tree, self._readings, lambda handle: self._newest(tenant, handle))
        if files:
            hidden = covered(tree) if self._readings.include_files == "untyped" else set()
            shown = {path: entry for path, entry in tree.items() if path not in hidden}
            fields["files"] = self.files(tenant, shown)
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

    def _newest(self, tenant: str, handle: str) -> str | None:
        head = self._store.head(tenant, handle)
        return head.hash if head else None
