"""What a command that prints does when nobody reads on."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def reader_may_leave(stream: TextIO | None = None) -> Iterator[None]:
    """Ends the block quietly when the stream's reader has seen enough (`| head`): no error."""
    try:
        yield
    except BrokenPipeError:
        forget(stream or sys.stdout)


def forget(stream: TextIO) -> None:
    """Send what is still buffered nowhere, or the interpreter complains of it at its end."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)
