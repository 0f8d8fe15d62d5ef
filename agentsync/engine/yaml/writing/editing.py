"""The walk along an old value and a new one that finds what to change in a YAML text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

from agentsync.canonical import ABSENT, Json, canonical_json, same
from agentsync.engine.advice import field_name, shown
from agentsync.engine.yaml.strict import place_of
from agentsync.engine.yaml.writing.alignment import Pair, aligned, in_place
from agentsync.engine.yaml.writing.emit import NotEditableError
from agentsync.engine.yaml.writing.flowedit import Added, edit_flow
from agentsync.engine.yaml.writing.fresh import entry_lines, item_lines, mapping_lines
from agentsync.engine.yaml.writing.habits import layout_of, quote_of
from agentsync.engine.yaml.writing.lines import column_of, is_first, next_line, start_of_line
from agentsync.engine.yaml.writing.parts import Entry, Part, read
from agentsync.engine.yaml.writing.quoting import flow, flow_pair
from agentsync.engine.yaml.writing.replacing import Spot, replace_part, retell
from agentsync.engine.yaml.writing.splices import Splices

_DOCUMENT_END: Final = re.compile(r"^\.\.\.(?=\s|\Z)", re.MULTILINE)

Path = tuple[str | int, ...]
Map = dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Difference:
    """What a part says, and what it shall say."""

    part: Part
    spot: Spot
    old: Json
    new: Json
    path: Path = ()

    @property
    def name(self) -> str:
        return _named(self.path)

    def below(self, entry: Entry, old: str | int, new: str | int) -> "_Difference":
        """The difference in one entry, `old` and `new` being its key or indexes."""
        spot = Spot(sign=entry.sign, is_item=entry.key is None, in_brackets=self.part.in_brackets)
        return _Difference(
            part=entry.value,
            spot=spot,
            old=self.old[old],
            new=self.new[new],
            path=(*self.path, old),
        )


class Editing:
    """One text on its way from one value to another.

    Shape: the text ends with a line break and says `old`. `lost` are parts that went although an
    alias repeats them.
    """

    __slots__ = ("_layout", "_splices", "_text", "lost")

    def __init__(self, text: str, old: Map, new: Map, *, careful: bool) -> None:
        root, opening = read(text)
        self._text = text
        self._splices = Splices(text, root, careful=careful)
        self._layout = layout_of(text, root, kept_ends=not careful)
        self.lost: list[Part] = []
        if root is None or (root.kind == "scalar" and root.start == root.end):
            lines = mapping_lines(new, self._layout)
            self._splices.put_lines(_end_of_document(text, opening), lines)
        else:
            spot = Spot(sign=opening, is_root=True)
            self._change(_Difference(part=root, spot=spot, old=old, new=new))

    def result(self) -> tuple[str, bool]:
        """The changed text, and whether its end is the old one or new (not what stood before).

        Shape: whether the text says the new value is for the caller to see.
        """
        return self._splices.applied()

    def refuse(self, part: Part, why: str) -> NoReturn:
        """Give up, naming the place of `part`."""
        line, column = place_of(self._text, part.start)
        raise NotEditableError(why, line=line, column=column)

    def _change(self, at: _Difference) -> None:
        if same(at.old, at.new):
            return
        self._check(at)
        if at.old and at.new and isinstance(at.old, dict) and isinstance(at.new, dict):
            self._mapping(at)
        elif at.old and at.new and isinstance(at.old, list) and isinstance(at.new, list):
            self._list(at)
        elif at.part.tag:
            self.refuse(at.part, f"{at.name} has an explicit tag")
        elif not retell(self._splices, at.part, at.new):
            self._replace(at)

    def _check(self, at: _Difference) -> None:
        if at.part.kind == "alias":
            said = shown(self._text[at.part.start : at.part.end])
            self.refuse(at.part, f"{at.name} is the alias {said} of a value that stands elsewhere")
        if at.part.shared:
            anchor = shown(at.part.anchor)
            self.refuse(at.part, f"{at.name} has the anchor &{anchor}, which an alias repeats")
        if at.part.start == at.part.end and at.spot.sign < 0 and not at.spot.in_brackets:
            self.refuse(at.part, f"{at.name} has no `:` behind its key")

    def _replace(self, at: _Difference, style: str = "") -> None:
        self.lost += _shared(at.part)
        replace_part(self._splices, self._layout, at.part, at.spot, at.new, style)

    def _remove(self, entry: Entry, *, comments: bool = True) -> None:
        self.lost += _shared(entry.value)
        column = column_of(self._text, entry.start)
        self._splices.remove(entry.start, entry.end, column, comments=comments)

    def _can_start_anew(self, part: Part) -> bool:
        """Whether all entries can go and others come without the line before them knowing."""
        return part.is_block and is_first(self._text, part.entries[0].start)

    # Mappings

    def _mapping(self, at: _Difference) -> None:
        part = at.part
        self._check_merged(at)
        staying = [
            n for n, entry in enumerate(part.entries) if entry.merges or entry.name in at.new
        ]
        style = quote_of(entry.key for entry in part.entries if entry.key and not entry.merges)
        if not staying and not self._can_start_anew(part):
            self._replace(at, style)
            return
        for entry in (part.entries[n] for n in staying):
            if not entry.merges:
                self._change(at.below(entry, entry.name, entry.name))
        coming = list(_coming(at))
        if not part.in_brackets:
            self._block_mapping(at, staying, coming, style)
        elif coming or len(staying) < len(part.entries):
            self._flow_mapping(at, staying, coming, style)

    def _check_merged(self, at: _Difference) -> None:
        own = {entry.name for entry in at.part.entries if not entry.merges}
        for key in at.old.keys() - own:
            if not same(at.old[key], at.new.get(key, ABSENT)):
                source = next(entry for entry in at.part.entries if entry.merges)
                name = _named((*at.path, key))
                self.refuse(source.value, f"{name} comes from a merge key `<<`")

    def _block_mapping(
        self, at: _Difference, staying: list[int], coming: list[tuple[int, str]], style: str
    ) -> None:
        entries = at.part.entries
        for index in sorted({*range(len(entries))} - {*staying}):
            self._remove(entries[index])
        for behind, key in coming:
            if behind < 0 and self._can_start_anew(at.part):
                line = start_of_line(self._text, entries[0].start)
            else:
                line = next_line(self._text, entries[behind if behind >= 0 else staying[-1]].end)
            lines = entry_lines(key, at.new[key], self._layout, style)
            self._splices.put_lines(line, lines, column_of(self._text, entries[0].start))

    def _flow_mapping(
        self, at: _Difference, staying: list[int], coming: list[tuple[int, str]], style: str
    ) -> None:
        if self._text[at.part.body] != "{":
            self._replace(at, style)
            return
        added = [Added(behind=n, text=flow_pair(key, at.new[key], style)) for n, key in coming]
        edit_flow(self._splices, at.part, staying, added)

    # Lists

    def _list(self, at: _Difference) -> None:
        part, pairs = at.part, aligned(at.old, at.new)
        style = quote_of(entry.value for entry in part.entries)
        if part.in_brackets and all(None in pair for pair in pairs):
            pairs = in_place(at.old, at.new)
        staying = [(i, j) for i, j in pairs if i is not None and j is not None]
        if not staying and not self._can_start_anew(part):
            self._replace(at, style)
            return
        for i, j in staying:
            self._change(at.below(part.entries[i], i, j))
        if not part.in_brackets:
            self._block_list(at, pairs, style)
        elif len(staying) < len(pairs):
            self._flow_list(at, pairs, style)

    def _block_list(self, at: _Difference, pairs: list[Pair], style: str) -> None:
        entries = at.part.entries
        first, column = entries[0].start, column_of(self._text, entries[0].start)
        line = start_of_line(self._text, first) if self._can_start_anew(at.part) else -1
        moved = self._moved(at, pairs) if line >= 0 and not self._splices.careful else {}
        taken_along = set(moved.values())
        for i, j in pairs:
            if i is not None:
                if j is None:
                    self._remove(entries[i], comments=i not in taken_along)
                line = next_line(self._text, entries[i].end)
                continue
            lines = item_lines(at.new[j], self._layout, style)
            if j in moved:
                self._splices.cut(line, line, self._lines_of(entries[moved[j]]))
            elif line >= 0:
                self._splices.put_lines(line, lines, column)
            else:
                self._splices.put_beside(first, lines, column)

    def _moved(self, at: _Difference, pairs: list[Pair]) -> dict[int, int]:
        """For a new item the old one that said the same elsewhere, and can be moved as it is."""
        going: dict[str, list[int]] = {}
        for i, j in pairs:
            if i is not None and j is None and is_first(self._text, at.part.entries[i].start):
                going.setdefault(canonical_json(at.old[i]), []).append(i)
        found: dict[int, int] = {}
        for i, j in pairs:
            if i is None and j is not None and (alike := going.get(canonical_json(at.new[j]))):
                found[j] = alike.pop(0)
        return found

    def _lines_of(self, entry: Entry) -> str:
        start = start_of_line(self._text, entry.start)
        return self._text[start : next_line(self._text, entry.end)]

    def _flow_list(self, at: _Difference, pairs: list[Pair], style: str) -> None:
        behind, kept, added = -1, [], []
        for i, j in pairs:
            if i is not None and j is not None:
                behind = i
                kept.append(i)
            elif j is not None:
                added.append(Added(behind=behind, text=flow(at.new[j], style)))
        edit_flow(self._splices, at.part, kept, added)


def _coming(at: _Difference) -> Iterator[tuple[int, str]]:
    """Each new key, and the index of the entry it comes behind: -1 for before all of them."""
    places = {entry.name: n for n, entry in enumerate(at.part.entries) if not entry.merges}
    behind = -1
    for key in at.new:
        if key in places:
            behind = places[key]
        elif key not in at.old:
            yield behind, key


def _shared(part: Part) -> Iterator[Part]:
    if part.shared:
        yield part
    for entry in part.entries:
        yield from _shared(entry.value)


def _end_of_document(text: str, opening: int) -> int:
    """Where the lines of a document without content go."""
    end = _DOCUMENT_END.search(text, max(opening, 0))
    return end.start() if end else len(text)


def _named(path: Path) -> str:
    return f"`{field_name(path)}`" if path else "the whole text"
