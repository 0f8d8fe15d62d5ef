"""A YAML text that says something else, with every line kept that need not change."""

from agentsync.canonical import Json
from agentsync.engine.yaml.emit import emitted


class NotEditableError(ValueError):
    """The text cannot be edited safely; the message says why."""

    def __init__(self, message: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def rewritten(text: str, value: Json) -> str:
    """`text`, changed as little as possible, so that it says `value`.

    Errors: NotEditableError.
    """
    return emitted(value)
