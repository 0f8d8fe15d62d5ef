"""The project on disk: reading definitions, checking them, writing them, and what git knows."""
