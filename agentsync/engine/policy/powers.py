"""Who may see and use an agent, as whom it acts, what runs it, and where."""

from collections.abc import Iterator, Mapping
from typing import Final

from agentsync.canonical import Json, join, resolve
from agentsync.engine.policy.hits import Hit, mapping, text

_VISIBILITY: Final = ("user", "tenant")
_ACCESS: Final = ("read", "run", "write")
_IDENTITY: Final = ("personal", "shared")
# Wider first: a user who may do more is not new to a lesser right.
_RIGHTS: Final[Mapping[str, tuple[str, ...]]] = {
    "update": ("update",),
    "run": ("run", "update"),
    "read": ("read", "run", "update"),
}
_MAY: Final = {"update": "may change it", "run": "may run it", "read": "may look at it"}
_SEEN_BY: Final = {"user": "its owner and shared users", "tenant": "the whole workspace"}


def power_hits(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hit]:
    """What becomes wider: the audience, the rights, the identity, the sandbox, or the model."""
    then, now = mapping(before.get("permissions")), mapping(after.get("permissions"))
    if _wider(_VISIBILITY, then, now, "visibility"):
        seen = _SEEN_BY[now["visibility"]]
        yield Hit("visibility-widened", "/permissions/visibility", f"{seen} can see it")
    if _wider(_ACCESS, then, now, "tenant_access_level"):
        may = f"the workspace may {now['tenant_access_level']} it"
        was = then.get("tenant_access_level")
        yield Hit("access-widened", "/permissions/tenant_access_level", f"{may}, not only {was}")
    if _wider(_IDENTITY, then, now, "identity"):
        says = "it acts with shared connections, not with those of whoever runs it"
        yield Hit("identity-shared", "/permissions/identity", says)
    yield from _users(mapping(then.get("shared_users")), mapping(now.get("shared_users")))
    yield from _models(before, after)
    yield from _sandbox(mapping(before.get("backend")), mapping(after.get("backend")))


def _wider(
    order: tuple[str, ...], then: Mapping[str, Json], now: Mapping[str, Json], key: str
) -> bool:
    was, is_now = then.get(key), now.get(key)
    if is_now not in order:
        return False
    return was not in order or order.index(is_now) > order.index(was)


def _users(then: Mapping[str, Json], now: Mapping[str, Json]) -> Iterator[Hit]:
    for right, wider in _RIGHTS.items():
        known = {user for key in wider for user in then.get(key) or ()}
        added = [user for user in now.get(right) or () if user not in known]
        if added:
            who = "a user" if len(added) == 1 else f"{len(added)} users"
            yield Hit(
                "shared-user-added",
                f"/permissions/shared_users/{right}",
                f"{who} {_MAY[right]}: {', '.join(added)}",
            )


def model_ids(agent: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """The models that are named, by their pointers: the agent's, and its subagents' own."""
    yield "/runtime/model/model_id", text(resolve(agent, "/runtime/model/model_id"))
    for name, subagent in mapping(agent.get("subagents")).items():
        yield join(("subagents", name, "model_id")), text(mapping(subagent).get("model_id"))


def _models(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hit]:
    for pointer, model in model_ids(after):
        was = text(resolve(before, pointer))
        if was and model and was != model:
            yield Hit("model-changed", pointer, f"{was} → {model}")


def model_form_hits(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hit]:
    """New models that are not in the form provider:model."""
    for pointer, model in model_ids(after):
        provider, _, name = model.partition(":")
        if model and not (provider and name) and text(resolve(before, pointer)) != model:
            yield Hit("model-form", pointer, f"{model} is the name of a saved configuration")


def _sandbox(then: Mapping[str, Json], now: Mapping[str, Json]) -> Iterator[Hit]:
    if now.get("type") != "sandbox":
        return
    was, config = mapping(then.get("sandbox_config")), mapping(now.get("sandbox_config"))
    if then.get("type") != "sandbox":
        yield Hit("sandbox-added", "/backend/type", "it gets a computer of its own")
        return
    if config.get("scope") == "agent" and was.get("scope") != "agent":
        yield Hit("sandbox-added", "/backend/sandbox_config/scope", "all threads share its sandbox")
    left = config.get("policy_ids") or ()
    gone = [each for each in was.get("policy_ids") or () if each not in left]
    if gone:
        none = "" if left else ": none is left"
        what = "the policy" if len(gone) == 1 else "the policies"
        verb = "holds" if len(gone) == 1 else "hold"
        yield Hit(
            "sandbox-policy-removed",
            "/backend/sandbox_config/policy_ids",
            f"{what} {', '.join(gone)} no longer {verb}{none}",
        )
