"""SKILL.md: front matter and body, each kept where it need not change."""

from collections.abc import Mapping
from dataclasses import dataclass

from agentsync.canonical import ABSENT, Absent, Json, same
from agentsync.engine.frontmatter import parse_header, split
from agentsync.engine.restating.spelling import blended, inserted
from agentsync.engine.restating.texts import like_body, line_end
from agentsync.engine.yaml.writing.emit import emitted
from agentsync.engine.yaml.writing.rewrite import rewritten

_FIRST = ("name", "description")


def new_skill(name: str, wanted: Mapping[str, Json]) -> str:
    """The text of a new SKILL.md.

    Errors: NotEditableError when YAML cannot say its front matter.
    """
    header = _header({"name": name}, {}, wanted)
    body = wanted.get("instructions", "")
    return f"---\n{emitted(header)}---\n" + (f"\n{body}\n" if body else "")


def edited_skill(
    text: str, name: str, before: Mapping[str, Json], wanted: Mapping[str, Json]
) -> str:
    """The text of a SKILL.md that says `before`, changed so that it says `wanted`.

    Errors: NotEditableError when its front matter cannot be edited.
    """
    parts, end = _apart(text), line_end(text)
    body = wanted.get("instructions", "")
    head, tail = parts.head, parts.body
    if not same(_told(before), _told(wanted)) or (not head and body.startswith("---")):
        header = _header(parts.values or {"name": name}, before, wanted)
        head = _headed(parts, header, end)
    if before.get("instructions", "") != body:
        tail = like_body(tail, body, end)
    if head and tail.strip() and not (parts.opening and parts.body.strip()):
        # Body and front matter meet for the first time: a blank line stands between them.
        gap = "" if tail.startswith(("\n", "\r\n")) else end
        tail = f"{gap if head.endswith(chr(10)) else end + gap}{tail}"
    return parts.bom + head + tail


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """A SKILL.md: `head` is `opening`, `header` and `closing`; all are "" without front matter."""

    bom: str
    opening: str = ""
    header: str = ""
    closing: str = ""
    body: str
    values: Mapping[str, Json] | None = None

    @property
    def head(self) -> str:
        return self.opening + self.header + self.closing


def _apart(text: str) -> _Parts:
    bare = text.removeprefix("\ufeff")
    bom = text[: len(text) - len(bare)]
    parts = split(bare)
    if parts.header is None:
        return _Parts(bom=bom, body=bare)
    opening = bare[: bare.index("\n") + 1]
    closing = bare[len(opening) + len(parts.header) : len(bare) - len(parts.body)]
    value = parse_header(parts).value
    return _Parts(
        bom=bom,
        opening=opening,
        header=parts.header,
        closing=closing,
        body=parts.body,
        values=value if isinstance(value, dict) else None,
    )


def _headed(parts: _Parts, header: Mapping[str, Json], end: str) -> str:
    if not parts.opening:
        return f"---\n{emitted(dict(header))}---\n".replace("\n", end)
    written = rewritten(parts.header, dict(header))
    ended = written if not written or written.endswith("\n") else written + end
    return parts.opening + ended + parts.closing


def _told(spec: Mapping[str, Json]) -> dict[str, Json]:
    """What of a skill stands in its front matter."""
    return {key: spec[key] for key in ("description", "front_matter") if key in spec}


def _header(
    given: Mapping[str, Json], before: Mapping[str, Json], wanted: Mapping[str, Json]
) -> dict[str, Json]:
    """The front matter that says what is wanted; `given` says `before`."""
    old, new = (side.get("description", ABSENT) for side in (before, wanted))
    named = {key: item for key, item in given.items() if key in _FIRST}
    rest = {key: item for key, item in given.items() if key not in _FIRST}
    further = blended(rest, before.get("front_matter", {}), wanted.get("front_matter", {}))
    said = {key: item for key, item in given.items() if key in named or key in further}
    said |= further
    if same(old, new):
        return said
    if isinstance(new, Absent):
        return {key: item for key, item in said.items() if key != "description"}
    return inserted(said, "description", new, _FIRST)
