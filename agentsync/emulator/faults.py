"""Failures on order: what the network and the server do to a client on a bad day.

A fault waits for requests of its method and path and spoils some of them. "after" means that the
request took effect and only its answer suffers, which is the case a client must not resend.
Delays and races add up; of the others one strikes a request, the rest wait for the next.

    kind        when            what the client sees
    latency     –               the answer, `seconds` later
    status      before, after   `status` (429, 500, 503 …), with Retry-After when given
    drop        before, after   the connection breaks without a byte of an answer
    truncate    always after    headers and half of the body, then the connection breaks
    garbage     before, after   200, but HTML, as from a proxy on the way
    race        before, after   the answer, with somebody else's change just before the request,
                                or between it and the client's next one
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from random import Random
from typing import Any, Final, Literal, get_args

from agentsync.errors import UsageError

Kind = Literal["latency", "status", "drop", "truncate", "garbage", "race"]
When = Literal["before", "after"]
_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "kind": str,
    "method": str,
    "path": str,
    "count": (int, type(None)),
    "skip": int,
    "probability": (int, float),
    "seed": int,
    "when": str,
    "status": int,
    "retry_after": (str, type(None)),
    "body": (str, type(None)),
    "seconds": (int, float),
    "files": dict,
    "metadata": dict,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failure on order.

    Shape: `path` is a glob over the whole path (`*` also crosses slashes); `count` is how often
    it strikes, None for always; `skip` lets that many matching requests pass first;
    `retry_after` is the header's text; `body` replaces a status answer's JSON; a race writes
    `files` (path to text, or None) and `metadata` (as PATCH would) to the agent in the path, and
    a line at the end of AGENTS.md when both are empty.
    Units: `seconds` of latency; `probability` from 0 to 1, rolled with `seed`.
    Errors: UsageError for a kind, moment, status or number that makes no sense.
    """

    kind: Kind
    method: str = "*"
    path: str = "*"
    count: int | None = 1
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    when: When = "before"
    status: int = 503
    retry_after: str | None = None
    body: str | None = None
    seconds: float = 0.0
    files: Mapping[str, str | None] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise _wrong(f"kind must be one of {', '.join(get_args(Kind))}")
        if self.when not in get_args(When):
            raise _wrong("when must be before or after")
        if not 400 <= self.status <= 599:
            raise _wrong("status must be from 400 to 599")
        if not 0 <= self.probability <= 1:
            raise _wrong("probability must be from 0 to 1")
        if not 0 <= self.seconds <= 3600:
            raise _wrong("seconds must be from 0 to 3600")
        if (self.count is not None and self.count < 1) or self.skip < 0:
            raise _wrong("count must be at least 1, and skip at least 0")

    @property
    def spoils(self) -> bool:
        """Whether the client does not get the real answer."""
        return self.kind not in ("latency", "race")

    @property
    def late(self) -> bool:
        """Whether the request takes effect before its answer is spoiled."""
        return self.kind == "truncate" or self.when == "after"

    def concerns(self, method: str, path: str) -> bool:
        """Whether this request is one the fault waits for."""
        return self.method.upper() in ("*", method) and fnmatchcase(path, self.path)


def from_json(value: Any) -> Fault:
    """The fault that a JSON object describes, by the names of the fields.

    Errors: UsageError for an unknown field, a wrong type, or a value that makes no sense.
    """
    if not isinstance(value, dict):
        raise _wrong("it must be a JSON object")
    unknown = value.keys() - {item.name for item in fields(Fault)}
    if unknown:
        raise _wrong(f"there is no field {sorted(unknown)[0]!r}")
    for name, item in value.items():
        if not isinstance(item, _TYPES[name]) or (isinstance(item, bool)):
            raise _wrong(f"{name} has the wrong type")
    if "kind" not in value:
        raise _wrong("kind is required")
    if any(not isinstance(text, str | None) for text in value.get("files", {}).values()):
        raise _wrong("files must map paths to text or null")
    return Fault(**value)


class Faults:
    """The faults in force, and how often each has struck."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self._armed: list[_Armed] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Puts a fault in force, after those that are there."""
        self._armed = [*self._armed, _Armed(fault)]

    def clear(self) -> None:
        """Takes every fault out of force."""
        self._armed = []

    def strike(self, method: str, path: str) -> list[Fault]:
        """The faults that hit this request, in order; at most one of them spoils the answer."""
        struck: list[Fault] = []
        for armed in self._armed:
            taken = armed.fault.spoils and any(fault.spoils for fault in struck)
            if not taken and armed.hits(method, path):
                struck.append(armed.fault)
        return struck

    def to_json(self) -> list[dict[str, Any]]:
        """The faults in force, each with `struck`."""
        return [
            {
                **{item.name: getattr(armed.fault, item.name) for item in fields(Fault)},
                "struck": armed.struck,
            }
            for armed in self._armed
        ]


class _Armed:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.struck = 0
        self._seen = 0
        self._random = Random(fault.seed)

    def hits(self, method: str, path: str) -> bool:
        fault = self.fault
        if fault.count is not None and self.struck >= fault.count:
            return False
        if not fault.concerns(method, path):
            return False
        self._seen += 1
        if self._seen <= fault.skip or self._random.random() >= fault.probability:
            return False
        self.struck += 1
        return True


def _wrong(reason: str) -> UsageError:
    example = '{"kind": "status", "status": 503, "method": "PATCH"}'
    return UsageError(f"not a fault: {reason}", hint=f"for example {example}")
