"""One agent's folder, put together: settings, prompt, skills, subagents and files."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from agentsync.canonical import ABSENT, Json, same
from agentsync.engine.advice import shown
from agentsync.engine.crosscheck import folder_name_fits, typed_path_advice
from agentsync.engine.normalise import normalise
from agentsync.engine.prompts import PROMPT
from agentsync.engine.restating.texts import exactly, like, like_instructions
from agentsync.engine.rules import Rules
from agentsync.engine.yaml.writing.rewrite import NotEditableError
from agentsync.files.authoring.folder import Authored, Folder, Texts
from agentsync.files.authoring.markdown import edited_skill, new_skill
from agentsync.files.authoring.paths import path_trouble
from agentsync.files.authoring.settings import Binding, write_settings, write_subagent
from agentsync.files.contents import check_skill
from agentsync.files.layout import folded
from agentsync.model.diagnostics import Diagnostic, Severity

_NOTHING: Mapping[str, Json] = {}
_SKILL_PARTS = frozenset({"description", "instructions", "files", "front_matter"})


def authored(
    texts: Texts,
    before: Mapping[str, Json],
    wanted: Mapping[str, Json],
    rules: Rules,
    *,
    target: str = "",
    bind: str = "",
    bind_in_overlay: bool = False,
    schema: str = "",
) -> Authored:
    """What to write so that a folder that says `before` says `wanted` for `target`.

    Shape: `before` and `wanted` are canonical forms, `before` {} for an empty folder; `bind` is an
    agent id to write as `id:`, "" to leave that as it is, in the target's overlay when asked;
    `schema` is where the editor finds the schema of a new agent.yaml, relative to the folder.
    """
    folder = Folder(texts)
    binding = Binding(target=target, agent_id=bind, in_overlay=bind_in_overlay, schema=schema)
    write_settings(folder, before, wanted, rules, binding)
    if rules.form.needs_prompt or PROMPT in wanted:
        _write_prompt(folder, before.get(PROMPT, ""), wanted.get(PROMPT, ""))
    else:
        folder.remove("AGENTS.md")
    for name, old, new in _changed(before, wanted, "skills"):
        _write_skill(folder, name, _inline(old), _inline(new), rules)
    _tell_links(folder, before, wanted)
    for name, old, new in _changed(before, wanted, "subagents"):
        _write_subagent(folder, name, old, new, rules, _beside(schema))
    for path, _, entry in _changed(before, wanted, "files"):
        _write_file(folder, path, entry)
    return folder.finished()


def _changed(
    before: Mapping[str, Json], wanted: Mapping[str, Json], section: str
) -> Iterator[tuple[str, Json, Json]]:
    """The entries of a map that differ; one that is not there is None."""
    old, new = before.get(section) or _NOTHING, wanted.get(section) or _NOTHING
    for name in sorted(old.keys() | new.keys()):
        if not same(old.get(name, ABSENT), new.get(name, ABSENT)):
            yield name, old.get(name), new.get(name)


def _inline(spec: Json) -> Json:
    """The skill if it is a folder of its own, None if it is a link or not there."""
    return None if spec is None or spec.get("repo_handle") else spec


def _write_prompt(folder: Folder, before: str, wanted: str) -> None:
    old = folder.old.get("AGENTS.md")
    if old is None or before != wanted:
        folder.write("AGENTS.md", like(old or "", wanted))


def _tell_links(folder: Folder, before: Mapping[str, Json], wanted: Mapping[str, Json]) -> None:
    """Refuse linked skills whose names a folder has, or another link, where case is nothing."""
    skills = wanted.get("skills") or _NOTHING
    if same(before.get("skills") or _NOTHING, skills):
        return
    names = Counter(folded(name) for name in skills)
    if any(names[folded(name)] > 1 for name, spec in skills.items() if not _inline(spec)):
        folder.refuse("agent.yaml", "the names of two skills differ only in case")


def _write_skill(folder: Folder, name: str, old: Json, new: Json, rules: Rules) -> None:
    at = f"skills/{name}"
    if new is None:
        _remove(folder, at, ("SKILL.md", *(old or _NOTHING).get("files", ())))
        return
    if not _is_folder_name(name):
        folder.refuse(at, "no folder of a skill may have this name")
        return
    for reason in _skill_troubles(new):
        folder.refuse(f"{at}/SKILL.md", reason)
    if old is None or not same(*(_without_files(spec) for spec in (old, new))):
        _write_skill_text(folder, name, old or _NOTHING, new, rules)
    for path, _, content in _changed(old or _NOTHING, new, "files"):
        _write_text(folder, f"{at}/", path, content)


def _skill_troubles(spec: Mapping[str, Json]) -> Iterator[str]:
    if more := sorted(spec.keys() - _SKILL_PARTS):
        yield f"a SKILL.md cannot say `{shown(more[0])}`"
    if "name" in spec.get("front_matter", ()):
        yield "its front matter has another `name` than its folder"


def _without_files(spec: Mapping[str, Json]) -> dict[str, Json]:
    return {key: item for key, item in spec.items() if key != "files"}


def _write_skill_text(
    folder: Folder, name: str, old: Mapping[str, Json], new: Mapping[str, Json], rules: Rules
) -> None:
    path = f"skills/{name}/SKILL.md"
    text = folder.old.get(path)
    try:
        said = new_skill(name, new) if text is None else edited_skill(text, name, old, new)
    except NotEditableError as error:
        folder.not_editable(path, error)
        return
    folder.write(path, said)
    notes: list[Diagnostic] = []
    spec = check_skill(f"skills/{name}", name, said.removeprefix("\ufeff"), notes)
    errors = _errors(notes)
    for reason in errors:
        folder.refuse(path, reason)
    found = normalise({"skills": [spec]}, rules)["skills"][name]
    if not errors and not same(*(_without_files(side) for side in (found, new))):
        folder.refuse(path, "a SKILL.md has no words for all of it")


def _write_subagent(
    folder: Folder, name: str, old: Json, new: Json, rules: Rules, schema: str
) -> None:
    at, known = f"subagents/{name}", old or _NOTHING
    if new is None:
        files = (_place(path)[0] for path in known.get("files", ()))
        _remove(folder, at, ("agent.yaml", "AGENTS.md", *files))
        return
    if not _is_folder_name(name):
        folder.refuse(at, "no folder of a subagent may have this name")
        return
    if header := new.get("front_matter"):
        reason = f"its front matter says `{shown(next(iter(header)))}`, which no file here can say"
        folder.refuse(f"{at}/AGENTS.md", reason)
    path = f"{at}/agent.yaml"
    was, wanted = ({k: v for k, v in spec.items() if k not in _BESIDE} for spec in (known, new))
    if path not in folder.old or not same(was, wanted):
        write_subagent(folder, path, was, wanted, rules, schema)
    path, text = f"{at}/AGENTS.md", new.get("instructions", "")
    if path not in folder.old or known.get("instructions") != text:
        said = like_instructions(folder.old.get(path, ""), text)
        folder.write(path, said)
    _write_subagent_files(folder, at, known, new)


_BESIDE = frozenset({"instructions", "files", "front_matter"})


def _write_subagent_files(
    folder: Folder, at: str, old: Mapping[str, Json], new: Mapping[str, Json]
) -> None:
    skills: set[str] = set()
    for path, _, content in _changed(old, new, "files"):
        place, reason = _place(path)
        if content is not None and reason:
            folder.refuse(f"{at}/{place}", reason)
        elif place.startswith("skills/"):
            name = place.split("/")[1]
            skills.add(name)
            _write_text(folder, f"{at}/skills/{name}/", place.split("/", 2)[2], content)
        else:
            _write_text(folder, f"{at}/files/", path, content)
    for name in sorted(skills):
        _check_skill_folder(folder, f"{at}/skills/{name}", name)


def _place(path: str) -> tuple[str, str]:
    """Where a file of a subagent lies below its folder, and why it cannot lie there, or ""."""
    first, *rest = path.split("/")
    if first == "skills" and len(rest) > 1:
        return path, "" if _is_folder_name(rest[0]) else "no skill's folder may have this name"
    if first.casefold() in ("agents.md", "tools.json", "skills"):
        return f"files/{path}", "another part of the definition covers this path"
    return f"files/{path}", ""


def _check_skill_folder(folder: Folder, at: str, name: str) -> None:
    """Refuse what no folder of a subagent's skill may be."""
    inside = {path.removeprefix(f"{at}/") for path in folder.paths() if path.startswith(f"{at}/")}
    if not inside:
        return
    text = folder.text(f"{at}/SKILL.md")
    notes: list[Diagnostic] = []
    bare = None if text is None else text.removeprefix("\ufeff")
    check_skill(at, name, bare, notes, sorted(inside))
    for reason in _errors(notes):
        folder.refuse(f"{at}/SKILL.md", reason)


