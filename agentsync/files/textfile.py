"""One file of the project as text: a regular file, of limited size, in UTF-8.

Nothing else is ever opened: no symbolic link, no FIFO, no device.
"""

import errno
import os
import stat
from typing import Final

from agentsync.engine.yaml.nodes import place_of
from agentsync.model.diagnostics import Diagnostic, Severity, Span

MAX_YAML: Final = 1024 * 1024
"""Bytes of one YAML file."""
MAX_TEXT: Final = 4 * 1024 * 1024
"""Bytes of any other file."""

# O_NONBLOCK: opening a FIFO that took the file's place must not wait for a writer.
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_BOM: Final = b"\xef\xbb\xbf"


def read_text(root: str, path: str, limit: int, notes: list[Diagnostic]) -> str | None:
    """The text of root/path without a byte order mark; None, and a note, when there is none.

    Line ends are kept as they are. Units: `limit` in bytes.
    """
    try:
        data = _read(f"{root}/{path}", limit)
    except OSError as error:
        notes.append(_unreadable(path, error))
        return None
    if data is None:
        notes.append(_too_large(path, limit))
        return None
    if data.startswith(_BOM):
        data = data[len(_BOM) :]
        notes.append(_has_bom(path))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        notes.append(_not_utf8(path, data, error))
        return None
    if "<<<<<<< " in text and (conflict := _conflict(path, text)):
        notes.append(conflict)
        return None
    if "\0" in text:
        line, column = place_of(text, text.index("\0"))
        notes.append(
            Diagnostic(
                code="nul-character",
                message="this file contains a NUL character, so it is no text",
                hint="save it as UTF-8 text",
                span=Span(path=path, line=line, column=column),
            )
        )
        return None
    return text


def _conflict(path: str, text: str) -> Diagnostic | None:
    """The refusal of a text in which git left both sides of a merge, at line starts."""
    start = 0 if text.startswith("<<<<<<< ") else text.find("\n<<<<<<< ") + 1
    if not text.startswith("<<<<<<< ", start) or "\n>>>>>>> " not in text[start:]:
        return None
    return Diagnostic(
        code="conflict-marker",
        message="a merge conflict starts here, and nobody has resolved it",
        hint="keep what is meant and delete the lines with <<<<<<<, ======= and >>>>>>>"
        + ("" if path.endswith(".yaml") else "; indent them if they are part of the text"),
        span=Span(path=path, line=text.count("\n", 0, start) + 1, column=1),
    )


def _read(path: str, limit: int) -> bytes | None:
    """The file's bytes, None when it has more than `limit`.

    Errors: OSError; EINVAL for what is not a regular file.
    """
    handle = os.open(path, _FLAGS)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        if status.st_size > limit:
            return None
        # One byte more than the size: a file that grows meanwhile is read to its new end.
        data = os.read(handle, status.st_size + 1)
        while len(data) != status.st_size:
            if len(data) > limit:
                return None
            more = os.read(handle, limit)
            if not more:
                break
            data += more
        return data
    finally:
        os.close(handle)


def whole_file(path: str, code: str, message: str, hint: str) -> Diagnostic:
    """An error about a file or folder as a whole."""
    return Diagnostic(code=code, message=message, hint=hint, span=Span(path=path))


def tell_missing(path: str, hint: str, notes: list[Diagnostic]) -> None:
    """Note that a required file is not there, unless it is known why."""
    folder, name = path.rsplit("/", 1)
    reasons = ((path, ""), (folder, "unreadable"))
    if not any(
        note.span.path == where and code in ("", note.code)
        for note in notes
        for where, code in reasons
    ):
        notes.append(whole_file(folder, "missing-file", f"`{name}` is missing", hint))


def symlink(path: str) -> Diagnostic:
    """The refusal of a symbolic link."""
    return whole_file(
        path,
        "symlink",
        "symbolic links are not followed",
        "put the file itself here: links could lead out of the project",
    )


def not_regular(path: str) -> Diagnostic:
    """The refusal of a FIFO, socket or device."""
    return whole_file(path, "not-a-file", "this is neither a file nor a folder", "delete it")


def _unreadable(path: str, error: OSError) -> Diagnostic:
    if error.errno == errno.ELOOP:
        return symlink(path)
    if error.errno == errno.EINVAL:
        return not_regular(path)
    reason = (error.strerror or "unknown error").lower()
    return whole_file(path, "unreadable", f"cannot read this file: {reason}", "check its mode")


def _too_large(path: str, limit: int) -> Diagnostic:
    size = f"{limit // (1024 * 1024)} MiB"
    return whole_file(
        path, "file-too-large", f"this file is larger than {size}", "split it, or shorten it"
    )


def _has_bom(path: str) -> Diagnostic:
    return Diagnostic(
        code="byte-order-mark",
        message="this file starts with a byte order mark, which is left out",
        hint="save it as UTF-8 without BOM",
        span=Span(path=path, line=1, column=1),
        severity=Severity.WARNING,
    )


def _not_utf8(path: str, data: bytes, error: UnicodeDecodeError) -> Diagnostic:
    before = data[: error.start].decode()
    line, column = place_of(before, len(before))
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return Diagnostic(
        code="not-utf-8",
        message="this file is UTF-16, not UTF-8"
        if utf16
        else f"the byte 0x{data[error.start]:02X} is not valid UTF-8",
        hint="save the file as UTF-8; agents have text files only",
        span=Span(path=path, line=line, column=column),
    )
