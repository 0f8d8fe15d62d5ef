r"""What all schemas share: the draft, the named patterns, and the text they are stored as.

Two validators and every editor must read a pattern in the same way, so none uses `\s`, `\w`,
`\d`, `\p` or lookarounds, which differ between engines. `$` differs too: Python's also matches
before a final newline. Whatever ends in `$` therefore refers to `line`, which refuses newlines.

The named patterns say nothing of the type: that stands beside the reference, once, so that a value
of the wrong type is one error and not several. Nor do they describe anything: editors would show
that instead of the field's own description. `patternErrorMessage` and `errorMessage` are
what editors, and agentsync, say of a value that does not fit.
"""

import json
from collections.abc import Mapping
from typing import Final

from agentsync.canonical import Json

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

# The largest whole number that every JSON reader keeps exact.
LARGEST: Final = 2**53 - 1

_BLANKS: Final = r"\x09-\x0d\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
# Neither seen nor blank: zero-width characters, marks of direction, fillers.
_INVISIBLE: Final = (
    r"\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\uffa0"
)
_SEGMENT: Final = r"(?:[^/\\.][^/\\]*|\.[^/\\.][^/\\]*|\.\.[^/\\]+)"

NON_BLANK: Final = f"[^{_BLANKS}{_INVISIBLE}]"

# Letters are ASCII letters: the API does not say more, and these are safe as a folder's name.
_WORDS: Final = "^ *[A-Za-z0-9_-][A-Za-z0-9 _-]*$"
_WORDS_MESSAGE: Final = (
    "may contain letters, numbers, spaces, underscores and hyphens, and must not be only spaces"
)

PATTERNS: Final[Mapping[str, Mapping[str, Json]]] = {
    "line": {
        "not": {"type": "string", "pattern": r"[\x00-\x1f\x7f-\x9f]"},
        "errorMessage": "must be one line: no newline, tab or other control character",
    },
    "nonBlankLine": {
        "$ref": "#/$defs/line",
        "pattern": NON_BLANK,
        "patternErrorMessage": "must not be empty, or only spaces and invisible characters",
    },
    "skillHandle": {
        "$ref": "#/$defs/line",
        "pattern": f"^[^{_BLANKS}{_INVISIBLE}]+$",
        "patternErrorMessage": "must be one word, such as summarizer: no spaces",
    },
    "commit": {
        "$ref": "#/$defs/line",
        "pattern": "^[0-9A-Za-z][0-9A-Za-z._/-]*$",
        "patternErrorMessage": "must be a commit, of 8 to 64 hexadecimal digits, or a tag",
    },
    "uuid": {
        "$ref": "#/$defs/line",
        "pattern": "^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$",
        "patternErrorMessage": "must be a UUID such as dfa71115-c971-4197-8f02-20826fbc6f40",
        "format": "uuid",
    },
    "serverUrl": {
        "$ref": "#/$defs/line",
        "pattern": f"^https?://[^/?#{_BLANKS}]+(?:[/?#][^{_BLANKS}]*)?$",
        "patternErrorMessage": "must be an http or https URL such as https://tools.example.com",
        "format": "uri",
    },
    "endpointUrl": {
        "$ref": "#/$defs/line",
        "pattern": f"^https?://[^/?#@{_BLANKS}]+(?:/[^?#{_BLANKS}]*)?$",
        "patternErrorMessage": "must be an http or https URL without user name, query or fragment",
        "format": "uri",
    },
    "subagentName": {
        "$ref": "#/$defs/line",
        "pattern": _WORDS,
        "patternErrorMessage": _WORDS_MESSAGE,
    },
    "skillName": {
        "$ref": "#/$defs/line",
        "pattern": _WORDS,
        "patternErrorMessage": _WORDS_MESSAGE,
    },
    "relativePath": {
        "$ref": "#/$defs/line",
        "pattern": f"^{_SEGMENT}(?:/{_SEGMENT})*$",
        "patternErrorMessage": "must be a relative path with forward slashes, without `.` or `..`",
    },
    "slug": {
        "$ref": "#/$defs/line",
        "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$",
        "patternErrorMessage": "may contain letters, numbers, hyphens and underscores, and must "
        "start with a letter or a number",
    },
    "pointerGlob": {
        "$ref": "#/$defs/line",
        "pattern": "^/(?:[^~]|~[01])*$",
        "patternErrorMessage": "must be a JSON Pointer: it starts with `/`, and a `~` in a name is "
        "written `~0`",
    },
    "count": {"minimum": 0, "maximum": LARGEST},
    "sha256": {
        "pattern": "^[0-9a-f]{64}$",
        "patternErrorMessage": "must be a sha256: 64 hexadecimal digits",
        "maxLength": 64,
    },
}
"""The named patterns, as `$defs`. They refer to each other, so take them with `patterns`."""


def patterns(*names: str) -> dict[str, Json]:
    """`$defs` with these named patterns and the ones they refer to, in the order of `PATTERNS`."""
    wanted = set(names)
    for name in names:
        ref = PATTERNS[name].get("$ref")
        if ref:
            wanted.add(ref.rpartition("/")[2])
    return {name: dict(PATTERNS[name]) for name in PATTERNS if name in wanted}


def ref(name: str) -> str:
    """The `$ref` to a named definition of the same document."""
    return f"#/$defs/{name}"


def refused(why: str) -> dict[str, Json]:
    """The schema that nothing fits, with the reason.

    It is an empty list of choices and not `false`: editors show the reason, and jsonschema's error
    has the path of the key that is refused, not of the object around it.
    """
    return {"enum": [], "errorMessage": why, "doNotSuggest": True}


def record(description: str, properties: Mapping[str, Json], **more: Json) -> dict[str, Json]:
    """The schema of an object with exactly these keys, all of them required unless told."""
    required = more.pop("required", list(properties))
    return {
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "required": required,
        "additionalProperties": False,
        **more,
    }


def render(schema: Mapping[str, Json]) -> str:
    """The text a schema is stored as: two spaces of indent, keys as built, a final newline."""
    return json.dumps(schema, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
