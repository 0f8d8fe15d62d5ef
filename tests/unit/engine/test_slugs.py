import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsync.engine.slugs import Slugs, slug_of
from agentsync.files.project import is_slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Research assistant", "research-assistant"),
        ("  Café -- Zoë!  ", "cafe-zoe"),
        ("Straße", "strasse"),
        ("２０２６", "2026"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本", ""),
        ("---", ""),
        ("x" * 200, "x" * 60),
        ("a" * 59 + " b", "a" * 59),
    ],
)
def test_a_name_becomes_a_folder(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.lists(st.text(max_size=80), max_size=20), st.lists(st.text(max_size=5), max_size=5))
def test_every_name_gets_a_slug_of_its_own(names: list[str], taken: list[str]) -> None:
    slugs = Slugs(taken)
    found = [slugs.take(name, "agent-1a2b") for name in names]
    assert all(map(is_slug, found))
    assert len(set(found)) == len(found)
    assert not set(found) & set(taken)


def test_names_that_are_taken_are_numbered() -> None:
    slugs = Slugs(["bot", "bot-3"])
    assert [slugs.take("Bot", "x") for _ in range(3)] == ["bot-2", "bot-4", "bot-5"]
    assert [slugs.take("!", "agent-1") for _ in range(2)] == ["agent-1", "agent-1-2"]
    slugs.reserve("free")
    assert not slugs.free("free")


@pytest.mark.parametrize("name", ["CON", "nul", "Com1"])
def test_no_folder_is_a_device(name: str) -> None:
    assert Slugs(()).take(name, "x") == f"{name.lower()}-agent"
