"""Commits of exactly the files that were written, in the repository that the project lies in."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentsync.errors import ProjectError, RefusedError
from agentsync.files.repository import git

_UNFINISHED: Final = {
    "MERGE_HEAD": "a merge",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisect",
}
_UNTRACKED: Final = "??"


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """What is in no commit; paths are relative to the project's root.

    Shape: `changed` are files that git knows, `new` those that it does not.
    """

    changed: frozenset[str]
    new: frozenset[str]


def check(root: Path) -> None:
    """Nothing, when commits can be made there: asked before anything is written.

    Errors: ProjectError without git, a repository or an identity, RefusedError in the middle of a
    merge or the like.
    """
    inside = git.ask(root, "rev-parse", "--is-inside-work-tree")
    if inside.code or inside.text != "true":
        known = "" if "not a git repo" in inside.told or not inside.code else f": {inside.told}"
        raise ProjectError(
            f"{root} is in no git repository, so nothing can be committed{known}",
            hint="`git init` makes one; without --commit the files are only written",
        )
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        if git.ask(root, "var", who).code:
            raise ProjectError(
                "git does not know whose commits these would be",
                hint="tell it: `git config user.name …` and `git config user.email …`",
            )
    if what := _unfinished(root):
        raise RefusedError(
            f"{what} is under way in this repository: nothing was written",
            hint="finish or abort it, then run the command again",
        )


def uncommitted(root: Path, folder: str) -> Uncommitted:
    """What is in no commit of the files below root/folder.

    Errors: ProjectError.
    """
    options = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
    answer = git.ask(root, "status", *options, "--", _literal(folder)).checked()
    top = git.prefix(root)
    states = {item[3:].removeprefix(top): item[:2] for item in answer.items}
    new = frozenset(path for path, state in states.items() if state == _UNTRACKED)
    return Uncommitted(changed=frozenset(states) - new, new=new)


def ignored(root: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of the paths that git is told to ignore; files that it knows are none of them.

    Errors: ProjectError.
    """
    asked = "".join(f"{path}\0" for path in paths).encode()
    return tuple(git.ask(root, "check-ignore", "-z", "--stdin", given=asked).checked(1).items)


def commit(root: Path, paths: Collection[str], new: Iterable[str], message: str) -> str:
    """The hash of a commit of exactly these files as they are on disk.

    The index and all other changes stay as they are; hooks run as for anybody.
    Shape: `paths` are relative to the root; `new` are those of them that git does not know yet.
    Errors: ProjectError with what git, or a hook, said.
    """
    unknown = sorted(map(_literal, new))
    try:
        if unknown:
            # `commit --only` finds nothing but what git has heard of.
            git.ask(root, "add", "--intent-to-add", "--", *unknown).checked()
        git.ask(
            *(root, "-c", "i18n.commitEncoding=utf-8", "commit", "--quiet", "--only"),
            *("--cleanup=whitespace", "--file=-", "--", *sorted(map(_literal, paths))),
            given=message.encode("utf-8", "replace"),
            # Hooks may take long.
            timeout=None,
        ).checked()
    except BaseException:
        if unknown:
            undo = ("reset", "-q") if git.head(root) else ("rm", "-q", "--cached")
            git.ask(root, *undo, "--", *unknown)
        raise
    return git.ask(root, "rev-parse", "--verify", "HEAD").checked().text


def _literal(path: str) -> str:
    return f":(literal){path}"


def _unfinished(root: Path) -> str:
    """What nobody has finished in this repository, "" for nothing."""
    asked = [word for name in _UNFINISHED for word in ("--git-path", name)]
    places = git.ask(root, "rev-parse", *asked).checked().text.split("\n")
    for place, what in zip(places, _UNFINISHED.values(), strict=True):
        if (root / place).exists():
            return what
    return "a merge" if git.ask(root, "ls-files", "--unmerged").checked().text else ""
