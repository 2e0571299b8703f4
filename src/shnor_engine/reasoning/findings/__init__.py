"""Findings of `check`: one function each, in the room of what it looks at."""
