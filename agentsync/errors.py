"""The exceptions that stop the program, each with its exit code.

A problem in the user's files is a value (`model.Diagnostic`), collected and reported together;
an exception here means that no complete answer can be given. Exceptions never print.

    AgentsyncError                 1   the base; every other one is below it
    ├── UsageError                64   the command line asks for something impossible
    ├── ProjectError               1   there is no project, or nothing in it
    ├── RefusedError               3   it could be done, and agentsync will not
    │   ├── UntrustedHostError     3   the key would go to a host nobody vouched for
    │   └── StaleError             3   the live agent is not the one that was planned for
    ├── BugError                  70   agentsync itself failed, on one agent at least
    ├── IdentityError              1   a definition fits more than one agent, or none it names
    └── ProviderError              1   the API gave no usable answer
        ├── UnauthorizedError      1   401, or no key at all
        ├── ForbiddenError         1   403
        ├── NotFoundError          1   404
        ├── ConflictError          1   409 or 412: not as the request took it to be
        ├── RateLimitedError       1   429 to the last try
        ├── ServerError            1   5xx to the last try
        ├── UnreachableError       1   no connection, or it broke
        ├── CertificateError       1   a host whose certificate is not trusted
        ├── TimedOutError          1   no answer in time
        ├── OvertakenError         1   another write came between the last look and ours
        └── BadAnswerError         1   an answer that is not what the API promises
            └── GarbledError       1   one that is not even JSON
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller: one table for all commands and formats."""

    OK = 0
    ERROR = 1
    DIFFERENCES = 2
    REFUSED = 3
    PARTIAL = 4
    USAGE = 64
    BUG = 70
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """One line for the table in README."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.OK: "done, or in sync",
    ExitCode.ERROR: "error: invalid files, or the API failed",
    ExitCode.DIFFERENCES: "differences found (`drift` always; `plan`, `diff` and `status` with "
    "`--exit-code`; `schema check`)",
    ExitCode.REFUSED: "refused, nothing written but conflict markers (stale, a conflict, the "
    "policy, limits, another project's agent, not confirmed, an untrusted host, files in the way)",
    ExitCode.PARTIAL: "partial: something was written, and something was not",
    ExitCode.USAGE: "usage: the command line is wrong",
    ExitCode.BUG: "a bug in agentsync",
    ExitCode.INTERRUPTED: "interrupted",
}


class AgentsyncError(Exception):
    """What stops the program: a message for people, and a hint at the way out."""

    exit_code = ExitCode.ERROR
    code = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AgentsyncError):
    """The command line asks for something impossible."""

    exit_code = ExitCode.USAGE
    code = "usage"


class ProjectError(AgentsyncError):
    """There is no project here, or nothing in it."""

    code = "project"


class RefusedError(AgentsyncError):
    """It could be done, and agentsync will not."""

    exit_code = ExitCode.REFUSED
    code = "refused"


class UntrustedHostError(RefusedError):
    """The key would go to a host that neither agentsync nor the environment vouches for."""

    code = "untrusted-host"


class BugError(AgentsyncError):
    """agentsync itself failed, on one agent at least; the message says where."""

    exit_code = ExitCode.BUG
    code = "bug"

    @classmethod
    def of(cls, error: Exception) -> "BugError":
        """The bug that `error` is; its text is left out, since it may hold what nobody may see."""
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        file = trace.tb_frame.f_code.co_filename.rpartition("/")[2] if trace else "?"
        line = trace.tb_lineno if trace else 0
        return cls(
            f"a bug in agentsync: {type(error).__name__} at {file}:{line}",
            hint="please report it, with the traceback that AGENTSYNC_DEBUG=1 shows",
        )


class IdentityError(AgentsyncError):
    """A definition fits more than one live agent, or names one that is not there."""

    code = "identity"


class StaleError(RefusedError):
    """The live agent is not the one that was planned for."""

    code = "stale"


class ProviderError(AgentsyncError):
    """The API gave no usable answer to one request.

    Shape: `request` is "METHOD path" without host, query or headers; `sent` says that a write may
    have taken effect all the same: its answer was lost, or was no clear refusal.
    Units: `retry_after` in seconds, as the server asked for; None when it did not.
    """

    code = "api"
    sent = False

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        request: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.request = request
        self.retry_after = retry_after


class UnauthorizedError(ProviderError):
    """401: no key, or one the API does not know."""

    code = "unauthorized"


class ForbiddenError(ProviderError):
    """403: a valid key without the right."""

    code = "forbidden"


class NotFoundError(ProviderError):
    """404: not there, or not visible to this key."""

    code = "not-found"


class ConflictError(ProviderError):
    """409 or 412: what the request relies on is not so (any more)."""

    code = "conflict"


class RateLimitedError(ProviderError):
    """429 to the last try."""

    code = "rate-limited"


class ServerError(ProviderError):
    """5xx to the last try."""

    code = "server"


class UnreachableError(ProviderError):
    """No connection, or one that broke before the answer was complete."""

    code = "unreachable"


class CertificateError(ProviderError):
    """A host whose certificate is not trusted: asking again does not help."""

    code = "certificate"


class TimedOutError(ProviderError):
    """No answer in time."""

    code = "timed-out"


class OvertakenError(ProviderError):
    """Somebody else wrote between the last look and the write, where no request can prevent it."""

    code = "overtaken"


class BadAnswerError(ProviderError):
    """An answer that is not what the API promises: not JSON, or of the wrong shape."""

    code = "bad-answer"


class GarbledError(BadAnswerError):
    """An answer that is not even JSON, as a proxy on the way gives."""

    code = "garbled"
