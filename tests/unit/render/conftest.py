"""Reports of every kind that renderers meet, and the functions that make their parts."""

from collections.abc import Callable, Mapping

import pytest
from edited import edited_reports
from pulled import pulled_reports
from reported import change, edit
from reviewed import reviewed_reports
from told import told_reports

from agentsync.model import Change, FieldChange, Report


@pytest.fixture(scope="session")
def reports() -> Mapping[str, Report]:
    """Reports by name, of the kinds that renderers meet."""
    return {**told_reports(), **edited_reports(), **pulled_reports(), **reviewed_reports()}


@pytest.fixture(scope="session")
def make_change() -> Callable[..., Change]:
    """The function that makes one agent's change."""
    return change


@pytest.fixture(scope="session")
def make_edit() -> Callable[..., FieldChange]:
    """The function that makes one field's change."""
    return edit
