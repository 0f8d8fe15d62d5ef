"""Generated agents with all that a file tree can say, beyond what typed fields have room for."""

from generated import JSON, LINE, SLUG, documents
from hypothesis import strategies as st

# What YAML, JSON or a splitter of lines may trip over.
TRICKY = st.one_of(
    st.sampled_from(["1e3", "0o14", "012", "yes", "~", "", "null", "- 1", "# x", "a: b", "<<"]),
    st.sampled_from(["---", "--- a\n", "{", "'\"", "\\", "\t", "a\rb", "😀", "\ufeffx", "\ufffe"]),
    st.sampled_from(["a\u2028b", "\x85", "\x7f\x80"]),
)
TEXT = st.one_of(TRICKY, st.text(max_size=20).filter(lambda text: "\0" not in text))
NUMBER = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
SETTING = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
TYPED = ("name", "description", "model_id")
FRONT_MATTER = st.dictionaries(TEXT.filter(lambda key: key not in TYPED), SETTING, max_size=3)
BODY = st.lists(st.one_of(TEXT, LINE), max_size=5).map("\n".join)
LINK = st.fixed_dictionaries(
    {"repo_handle": SLUG}, optional={"commit_id": st.just("0123456789abcdef")}
)


@st.composite
def furnished(draw):
    """An agent as git would declare it, with everything that only files can say."""
    document = draw(documents())
    for tools in (document["tools"], *(spec["tools"] for spec in document["subagents"])):
        tools.update(draw(st.dictionaries(SLUG, JSON, max_size=1)))
        for tool in tools["tools"]:
            tool.update(draw(st.dictionaries(SLUG.map("x-{}".format), JSON, max_size=1)))
    for spec in (*document["subagents"], *document["skills"]):
        spec["instructions"] = draw(BODY)
        spec["front_matter"] = draw(FRONT_MATTER)
        if draw(st.booleans()):
            spec["front_matter"]["name"] = draw(st.one_of(LINE, st.integers(0, 9)))
    for spec in document["subagents"]:
        spec["files"] = draw(st.dictionaries(SLUG.map("skills/{}/SKILL.md".format), BODY))
        for name, link in draw(st.dictionaries(SLUG, LINK, max_size=1)).items():
            spec["files"][f"skills/linked-{name}"] = {"type": "skill", **link}
    for name, link in draw(st.dictionaries(SLUG, LINK, max_size=2)).items():
        document["skills"].append({"name": f"linked-{name}", **link})
    raw = draw(st.dictionaries(SLUG.map("notes/{}.md".format), BODY, max_size=2))
    document["files"] = {path: {"content": content} for path, content in raw.items()}
    for name, link in draw(st.dictionaries(SLUG, LINK, max_size=1)).items():
        document["files"][f"shared/{name}"] = {"type": "skill", **link}
    return document


@st.composite
def edits(draw):
    """An agent as git would declare it, and what somebody made of it."""
    before, other = draw(furnished()), draw(furnished())
    after = {key: other[key] for key in other if key not in before or draw(st.booleans())}
    after = {key: before[key] for key in before if draw(st.booleans())} | after
    for section in ("subagents", "skills"):
        after[section] = draw(_edited(before[section], other[section]))
    return before, {"name": before["name"], "system_prompt": "", "tools": {}, **after}


@st.composite
def _edited(draw, before, other):
    kept = {spec["name"]: spec for spec in before if draw(st.booleans())}
    for name, spec in kept.items():
        if other and "repo_handle" not in spec and "repo_handle" not in other[0]:
            taken = {key: other[0][key] for key in other[0] if draw(st.booleans())}
            kept[name] = {**spec, **taken, "name": name}
    return list(({spec["name"]: spec for spec in other if draw(st.booleans())} | kept).values())
