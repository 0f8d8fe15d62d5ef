"""One secret in a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret in a text.

    Shape: `kind` is a noun with its article, such as "an OpenAI API key"; `text[start:end]` is
    the secret, which nobody may print.
    """

    kind: str
    start: int
    end: int
