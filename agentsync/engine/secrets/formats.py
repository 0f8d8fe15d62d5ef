"""Secrets that are told by their shape: the formats of many providers."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, NamedTuple

from agentsync.engine.randomness import is_sample, looks_random
from agentsync.engine.secrets.secret import Secret


class _Format(NamedTuple):
    """One kind of secret: a text without one of the `hints` holds none, so it is not searched.

    The secret is the group "secret" of `pattern`, or the whole match. A `loose` format is only
    believed when the secret looks random.
    """

    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    loose: bool = False


def _format(kind: str, hints: str, pattern: str, *, loose: bool = False) -> _Format:
    # Every pattern repeats within bounds only: no text can make it slow.
    return _Format(kind, tuple(hints.split()), re.compile(pattern), loose)


_END: Final = r"(?![A-Za-z0-9])"


@cache
def _formats() -> tuple[_Format, ...]:
    """The formats, compiled when the first text comes that may have one: it takes 5 ms."""
    return (
        _format(
            "a LangSmith API key",
            "lsv2_ ls__",
            rf"(?:lsv2_[a-z]{{2}}_|ls__)[A-Za-z0-9]{{20,80}}(?:_[A-Za-z0-9]{{4,80}})?{_END}",
        ),
        _format("an Anthropic API key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{20,250}"),
        _format(
            "an OpenAI API key",
            "sk-",
            r"sk-(?!ant-)(?:[a-z]{2,8}-){0,2}[A-Za-z0-9_-]{20,250}",
            loose=True,
        ),
        _format(
            "a GitHub token",
            "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
            rf"(?:gh[pousr]_[A-Za-z0-9]{{36,250}}|github_pat_[A-Za-z0-9_]{{40,250}}){_END}",
        ),
        _format("a GitLab token", "glpat-", r"glpat-[A-Za-z0-9_.-]{20,250}"),
        _format("an AWS access key", "AKIA ASIA", rf"(?:AKIA|ASIA)[A-Z0-9]{{16}}{_END}"),
        _format("a Google API key", "AIza", rf"AIza[A-Za-z0-9_-]{{35}}{_END}"),
        _format("a Google client secret", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{24,60}"),
        _format(
            "a Slack token",
            "xox xapp-",
            r"(?:xox[abceoprs]|xapp)-[A-Za-z0-9-]{10,250}",
            loose=True,
        ),
        _format(
            "a Slack webhook",
            "hooks.slack.com/",
            r"hooks\.slack\.com/[a-z]{4,12}/(?P<secret>[A-Za-z0-9/]{20,250})",
        ),
        _format("a Stripe key", "k_live_", rf"[sr]k_live_[A-Za-z0-9]{{16,250}}{_END}"),
        _format("an npm token", "npm_", rf"npm_[A-Za-z0-9]{{36,60}}{_END}"),
        _format("a PyPI token", "pypi-Ag", r"pypi-Ag[A-Za-z0-9_-]{50,500}"),
        _format("a Hugging Face token", "hf_", rf"hf_[A-Za-z0-9]{{30,60}}{_END}"),
        _format("a Tavily API key", "tvly-", r"tvly-[A-Za-z0-9_-]{20,100}"),
        _format("a Groq API key", "gsk_", rf"gsk_[A-Za-z0-9]{{40,100}}{_END}"),
        _format("a SendGrid API key", "SG.", r"SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{40,50}"),
        _format("a Notion token", "ntn_ secret_", rf"(?:ntn_|secret_)[A-Za-z0-9]{{40,60}}{_END}"),
        _format("a Linear API key", "lin_", rf"lin_(?:api|oauth)_[A-Za-z0-9]{{32,80}}{_END}"),
        _format(
            "a private key",
            "PRIVATE KEY",
            r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----(?:\\[nr]|\s){0,9}"
            r"(?:[A-Za-z-]{1,20}: [^\n]{0,200}(?:\\n|\s){1,9}){0,5}(?P<secret>[A-Za-z0-9+/=]{30,})",
        ),
        _format(
            "a JSON web token",
            "eyJ",
            r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{16,1000}",
        ),
        _format(
            "a bearer token",
            "earer EARER",
            r"[Bb](?:earer|EARER)[ \t]{1,9}(?P<secret>[A-Za-z0-9._~+/=-]{16,2000})",
            loose=True,
        ),
        _format(
            "HTTP credentials",
            "asic",
            r"[Aa]uthorization[\"']?[ \t]{0,9}[:=][ \t]{0,9}[\"']?[Bb]asic[ \t]{1,9}"
            r"(?P<secret>[A-Za-z0-9+/=]{12,500})",
            loose=True,
        ),
    )


# Every format but the one that may be all letters has a run of at least this many of these
# characters, a digit among them; most texts have none, and need not be searched for any format.
_LETTERS_ONLY: Final = ("AKIA", "ASIA")
_SHORTEST_RUN: Final = 12
# A digit beside a letter, or many digits: what "1.", "in 2025," and "item-3/4" have not.
_MIXED: Final = re.compile(r"[0-9](?:(?=[A-Za-z])|(?<=[A-Za-z][0-9])|(?=[0-9]{11}))")
_FROM: Final = re.compile(r"[A-Za-z0-9+/=_-]*")
_UP_TO: Final = re.compile(r"[A-Za-z0-9+/=_-]*\Z")


def in_known_formats(text: str) -> Iterator[Secret]:
    """The secrets of a format that is ours, or the library's."""
    runs = list(_runs(text))
    if runs or any(letters in text for letters in _LETTERS_ONLY):
        yield from _of_our_formats(text)
    if runs:
        yield from _known_to_the_library(text, runs)


