"""The HTML report in a real browser: a headless Chromium that is on the machine already.

Without one these tests skip and say so; AGENTSYNC_REQUIRE_BROWSER=1 turns the skip into a failure.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from edited import edited_reports
from pulled import pulled_reports
from told import told_reports

from agentsync.model import Report
from agentsync.render import RenderOptions, render

from .chromium import Chromium, Tab

_REQUIRED = os.environ.get("AGENTSYNC_REQUIRE_BROWSER") == "1"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for all tests, with a new profile."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        reason = "no Chromium on this machine (chromium, google-chrome)"
        if _REQUIRED:
            pytest.fail(f"{reason} (AGENTSYNC_REQUIRE_BROWSER=1)", pytrace=False)
        pytest.skip(reason)
    started = Chromium(program, tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


@pytest.fixture
def tab(browser: Chromium) -> Iterator[Tab]:
    """A new page, as wide as a laptop and light."""
    page = Tab(browser)
    page.look()
    yield page
    page.close()


@pytest.fixture(scope="session")
def reports() -> Mapping[str, Report]:
    """The same reports that the renderers' tests have."""
    return {**told_reports(), **edited_reports(), **pulled_reports()}


@pytest.fixture
def opened(tab: Tab, tmp_path: Path) -> Callable[..., Tab]:
    """The function that renders a report, and opens it in the page."""

    def open_report(report: Report, **options: bool) -> Tab:
        path = tmp_path / "report.html"
        path.write_text(render(report, "html", RenderOptions(**options)), "utf-8")
        tab.open(path)
        return tab

    return open_report
