"""Runs the jobs of a workflow file as GitHub's runner does, with the real shell of every step.

Actions of others are played (`others.py`); ours is run, but for its install step: agentsync is
there already, in the environment of these tests.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from expressions import as_text, evaluated, expression, truthy
from others import OTHERS, Failed

ROOT = Path(__file__).resolve().parents[3]
OURS = "$/"
BIN = Path(sys.executable).parent
_STATUS = ("success", "failure", "always", "cancelled")


def load(path: Path | str) -> Any:
    """A file of YAML; `on` stays a text."""
    return yaml.load((ROOT / path).read_text("utf-8"), Loader=_Loader)


class _Loader(yaml.SafeLoader):
    """YAML 1.2's booleans, as GitHub reads them."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if first not in "oOyYnN" or "bool" not in tag]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass
class Machine:
    """What all jobs of a run share: the runner's variables, folders, contexts and artifacts.

    Shape: `home` is a folder of its own; `origin` the bare repository that checkout clones;
    `permit` hears what permissions a job names, None for none, before it begins.
    """

    home: Path
    origin: Path
    environ: dict[str, str]
    github: dict[str, Any]
    ref: str = "main"
    artifacts: dict[str, Path] = field(default_factory=dict)
    scanned: list[str] = field(default_factory=list)
    token: str = "job-token"
    permit: Callable[[dict[str, str] | None], None] = lambda permissions: None

    def __post_init__(self) -> None:
        self.github = {"token": self.token, **self.github}


@dataclass
class Done:
    """How a job, or a composite action, went."""

    outcome: str = "success"
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    ran: list[str] = field(default_factory=list)


@dataclass
class Frame:
    """Steps that share one `steps` context: a job's, or those of a composite action in it."""

    machine: Machine
    workspace: Path
    contexts: dict[str, Any]
    environ: dict[str, str]
    done: Done
    action: Path | None = None

    def functions(self) -> dict[str, Any]:
        failed = self.done.outcome == "failure"
        return {
            "success": lambda: not failed,
            "failure": lambda: failed,
            "always": lambda: True,
            "cancelled": lambda: False,
            "format": lambda text, *words: text.format(*map(as_text, words)),
        }

    def value(self, text: Any) -> Any:
        return evaluated(text, self.contexts, self.functions())

    def holds(self, condition: Any) -> bool:
        text = str(condition).strip().removeprefix("${{").removesuffix("}}")
        found = truthy(expression(text, self.contexts, self.functions()))
        named = any(f"{name}()" in text for name in _STATUS)
        return found and (named or self.done.outcome == "success")

    def run(self, steps: list[dict[str, Any]]) -> None:
        for step in steps:
            name = step.get("name", step.get("uses", ""))
            if not self.holds(step.get("if", "success()")):
                continue
            self.done.ran.append(name)
            try:
                outputs = self._one(step)
            except Failed as failed:
                self.done.log += f"{failed}\n"
                self.done.outcome, outputs = "failure", failed.outputs
            if "id" in step:
                self.contexts["steps"][step["id"]] = {"outputs": outputs}

    def _one(self, step: dict[str, Any]) -> dict[str, str]:
        extra = {name: as_text(self.value(text)) for name, text in step.get("env", {}).items()}
        environ = {**self.environ, **extra}
        if "run" in step:
            if "install.sh" in step["run"]:
                return {"bin": str(BIN)}
            return self._shell(step, environ)
        given = {name: as_text(self.value(text)) for name, text in step.get("with", {}).items()}
        if step["uses"].startswith(OURS):
            return self._ours(ROOT / step["uses"].removeprefix(OURS), given, environ)
        action = OTHERS[step["uses"].partition("@")[0]]
        return action(self, given)

    def _ours(
        self, folder: Path, given: Mapping[str, str], environ: dict[str, str]
    ) -> dict[str, str]:
        action = load(folder / "action.yml")
        unknown = given.keys() - action["inputs"].keys()
        assert not unknown, f"inputs that the action does not have: {unknown}"
        inputs = {}
        for name, item in action["inputs"].items():
            assert name in given or not item.get("required"), f"the input {name} is missing"
            inputs[name] = given.get(name, as_text(self.value(item.get("default", ""))))
        contexts = {**self.contexts, "inputs": inputs, "steps": {}}
        contexts.pop("secrets", None)
        contexts.pop("needs", None)
        inner = Frame(
            machine=self.machine,
            workspace=self.workspace,
            contexts=contexts,
            environ=environ,
            done=Done(),
            action=folder,
        )
        inner.run(action["runs"]["steps"])
        self.done.log += inner.done.log
        self.done.summary += inner.done.summary
        self.done.ran += [f"agentsync: {name}" for name in inner.done.ran]
        outputs = {
            name: as_text(inner.value(item["value"])) for name, item in action["outputs"].items()
        }
        if inner.done.outcome == "failure":
            raise Failed("the action failed", outputs)
        return outputs

    def _shell(self, step: dict[str, Any], environ: dict[str, str]) -> dict[str, str]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an expression in a script"
        temp = Path(environ["RUNNER_TEMP"])
        script, output, summary = (temp / name for name in ("step.sh", "output", "summary"))
        script.write_text(step["run"], "utf-8")
        output.write_text("")
        summary.write_text("")
        told = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        if self.action:
            told["GITHUB_ACTION_PATH"] = str(self.action)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env={**environ, **told},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        self.done.log += done.stdout
        self.done.summary += summary.read_text("utf-8")
        outputs = dict(_lines(output.read_text("utf-8")))
        if done.returncode:
            raise Failed(f"exit code {done.returncode}", outputs)
        return outputs


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        assert equals, f"{line!r} is no NAME=VALUE"
        yield name, value


