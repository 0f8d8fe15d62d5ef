"""A YAML text that says something else, with every line kept that need not change.

The old value and the new one are walked side by side (editing.py) along the parts that the text
is written in (parts.py); only where they differ something is cut or put in (splices.py). What
comes out is read again: a text that does not say exactly what was asked for is never returned.
"""

from collections.abc import Iterator
from typing import Final, NoReturn

from agentsync.canonical import Json, same
from agentsync.engine.advice import shown
from agentsync.engine.yaml.strict import Parsed, parse
from agentsync.engine.yaml.writing.editing import Editing, Map
from agentsync.engine.yaml.writing.emit import NotEditableError, check_writable
from agentsync.engine.yaml.writing.lines import usual_break

__all__ = ["NotEditableError", "rewritten"]

_BOM: Final = "\ufeff"


def rewritten(text: str, value: Json) -> str:
    """`text`, changed as little as possible, so that it says the mapping `value`.

    Shape: an empty text says `{}`. A text that says `value` already is returned as it is.
    Errors: NotEditableError.
    """
    body = text.removeprefix(_BOM)
    old, new = _mapping(parse(body)), dict(value)
    if same(old, new):
        return text
    check_writable(new)
    for attempt in _attempts(body, old, new):
        read = parse(attempt[1])
        if not read.problems and same(read.value, new):
            return text[: len(text) - len(body)] + attempt[1]
    _refuse(attempt[0], read)


def _mapping(read: Parsed) -> Map:
    if read.problems:
        first = read.problems[0]
        message = f"the file has a problem of its own: {first.message}"
        raise NotEditableError(message, line=first.line, column=first.column)
    if read.value is None:
        return {}
    if not isinstance(read.value, dict):
        raise NotEditableError("the file holds no mapping (`key: value`)", line=1, column=1)
    return read.value


def _attempts(text: str, old: Map, new: Map) -> Iterator[tuple[Editing, str]]:
    """The edited text: first as little as possible, then with what rarely is in the way undone.

    At the end of a text without a last line break, the break itself is a part of some values: it
    is put there for the work, and taken away again where that does no harm.
    """
    line_break = usual_break(text)
    closed = text if not text or text.endswith(("\n", "\r")) else text + line_break
    for careful in (False, True):
        for said in (old,) if closed is text else (old, _mapping(parse(closed))):
            editing = Editing(closed, said, new, careful=careful)
            result, has_end = editing.result()
            if closed is not text and has_end:
                yield editing, result.removesuffix(line_break)
            yield editing, result


def _refuse(editing: Editing, read: Parsed) -> NoReturn:
    if editing.lost:
        anchor = shown(editing.lost[0].anchor)
        editing.refuse(editing.lost[0], f"the anchor &{anchor} would go, and an alias repeats it")
    why = f": {read.problems[0].message}" if read.problems else ""
    raise NotEditableError(f"the file cannot be edited without changing something else{why}")
