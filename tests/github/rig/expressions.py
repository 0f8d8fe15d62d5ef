"""The part of GitHub's expression language that our files use; everything else is an error."""

import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>\|\||&&|==|!=|[!().,]))"
)
_LITERALS = {"true": True, "false": False, "null": None}
Functions = Mapping[str, Callable[..., Any]]


class ExpressionError(ValueError):
    """What GitHub would not understand either, or what this evaluator need not know."""


def evaluated(text: Any, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """A value of a workflow file with every ${{ }} in it replaced; one alone keeps its type."""
    if isinstance(text, dict):
        return {name: evaluated(value, contexts, functions) for name, value in text.items()}
    if not isinstance(text, str):
        return text
    alone = re.fullmatch(r"\$\{\{((?:(?!\}\}).)*)\}\}", text)
    if alone:
        return expression(alone[1], contexts, functions)
    return re.sub(
        r"\$\{\{(.*?)\}\}", lambda it: as_text(expression(it[1], contexts, functions)), text
    )


def expression(text: str, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """The value of what stands between ${{ and }}."""
    reader = _Reader(text, contexts, functions)
    value = reader.either()
    if reader.left:
        raise ExpressionError(f"{text!r} goes on with {reader.left}")
    return value


def as_text(value: Any) -> str:
    """A value as it stands in an environment variable or in a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise ExpressionError("an object is no text")
    return str(value)


def truthy(value: Any) -> bool:
    """Whether a condition holds."""
    return value not in (False, 0, "", None)


class _Reader:
    def __init__(self, text: str, contexts: Mapping[str, Any], functions: Functions) -> None:
        self._contexts, self._functions = contexts, functions
        self.left: list[tuple[str, str]] = []
        place = 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if not found or found.lastgroup is None:
                raise ExpressionError(f"{text!r} at {place}")
            self.left.append((found.lastgroup, found[found.lastgroup]))
            place = found.end()

    def either(self) -> Any:
        value = self._both()
        while self._takes("||"):
            other = self._both()
            value = value if truthy(value) else other
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self._takes("&&"):
            other = self._compared()
            value = other if truthy(value) else value
        return value

    def _compared(self) -> Any:
        value = self._one()
        if self._takes("=="):
            return _equal(value, self._one())
        if self._takes("!="):
            return not _equal(value, self._one())
        return value

    def _one(self) -> Any:
        if self._takes("!"):
            return not truthy(self._one())
        if self._takes("("):
            value = self.either()
            self._need(")")
            return value
        kind, word = self.left.pop(0) if self.left else ("", "the end")
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "number":
            return int(word)
        if kind != "name":
            raise ExpressionError(f"{word} where a value should be")
        if word in _LITERALS:
            return _LITERALS[word]
        return self._called(word) if self._takes("(") else self._looked_up(word)

    def _called(self, name: str) -> Any:
        arguments = []
        while not self._takes(")"):
            arguments.append(self.either())
            if not self._takes(","):
                self._need(")")
                break
        if name not in self._functions:
            raise ExpressionError(f"no function {name}")
        return self._functions[name](*arguments)

    def _looked_up(self, name: str) -> Any:
        if name not in self._contexts:
            raise ExpressionError(f"no context {name} here")
        value = self._contexts[name]
        while self._takes("."):
            _, key = self.left.pop(0)
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def _takes(self, sign: str) -> bool:
        found = bool(self.left) and self.left[0] == ("sign", sign)
        if found:
            del self.left[0]
        return found

    def _need(self, sign: str) -> None:
        if not self._takes(sign):
            raise ExpressionError(f"no {sign}")


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    if type(one) is type(other):
        return bool(one == other)
    # Different types are compared as numbers: null, false and "" are 0.
    return _number(one) == _number(other)


def _number(value: Any) -> float:
    if value is None or value == "":
        return 0.0
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
