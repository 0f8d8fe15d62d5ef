"""YAML texts made, and changed as little as possible."""