def _write_file(folder: Folder, path: str, new: Json) -> None:
    if new is not None and new.keys() != {"content"}:
        folder.refuse(f"files/{path}", "it is more than a text, or none at all")
    elif new is not None and (advice := typed_path_advice(path)):
        folder.refuse(f"files/{path}", advice)
    else:
        _write_text(folder, "files/", path, new and new["content"])


def _write_text(folder: Folder, below: str, path: str, new: Json) -> None:
    """Have the file below + path hold exactly this text; None: have no such file."""
    if new is None:
        folder.remove(below + path)
    elif not isinstance(new, str):
        folder.refuse(below + path, "it is a link to a skill, and no file can say that here")
    elif reason := path_trouble(path):
        folder.refuse(below + path, reason)
    else:
        folder.write(below + path, exactly(folder.old.get(below + path, ""), new))


def _remove(folder: Folder, at: str, parts: Iterable[str]) -> None:
    """Have no folder `at`; what lies in it and is no part of the agent stands in the way."""
    known = {f"{at}/{part}" for part in parts}
    for path in folder.old:
        if path in known:
            folder.remove(path)
        elif path.startswith(f"{at}/"):
            folder.refuse(path, "it is no part of the agent, and its folder is to go")


def _is_folder_name(name: str) -> bool:
    return folder_name_fits(name) and not path_trouble(name)


def _errors(notes: Iterable[Diagnostic]) -> list[str]:
    return [note.message for note in notes if note.severity is Severity.ERROR]


def _beside(schema: str) -> str:
    """Where the schema of a subagent is, if that of the agent is `schema`."""
    folder, _, file = schema.rpartition("/")
    return f"../../{folder}/sub{file}" if folder.startswith(".") else ""
