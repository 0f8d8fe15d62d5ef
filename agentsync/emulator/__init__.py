"""A local Managed Deep Agents API, to try and to test against: Starlette on uvicorn, SQLite."""
