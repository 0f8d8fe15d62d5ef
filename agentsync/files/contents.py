"""Prompts, skills and other files of an agent: the parts of its document that are texts."""

from collections.abc import Callable, Iterable
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.crosscheck import folder_name_fits, skill_issues
from agentsync.engine.frontmatter import HEADER_LINE, parse_header, split
from agentsync.files.layout import Layout, tree
from agentsync.files.sources import Source, report, source_of
from agentsync.files.textfile import MAX_TEXT, read_text, tell_missing, whole_file
from agentsync.model.diagnostics import Diagnostic, Severity, Span

MAX_FILES: Final = 1000
"""Files of one agent besides agent.yaml and AGENTS.md."""
MAX_BYTES: Final = 16 * 1024 * 1024
"""Characters of all those files together."""


class Budget:
    """How many files and characters one agent may still have."""

    __slots__ = ("_files", "_folder", "_notes", "_size")

    def __init__(self, folder: str, notes: list[Diagnostic]) -> None:
        self._folder, self._notes = folder, notes
        self._files, self._size = MAX_FILES, MAX_BYTES

    def read(self, root: str, path: str) -> str | None:
        """The text of root/path; None, and a note, when it cannot be read or is one too many."""
        self._files -= 1
        if self._files < 0 or self._size < 0:
            if self._files == -1 or self._size < 0:
                self._refuse()
            return None
        text = read_text(root, path, MAX_TEXT, self._notes)
        self._size -= len(text or "")
        return text

    def _refuse(self) -> None:
        if self._files == -1:
            what = f"more than {MAX_FILES:,} files"
        else:
            what = f"more than {MAX_BYTES // (1024 * 1024)} MiB of files"
        self._files, self._size = -2, 0
        self._notes.append(
            whole_file(
                self._folder, "agent-too-large", f"this agent has {what}", "move some elsewhere"
            )
        )


def read_prompt(root: str, layout: Layout, what: str, notes: list[Diagnostic]) -> str:
    """The text of AGENTS.md, "" when there is none."""
    path = f"{layout.folder}/AGENTS.md"
    if not layout.prompt:
        tell_missing(path, f"put the {what} there; it may be empty", notes)
        return ""
    text = read_text(root, path, MAX_TEXT, notes)
    if text is None:
        return ""
    if not text or text.isspace():
        notes.append(_warning(path, "empty-prompt", f"the {what} is empty", "write one"))
    elif text.startswith("---") and split(text).header is not None:
        notes.append(
            _warning(
                path,
                "front-matter-in-prompt",
                f"these lines between `---` become part of the {what}",
                "move settings to agent.yaml; only SKILL.md has front matter",
            )
        )
    return text


def read_files(
    root: str,
    folder: str,
    budget: Budget,
    notes: list[Diagnostic],
    *,
    advice: Callable[[str], str] = lambda path: "",
) -> dict[str, str]:
    """The texts of all files below `folder`, by path; `advice` refuses some."""
    texts: dict[str, str] = {}
    for path in tree(root, folder, notes):
        if hint := advice(path):
            message = f"`{path}` is covered by another part of the definition"
            notes.append(whole_file(f"{folder}/{path}", "reserved-path", message, hint))
            continue
        if (text := budget.read(root, f"{folder}/{path}")) is not None:
            texts[path] = text
    return texts


def read_skills(
    root: str, layout: Layout, budget: Budget, notes: list[Diagnostic]
) -> list[dict[str, Json]]:
    """The inline skills of the folder, as the API has them."""
    skills = []
    for name in layout.skills:
        folder = f"{layout.folder}/skills/{name}"
        files = read_files(root, folder, budget, notes)
        text = files.pop("SKILL.md", None)
        skill = check_skill(folder, name, text, notes, files)
        skills.append({**skill, "files": files} if files else skill)
    return skills


def check_skill(
    folder: str, name: str, text: str | None, notes: list[Diagnostic], others: Iterable[str] = ()
) -> dict[str, Json]:
    """The skill that the text of its SKILL.md says, without its further files.

    Shape: `others` are the paths of those files, among which a misspelt SKILL.md may be.
    """
    path = f"{folder}/SKILL.md"
    if not folder_name_fits(name):
        notes.append(bad_name(folder, "skill", name))
    if text is None:
        misspelt = [other for other in others if other.lower() in ("skill.md", "skills.md")]
        hint = "write it; files that belong to no skill go below files/"
        tell_missing(path, f"rename {misspelt[0]} to SKILL.md" if misspelt else hint, notes)
        return {"name": name, "instructions": ""}
    parts = split(text)
    header: Source | None = Source(path, "", {})
    if parts.unclosed:
        notes.append(_unclosed(path))
    elif parts.header is not None:
        header = source_of(path, parts.header, parse_header(parts), notes, HEADER_LINE)
    if header is not None and not parts.unclosed:
        said = None if parts.header is None else header.value
        report(skill_issues(name, said), header, None, notes)
    values = header.value if header else {}
    rest = {key: item for key, item in values.items() if key not in ("name", "description")}
    skill: dict[str, Json] = {"name": name, "instructions": parts.body}
    if "description" in values:
        skill["description"] = values["description"]
    return {**skill, "front_matter": rest} if rest else skill


def _unclosed(path: str) -> Diagnostic:
    return Diagnostic(
        code="front-matter",
        message="the front matter that starts here is never closed",
        hint="add a line `---` after it",
        span=Span(path=path, line=1, column=1),
    )


def bad_name(path: str, kind: str, name: str) -> Diagnostic:
    """The refusal of a folder's name that the API would not take as a name."""
    return whole_file(
        path,
        "bad-folder-name",
        f"`{name}` cannot be the name of a {kind}",
        "rename it: letters, digits, spaces, hyphens and underscores",
    )


def _warning(path: str, code: str, message: str, hint: str) -> Diagnostic:
    span = Span(path=path, line=1, column=1)
    return Diagnostic(code=code, message=message, hint=hint, span=span, severity=Severity.WARNING)
