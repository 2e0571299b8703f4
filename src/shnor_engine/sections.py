"""The sections of the report by the names that templates use; no part of a plugin may take one of them."""

SECTIONS = (
    *("changes", "period", "aims", "lists", "flow", "risks", "structures", "work", "topics", "prevention"),
    *("indicators", "control", "decisions", "conclusion", "next", "advice", "gaps"),
)
