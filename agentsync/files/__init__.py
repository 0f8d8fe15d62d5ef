"""The project on disk: reading definitions, checking them, and finding where they say what."""
