"""What tells one API's agents from another's, as data: the rest of the derivation is shared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agentsync.canonical import Json
from agentsync.engine.schema.words import Words

Fact = dict[str, Json]
Schema = dict[str, Json]


def _none(fields: Mapping[str, Fact]) -> dict[str, Json]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one API's OpenAPI document becomes the schema of an agent.yaml.

    Shape, where the document is read: `create`, `update` and `answer` name its components, `path`
    is how the paths of its calls begin, and `per_server` names the fields whose choices are one
    server's own and no rule of the API.
    Shape, where the schema is made: `schema` is its name, and what its sentences are led by;
    `heading` and `rules` are keywords of the whole; `words` and `elsewhere` are as in words.py;
    `required` is what we ask for besides the API; `open` names the fields that take any key, with
    those offered that the API's answers list; `block` is what else stands under `x-agentsync`;
    `patterns` are the named ones it refers to. `also` gives, from the fields of the requests, the
    facts of the keys that are ours, and `parts` further schemas by name, called `part_names`.
    `subjects` says, by the beginning of a field's path, what a part is called in sentences.
    """

    api: str
    title: str
    create: str
    update: str
    answer: str
    path: str
    schema: str
    heading: Mapping[str, Json]
    words: Words
    elsewhere: Mapping[str, str]
    patterns: tuple[str, ...]
    per_server: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()
    rules: Mapping[str, Json] = field(default_factory=dict)
    block: Mapping[str, Json] = field(default_factory=dict)
    also: Callable[[Mapping[str, Fact]], Mapping[str, Fact]] = _none
    parts: Callable[[Mapping[str, Fact]], Mapping[str, Schema]] = _none
    part_names: tuple[str, ...] = ()
    subjects: Mapping[str, str] = field(default_factory=dict)

    @property
    def components(self) -> tuple[str, str, str]:
        """The components that a document of this API has: create, update, answer."""
        return (self.create, self.update, self.answer)

    @property
    def schemas(self) -> tuple[str, ...]:
        """The names of the schemas that are derived from it."""
        return (self.schema, *self.part_names)
