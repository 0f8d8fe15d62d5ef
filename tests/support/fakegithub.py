"""GitHub's REST API in memory: it rejects what GitHub rejects. `serving.py` puts it on a socket.

Known: comments of issues and pull requests, issues, labels, pull requests, the token's user. Every
token has permissions, as a job's token has; a fork's has none that writes.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

REPOSITORY = "acme/agents"
LONGEST_BODY = 65_536
LONGEST_TITLE = 256
PAGE = 100
BOT = {"login": "github-actions[bot]", "type": "Bot"}


def person(login: str) -> dict[str, str]:
    """A user as items show it."""
    return {"login": login, "type": "User"}


@dataclass(frozen=True)
class Token:
    """Who a token is, and what it may do."""

    user: dict[str, str] = field(default_factory=lambda: dict(BOT))
    permissions: dict[str, str] = field(default_factory=dict)

    def may(self, *any_of: str) -> bool:
        return any(self.permissions.get(name) == "write" for name in any_of)


@dataclass
class Fault:
    """A failure on order, for the next `times` requests that fit.

    `late` lets the request take effect first: its answer is lost.
    """

    method: str
    path: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    late: bool = False

    def strikes(self, method: str, path: str) -> bool:
        fits = self.times > 0 and method == self.method and re.search(self.path, path) is not None
        self.times -= fits
        return fits


class RefusedError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class FakeGitHub:
    """One repository.

    `branches` says which branches there are; without it, every one is there.
    """

    url: str = ""
    owner: str = REPOSITORY.partition("/")[0]
    tokens: dict[str, Token] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    labels: dict[str, dict[str, Any]] = field(default_factory=dict)
    branches: Callable[[str], bool] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)
    _next: int = 1000

    # -- what tests put there and look at

    def pull_request(self, number: int, head: str = "topic", base: str = "main") -> None:
        """Somebody's pull request."""
        self._add(number, "A change", "", person("ann"), [])["pull_request"] = {}
        self.issues[number].update(head=head, base=base)

    def comment(self, number: int, body: str, user: dict[str, str] | None = None) -> int:
        """A comment that is there already; the answer is its id."""
        made = self._comment(number, body, user or dict(BOT))
        return int(made["id"])

    def issue(
        self, number: int, body: str, labels: tuple[str, ...], user: dict[str, str] | None = None
    ) -> None:
        """An issue that is there already."""
        self._add(number, "An issue", body, user or dict(BOT), list(labels))

    def bodies(self, number: int) -> list[str]:
        """The comments of one issue or pull request, oldest first."""
        mine = [item for item in self.comments.values() if item["issue"] == number]
        return [plain(item["body"]) for item in sorted(mine, key=lambda item: item["id"])]

    def opened(self, pulls: bool = False) -> list[dict[str, Any]]:
        """The open issues, or pull requests, oldest first."""
        return [
            item
            for _, item in sorted(self.issues.items())
            if item["state"] == "open" and ("pull_request" in item) is pulls
        ]

    def writes(self) -> list[str]:
        """The requests that asked for a change, as "METHOD path"."""
        return [f"{method} {path}" for method, path in self.requests if method != "GET"]

    # -- the API

    def answer(
        self, method: str, path: str, query: dict[str, str], body: Any, token: Token
    ) -> tuple[int, Any]:
        if path == "/user":
            if token.user["type"] != "User":
                raise RefusedError(403, "Resource not accessible by integration")
            return 200, token.user
        inside = path.removeprefix(f"/repos/{REPOSITORY}/")
        if inside == path:
            raise RefusedError(404, "Not Found")
        for pattern, handler in self._routes():
            found = re.fullmatch(f"{method} {pattern}", f"{method} {inside}")
            if found:
                return handler(*found.groups(), method=method, query=query, body=body, token=token)
        raise RefusedError(404, "Not Found")

    def _routes(self) -> list[tuple[str, Callable[..., tuple[int, Any]]]]:
        return [
            (r"issues/(\d+)/comments", self._on_comments),
            (r"issues/comments/(\d+)", self._on_comment),
            (r"issues/(\d+)", self._on_issue),
            (r"issues", self._on_issues),
            (r"labels/([^/]+)", self._on_label),
            (r"labels", self._on_labels),
            (r"pulls/(\d+)", self._on_pull),
            (r"pulls", self._on_pulls),
        ]

    def _on_comments(
        self, number: str, *, method: str, query: dict[str, str], body: Any, token: Token
    ) -> tuple[int, Any]:
        item = self._issue(int(number))
        if method == "GET":
            mine = [it for it in self.comments.values() if it["issue"] == item["number"]]
            return 200, _page(sorted(mine, key=lambda it: it["id"]), query)
        self._need(token, "issues", *(["pull-requests"] if "pull_request" in item else []))
        return 201, self._comment(item["number"], _body(body), token.user)

    def _on_comment(
        self, number: str, *, method: str, query: dict[str, str], body: Any, token: Token
    ) -> tuple[int, Any]:
        if int(number) not in self.comments:
            raise RefusedError(404, "Not Found")
        item = self.comments[int(number)]
        self._need(token, "issues", "pull-requests")
        if method == "DELETE":
            del self.comments[int(number)]
            return 204, None
        item["body"] = _body(body)
        return 200, item

    def _on_issues(
        self, *, method: str, query: dict[str, str], body: Any, token: Token
    ) -> tuple[int, Any]:
        if method == "GET":
            wanted = set(filter(None, query.get("labels", "").split(",")))
            state = query.get("state", "open")
            found = [
                item
                for _, item in sorted(self.issues.items(), reverse=True)
                if state in ("all", item["state"])
                and wanted <= {label["name"] for label in item["labels"]}
            ]
            return 200, _page(found, query)
        self._need(token, "issues")
        for name in body.get("labels", ()):
            self.labels.setdefault(name, {"name": name})
        number = max(self.issues, default=0) + 1
        text = _body(body)
        return 201, self._add(number, _title(body), text, token.user, body.get("labels", []))

    def _on_issue(
        self, number: str, *, method: str, query: dict[str, str], body: Any, token: Token
    ) -> tuple[int, Any]:
        item = self._issue(int(number))
        if method == "PATCH":
            self._need(token, "issues")
            self._change(item, body)
        return 200, item

    def _on_labels(
        self, *, method: str, query: dict[str, str], body: Any, token: Token
    ) -> tuple[int, Any]:
        self._need(token, "issues")
        if body["name"] in self.labels:
            raise RefusedError(422, "Validation Failed: already_exists")
        if not re.fullmatch(r"[0-9a-f]{6}", body.get("color", "")):
            raise RefusedError(422, "Validation Failed: color")
        self.labels[body["name"]] = dict(body)
        return 201, self.labels[body["name"]]

    def _on_label(self, name: str, **_: Any) -> tuple[int, Any]:
        if unquote(name) not in self.labels:
            raise RefusedError(404, "Not Found")
        return 200, self.labels[unquote(name)]

    def _on_pulls(
        self, *, method: str, query: dict[str, str], body: Any, token: Token
    ) -> tuple[int, Any]:
        if method == "GET":
            return 200, _page(self._pulls(query.get("head", ""), query.get("base", "")), query)
        self._need(token, "pull-requests")
        if self.branches and not self.branches(body["head"]):
            raise RefusedError(422, "Validation Failed: head invalid")
        if self._pulls(f"{self.owner}:{body['head']}", body["base"]):
            raise RefusedError(422, "Validation Failed: A pull request already exists")
        number = max(self.issues, default=0) + 1
        made = self._add(number, _title(body), _body(body), token.user, [])
        made.update(head=body["head"], base=body["base"], pull_request={})
        return 201, made

    def _on_pull(
        self, number: str, *, method: str, query: dict[str, str], body: Any, token: Token
    ) -> tuple[int, Any]:
        item = self._issue(int(number))
        if "pull_request" not in item:
            raise RefusedError(404, "Not Found")
        if method == "PATCH":
            self._need(token, "pull-requests")
            self._change(item, body)
        return 200, item

    def _pulls(self, head: str, base: str) -> list[dict[str, Any]]:
        # As GitHub does: a head without its owner filters nothing.
        wanted = head.partition(":")[2] if head.startswith(f"{self.owner}:") else ""
        return [
            item
            for item in reversed(self.opened(pulls=True))
            if wanted in ("", item["head"]) and base in ("", item["base"])
        ]

    def _change(self, item: dict[str, Any], body: Any) -> None:
        if "body" in body:
            item["body"] = _body(body)
        if "state" in body:
            if body["state"] not in ("open", "closed"):
                raise RefusedError(422, "Validation Failed: state")
            item["state"] = body["state"]
            item["state_reason"] = body.get("state_reason")

    def _issue(self, number: int) -> dict[str, Any]:
        if number not in self.issues:
            raise RefusedError(404, "Not Found")
        return self.issues[number]

    def _need(self, token: Token, *any_of: str) -> None:
        if not token.may(*any_of):
            raise RefusedError(403, "Resource not accessible by integration")

    def _add(
        self, number: int, title: str, body: str, user: dict[str, str], labels: list[str]
    ) -> dict[str, Any]:
        self._next += 1
        self.issues[number] = {
            "id": self._next,
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "user": user,
            "labels": [{"name": name} for name in labels],
        }
        return self.issues[number]

    def _comment(self, number: int, body: str, user: dict[str, str]) -> dict[str, Any]:
        self._next += 1
        made = {"id": self._next, "issue": number, "body": body, "user": user}
        self.comments[self._next] = made
        return made


def plain(text: str) -> str:
    """A text with the line ends that it was sent with."""
    return text.replace("\r\n", "\n")


def _body(body: Any) -> str:
    text = body.get("body") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise RefusedError(422, "Validation Failed: body can't be blank")
    if len(text) > LONGEST_BODY:
        raise RefusedError(422, f"Body is too long (maximum is {LONGEST_BODY} characters)")
    # What was typed into the web interface comes back like this.
    return text.replace("\n", "\r\n")


def _title(body: Any) -> str:
    title = body.get("title", "")
    if not title or len(title) > LONGEST_TITLE or "\n" in title:
        raise RefusedError(422, "Validation Failed: title")
    return str(title)


def _page(items: list[Any], query: dict[str, str]) -> list[Any]:
    size = min(int(query.get("per_page", "30")), PAGE)
    start = (int(query.get("page", "1")) - 1) * size
    return items[start : start + size]
