"""Files from outside → proposed events and a list of problems; nothing is appended here.

`jsonl` reads events as JSON lines. Spreadsheets go `files` → `grid` → `layout` → `telling` → `comparing` under a
`mapping`, and come out as a `Proposal`.
"""
