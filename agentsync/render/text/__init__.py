"""The parts of the terminal's page; render/terminal.py puts them together."""
