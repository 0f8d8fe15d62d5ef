"""Every shape in which the API says no, and the one way it says yes.

Three families, as documented: the agents API answers `{"type","code","detail","status"}`, its
auth layer `{"error"}` or plain text, the hub a flat map of texts.
"""

import json
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import PlainTextResponse, Response

HUB: Final = "/v1/platform/hub"
COMMITS: Final = "/commits"
_ERRORS: Final = "https://docs.langchain.com/errors/"


class Failure(Exception):
    """A request that is answered with an error.

    Shape: `code` is the API's own name for the problem, `detail` a sentence for people.
    """

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail

    def response(self, *, hub: bool) -> Response:
        """The answer, in the shape of the API it was asked of."""
        if hub:
            return json_response({"error": self.detail}, self.status)
        body = {
            "type": _ERRORS + self.code,
            "code": self.code,
            "detail": self.detail,
            "status": self.status,
        }
        return json_response(body, self.status)


class Refusal(Failure):
    """What the layer before the APIs says: `{"error": …}`, the same for all of them."""

    def __init__(self, status: int) -> None:
        phrase = HTTPStatus(status).phrase
        super().__init__(status, phrase.lower(), phrase)

    def response(self, *, hub: bool) -> Response:
        """`{"error": "Unauthorized"}` or `{"error": "Forbidden"}`."""
        return json_response({"error": self.detail}, self.status)


class MissingPermission(Failure):
    """A valid key without the right: 403 in plain text; the hub keeps to its map of texts."""

    def __init__(self, permission: str) -> None:
        super().__init__(403, "forbidden", f"missing permission {permission}")

    def response(self, *, hub: bool) -> Response:
        """The sentence alone."""
        if hub:
            return super().response(hub=True)
        return PlainTextResponse(self.detail, self.status)


def json_response(value: Any, status: int = 200) -> Response:
    """`value` as an application/json answer, UTF-8."""
    return json_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), status)


def json_text(text: str, status: int = 200) -> Response:
    """JSON that is text already, as an application/json answer."""
    return Response(text.encode("utf-8"), status, media_type="application/json")


def no_content() -> Response:
    """204."""
    return Response(status_code=204)


def bad_body(detail: str = "") -> Failure:
    """400: the body is no JSON, or not of the documented types."""
    general = "Provide a valid JSON request body matching the documented schema"
    return Failure(400, "invalid_request_body", f"{general}: {detail}" if detail else general)


def missing(field: str) -> Failure:
    """400: a required field is absent or blank."""
    detail = f"Set '{field}' to a non-empty string: '{field}' is required"
    return Failure(400, "missing_required_field", detail)


def invalid(detail: str) -> Failure:
    """422: well-formed, and still against a rule."""
    return Failure(422, "validation_failed", detail)


def bad_query(detail: str) -> Failure:
    """400: a query parameter that the documents do not allow."""
    return Failure(400, "invalid_query_parameter", detail)


def not_found(kind: str) -> Failure:
    """404, in the words of the documents.

    Shape: `kind` is a thing of the API, such as `agent` or `mcp server`.
    """
    code = kind.replace(" ", "_") + "_not_found"
    detail = f"Verify the {kind} ID and that the calling identity has access: {kind} not found"
    return Failure(404, code, detail)
