"""Three graphs of one node each, which answers with what the run was configured with."""

from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    """Shape: `question` goes in; `seen` has the `context` and the `configurable` of the run."""

    question: str
    seen: dict[str, Any]


class Limits(TypedDict, total=False):
    """The object within the context."""

    max_steps: int


class AgentContext(TypedDict, total=False):
    """A value of each kind, and the prompt where most agents have it."""

    system_prompt: str
    model: str
    temperature: float
    tools: list[str]
    limits: Limits


@dataclass(kw_only=True)
class Style:
    """How to write."""

    instructions: str = ""


@dataclass(kw_only=True)
class WriterContext:
    """The prompt one level down, at /style/instructions."""

    style: Style = field(default_factory=Style)
    language: str = "en"


# What the server itself adds to `configurable` begins with one of these.
_SERVERS = (
    "__",
    "assistant_id",
    "checkpoint_",
    "graph_id",
    "langgraph_",
    "run_id",
    "thread_id",
    "user_id",
)


def _answer(state: State, config: RunnableConfig, runtime: Runtime[Any]) -> State:
    found = config.get("configurable", {})
    told = {key: item for key, item in found.items() if not key.startswith(_SERVERS)}
    return {"seen": {"context": runtime.context, "configurable": told}}


def _graph(context: type[Any] | None) -> Any:
    graph = StateGraph(State, context_schema=context)
    graph.add_node("answer", _answer)
    graph.add_edge(START, "answer")
    return graph.compile()


agent = _graph(AgentContext)
plain = _graph(None)
writer = _graph(WriterContext)