def _runs(text: str) -> Iterator[int]:
    """Where a run of characters begins or goes on that may be a secret."""
    for found in _MIXED.finditer(text):
        digit = found.start()
        before = _UP_TO.search(text, max(0, digit - _SHORTEST_RUN), digit)
        after = _FROM.match(text, digit, digit + _SHORTEST_RUN)
        first = before.start() if before else digit
        if after and after.end() - first >= _SHORTEST_RUN:
            yield digit


def _of_our_formats(text: str) -> Iterator[Secret]:
    for kind, hints, pattern, loose in _formats():
        if any(hint in text for hint in hints):
            for match in pattern.finditer(text):
                start, end = match.span("secret" if pattern.groups else 0)
                if _begins(text, match.start()) and _believed(text[start:end], loose):
                    yield Secret(kind=kind, start=start, end=end)


def _begins(text: str, start: int) -> bool:
    """Whether a word begins here, and not the middle of a longer one."""
    before = text[start - 1 : start]
    return not (before.isalnum() and before.isascii()) and before not in ("_",)


def _believed(secret: str, loose: bool) -> bool:
    return looks_random(secret) if loose else not is_sample(secret)


def _known_to_the_library(text: str, runs: Iterable[int]) -> Iterator[Secret]:
    """What the library's patterns find in the lines that have one of the runs."""
    from agentsync.engine.secrets.library import library_patterns

    end = -1
    for run in runs:
        if run < end:
            continue
        start, end = text.rfind("\n", 0, run) + 1, text.find("\n", run)
        end = len(text) if end < 0 else end
        for kind, pattern in library_patterns():
            for match in pattern.finditer(text, start, end):
                first, last = _secret_span(match)
                if looks_random(text[first:last]):
                    yield Secret(kind=kind, start=first, end=last)


def _secret_span(match: re.Match[str]) -> tuple[int, int]:
    """Where the secret stands: in the longest group there is, or all of it."""
    groups = [match.span(number + 1) for number in range(len(match.groups())) if match[number + 1]]
    longest = max(groups, key=lambda span: span[1] - span[0], default=match.span())
    # A group that is only a prefix, as in `(ghp|gho)_…`, is no secret by itself.
    return longest if longest[1] - longest[0] >= 16 else match.span()
