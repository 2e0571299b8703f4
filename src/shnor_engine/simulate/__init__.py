"""Simulated futures, judged by the very rules that judge real schools. Needs the extra `sim` (numpy, scipy)."""
