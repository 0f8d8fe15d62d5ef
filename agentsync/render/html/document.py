"""The file around a page: its head, its style and its script, and the policy that names them.

Nothing is fetched: the policy allows this very style and this very script, by their digests, and
nothing else. Text that came through unescaped could be seen, and could not act.
"""

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from agentsync.model import Report
from agentsync.render import RenderOptions
from agentsync.render.html.markup import Markup, joined, tag
from agentsync.render.html.page import Page
from agentsync.render.html.pages import content
from agentsync.render.html.room import Room
from agentsync.render.places import seen_from_here
from agentsync.render.text.heads import SHORT_REVISION

_DOCTYPE: Final = Markup("<!DOCTYPE html>\n")


def render(report: Report, options: RenderOptions) -> str:
    """The report as one HTML file, which loads nothing and needs no script to be read."""
    room = Room(whole=options.verbose)
    page = Page(report=seen_from_here(report), options=options, room=room)
    return joined([_DOCTYPE, tag("html", _head(page), _body(page), lang="en"), Markup("\n")])


def _head(page: Page) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy()),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{title(page.report)} · agentsync"),
        tag("style", _ours("report.css")),
    )


def _body(page: Page) -> Markup:
    return tag(
        "body",
        tag("a", "Skip to the report", href="#content", class_="skip"),
        _header(page.report),
        tag("main", content(page), id="content", tabindex=-1),
        _footer(page.report),
        tag("script", _ours("report.js")),
    )


def title(report: Report) -> str:
    """What the page is about: the command, the project and its target."""
    said = report.command.capitalize()
    if plan := report.plan:
        target = f", target {plan.target}" if plan.target else ""
        return f"{said}: {plan.project}{target}"
    return said


def _header(report: Report) -> Markup:
    facts = (
        tag("div", tag("dt", name), tag("dd", value)) for name, value in _facts(report) if value
    )
    return tag("header", tag("h1", title(report)), tag("dl", *facts))


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    if plan := report.plan:
        yield "provider", plan.provider
        yield "endpoint", plan.endpoint
        yield "workspace", plan.workspace_id
        yield "commit", plan.commit[:SHORT_REVISION]
    if report.checked:
        yield "agents", str(report.checked)


def _footer(report: Report) -> Markup:
    code = f"exit code {int(report.exit_code)}"
    return tag("footer", tag("p", f"agentsync {report.tool_version} · {code}"))


def policy() -> str:
    """The Content-Security-Policy: our own style and script, and nothing from anywhere."""
    style, script = _digest("report.css"), _digest("report.js")
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _ours(name: str) -> Markup:
    """A file of this package, as it stands."""
    return Markup(files("agentsync.render.html").joinpath(name).read_text("utf-8"))


@cache
def _digest(name: str) -> str:
    return b64encode(sha256(_ours(name).encode()).digest()).decode()
