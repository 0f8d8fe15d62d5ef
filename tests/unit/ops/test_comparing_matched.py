"""One definition and the live agent it means, for commands that are about one agent."""

import pytest
from pretending import Pretending
from written import write_definition

from agentsync.engine.normalise import desired
from agentsync.errors import IdentityError, ProjectError
from agentsync.files.project import open_project
from agentsync.model import Target
from agentsync.ops.comparing import Comparing
from agentsync.ops.draft import roster_of
from agentsync.providers.managed import RULES


@pytest.fixture
def comparing(tmp_path):
    """What comparing takes, for one definition `a` and these live agents by id."""

    def make(*, text="", **names):
        (tmp_path / "agentsync.yaml").write_text("version: 1\nproject: tests\n")
        write_definition(tmp_path / "agents" / "a", {"name": "A", "system_prompt": "p"})
        path = tmp_path / "agents" / "a" / "agent.yaml"
        path.write_text(text + path.read_text())
        project = open_project(tmp_path)
        provider = Pretending(**{k: desired({"name": it}, RULES) for k, it in names.items()})
        roster = roster_of(project, Target(), provider)
        return Comparing(project=project, target="", provider=provider, roster=roster)

    return make


def test_a_definition_and_the_agent_of_its_name(comparing):
    definition, match = comparing(x="A", y="B").matched("a")
    assert definition.name == "A"
    assert definition.value["system_prompt"] == "p"
    assert (match.live.agent_id, match.by_name) == ("x", True)


def test_a_definition_without_agent(comparing):
    definition, match = comparing(y="B").matched("a")
    assert (definition.address, match) == ("a", None)


def test_two_that_fit(comparing):
    with pytest.raises(IdentityError, match="2 live agents"):
        comparing(x="A", y="A").matched("a")


def test_a_definition_that_is_wrong(comparing):
    with pytest.raises(ProjectError, match="a is not valid") as caught:
        comparing(text="nome: A\n", x="A").matched("a")
    assert "agentsync validate" in caught.value.hint
