"""The registry of APIs: every entry leads to a provider that fits it."""

from importlib import import_module

import pytest

from agentsync.engine.apis import APIS, form_of
from agentsync.engine.forms import AGENT, ASSISTANT
from agentsync.providers.base import Provider


@pytest.mark.parametrize("name", APIS)
def test_an_api_leads_to_a_provider_of_its_form(name: str) -> None:
    module, _, kind = APIS[name].provider.partition(":")
    found = getattr(import_module(module), kind)
    assert issubclass(found, Provider)
    assert found.rules.form is APIS[name].form is form_of(name)
    assert found.key_variables
    assert found.endpoint_variable
    assert all(path.startswith("/") for path in found.api_paths)
    assert list(found.api_paths) == sorted(found.api_paths, key=len, reverse=True)
    assert APIS[name].title


def test_the_forms_are_as_people_know_them() -> None:
    assert [form_of(name) for name in ("managed", "agent-server")] == [AGENT, ASSISTANT]
    assert form_of("unheard-of") is AGENT
    assert form_of("") is AGENT


def test_a_form_names_each_field_once_and_can_be_a_key() -> None:
    for form in (AGENT, ASSISTANT):
        assert len(set(form.fields)) == len(form.fields)
        assert form.fields[0] == "id"
        assert not form.folders & form.instead.keys()
    assert len({AGENT, ASSISTANT}) == 2


def test_an_assistant_is_all_in_one_file_and_a_prompt() -> None:
    assert ASSISTANT.folders == frozenset()
    assert set(ASSISTANT.instead) == AGENT.folders
    assert not ASSISTANT.needs_prompt
    assert AGENT.needs_prompt
    assert (AGENT.prompt_at, ASSISTANT.prompt_at) == ("", "/context/system_prompt")
