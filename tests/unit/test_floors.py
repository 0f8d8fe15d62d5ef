"""The house: imports point down only, and only the command line prints."""

import ast
from pathlib import Path

import pytest

import agentsync

ROOT = Path(agentsync.__file__).parent
FLOORS = {
    "__init__": 0,
    "errors": 0,
    "canonical": 0,
    "model": 1,
    "engine": 2,
    "files": 3,
    "providers": 3,
    "render": 3,
    "emulator": 3,
    "ops": 4,
    "cli": 5,
    "__main__": 6,
}
FILES = sorted(ROOT.rglob("*.py"))


def room(module: str) -> str:
    """The part of the house that `agentsync.x.y` lies in."""
    return module.split(".")[1] if "." in module else "__init__"


def imports(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module == "agentsync":
                yield from (f"agentsync.{name.name}" for name in node.names)
            else:
                yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path):
    here = path.relative_to(ROOT).with_suffix("").parts[0]
    for name in imports(ast.parse(path.read_text("utf-8"))):
        if not name.startswith("agentsync."):
            continue
        there = room(name) if room(name) in FLOORS else "__init__"
        assert FLOORS[there] <= FLOORS[here], f"{path} imports {name} from above"
        if FLOORS[there] == FLOORS[here] == 3:
            assert there == here, f"{path} imports {name} from next door"
        if here == "emulator":
            assert there in ("emulator", "errors", "__init__"), f"{path} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_command_line_prints(path):
    if path.relative_to(ROOT).parts[0] == "cli":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            assert getattr(node.func, "id", "") != "print", f"{path}:{node.lineno} prints"


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.relative_to(ROOT).parts[0] == "engine"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_the_engine_is_pure(path):
    """No disk, no network, no clock in the engine."""
    banned = {"os", "pathlib", "io", "time", "datetime", "socket", "httpx", "subprocess", "shutil"}
    tree = ast.parse(path.read_text("utf-8"))
    assert not banned & {name.split(".")[0] for name in imports(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            assert getattr(node.func, "id", "") != "open", f"{path}:{node.lineno} opens a file"
