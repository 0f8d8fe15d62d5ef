"""Check a draft of release notes against the house style.

Usage: check_notes.py DRAFT.md. Silent and 0 when there is nothing to complain about.
"""

import re
import sys
from pathlib import Path

SECTIONS = ["Before you update", "New", "Better", "Fixed"]
NEVER = ["soon", "simply", "just", "seamless", "exciting", "leverage", "utilize", "robust"]
LONGEST_NOTE = 280  # characters
MOST_NOTES = 12


def problems(text: str) -> list[str]:
    """Every departure from the house style, as a sentence with its line number."""
    found = []
    headings = [line[3:].strip() for line in text.splitlines() if line.startswith("## ")]
    known = [heading for heading in headings if heading in SECTIONS]
    if known != sorted(known, key=SECTIONS.index):
        found.append(f"The sections are out of order; use {', '.join(SECTIONS)}.")
    found += [f"There is no section called {name!r}." for name in headings if name not in SECTIONS]

    notes = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("- "):
            notes += 1
            if len(line) > LONGEST_NOTE:
                found.append(f"Line {number}: {len(line)} characters; {LONGEST_NOTE} at most.")
        found += [
            f"Line {number}: we do not write {word!r}."
            for word in NEVER
            if re.search(rf"\b{word}\b", line, re.IGNORECASE)
        ]
        if "!" in line.replace("![", ""):
            found.append(f"Line {number}: no exclamation marks.")
    if notes > MOST_NOTES:
        found.append(f"{notes} notes; merge the smallest until there are {MOST_NOTES}.")
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    complaints = problems(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.exit("\n".join(complaints) if complaints else 0)
