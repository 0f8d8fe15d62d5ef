"""httpx without its command line.

httpx imports that when rich and click are installed, and with it pygments: 40 ms of a start that
takes 200. It provides for the module's absence, so absent is what it is made to seem for the
moment of the import.
"""

import sys

_hidden = "httpx._main" not in sys.modules
if _hidden:
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
try:
    import httpx
finally:
    if _hidden:
        del sys.modules["httpx._main"]

__all__ = ["httpx"]
