"""The command line: options → ops → render → exit code."""

import sys


def main() -> int:
    """Run `agentsync` with the process's own arguments; the answer is the exit code.

    `--version` is answered before anything is imported: scripts ask it all the time.
    """
    try:
        if sys.argv[1:] in (["--version"], ["-V"]):
            from agentsync import __version__

            sys.stdout.write(f"agentsync {__version__}\n")
            sys.stdout.flush()
            return 0
        from agentsync.cli.app import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        # Before click is there to notice it.
        return 130
    except OSError:
        # The version could not be printed: nobody is listening, so nobody is told.
        return 1