def run_action(
    machine: Machine, workspace: Path, given: Mapping[str, str], environ: Mapping[str, str]
) -> Done:
    """Our action, as one step of a job whose workspace is this folder."""
    temp = machine.home / "temp"
    temp.mkdir(exist_ok=True)
    done = Done()
    variables = {**machine.environ, "RUNNER_TEMP": str(temp), "GITHUB_WORKSPACE": str(workspace)}
    contexts = {"github": machine.github, "steps": {}}
    frame = Frame(machine, workspace, contexts, variables, done)
    uses = f"{OURS}.github/actions/agentsync"
    frame.run([{"id": "it", "uses": uses, "with": dict(given), "env": dict(environ)}])
    done.outputs = contexts["steps"]["it"]["outputs"]
    return done


def run_workflow(
    path: str,
    machine: Machine,
    *,
    inputs: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    only: tuple[str, ...] = (),
    before: Mapping[str, Done] | None = None,
) -> dict[str, Done]:
    """Every job of a called workflow, in the order of the file, by its id.

    Shape: `only` are the jobs to run, () for all; the others count as skipped, or went as
    `before` says.
    """
    workflow = load(path)
    called = workflow["on"]["workflow_call"]
    assert not set(inputs or {}) - called["inputs"].keys(), "inputs that the workflow does not have"
    contexts = {
        "inputs": {
            name: (inputs or {}).get(name, item.get("default"))
            for name, item in called["inputs"].items()
        },
        "secrets": dict(secrets or {}),
        "github": machine.github,
    }
    done: dict[str, Done] = {}
    for name, job in workflow["jobs"].items():
        if name in (before or {}):
            done[name] = (before or {})[name]
        else:
            done[name] = _job(name, job, workflow, machine, contexts, done, only)
    return done


def _job(
    name: str,
    job: dict[str, Any],
    workflow: dict[str, Any],
    machine: Machine,
    given: Mapping[str, Any],
    before: Mapping[str, Done],
    only: tuple[str, ...],
) -> Done:
    needed = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
    failed = any(before[other].outcome != "success" for other in needed)
    permissions = job.get("permissions", workflow.get("permissions"))
    done = Done(outcome="failure" if failed else "success")
    needs = {other: {"outputs": before[other].outputs} for other in needed}
    temp = machine.home / f"temp-{name}"
    contexts = {**given, "needs": needs}
    frame = Frame(machine, machine.home / f"work-{name}", contexts, {}, done)
    chosen = not only or name in only
    if not chosen or not frame.holds(job.get("if", "success()")):
        return Done(outcome="skipped")
    done.outcome = "success"
    machine.permit(permissions)
    frame.value(job.get("concurrency", ""))
    frame.value(job.get("environment", ""))
    frame.workspace.mkdir()
    temp.mkdir()
    frame.environ = {
        **machine.environ,
        "RUNNER_TEMP": str(temp),
        "GITHUB_WORKSPACE": str(frame.workspace),
    }
    contexts.update(steps={}, runner={"temp": str(temp)}, env={})
    env = {key: as_text(frame.value(text)) for key, text in job.get("env", {}).items()}
    frame.environ.update(env)
    contexts["env"] = env
    frame.run(job["steps"])
    outputs = job.get("outputs", {})
    done.outputs = {key: as_text(frame.value(text)) for key, text in outputs.items()}
    return done
